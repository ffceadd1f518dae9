"""What lists of supervision can be narrowed by."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.forms import PortalFilterSet
from customers.filters import UnitFilter, day_range
from improvements.choices_supervision import Focus, InspectionState, NoticeState, Severity
from improvements.models import Inspection, Observation, RectificationNotice


def named(rows, name, value):
    return rows.filter(Q(number__icontains=value) | Q(title__icontains=value))


class InspectionFilter(PortalFilterSet):
    q = django_filters.CharFilter(label=_("Number or title"), method="named")
    state = django_filters.ChoiceFilter(label=_("State"), choices=InspectionState)
    unit = UnitFilter(field_name="unit")
    ends_on = day_range(label=_("Looked at until"))

    class Meta:
        model = Inspection
        fields = ("q", "state", "unit", "ends_on")

    named = staticmethod(named)


class ObservationFilter(PortalFilterSet):
    USES = (("free", _("In no notice yet")), ("used", _("In a notice")))

    q = django_filters.CharFilter(label=_("Problem"), field_name="title", lookup_expr="icontains")
    focus = django_filters.ChoiceFilter(label=_("Focus item"), choices=Focus)
    severity = django_filters.ChoiceFilter(label=_("Severity"), choices=Severity)
    unit = UnitFilter(field_name="unit")
    notice = django_filters.ChoiceFilter(label=_("Notice"), choices=USES, method="in_notice")

    class Meta:
        model = Observation
        fields = ("q", "focus", "severity", "unit", "notice")

    def in_notice(self, rows, name, value):
        return rows.free() if value == "free" else rows.exclude(notice_item=None)


class NoticeFilter(PortalFilterSet):
    """Without a word on it: what has not ended."""

    STATES = (("pending", _("Not ended")), ("overdue", _("Overdue")), *NoticeState.choices, ("any", _("In any state")))

    q = django_filters.CharFilter(label=_("Number or title"), method="named")
    state = django_filters.ChoiceFilter(label=_("State"), choices=STATES, method="as_it_is")
    unit = UnitFilter(field_name="unit")
    issued_at = day_range(label=_("Issued"))
    due_at = day_range(label=_("Due (first round)"))

    class Meta:
        model = RectificationNotice
        fields = ("q", "state", "unit", "issued_at", "due_at")

    named = staticmethod(named)

    def as_it_is(self, rows, name, value):
        return rows

    def filter_queryset(self, rows):
        rows = super().filter_queryset(rows)
        match self.form.cleaned_data.get("state") or "pending":
            case "pending":
                return rows.exclude(state=NoticeState.CLOSED)
            case "overdue":
                return rows.overdue()
            case "any":
                return rows
            case state:
                return rows.filter(state=state)
