"""Lists of calls, visits and plans: one class each for the screen and every file."""

import django_tables2 as tables
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from core.i18n import pick
from core.tables import NOWRAP, BadgeColumn, CodeColumn, DayColumn, NumberColumn, PortalTable
from fieldwork.choices import MeetingState
from fieldwork.models import CallRule, CallTask, Meeting, VisitPlan, VisitPlanLine
from fieldwork.selectors import visits


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


class MeetingTable(PortalTable):
    """What visits and groups show alike. The report stands here as its number of versions, never with its words."""

    starts_at = DayColumn(verbose_name=_("Begins"))
    number = CodeColumn(verbose_name=_("Number"), accessor="number", order_by="pk")
    minutes = NumberColumn(verbose_name=_("Minutes"), visible=False)
    state = BadgeColumn("state_badge", verbose_name=_("State"), order_by="state")
    lead = tables.Column(verbose_name=_("Leader"), order_by="lead__name_key")
    unit = tables.Column(verbose_name=_("Unit"), orderable=False)
    report = tables.Column(verbose_name=_("Report"), accessor="reports_n", orderable=False)

    class Meta(PortalTable.Meta):
        model = Meeting
        fields = ()

    def render_report(self, value, record):
        """Written, owed since it took place, or not due yet."""
        if value:
            return "✓"
        return pgettext("report", "owed") if record.state == MeetingState.HELD else "–"

    def value_report(self, value, record):
        return self.render_report(value, record)


class VisitTable(MeetingTable):
    customer = tables.Column(verbose_name=_("Customer"), order_by="customer__name_key")
    form = tables.Column(verbose_name=_("Form of visit"), accessor="get_form_display", orderable=False)
    purpose = tables.Column(verbose_name=_("Purpose"), orderable=False, visible=False)

    class Meta(MeetingTable.Meta):
        fields = ("starts_at", "number", "customer", "form", "purpose", "minutes", "state", "lead", "unit", "report")
        sequence = fields
        order_by = "starts_at"
        empty_text = _("No visit matches. Visits are booked from the lines of a visit plan or directly.")


class GroupTable(MeetingTable):
    title = tables.Column(verbose_name=_("Topic"), orderable=False)
    kind = tables.Column(verbose_name=_("Kind"), accessor="get_kind_display", orderable=False)
    shared_need = tables.Column(verbose_name=_("Shared need or industry"), orderable=False, default="–")

    class Meta(MeetingTable.Meta):
        fields = ("starts_at", "number", "title", "kind", "shared_need", "minutes", "state", "lead", "unit", "report")
        sequence = fields
        order_by = "-starts_at"
        empty_text = _("No focus group yet. Create one for customers who share a need or an industry.")


class PlanTable(PortalTable):
    year = NumberColumn(verbose_name=_("Year"), attrs={"td": {"class": "mono"}})
    unit = tables.Column(verbose_name=_("Drawn up by"), orderable=False)
    state = BadgeColumn("state_badge", verbose_name=_("State"), order_by="state")
    lines_n = NumberColumn(verbose_name=_("Planned"), orderable=False)
    visited_n = NumberColumn(verbose_name=_("Visited"), orderable=False)
    missed_n = NumberColumn(verbose_name=_("Missed"), orderable=False)

    class Meta(PortalTable.Meta):
        model = VisitPlan
        fields = ("year", "unit", "state", "lines_n", "visited_n", "missed_n")
        order_by = "-year"
        empty_text = _(
            "No visit plan yet. It is drawn up at the start of the year: whom, when, in which form and by whom."
        )

    def render_year(self, value):
        return str(value)


class LineTable(PortalTable):
    """The plan as people know it, with how each line stands today."""

    stage = tables.Column(verbose_name=_("Stage"), default="–", orderable=False)
    customer = tables.Column(verbose_name=_("Customer"), order_by="customer__name_key")
    code = CodeColumn(verbose_name=_("Customer number"), accessor="customer__code", visible=False, orderable=False)
    from_on = DayColumn(verbose_name=_("First day"))
    to_on = DayColumn(verbose_name=_("Last day"))
    form = tables.Column(verbose_name=_("Form of visit"), accessor="get_form_display", orderable=False)
    manner = tables.Column(verbose_name=_("Manner"), default="–", orderable=False)
    owner = tables.Column(verbose_name=_("Who visits"), default="–", orderable=False)
    unit = tables.Column(verbose_name=_("Visiting unit"), orderable=False)
    purpose = tables.Column(verbose_name=_("Purpose"), default="–", orderable=False, visible=False)
    agreed = tables.BooleanColumn(verbose_name=_("Agreed"), accessor="needs_agreement", orderable=False)
    standing = BadgeColumn(verbose_name=_("How it stands"), accessor="pk", orderable=False)
    act = tables.Column(verbose_name="", accessor="pk", orderable=False, exclude_from_export=True)

    class Meta(PortalTable.Meta):
        model = VisitPlanLine
        fields = (
            "stage", "customer", "code", "from_on", "to_on", "form", "manner", "owner", "unit", "purpose", "agreed",
            "standing", "act",
        )  # fmt: skip
        order_by = "from_on"
        empty_text = _("No line here. Add the customers to be visited, or import them from a spreadsheet.")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = timezone.localdate()
        self.columns["standing"].column.member = lambda record: visits.standing_of(record, self.today)

    @staticmethod
    def row_url(record):
        return ""

    def render_act(self, record):
        """Without the request: a page's own counters are not read once more for each row."""
        user = self.request.user
        may_plan, may_visit = user.has_perm("fieldwork.plan_visits"), user.has_perm("fieldwork.make_visits")
        context = {"record": record, "may_plan": may_plan, "may_book": may_plan or may_visit}
        return render_to_string("fieldwork/line_acts.html", context)

    def render_agreed(self, record):
        return "–" if record.needs_agreement else "✓"

    def value_agreed(self, record):
        return not record.needs_agreement
