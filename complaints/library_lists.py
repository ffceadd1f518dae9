"""Lists of the library, of meetings, case reports and feedback: filters and tables."""

import django_filters
import django_tables2 as tables
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.choices import CaseReportState, Category, Difficulty, EditionState, FeedbackState, LibraryKind
from complaints.models import CaseMeeting, CaseReport, FeedbackList, LibraryEdition, LibraryEntry
from complaints.names import category_name
from complaints.tables import NARROW
from core.forms import PortalFilterSet
from core.tables import NOWRAP, BadgeColumn, CodeColumn, DayColumn, NumberColumn, PortalTable
from customers.filters import UnitFilter, day_range
from customers.names import query_grams

LIBRARY_VIEWS = (
    ("shared", pgettext_lazy("library", "Shared")),
    ("unfinished", _("Not shared yet")),
    ("retired", pgettext_lazy("library", "Taken out")),
)


def entries(user):
    """What ``user`` may read of the library, each with the edition to show (``shown``), the newest first."""
    order = LibraryEdition.objects.select_related("prepared_by", "confirmed_by").order_by("-no")
    return LibraryEntry.objects.visible_to(user).prefetch_related(
        Prefetch("editions", order, to_attr="loaded"), "units"
    )


class LibraryFilter(PortalFilterSet):
    """Without a word on it: what is shared."""

    view = django_filters.ChoiceFilter(label=_("View"), choices=LIBRARY_VIEWS, method="as_it_is")
    q = django_filters.CharFilter(label=_("Words or number"), method="saying")
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=LibraryKind)
    category = django_filters.ChoiceFilter(label=pgettext_lazy("figures", "Type"), choices=Category)
    difficulty = django_filters.ChoiceFilter(label=_("Level of difficulty"), choices=Difficulty)
    unit = UnitFilter(field_name="units")

    class Meta:
        model = LibraryEntry
        fields = ("view", "q", "kind", "category", "difficulty", "unit")

    def as_it_is(self, rows, name, value):
        return rows

    def saying(self, rows, name, value):
        if value.upper().startswith("AL-"):
            return rows.filter(number__istartswith=value.strip())
        wanted = query_grams(value)
        found = LibraryEdition.objects.filter(words__contains=wanted)
        for word in value.split():
            found = found.filter(pk__in=self._with(word))
        if (self.form.cleaned_data.get("view") or "shared") == "shared":
            found = found.filter(state=EditionState.SHARED)
        return rows.filter(pk__in=found.values("entry")) if wanted else rows.none()

    @staticmethod
    def _with(word):
        """Pairs may stand apart from each other: the word itself is in one of the texts."""
        from django.db.models import Q

        said = Q()
        for name in ("title", *LibraryEdition.PARTS, "lesson"):
            said |= Q(**{f"{name}__icontains": word})
        return LibraryEdition.objects.filter(said).values("pk")

    def filter_queryset(self, rows):
        rows = super().filter_queryset(rows)
        view = self.form.cleaned_data.get("view") or "shared"
        states = {"shared": [EditionState.SHARED], "retired": [EditionState.RETIRED]}.get(
            view, EditionState.unfinished()
        )
        found = LibraryEdition.objects.filter(state__in=states)
        return rows.filter(pk__in=found.values("entry"))


class LibraryTable(PortalTable):
    number = CodeColumn(verbose_name=_("Number"))
    title = tables.Column(verbose_name=_("Title"), accessor="pk", orderable=False)
    kind = tables.Column(verbose_name=_("Kind"), accessor="get_kind_display", order_by="kind", attrs=NOWRAP)
    category = tables.Column(verbose_name=pgettext_lazy("figures", "Type"), default="–", attrs=NARROW)
    difficulty = BadgeColumn("difficulty_badge", verbose_name=_("Level of difficulty"), order_by="difficulty")
    units = tables.Column(verbose_name=_("Departments"), accessor="pk", orderable=False, empty_values=(), attrs=NARROW)
    state = tables.Column(verbose_name=_("State"), accessor="pk", orderable=False, attrs=NOWRAP)

    class Meta(PortalTable.Meta):
        model = LibraryEntry
        fields = ("number", "title", "kind", "category", "difficulty", "units", "state")
        empty_text = _("Nothing here. An entry begins on the page of a closed record, or with a cluster.")

    def render_title(self, record):
        return shown(record).title

    def render_category(self, value):
        return category_name(value)

    def render_units(self, record):
        return "、".join(str(unit) for unit in record.units.all()) or "–"

    def render_state(self, record):
        return EditionState(shown(record).state).label


def shown(entry):
    """The edition a list shows: the shared one, otherwise the newest."""
    return next((one for one in entry.loaded if one.state == EditionState.SHARED), entry.loaded[0])


class MeetingFilter(PortalFilterSet):
    held_on = day_range(label=_("Date"))

    class Meta:
        model = CaseMeeting
        fields = ("held_on",)


class MeetingTable(PortalTable):
    held_on = DayColumn(verbose_name=_("Date"))
    title = tables.Column(verbose_name=_("Title"))
    people = NumberColumn(verbose_name=_("Took part"))
    cases = NumberColumn(verbose_name=_("Entries"))

    class Meta(PortalTable.Meta):
        model = CaseMeeting
        fields = ("held_on", "title", "people", "cases")
        empty_text = _("No case meeting was held yet.")


class CaseReportFilter(PortalFilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=CaseReportState)

    class Meta:
        model = CaseReport
        fields = ("state",)


class CaseReportTable(PortalTable):
    number = CodeColumn(verbose_name=_("Number"), default="–")
    period = tables.Column(verbose_name=_("Period"), order_by="period__starts_on")
    state = BadgeColumn("state_badge", verbose_name=_("State"), order_by="state")
    figures_at = DayColumn(verbose_name=_("Figures of"))
    issued_at = DayColumn(verbose_name=_("Issued"), default="–")

    class Meta(PortalTable.Meta):
        model = CaseReport
        fields = ("number", "period", "state", "figures_at", "issued_at")
        empty_text = _("The first case report is drafted when a month with complaints has ended.")


class FeedbackFilter(PortalFilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=FeedbackState)
    unit = UnitFilter(field_name="unit")

    class Meta:
        model = FeedbackList
        fields = ("state", "unit")


class FeedbackTable(PortalTable):
    title = tables.Column(verbose_name=_("Theme"))
    unit = tables.Column(verbose_name=_("Handed to"), order_by="unit__path")
    records = NumberColumn(verbose_name=_("Records"))
    state = BadgeColumn("state_badge", verbose_name=_("State"), order_by="state")
    handed_at = DayColumn(verbose_name=_("Handed over"), default="–")

    class Meta(PortalTable.Meta):
        model = FeedbackList
        fields = ("title", "unit", "records", "state", "handed_at")
        empty_text = _("Nothing was handed over yet. A list begins with a cluster, or with what customers suggest.")
