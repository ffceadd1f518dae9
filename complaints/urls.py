from django.urls import path

from complaints.views import acts, complaints

app_name = "complaints"
urlpatterns = [
    path("", complaints.complaint_list, name="list"),
    path("new/", complaints.complaint_create, name="create"),
    path("<int:pk>/", complaints.complaint_detail, name="detail"),
    path("<int:pk>/reveal/", complaints.complaint_reveal, name="reveal"),
    path("<int:pk>/<slug:step>/", acts.act, name="act"),
]
