"""What lists of customers can be narrowed by."""

import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import OrgUnit
from accounts.selectors import subtree
from core.forms import PortalFilterSet
from customers import selectors
from customers.choices import (
    Audience,
    Channel,
    CustomerType,
    Direction,
    DueKind,
    FollowUpReason,
    FollowUpState,
    Priority,
    ProjectState,
    Relation,
    ServiceKind,
    Tier,
)
from customers.models import Customer, FollowUp, Interaction, Project, ServiceDue, ServiceRecord


class OfCustomer(django_filters.ModelChoiceFilter):
    """The list of one customer, reached from the customer's page."""

    def __init__(self, **kwargs):
        super().__init__(
            queryset=lambda request: Customer.objects.visible_to(request.user),
            label=_("Customer"), widget=forms.HiddenInput, **kwargs,
        )  # fmt: skip


def day_range(**kwargs):
    return django_filters.DateFromToRangeFilter(
        widget=django_filters.widgets.DateRangeWidget(attrs={"type": "date"}), **kwargs
    )


class UnitFilter(django_filters.ModelChoiceFilter):
    """A unit with everything below it."""

    def __init__(self, **kwargs):
        super().__init__(queryset=OrgUnit.objects.filter(is_active=True), label=_("Unit"), **kwargs)

    def filter(self, rows, value):
        return rows.filter(**{f"{self.field_name}__in": subtree(value)}) if value else rows


class CustomerFilter(PortalFilterSet):
    q = django_filters.CharFilter(label=_("Name or code"), method="named")
    type = django_filters.ChoiceFilter(label=_("Type"), choices=CustomerType)
    tier = django_filters.ChoiceFilter(label=_("Tier"), choices=Tier)
    relation = django_filters.ChoiceFilter(label=_("Relation"), choices=Relation)
    kind = django_filters.ChoiceFilter(label=_("Audience"), choices=Audience)
    region = django_filters.CharFilter(label=_("Region"), lookup_expr="istartswith")
    industry = django_filters.CharFilter(label=_("Industry"), lookup_expr="istartswith")
    unit = UnitFilter(field_name="unit")
    mine = django_filters.BooleanFilter(label=_("Kept by me"), method="kept_by_me")
    is_active = django_filters.BooleanFilter(label=_("In use"))

    class Meta:
        model = Customer
        fields = ("q", "type", "tier", "relation", "kind", "region", "industry", "unit", "mine", "is_active")

    def named(self, rows, name, value):
        return rows.named(value)

    def kept_by_me(self, rows, name, value):
        return rows.filter(owner=self.request.user) if value else rows.exclude(owner=self.request.user)


class ProjectFilter(PortalFilterSet):
    q = django_filters.CharFilter(label=_("Code"), field_name="code", lookup_expr="istartswith")
    state = django_filters.ChoiceFilter(label=_("State"), choices=ProjectState)
    starts_on = day_range(label=_("Starts on"))
    unit = UnitFilter(field_name="unit")
    mine = django_filters.BooleanFilter(label=_("Managed by me"), method="managed_by_me")
    customer = OfCustomer()

    class Meta:
        model = Project
        fields = ("q", "state", "starts_on", "unit", "mine", "customer")

    def managed_by_me(self, rows, name, value):
        return rows.filter(manager=self.request.user) if value else rows.exclude(manager=self.request.user)


class ServiceRecordFilter(PortalFilterSet):
    q = django_filters.CharFilter(label=_("Number"), field_name="number", lookup_expr="istartswith")
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=ServiceKind)
    priority = django_filters.ChoiceFilter(label=_("Priority"), choices=Priority)
    happened_on = day_range(label=_("Date"))
    unit = UnitFilter(field_name="unit")
    customer = OfCustomer()
    project = django_filters.ModelChoiceFilter(
        label=_("Project"),
        widget=forms.HiddenInput,
        queryset=lambda request: Project.objects.visible_to(request.user),
    )

    class Meta:
        model = ServiceRecord
        fields = ("q", "kind", "priority", "happened_on", "unit", "customer", "project")


class ServiceDueFilter(PortalFilterSet):
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=DueKind)
    due_on = day_range(label=_("Due on"))
    customer = OfCustomer()

    class Meta:
        model = ServiceDue
        fields = ("kind", "due_on", "customer")


class InteractionFilter(PortalFilterSet):
    channel = django_filters.ChoiceFilter(label=_("Channel"), choices=Channel)
    direction = django_filters.ChoiceFilter(label=_("Direction"), choices=Direction)
    started_at = day_range(label=_("When"))
    mine = django_filters.BooleanFilter(label=_("Logged by me"), method="logged_by_me")
    known = django_filters.BooleanFilter(
        label=_("Customer known"), field_name="customer", lookup_expr="isnull", exclude=True
    )
    unit = UnitFilter(field_name="unit")
    customer = OfCustomer()

    class Meta:
        model = Interaction
        fields = ("channel", "direction", "started_at", "mine", "known", "unit", "customer")

    def logged_by_me(self, rows, name, value):
        return rows.filter(agent=self.request.user) if value else rows.exclude(agent=self.request.user)


class FollowUpFilter(PortalFilterSet):
    """Without a word on it: what is pending and mine."""

    SCOPES = (("mine", _("Mine")), ("unit", _("Nobody's yet")), ("all", _("Everybody's")))
    STATES = (
        ("pending", _("Pending")),
        ("overdue", _("Overdue")),
        *FollowUpState.choices,
        ("any", _("In any state")),
    )

    scope = django_filters.ChoiceFilter(label=_("Whose"), choices=SCOPES, method="as_it_is")
    state = django_filters.ChoiceFilter(label=_("State"), choices=STATES, method="as_it_is")
    reason = django_filters.ChoiceFilter(label=_("Reason"), choices=FollowUpReason)
    due_at = day_range(label=_("Due"))
    customer = OfCustomer()

    class Meta:
        model = FollowUp
        fields = ("scope", "state", "reason", "due_at", "customer")

    def as_it_is(self, rows, name, value):
        return rows

    def filter_queryset(self, rows):
        chosen = self.form.cleaned_data
        return self.in_state(self.in_scope(super().filter_queryset(rows), chosen), chosen.get("state") or "pending")

    def in_scope(self, rows, chosen):
        default = "all" if chosen.get("customer") else selectors.first_scope(self.request.user)
        match chosen.get("scope") or default:
            case "mine":
                return rows.filter(owner=self.request.user)
            case "unit":
                return rows.filter(owner=None)
        return rows

    def in_state(self, rows, state):
        match state:
            case "pending":
                return rows.pending()
            case "overdue":
                return rows.overdue(timezone.now())
            case "any":
                return rows
        return rows.filter(state=state)
