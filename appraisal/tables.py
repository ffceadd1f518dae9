"""Lists of appraisal: one class each for the screen and every export."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from appraisal.models import Appeal, AppraisalCycle, SchemeVersion
from core.tables import BadgeColumn, NumberColumn, PortalTable
from customers.tables import DayColumn


class CycleTable(PortalTable):
    period = tables.Column(verbose_name=_("Period"), order_by="period__starts_on")
    state = BadgeColumn("state_badge", verbose_name=_("State"), order_by="state")
    scheme = tables.Column(verbose_name=_("Scheme"), accessor="scheme_version", orderable=False)
    units = NumberColumn(verbose_name=_("Units"), accessor="units_n", order_by="units_n")
    ratings_due = DayColumn(verbose_name=_("Ratings due"))
    objections_until = DayColumn(verbose_name=_("Objections until"), default="–")
    published_at = DayColumn(verbose_name=_("Published"), default="–")

    class Meta(PortalTable.Meta):
        model = AppraisalCycle
        fields = ("period", "state", "scheme", "units", "ratings_due", "objections_until", "published_at")
        order_by = "-period"
        empty_text = _("No appraisal yet. Have a scheme approved, then prepare the cycle of a quarter.")


class SchemeTable(PortalTable):
    scheme = tables.Column(verbose_name=_("Scheme"), accessor="scheme", order_by="scheme__pk")
    no = NumberColumn(verbose_name=_("Version"))
    state = BadgeColumn("state_badge", verbose_name=_("State"), order_by="state")
    author = tables.Column(verbose_name=_("Written by"), order_by="author__name_key")
    approved_by = tables.Column(verbose_name=_("Approved by"), default="–", order_by="approved_by__name_key")
    approved_at = DayColumn(verbose_name=_("Approved"), default="–")

    class Meta(PortalTable.Meta):
        model = SchemeVersion
        fields = ("scheme", "no", "state", "author", "approved_by", "approved_at")
        empty_text = _("No scheme yet. A new one begins with the usual mix, grades and weights.")


class AppealTable(PortalTable):
    unit = tables.Column(verbose_name=_("Unit"), accessor="sheet__unit", order_by="sheet__unit__path")
    period = tables.Column(
        verbose_name=_("Period"), accessor="sheet__cycle__period", order_by="sheet__cycle__period__starts_on"
    )
    line = tables.Column(verbose_name=_("Line"), accessor="line_name", orderable=False)
    state = BadgeColumn("state_badge", verbose_name=_("State"), order_by="state")
    raised_by = tables.Column(verbose_name=_("Raised by"), order_by="raised_by__name_key")
    decided_by = tables.Column(verbose_name=_("Decided by"), default="–", order_by="decided_by__name_key")
    decided_at = DayColumn(verbose_name=_("Decided"), default="–")

    class Meta(PortalTable.Meta):
        model = Appeal
        fields = ("unit", "period", "line", "state", "raised_by", "decided_by", "decided_at")
        empty_text = _("Nobody has objected to a result.")


class RowTable(PortalTable):
    """The records behind a figure (selectors.evidence.Row)."""

    number = tables.Column(verbose_name=_("Record"), orderable=False, attrs={"td": {"class": "mono"}})
    title = tables.Column(verbose_name=_("About"), orderable=False, default="–")
    day = DayColumn(verbose_name=_("Day"), orderable=False, default="–")
    counted = tables.Column(verbose_name=_("In the numerator"), orderable=False)

    class Meta:
        attrs = {"class": "table"}
        template_name = "components/table.html"
        empty_text = _("No record stands behind this figure.")
        order_by = ()

    @staticmethod
    def row_url(record):
        return record.url

    def render_counted(self, value):
        return _("yes") if value else _("no")

    value_counted = render_counted
