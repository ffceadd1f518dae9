"""What the ledger can be narrowed by."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.selectors import units_of
from complaints.choices import Category, Kind, MailState, Severity, State
from complaints.figure_filter import FigureFilter
from complaints.models import Complaint, MailItem
from core.forms import PortalFilterSet
from customers.choices import Channel
from customers.filters import OfCustomer, UnitFilter, day_range

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

    view = django_filters.ChoiceFilter(label=_("View"), choices=VIEWS, method="as_it_is")
    q = django_filters.CharFilter(label=_("Number, subject, exact name or phone"), method="search")
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Kind)
    state = django_filters.ChoiceFilter(label=_("State"), choices=State)
    category = django_filters.ChoiceFilter(label=_("Category"), choices=Category)
    severity = django_filters.ChoiceFilter(label=_("Severity"), choices=Severity)
    channel = django_filters.ChoiceFilter(label=_("Channel"), choices=Channel)
    unit = UnitFilter(field_name="unit")
    received_at = day_range(label=_("Received"))
    breached = django_filters.BooleanFilter(label=_("A clock was not kept"), method="not_kept")
    customer = OfCustomer()
    figure = FigureFilter()

    class Meta:
        model = Complaint
        fields = (
            "view", "q", "kind", "state", "category", "severity", "channel", "unit", "received_at", "breached", "customer",
            "figure",
        )  # fmt: skip

    def as_it_is(self, rows, name, value):
        return rows

    def search(self, rows, name, value):
        found = Q(number__istartswith=value) | Q(title__icontains=value)
        people = Complaint.objects.none()
        for given in ({"name": value}, {"phone": value}, {"email": value}):
            people = people | Complaint.objects.with_complainant(**given)
        return rows.filter(found | Q(pk__in=people.values("pk")))

    def not_kept(self, rows, name, value):
        breached = Complaint.objects.breached().values("pk")
        return rows.filter(pk__in=breached) if value else rows.exclude(pk__in=breached)

    def filter_queryset(self, rows):
        chosen = self.form.cleaned_data
        rows = super().filter_queryset(rows)
        narrowed = any(chosen.get(name) for name in ("state", "customer", "q", "received_at", "figure"))
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
