"""Lists of calls: one class each for the screen and every file."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.i18n import pick
from core.tables import NOWRAP, BadgeColumn, CodeColumn, DayColumn, NumberColumn, PortalTable
from fieldwork.models import CallRule, CallTask


class CallTable(PortalTable):
    """What is to be called, and what was."""

    number = CodeColumn(verbose_name=pgettext_lazy("noun", "Call"), accessor="number", order_by="pk")
    customer = tables.Column(verbose_name=_("Customer"), order_by="customer__name_key")
    contact = tables.Column(
        attrs=NOWRAP, verbose_name=_("Contact person"), accessor="contact__masked_name", orderable=False
    )
    rule = tables.Column(verbose_name=_("Why"), orderable=False)
    priority = tables.Column(verbose_name=_("Priority"), default="–")
    state = BadgeColumn("state_badge", verbose_name=_("State"), order_by="state")
    next_at = DayColumn(verbose_name=_("Call at"))
    attempts_n = NumberColumn(verbose_name=_("Attempts"))
    owner = tables.Column(verbose_name=_("Caller"), order_by="owner__name_key", default="–")

    class Meta(PortalTable.Meta):
        model = CallTask
        fields = ("number", "customer", "contact", "rule", "priority", "state", "next_at", "attempts_n", "owner")
        order_by = "next_at"
        empty_text = _("No call matches. Lists are drawn up every morning from the rules in use.")


class LedgerTable(PortalTable):
    """The ledger of a day: what describes the service comes from its record (TEL-03), the rest from the call."""

    day = DayColumn(verbose_name=_("Day"), accessor="list__day", order_by="list__day")
    number = CodeColumn(verbose_name=pgettext_lazy("noun", "Call"), accessor="number", order_by="pk")
    customer = tables.Column(verbose_name=_("Customer"), order_by="customer__name_key")
    contact = tables.Column(
        attrs=NOWRAP, verbose_name=_("Contact person"), accessor="contact__masked_name", orderable=False
    )
    service = CodeColumn(
        verbose_name=_("Service record"), accessor="service_record__number", default="–", orderable=False
    )
    service_name = tables.Column(verbose_name=_("Service"), accessor="service_record", default="–", orderable=False)
    priority = tables.Column(verbose_name=_("Priority"), default="–")
    unit = tables.Column(
        verbose_name=_("Unit"), accessor="service_record__unit", default="–", orderable=False, visible=False
    )
    staff = tables.Column(verbose_name=_("Served by"), accessor="service_record__staff", default="–", orderable=False)
    served_on = DayColumn(
        verbose_name=_("Served on"), accessor="service_record__happened_on", default="–", orderable=False, visible=False
    )
    subject = CodeColumn(verbose_name=_("Of what"), accessor="service_due__subject", default="–", orderable=False)
    due_on = DayColumn(verbose_name=_("Due on"), accessor="service_due__due_on", default="–", orderable=False)
    state = BadgeColumn("state_badge", verbose_name=_("State"), order_by="state")
    attempts_n = NumberColumn(verbose_name=_("Attempts"), visible=False)
    satisfaction = BadgeColumn(
        "satisfaction_badge", verbose_name=_("Satisfaction"), order_by="satisfaction", default="–"
    )
    lapse_reason = tables.Column(
        verbose_name=_("Reason for not coming"), accessor="get_lapse_reason_display", default="–", orderable=False
    )
    booked_on = DayColumn(verbose_name=_("Comes on"), default="–")
    note = tables.Column(verbose_name=_("What was said"), default="–", orderable=False)
    follow_up = CodeColumn(verbose_name=_("Follow-up"), accessor="follow_up__number", default="–", orderable=False)
    owner = tables.Column(verbose_name=_("Caller"), order_by="owner__name_key", default="–")
    closed_at = DayColumn(verbose_name=_("Called at"), default="–")

    class Meta(PortalTable.Meta):
        model = CallTask
        fields = (
            "day", "number", "customer", "contact", "service", "service_name", "priority", "unit", "staff", "served_on",
            "subject", "due_on", "state", "attempts_n", "satisfaction", "lapse_reason", "booked_on", "note", "follow_up",
            "owner", "closed_at",
        )  # fmt: skip
        order_by = ("-day", "number")
        empty_text = _("No call in these days.")

    def render_service_name(self, record):
        return pick(record.service_record, "name") or "–"

    value_service_name = render_service_name

    def render_note(self, value):
        return value if len(value) <= 80 else value[:80] + "…"

    def value_note(self, value):
        return value


class RuleTable(PortalTable):
    code = CodeColumn(verbose_name=_("Code"))
    name = tables.Column(verbose_name=_("Call list"), accessor="name", orderable=False)
    kind = tables.Column(verbose_name=_("Whom"), accessor="get_kind_display", orderable=False)
    ledger = tables.Column(verbose_name=_("Ledger"), accessor="get_ledger_display", orderable=False)
    wave = tables.Column(verbose_name=_("Script"), default="–", orderable=False)
    waiting_n = NumberColumn(verbose_name=_("To be called"), orderable=False)
    is_active = tables.BooleanColumn(verbose_name=_("In use"), orderable=False)

    class Meta(PortalTable.Meta):
        model = CallRule
        fields = ("code", "name", "kind", "ledger", "wave", "waiting_n", "is_active")
        empty_text = _(
            "No rule yet. A rule says whom to call, when and with which script; the portal draws up the lists."
        )
