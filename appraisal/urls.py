from django.urls import path

from appraisal.views import cycles, results, schemes, sheets

app_name = "appraisal"
urlpatterns = [
    path("cycles/", cycles.cycle_list, name="cycle_list"),
    path("cycles/new/", cycles.cycle_create, name="cycle_create"),
    path("cycles/<int:pk>/", cycles.cycle, name="cycle"),
    path("cycles/<int:pk>/edit/", cycles.cycle_edit, name="cycle_edit"),
    path("cycles/<int:pk>/correct/", cycles.cycle_correct, name="cycle_correct"),
    path("cycles/<int:pk>/publication/<int:no>/", results.publication, name="publication"),
    path("cycles/<int:pk>/publication/<int:no>.<slug:fmt>", results.publication_file, name="publication_file"),
    path("cycles/<int:pk>/<slug:step>/", cycles.cycle_step, name="cycle_step"),
    path("sheets/<int:pk>/", sheets.sheet, name="sheet"),
    path("sheets/<int:pk>/rate/", sheets.rate, name="rate"),
    path("sheets/<int:pk>/superior/", sheets.superior, name="superior"),
    path("sheets/<int:pk>/object/", sheets.raise_objection, name="object"),
    path("sheets/<int:pk>/decide/", sheets.decide_total, name="decide_total"),
    path("objections/<int:pk>/", sheets.appeal, name="appeal"),
    path("objections/<int:pk>/<slug:step>/", sheets.appeal_decide, name="appeal_decide"),
    path("facts/<int:pk>/", results.fact, name="fact"),
    path("evidence/<int:pk>/", results.evidence, name="evidence"),
    path("ratings/", sheets.ratings, name="ratings"),
    path("own/", results.own, name="own"),
    path("schemes/", schemes.scheme_list, name="scheme_list"),
    path("schemes/new/", schemes.scheme_create, name="scheme_create"),
    path("schemes/<int:pk>/", schemes.scheme, name="scheme"),
    path("schemes/<int:pk>/edit/", schemes.scheme_edit, name="scheme_edit"),
    path("schemes/<int:pk>/<slug:step>/", schemes.scheme_step, name="scheme_step"),
]
