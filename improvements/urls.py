from django.urls import path

from improvements.views import cases, measures, notices, supervision

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
    path("inspections/", supervision.inspection_list, name="inspection_list"),
    path("inspections/new/", supervision.inspection_create, name="inspection_create"),
    path("inspections/<int:pk>/", supervision.inspection, name="inspection"),
    path("inspections/<int:pk>/edit/", supervision.inspection_edit, name="inspection_edit"),
    path("inspections/<int:pk>/items/<int:item_pk>/", supervision.item_judge, name="item_judge"),
    path("inspections/<int:pk>/observations/new/", supervision.observation_create, name="observation_create"),
    path("inspections/<int:pk>/<slug:step>/", supervision.inspection_step, name="inspection_step"),
    path("observations/", supervision.observation_list, name="observation_list"),
    path("observations/<int:pk>/", supervision.observation, name="observation"),
    path("observations/<int:pk>/edit/", supervision.observation_edit, name="observation_edit"),
    path("observations/<int:pk>/drop/", supervision.observation_drop, name="observation_drop"),
    path("notices/", notices.notice_list, name="notice_list"),
    path("notices/new/<int:unit_pk>/", notices.notice_create, name="notice_create"),
    path("notices/<int:pk>/", notices.notice, name="notice"),
    path("notices/<int:pk>/edit/", notices.notice_edit, name="notice_edit"),
    path("notices/<int:pk>/paper/<slug:language>/", notices.notice_paper, name="notice_paper"),
    path("notices/<int:pk>/<slug:step>/", notices.notice_step, name="notice_step"),
]
