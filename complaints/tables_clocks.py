"""Who carries what, as a table."""

from urllib.parse import urlencode

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from complaints.choices import ClockState
from core.tables import NumberColumn, PortalTable


def rows_url(carrier, **more):
    """The ledger narrowed to what a carrier has."""
    query = {"view": "open", **more}
    if carrier.unit:
        query["unit"] = carrier.unit.pk
    query |= {"person": carrier.handler.pk} if carrier.handler else {"handler": "-"}
    return f"{reverse('complaints:list')}?{urlencode(query)}"


class PlaceColumn(NumberColumn):
    """How many records stand in one place; a number leads to them."""

    def __init__(self, state):
        super().__init__(verbose_name=state.label, accessor="counts", orderable=False, empty_values=())
        self.place = state

    def render(self, record):
        n = record.counts.get(self.place.value, 0)
        if not n:
            return "–"
        tone = "badge is-danger" if self.place == ClockState.OVERDUE else ""
        return format_html('<a class="{}" href="{}">{}</a>', tone, rows_url(record, place=self.place.value), n)


class CarrierTable(PortalTable):
    unit = tables.Column(verbose_name=_("Unit"), default=_("No unit yet"), orderable=False, accessor="unit")
    handler = tables.Column(verbose_name=_("Handled by"), default=_("Nobody yet"), orderable=False, accessor="handler")
    overdue = PlaceColumn(ClockState.OVERDUE)
    today = PlaceColumn(ClockState.TODAY)
    tomorrow = PlaceColumn(ClockState.TOMORROW)
    later = PlaceColumn(ClockState.LATER)
    paused = PlaceColumn(ClockState.PAUSED)
    waiting = PlaceColumn(ClockState.WAITING)
    answered = PlaceColumn(ClockState.ANSWERED)
    total = NumberColumn(verbose_name=_("Together"), accessor="total", orderable=False)

    class Meta(PortalTable.Meta):
        fields = ("unit", "handler", "overdue", "today", "tomorrow", "later", "paused", "waiting", "answered", "total")
        empty_text = _("Nothing is open.")
        orderable = False

    @staticmethod
    def row_url(record):
        return ""
