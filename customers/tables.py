"""Lists of customers and of what happens with them: one class each for the screen and every export."""

import django_tables2 as tables
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.tables import NOWRAP, BadgeColumn, CodeColumn, DayColumn, DueColumn, NumberColumn, PortalTable
from customers.models import ContactPerson, Customer, FollowUp, Interaction, Project, ServiceDue, ServiceRecord


class CustomerTable(PortalTable):
    code = CodeColumn(verbose_name=_("Code"))
    name = tables.Column(verbose_name=_("Customer"), accessor="name", order_by="name_key")
    kind = tables.Column(verbose_name=_("Audience"), accessor="get_kind_display", order_by="kind", visible=False)
    type = tables.Column(verbose_name=_("Type"), accessor="get_type_display", order_by="type")
    tier = BadgeColumn("tier_badge", verbose_name=_("Tier"), order_by="tier")
    relation = BadgeColumn("relation_badge", verbose_name=_("Relation"), order_by="relation")
    region = tables.Column(verbose_name=_("Region"), default="–")
    industry = tables.Column(verbose_name=_("Industry"), default="–")
    unit = tables.Column(verbose_name=_("Branch"), order_by="unit__path")
    owner = tables.Column(verbose_name=_("Kept by"), order_by="owner__name_key", default="–")

    class Meta(PortalTable.Meta):
        model = Customer
        fields = ("code", "name", "kind", "type", "tier", "relation", "region", "industry", "unit", "owner")
        order_by = "name"
        empty_text = _("No customer matches. Import the list you have, or open the first file.")


class ContactExportTable(PortalTable):
    """Personal data in full: only behind customers.export_personal, with a reason."""

    code = tables.Column(verbose_name=_("Customer number"), accessor="customer__code")
    customer = tables.Column(verbose_name=_("Customer"), accessor="customer__name")
    name = tables.Column(verbose_name=_("Name"))
    title = tables.Column(verbose_name=_("Post"))
    phone = tables.Column(verbose_name=_("Phone"))
    email = tables.Column(verbose_name=_("E-mail"))
    language = tables.Column(verbose_name=_("Language"), accessor="get_language_display")
    consent_survey = tables.BooleanColumn(verbose_name=_("Agrees to surveys"))
    opted_out_at = DayColumn(verbose_name=_("Opted out at"))
    retention_until = DayColumn(verbose_name=_("Kept until"))

    class Meta(PortalTable.Meta):
        model = ContactPerson
        fields = (
            "code", "customer", "name", "title", "phone", "email", "language", "consent_survey", "opted_out_at",
            "retention_until",
        )  # fmt: skip
        orderable = False

    def value_consent_survey(self, value):
        return _("Yes") if value else _("No")


class ProjectTable(PortalTable):
    code = CodeColumn(verbose_name=_("Code"))
    name = tables.Column(verbose_name=_("Project"), accessor="name", orderable=False)
    customer = tables.Column(verbose_name=_("Customer"), order_by="customer__name_key")
    state = BadgeColumn("state_badge", verbose_name=_("State"), order_by="state")
    manager = tables.Column(verbose_name=_("Project manager"), order_by="manager__name_key", default="–")
    sales_owner = tables.Column(verbose_name=_("Sales owner"), order_by="sales_owner__name_key", default="–")
    quality_group = tables.Column(verbose_name=_("Quality-assurance group"), default="–", visible=False)
    unit = tables.Column(verbose_name=_("Unit"), order_by="unit__path")
    starts_on = DayColumn(verbose_name=_("Starts on"))
    ends_on = DayColumn(verbose_name=_("Ends on"), default="–")

    class Meta(PortalTable.Meta):
        model = Project
        fields = (
            "code", "name", "customer", "state", "manager", "sales_owner", "quality_group", "unit", "starts_on", "ends_on",
        )  # fmt: skip
        empty_text = _("No project matches. Open one from the page of its customer.")


class ServiceRecordTable(PortalTable):
    number = CodeColumn(verbose_name=_("Number"))
    kind = tables.Column(verbose_name=_("Kind"), accessor="get_kind_display", order_by="kind")
    priority = tables.Column(verbose_name=_("Priority"), default="–")
    name = tables.Column(verbose_name=_("Service"), accessor="name", orderable=False)
    customer = tables.Column(verbose_name=_("Customer"), order_by="customer__name_key")
    unit = tables.Column(verbose_name=_("Unit"), order_by="unit__path")
    staff = tables.Column(verbose_name=_("Served by"), order_by="staff__name_key", default="–")
    happened_on = DayColumn(verbose_name=_("Date"))
    closed_on = DayColumn(verbose_name=_("Closed on"), default="–")
    amount = NumberColumn(verbose_name=_("Amount (yuan)"), default="–")

    class Meta(PortalTable.Meta):
        model = ServiceRecord
        fields = (
            "number", "kind", "priority", "name", "customer", "unit", "staff", "happened_on", "closed_on", "amount",
        )  # fmt: skip
        empty_text = _("No service record matches. Import them from the system in which services are booked.")


class ServiceDueTable(PortalTable):
    due_on = DayColumn(verbose_name=_("Due on"))
    kind = tables.Column(verbose_name=_("Kind"), accessor="get_kind_display", order_by="kind")
    subject = CodeColumn(verbose_name=_("Of what"))
    customer = tables.Column(verbose_name=_("Customer"), order_by="customer__name_key")
    settled_on = DayColumn(verbose_name=_("Settled on"), default="–")

    class Meta(PortalTable.Meta):
        model = ServiceDue
        fields = ("due_on", "kind", "subject", "customer", "settled_on")
        empty_text = _("Nothing falls due here. Import maintenance, insurance or certificates with their days.")


class InteractionTable(PortalTable):
    started_at = DayColumn(verbose_name=_("When"))
    channel = tables.Column(attrs=NOWRAP, verbose_name=_("Channel"), accessor="get_channel_display", order_by="channel")
    direction = tables.Column(
        attrs=NOWRAP, verbose_name=_("Direction"), accessor="get_direction_display", order_by="direction"
    )
    customer = tables.Column(
        attrs=NOWRAP, verbose_name=_("Customer"), order_by="customer__name_key", default=_("Unknown")
    )
    caller = tables.Column(
        attrs=NOWRAP, verbose_name=_("Contact person"), accessor="masked_caller", default="–", orderable=False
    )
    number = CodeColumn(verbose_name=_("Phone number"), accessor="masked_number", default="–", orderable=False)
    summary = tables.Column(verbose_name=_("What was said"), orderable=False, attrs={"td": {"class": "cut"}})
    agent = tables.Column(attrs=NOWRAP, verbose_name=_("Agent"), order_by="agent__name_key")
    follow_up = tables.Column(
        attrs=NOWRAP, verbose_name=_("Follow-up"), accessor="follow_up__number", default="–", orderable=False
    )

    class Meta(PortalTable.Meta):
        model = Interaction
        fields = (
            "started_at", "channel", "direction", "customer", "caller", "number", "summary", "agent", "follow_up",
        )  # fmt: skip
        empty_text = _("No contact matches. Calls, visits and mails appear here as soon as they are logged.")


class FollowUpTable(PortalTable):
    number = CodeColumn(verbose_name=_("Number"), accessor="number", order_by="pk")
    title = tables.Column(verbose_name=_("About"), accessor="heading", orderable=False, attrs={"td": {"class": "wrap"}})
    reason = tables.Column(verbose_name=_("Reason"), accessor="get_reason_display", order_by="reason")
    customer = tables.Column(verbose_name=_("Customer"), order_by="customer__name_key", default=_("Unknown"))
    state = BadgeColumn("state_badge", verbose_name=_("State"), order_by="state")
    outcome = tables.Column(verbose_name=_("Outcome"), accessor="get_outcome_display", default="–", visible=False)
    owner = tables.Column(verbose_name=_("Handled by"), order_by="owner__name_key", default=_("Nobody yet"))
    unit = tables.Column(verbose_name=_("Unit"), order_by="unit__path", default="–")
    due_at = DueColumn(verbose_name=_("Due"))

    class Meta(PortalTable.Meta):
        model = FollowUp
        fields = ("number", "title", "reason", "customer", "state", "outcome", "owner", "unit", "due_at")
        empty_text = _("Nobody waits for you here.")

    def value_due_at(self, value):
        return timezone.localtime(value).replace(tzinfo=None)
