"""List of the imports of past ledgers."""

import django_filters
import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from complaints.choices import PastState
from complaints.models import PastImport
from core.forms import PortalFilterSet
from core.tables import BadgeColumn, DayColumn, NumberColumn, PortalTable


class PastImportFilter(PortalFilterSet):
    q = django_filters.CharFilter(label=_("Name of the old ledger"), field_name="ledgers", lookup_expr="icontains")
    state = django_filters.ChoiceFilter(label=_("State"), choices=PastState)

    class Meta:
        model = PastImport
        fields = ("q", "state")


class PastImportTable(PortalTable):
    ledgers = tables.Column(verbose_name=_("Old ledger"), orderable=False, attrs={"td": {"class": "cut"}})
    rows_n = NumberColumn(verbose_name=_("Records"), accessor="rows", order_by="rows")
    first_on = DayColumn(verbose_name=_("Oldest of"))
    last_on = DayColumn(verbose_name=_("Newest of"))
    by = tables.Column(verbose_name=_("Imported by"), order_by="by__name_key")
    at = DayColumn(verbose_name=_("Imported"))
    state = BadgeColumn("state_badge", verbose_name=_("State"), order_by="state")

    class Meta(PortalTable.Meta):
        model = PastImport
        fields = ("ledgers", "rows_n", "first_on", "last_on", "by", "at", "state")
        empty_text = _("Nothing here. Ledgers that were kept before the portal are imported as workbooks.")
