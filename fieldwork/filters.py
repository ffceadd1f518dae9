"""What lists of calls can be narrowed by."""

import django_filters
from django.utils.translation import gettext_lazy as _

from core.forms import PortalFilterSet
from customers.choices import Priority
from customers.filters import OfCustomer, UnitFilter, day_range
from fieldwork.choices import Ledger, Satisfaction, TaskState
from fieldwork.models import CallList, CallRule, CallTask


class CallFilter(PortalFilterSet):
    """Of all calls: the queue, one list, or a ledger."""

    ledger = django_filters.ChoiceFilter(label=_("Ledger"), choices=Ledger, field_name="rule__ledger")
    rule = django_filters.ModelChoiceFilter(label=_("Rule"), queryset=CallRule.objects.all())
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=[("pending", _("Not finished")), *TaskState.choices], method="in_state"
    )
    satisfaction = django_filters.ChoiceFilter(label=_("Satisfaction"), choices=Satisfaction)
    priority = django_filters.ChoiceFilter(label=_("Priority"), choices=Priority)
    day = day_range(label=_("Day of the list"), field_name="list__day")
    unit = UnitFilter(field_name="service_record__unit")
    mine = django_filters.BooleanFilter(label=_("Called by me"), method="called_by_me")
    customer = OfCustomer()
    list = django_filters.ModelChoiceFilter(
        label=_("List"), queryset=CallList.objects.all(), widget=django_filters.widgets.forms.HiddenInput
    )

    class Meta:
        model = CallTask
        fields = ("ledger", "rule", "state", "satisfaction", "priority", "day", "unit", "mine", "customer", "list")

    def in_state(self, rows, name, value):
        return rows.pending() if value == "pending" else rows.filter(state=value)

    def called_by_me(self, rows, name, value):
        return rows.filter(owner=self.request.user) if value else rows.exclude(owner=self.request.user)
