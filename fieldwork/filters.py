"""What lists of calls, visits and plans can be narrowed by."""

import django_filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.forms import PortalFilterSet
from customers.choices import Priority
from customers.filters import OfCustomer, UnitFilter, day_range
from fieldwork.choices import (
    Ledger,
    LineStanding,
    MeetingKind,
    MeetingState,
    Satisfaction,
    TaskState,
    VisitForm,
    VisitPlanState,
)
from fieldwork.models import CallList, CallRule, CallTask, Meeting, VisitPlan, VisitPlanLine


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


class MeetingFilter(PortalFilterSet):
    """What visits and groups have in common."""

    state = django_filters.ChoiceFilter(label=_("State"), choices=MeetingState)
    day = day_range(label=_("Day"), field_name="starts_at")
    unit = UnitFilter(field_name="unit")
    mine = django_filters.BooleanFilter(label=_("I take part"), method="of_mine")
    report = django_filters.BooleanFilter(label=_("Report submitted"), method="with_report")

    class Meta:
        model = Meeting
        fields = ("state", "day", "unit", "mine", "report")

    def of_mine(self, rows, name, value):
        mine = Meeting.objects.of_person(self.request.user).values("pk")
        return rows.filter(pk__in=mine) if value else rows.exclude(pk__in=mine)

    def with_report(self, rows, name, value):
        return rows.filter(reports_n__gt=0) if value else rows.owing_report()


class VisitFilter(MeetingFilter):
    q = django_filters.CharFilter(label=_("Customer"), method="named")
    form = django_filters.ChoiceFilter(label=_("Form of visit"), choices=VisitForm)
    customer = OfCustomer()

    class Meta(MeetingFilter.Meta):
        fields = ("q", "state", "day", "form", "unit", "mine", "report", "customer")

    def named(self, rows, name, value):
        return rows.filter(
            Q(customer__code__iexact=value)
            | Q(customer__name_zh__icontains=value)
            | Q(customer__name_en__icontains=value)
        )


class GroupFilter(MeetingFilter):
    q = django_filters.CharFilter(label=_("Topic"), field_name="title", lookup_expr="icontains")
    kind = django_filters.ChoiceFilter(
        label=_("Kind"), choices=[one for one in MeetingKind.choices if one[0] in MeetingKind.groups()]
    )

    class Meta(MeetingFilter.Meta):
        fields = ("q", "kind", "state", "day", "unit", "mine", "report")


class PlanFilter(PortalFilterSet):
    year = django_filters.NumberFilter(label=_("Year"))
    unit = UnitFilter(field_name="unit")
    state = django_filters.ChoiceFilter(label=_("State"), choices=VisitPlanState)

    class Meta:
        model = VisitPlan
        fields = ("year", "unit", "state")


class LineFilter(PortalFilterSet):
    standing = django_filters.ChoiceFilter(label=_("How it stands"), choices=LineStanding, method="standing_so")
    unit = UnitFilter(field_name="unit")
    form = django_filters.ChoiceFilter(label=_("Form of visit"), choices=VisitForm)
    day = day_range(label=_("Begins in"), field_name="from_on")

    class Meta:
        model = VisitPlanLine
        fields = ("standing", "unit", "form", "day")

    def standing_so(self, rows, name, value):
        return rows.standing(value, timezone.localdate())
