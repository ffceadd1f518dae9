from django.urls import path

from complaints.urls_learning import urlpatterns as learning
from complaints.views import acts, complaints, mails

app_name = "complaints"
urlpatterns = [
    path("", complaints.complaint_list, name="list"),
    path("new/", complaints.complaint_create, name="create"),
    path("mails/", mails.mail_list, name="mails"),
    path("mails/<int:pk>/", mails.mail_detail, name="mail"),
    path("mails/<int:pk>/register/", mails.mail_register, name="mail_register"),
    path("mails/<int:pk>/reveal/", mails.mail_reveal, name="mail_reveal"),
    path("mails/<int:pk>/<slug:step>/", mails.mail_act, name="mail_act"),
    *learning,
    path("<int:pk>/", complaints.complaint_detail, name="detail"),
    path("<int:pk>/reveal/", complaints.complaint_reveal, name="reveal"),
    path("<int:pk>/<slug:step>/", acts.act, name="act"),
]
