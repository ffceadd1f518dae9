from django.urls import path

from fieldwork.views import calls, rules

app_name = "fieldwork"
urlpatterns = [
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
