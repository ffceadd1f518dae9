"""The ledger as a list: one class for the screen and every file (CMP-09, 10)."""

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.models import Complaint, MailItem
from core import moments
from core.tables import NOWRAP, BadgeColumn, CodeColumn, DayColumn, NumberColumn, PortalTable
from core.templatetags.ui import due_html

NARROW = {"td": {"class": "narrow"}}  # words wrap, so that subject and due time keep their room


class ClockColumn(tables.Column):
    """The clock that runs out first; of an answered record whether its clocks were kept."""

    def __init__(self, **kwargs):
        kwargs.setdefault("attrs", {"td": {"class": "when"}, "th": {"class": "when"}})
        super().__init__(**kwargs)

    def render(self, record, table):
        cycle = record.cycle
        if cycle is None:  # of a past ledger: nothing was promised
            return "–"
        if cycle.due_at:
            return due_html(table.context or {}, at=cycle.due_at, left=cycle.elapsed_left, original=cycle.original_due)
        if cycle.is_paused:
            return due_html(table.context or {}, at=None, left=cycle.paused_remaining, stopped=_("Paused"))
        if cycle.is_breached:
            return format_html('<span class="badge is-danger">{}</span>', _("not in time"))
        shown = moments.text(cycle.replied_at) if cycle.replied_at else "—"
        return format_html('<span class="ink3">{}</span>', shown)

    def value(self, record, **kwargs):
        at = record.cycle.due_at if record.cycle else None
        return moments.local(at).replace(tzinfo=None) if at else None


class ComplaintTable(PortalTable):
    number = CodeColumn(verbose_name=_("Number"))
    kind = tables.Column(verbose_name=_("Kind"), accessor="get_kind_display", order_by="kind", attrs=NOWRAP)
    title = tables.Column(verbose_name=_("About"), orderable=False, attrs={"td": {"class": "cut"}})
    text = tables.Column(verbose_name=pgettext_lazy("complaint", "What was said"), orderable=False, visible=False)
    who = tables.Column(verbose_name=_("Complainant"), accessor="who", orderable=False, attrs=NARROW)
    channel = tables.Column(
        verbose_name=_("Channel"), accessor="get_channel_display", order_by="channel", visible=False
    )
    received_at = DayColumn(verbose_name=_("Received"))
    registered_at = DayColumn(verbose_name=_("Registered"), visible=False)
    receiver = tables.Column(
        verbose_name=_("Received by"),
        accessor="told_receiver",
        order_by="receiver__name_key",
        default=_("Customer's form"),
        attrs=NARROW,
    )
    category = tables.Column(
        verbose_name=_("Category"), accessor="get_category_display", order_by="category", default="–", visible=False
    )
    severity = tables.Column(
        verbose_name=_("Severity"), accessor="get_severity_display", order_by="severity", default="–", visible=False
    )
    priority = BadgeColumn(
        "priority_badge", verbose_name=_("Priority"), order_by="priority", visible=False, default="–"
    )
    responsible = tables.Column(
        verbose_name=_("Unit and handler"),
        accessor="responsible",
        order_by="unit__path",
        default=_("Nobody yet"),
        attrs=NARROW,
    )
    state = BadgeColumn("state_badge", verbose_name=_("Progress"), order_by="state")
    result = tables.Column(verbose_name=_("Result"), accessor="result", orderable=False, default="–", attrs=NARROW)
    cycle_n = NumberColumn(verbose_name=_("Cycle"), accessor="cycle__n", visible=False)
    response_due = DayColumn(verbose_name=_("First response due"), accessor="cycle__response_due", visible=False)
    first_response_at = DayColumn(verbose_name=_("First response"), accessor="cycle__first_response_at", visible=False)
    result_due = DayColumn(verbose_name=_("Result due"), accessor="cycle__result_due", visible=False)
    replied_at = DayColumn(
        verbose_name=_("Replied"), accessor="told_replied_at", order_by="cycle__replied_at", visible=False
    )
    late = tables.BooleanColumn(verbose_name=_("A clock was not kept"), accessor="cycle__is_breached", visible=False)
    due = ClockColumn(verbose_name=_("Due"), accessor="cycle__due_at", order_by="cycle__result_due", empty_values=())

    class Meta(PortalTable.Meta):
        model = Complaint
        fields = (
            "number", "kind", "title", "text", "who", "channel", "received_at", "registered_at", "receiver", "category",
            "severity", "priority", "responsible", "state", "result", "cycle_n", "response_due", "first_response_at", "result_due",
            "replied_at", "late", "due",
        )  # fmt: skip
        empty_text = _(
            "Nothing here. What customers say on the phone, by mail or on the public page is registered once."
        )

    def value_late(self, value):
        return _("Yes") if value else _("No")


class LedgerPaper(ComplaintTable):
    """The ledger on paper: the regulation's columns, as many as a sheet holds."""

    class Meta(ComplaintTable.Meta):
        exclude = (
            "text", "channel", "registered_at", "category", "severity", "priority", "cycle_n", "response_due", "first_response_at",
            "result_due", "replied_at", "late",
        )  # fmt: skip


class MailDueColumn(tables.TemplateColumn):
    """When the answer is due; of an answered mail whether it was in time."""

    def __init__(self, **kwargs):
        kwargs.setdefault("attrs", {"td": {"class": "when"}, "th": {"class": "when"}})
        super().__init__(template_code='{% include "complaints/mail_due_cell.html" %}', **kwargs)

    def value(self, record, **kwargs):
        return moments.local(record.answer_due).replace(tzinfo=None)


class MailTable(PortalTable):
    received_at = DayColumn(verbose_name=_("Received"))
    subject = tables.Column(
        verbose_name=pgettext_lazy("mail", "Subject"),
        accessor="shown_subject",
        order_by="subject",
        attrs={"td": {"class": "cut"}},
    )
    who = tables.Column(verbose_name=pgettext_lazy("mail", "From"), accessor="who", orderable=False, attrs=NARROW)
    number = CodeColumn(verbose_name=_("Record"), accessor="number", orderable=False, default="–")
    state = BadgeColumn("state_badge", verbose_name=_("State"), order_by="state")
    taken_by = tables.Column(verbose_name=_("Taken by"), orderable=False, default="–", visible=False)
    answered_at = DayColumn(verbose_name=_("Answered"), visible=False)
    due = MailDueColumn(verbose_name=_("Due"), accessor="answer_due", order_by="answer_due", empty_values=())

    class Meta(PortalTable.Meta):
        model = MailItem
        fields = ("received_at", "subject", "who", "number", "state", "taken_by", "answered_at", "due")
        empty_text = _("Nothing here. Mails that nobody has taken yet wait here; the archive holds all of them.")
