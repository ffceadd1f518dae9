"""What the ledger can be narrowed by."""

import django_filters
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.selectors import units_of
from complaints.choices import CodeList, Kind, MailState, Nature, Priority, Severity, State, Verdict
from complaints.figure_filter import FigureFilter
from complaints.filters_clocks import PersonFilter, PlaceFilter
from complaints.filters_past import PastImportFilter
from complaints.models import Complaint, Cycle, MailItem
from complaints.selectors import code_lists
from complaints.selectors.search import search
from core.forms import PortalFilterSet
from customers.choices import Channel, Tier
from customers.filters import OfCustomer, UnitFilter, day_range

CLOCKS = (
    ("late", _("Overdue")),
    ("today", _("Due today")),
    ("running", _("Running")),
    ("kept", _("Answered in time")),
    ("not_kept", _("Not in time")),
)
NARROWING = (
    "figure", "state", "customer", "q", "received_at", "closed_at", "breached", "clock", "handler", "verdict", "tier", "repeat", "again",
    "origin", "batch",
)  # fmt: skip
ORIGINS = (("own", _("The portal")), ("past", _("A past ledger")))
COMMON_CAP = 100  # a word that is everywhere is counted no further
VIEWS = (
    ("open", pgettext_lazy("complaint", "Open")),
    ("mine", _("Mine")),
    ("unit", _("My units")),
    ("overdue", _("Overdue")),
    ("review", _("To be reviewed")),
    ("call_back", _("To be called back")),
    ("all", _("All")),
)


class ComplaintFilter(PortalFilterSet):
    """Without a word on it: what is open."""

    count_cap = None
    view = django_filters.ChoiceFilter(label=_("View"), choices=VIEWS, method="as_it_is")
    q = django_filters.CharFilter(label=_("Words, number, exact name or phone"), method="search")
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Kind)
    state = django_filters.ChoiceFilter(label=_("State"), choices=State)
    category = django_filters.ChoiceFilter(label=_("Category"), choices=CodeList.CATEGORY.own.choices)
    severity = django_filters.ChoiceFilter(label=_("Severity"), choices=Severity)
    priority = django_filters.ChoiceFilter(label=_("Priority"), choices=Priority)
    channel = django_filters.ChoiceFilter(label=_("Channel"), choices=Channel)
    unit = UnitFilter(field_name="unit")
    handler = django_filters.CharFilter(label=_("Handler's name"), method="handled_by")
    clock = django_filters.ChoiceFilter(label=pgettext_lazy("ledger", "Clock"), choices=CLOCKS, method="by_clock")
    nature = django_filters.ChoiceFilter(label=_("Nature"), choices=Nature)
    verdict = django_filters.ChoiceFilter(label=_("Responsibility"), choices=Verdict, field_name="cycle__verdict")
    tier = django_filters.ChoiceFilter(label=_("Customer tier"), choices=Tier, field_name="customer__tier")
    repeat = django_filters.BooleanFilter(
        label=_("Repeats an earlier one"), field_name="repeat_of", lookup_expr="isnull", exclude=True
    )
    again = django_filters.BooleanFilter(label=_("Handled more than once"), method="handled_again")
    received_at = day_range(label=_("Received"))
    closed_at = day_range(label=_("Closed"), method="ended_between")
    breached = django_filters.BooleanFilter(label=_("A clock was not kept"), method="not_kept")
    origin = django_filters.ChoiceFilter(label=_("Comes from"), choices=ORIGINS, method="from_where")
    batch = PastImportFilter()
    place = PlaceFilter()
    person = PersonFilter()
    customer = OfCustomer()
    figure = FigureFilter()

    class Meta:
        model = Complaint
        fields = (
            "view", "q", "kind", "state", "category", "severity", "priority", "nature", "channel", "unit", "handler", "clock",
            "breached", "verdict", "tier", "repeat", "again", "received_at", "closed_at", "origin", "batch", "place", "person",
            "customer", "figure",
        )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.form.fields["category"].choices = [("", "---------"), *code_lists.every(CodeList.CATEGORY)]

    def as_it_is(self, rows, name, value):
        return rows

    def search(self, rows, name, value):
        rows, is_common = search(rows, value)
        self.count_cap = COMMON_CAP if is_common else None
        return rows

    def not_kept(self, rows, name, value):
        breached = Exists(Cycle.objects.not_kept().filter(complaint=OuterRef("pk")))
        return rows.filter(breached) if value else rows.filter(~breached).exclude(state=State.PAST)

    def ended_between(self, rows, name, value):
        """By the end of the cycle; of records of past ledgers, where those are asked for, by the day that stands there."""
        is_past = self.form.cleaned_data.get("origin") == "past" or self.form.cleaned_data.get("batch")
        for end, moment in (("gte", value.start), ("lte", value.stop)):
            if moment is not None:
                rows = rows.filter(**(
                    {f"past__closed_on__{end}": timezone.localdate(moment)} if is_past else {f"cycle__closed_at__{end}": moment}
                ))  # fmt: skip
        return rows

    def from_where(self, rows, name, value):
        """A record of a past ledger has no cycle, also when its import was taken back."""
        return rows.filter(state=State.PAST) if value == "past" else rows.filter(cycle__isnull=False)

    def handled_by(self, rows, name, value):
        """By a part of the name; "-" finds what nobody handles."""
        if value.strip() in ("-", "－", "无"):
            return rows.filter(handler=None)
        named = Q(name_zh__icontains=value) | Q(name_en__icontains=value)
        return rows.filter(handler__in=list(User.objects.filter(named).values_list("pk", flat=True)[:200]))

    def handled_again(self, rows, name, value):
        return rows.filter(cycle__n__gt=1) if value else rows.filter(cycle__n=1)

    def by_clock(self, rows, name, value):
        if value == "late":
            return rows.overdue()
        if value in ("today", "running"):
            cycles = Cycle.objects.running()
            if value == "today":
                now = timezone.now()
                cycles = cycles.due_between(
                    now, timezone.localtime(now).replace(hour=23, minute=59, second=59, microsecond=999999)
                )
            return rows.open().filter(pk__in=cycles.values("complaint"))
        breached = Exists(Cycle.objects.not_kept().filter(pk=OuterRef("cycle")))
        return rows.filter(breached) if value == "not_kept" else rows.filter(~breached, cycle__replied_at__isnull=False)

    def filter_queryset(self, rows):
        chosen = self.form.cleaned_data
        rows = super().filter_queryset(rows)
        narrowed = any(chosen.get(name) not in (None, "") for name in NARROWING)
        match chosen.get("view") or ("all" if narrowed else "open"):
            case "open":
                return rows.open()
            case "mine":
                return rows.open().filter(handler=self.request.user).exclude(state=State.REPLIED)
            case "unit":
                return rows.open().filter(unit__in=list(units_of(self.request.user)))
            case "overdue":
                return rows.overdue()
            case "review":
                return rows.filter(state=State.REVIEW)
            case "call_back":
                return rows.filter(state=State.REPLIED)
        return rows


MAIL_VIEWS = (
    ("new", MailState.NEW.label),
    ("open", MailState.OPEN.label),
    ("interim", MailState.INTERIM.label),
    ("overdue", _("Overdue")),
    ("all", _("Archive")),
)


class MailFilter(PortalFilterSet):
    """Without a word on it: what nobody has taken. A search goes through the whole archive (DSK-06)."""

    view = django_filters.ChoiceFilter(label=_("View"), choices=MAIL_VIEWS, method="as_it_is")
    q = django_filters.CharFilter(label=_("Words, number or exact address"), method="search")
    state = django_filters.ChoiceFilter(label=_("State"), choices=MailState)
    received_at = day_range(label=_("Received"))
    late = django_filters.BooleanFilter(label=_("Not answered in time"), field_name="breached_at", method="not_in_time")

    class Meta:
        model = MailItem
        fields = ("view", "q", "state", "received_at", "late")

    def as_it_is(self, rows, name, value):
        return rows

    def search(self, rows, name, value):
        if "@" in value:
            return rows.from_address(value)
        if value[:3].upper() in {f"{kind.prefix}-" for kind in Kind}:
            return rows.filter(complaint__number__istartswith=value.strip())
        return rows.saying(value)

    def not_in_time(self, rows, name, value):
        return rows.filter(breached_at__isnull=not value)

    def filter_queryset(self, rows):
        chosen = self.form.cleaned_data
        rows = super().filter_queryset(rows)
        narrowed = any(chosen.get(name) for name in ("q", "state", "received_at")) or chosen.get("late") is not None
        match chosen.get("view") or ("all" if narrowed else "new"):
            case "new":
                return rows.untaken()
            case "open":
                return rows.filter(state=MailState.OPEN)
            case "interim":
                return rows.filter(state=MailState.INTERIM)
            case "overdue":
                return rows.overdue()
        return rows
