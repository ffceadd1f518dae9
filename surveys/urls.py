from django.urls import path

from surveys.views import plans, questionnaires

app_name = "surveys"
urlpatterns = [
    path("plans/", plans.plan_list, name="plan_list"),
    path("plans/new", plans.plan_create, name="plan_create"),
    path("plans/<int:pk>/", plans.plan, name="plan"),
    path("plans/<int:pk>/edit", plans.plan_edit, name="plan_edit"),
    path("plans/<int:pk>/submit", plans.plan_submit, name="plan_submit"),
    path("plans/<int:pk>/approve", plans.plan_approve, name="plan_approve"),
    path("plans/<int:pk>/send-back", plans.plan_send_back, name="plan_send_back"),
    path("plans/<int:pk>/revise", plans.plan_revise, name="plan_revise"),
    path("plans/<int:pk>/revisions/<int:no>", plans.plan_revision, name="plan_revision"),
    path("plans/<int:pk>/activities/new", plans.activity, name="activity_create"),
    path("plans/<int:pk>/activities/<int:activity_pk>/edit", plans.activity, name="activity_edit"),
    path("plans/<int:pk>/activities/<int:activity_pk>/remove", plans.activity_remove, name="activity_remove"),
    path("questionnaires/", questionnaires.questionnaire_list, name="questionnaire_list"),
    path("questionnaires/new", questionnaires.questionnaire_create, name="questionnaire_create"),
    path("questionnaires/<int:pk>/", questionnaires.questionnaire, name="questionnaire"),
    path("questionnaires/<int:pk>/versions/new", questionnaires.version_create, name="version_create"),
    path("versions/<int:pk>/", questionnaires.version, name="version"),
    path("versions/<int:pk>/edit", questionnaires.version_edit, name="version_edit"),
    path("versions/<int:pk>/copy", questionnaires.questionnaire_copy, name="questionnaire_copy"),
    path("versions/<int:pk>/publish", questionnaires.version_publish, name="version_publish"),
    path("versions/<int:pk>/retire", questionnaires.version_retire, name="version_retire"),
    path("versions/<int:pk>/sections/new", questionnaires.section_edit, name="section_create"),
    path("versions/<int:pk>/sections/<int:section>/edit", questionnaires.section_edit, name="section_edit"),
    path("versions/<int:pk>/sections/<int:section>/act", questionnaires.part_act, name="section_act"),
    path("versions/<int:pk>/sections/<int:section>/questions/new", questionnaires.question_edit, name="question_create"),
    path("versions/<int:pk>/sections/<int:section>/questions/<int:question>/edit", questionnaires.question_edit, name="question_edit"),
    path("versions/<int:pk>/sections/<int:section>/questions/<int:question>/act", questionnaires.part_act, name="question_act"),
]
