from django.urls import path

from improvements.views import cases, measures

app_name = "improvements"
urlpatterns = [
    path("cases/", cases.case_list, name="case_list"),
    path("cases/new/", cases.case_create, name="case_create"),
    path("cases/<int:pk>/", cases.case, name="case"),
    path("cases/<int:pk>/accept/", cases.case_accept, name="case_accept"),
    path("cases/<int:pk>/edit/", cases.case_edit, name="case_edit"),
    path("cases/<int:pk>/measures/new/", measures.measure_create, name="measure_create"),
    path("cases/<int:pk>/<slug:step>/", cases.case_step, name="case_step"),
    path("measures/", measures.measure_list, name="measure_list"),
    path("measures/<int:pk>/", measures.measure, name="measure"),
    path("measures/<int:pk>/edit/", measures.measure_edit, name="measure_edit"),
    path("measures/<int:pk>/tasks/<int:task_pk>/done/", measures.task_done, name="task_done"),
    path("measures/<int:pk>/<slug:step>/", measures.measure_step, name="measure_step"),
    path("extensions/<int:pk>/<slug:step>/", measures.extension_decide, name="extension_decide"),
]
