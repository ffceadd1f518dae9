import django_filters
import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from core.forms import PortalFilterSet
from core.periods import label
from core.tables import BadgeColumn, PortalTable
from reports.choices import ReportState
from reports.models import Report


class ReportFilter(PortalFilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=ReportState)

    class Meta:
        model = Report
        fields = ("state",)


class ReportTable(PortalTable):
    period = tables.Column(verbose_name=_("Period"), order_by="period__starts_on")
    number = tables.Column(verbose_name=_("Number"), default="–")
    state = BadgeColumn("state_badge", verbose_name=_("State"), order_by="state")
    figures_at = tables.DateColumn(verbose_name=_("Figures of"), short=True)
    reviewer = tables.Column(verbose_name=_("Reviewed by"), default="–", orderable=False)
    issued_at = tables.DateColumn(verbose_name=_("Issued"), default="–", short=True)

    class Meta(PortalTable.Meta):
        model = Report
        fields = ("period", "number", "state", "figures_at", "reviewer", "issued_at")
        empty_text = _(
            "No report yet. The portal drafts one after day 28 of each quarter's last month, or draw one up now."
        )

    def render_period(self, record):
        return label(record.period)
