from django.urls import include, path

from fieldwork.views import calls, groups, meeting_reports, meetings, rules, visit_plans

app_name = "fieldwork"
CALLS = [
    path("", calls.call_list, name="call_list"),
    path("next", calls.call_next, name="call_next"),
    path("<int:pk>/", calls.call, name="call"),
    path("<int:pk>/take", calls.call_take, name="call_take"),
    path("<int:pk>/put-back", calls.call_put_back, name="call_put_back"),
    path("<int:pk>/drop", calls.call_drop, name="call_drop"),
    path("<int:pk>/check", calls.call_check, name="call_check"),
    path("ledgers/<slug:kind>/", calls.ledger, name="ledger"),
    path("roll-up/", calls.roll_up, name="roll_up"),
    path("dissatisfied/", calls.dissatisfied, name="dissatisfied"),
    path("rules/", rules.rule_list, name="rule_list"),
    path("rules/new", rules.rule_create, name="rule_create"),
    path("rules/<int:pk>/", rules.rule, name="rule"),
    path("rules/<int:pk>/edit", rules.rule_edit, name="rule_edit"),
    path("rules/<int:pk>/make", rules.rule_make, name="rule_make"),
    path("lists/<int:pk>/", rules.call_list_made, name="list"),
]
VISITS = [
    path("", meetings.visit_list, name="visit_list"),
    path("new", meetings.visit_create, name="visit_create"),
    path("<int:pk>/", meetings.meeting, name="meeting"),
    path("<int:pk>/move", meetings.meeting_change, name="meeting_change"),
    path("<int:pk>/cancel", meetings.meeting_cancel, name="meeting_cancel"),
    path("<int:pk>/missed", meetings.meeting_miss, name="meeting_miss"),
    path("<int:pk>/held", meetings.meeting_hold, name="meeting_hold"),
    path("<int:pk>/calendar.ics", meetings.meeting_ics, name="meeting_ics"),
    path("<int:pk>/invite", groups.meeting_invite, name="meeting_invite"),
    path("<int:pk>/replies", groups.meeting_replies, name="meeting_replies"),
    path("<int:pk>/people/<int:person_pk>/withdraw", groups.person_withdraw, name="person_withdraw"),
    path("<int:pk>/report", meeting_reports.report_write, name="report_write"),
    path("reports/<int:pk>/submit", meeting_reports.report_submit, name="report_submit"),
    path("reports/<int:pk>/correct", meeting_reports.report_correct, name="report_correct"),
    path("reports/<int:pk>/secrets", meeting_reports.report_reveal, name="report_reveal"),
    path("<int:pk>/points/new", meeting_reports.point_create, name="point_create"),
    path("points/<int:pk>/take-up", meeting_reports.point_take_up, name="point_take_up"),
    path("plans/", visit_plans.plan_list, name="visit_plan_list"),
    path("plans/new", visit_plans.plan_create, name="visit_plan_create"),
    path("plans/<int:pk>/", visit_plans.plan, name="visit_plan"),
    path("plans/<int:pk>/edit", visit_plans.plan_edit, name="visit_plan_edit"),
    path("plans/<int:pk>/confirm", visit_plans.plan_confirm, name="visit_plan_confirm"),
    path("plans/<int:pk>/revise", visit_plans.plan_revise, name="visit_plan_revise"),
    path("plans/<int:pk>/lines/new", visit_plans.line_create, name="visit_line_create"),
    path("lines/<int:pk>/edit", visit_plans.line_edit, name="visit_line_edit"),
    path("lines/<int:pk>/remove", visit_plans.line_remove, name="visit_line_remove"),
    path("lines/<int:pk>/agree", visit_plans.line_agree, name="visit_line_agree"),
]
GROUPS = [
    path("", groups.group_list, name="group_list"),
    path("new", groups.group_create, name="group_create"),
]
urlpatterns = [
    path("calls/", include(CALLS)),
    path("visits/", include(VISITS)),
    path("groups/", include(GROUPS)),
]
