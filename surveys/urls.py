from django.urls import path

from surveys.views import plans

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
]
