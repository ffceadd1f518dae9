import django_filters
import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.forms import PortalFilterSet
from core.tables import BadgeColumn, DayColumn, NumberColumn, PortalTable
from notifications.choices import BounceKind, InboundState, MailKind, MessageState
from notifications.inbound import boxes
from notifications.kinds import KINDS
from notifications.models import InboundMail, Message


class MessageFilter(PortalFilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=MessageState)
    kind = django_filters.ChoiceFilter(
        label=_("Kind"), choices=lambda: sorted((k.code, k.title) for k in KINDS.values() if k.render)
    )

    bounce = django_filters.ChoiceFilter(label=_("Came back"), choices=BounceKind)

    class Meta:
        model = Message
        fields = ("state", "kind", "bounce")


class MessageTable(PortalTable):
    kind = tables.Column(verbose_name=_("Kind"))
    to = tables.Column(verbose_name=_("To"), accessor="recipient", orderable=False)
    subject = tables.Column(verbose_name=pgettext_lazy("mail", "Subject"), default="–")
    state = BadgeColumn("state_badge", verbose_name=_("State"), order_by="state")
    attempts = NumberColumn(verbose_name=_("Attempts"))
    created_at = DayColumn(verbose_name=_("Written"))
    sent_at = DayColumn(verbose_name=_("Sent"))
    error = tables.Column(verbose_name=_("What went wrong"), default="", orderable=False)

    class Meta(PortalTable.Meta):
        model = Message
        fields = ("created_at", "kind", "to", "subject", "state", "attempts", "sent_at", "error")
        empty_text = _(
            "No message has been written yet. Messages appear here as soon as a wave opens or something falls due."
        )

    def render_kind(self, value):
        return KINDS[value].title if value in KINDS else value


class InboundFilter(PortalFilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=InboundState)
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=MailKind)
    mailbox = django_filters.ChoiceFilter(
        label=_("Mailbox"), choices=lambda: [(one.name, one.name) for one in boxes.configured()]
    )

    class Meta:
        model = InboundMail
        fields = ("state", "kind", "mailbox")


class InboundTable(PortalTable):
    received_at = DayColumn(verbose_name=_("Received"))
    mailbox = tables.Column(verbose_name=_("Mailbox"))
    sender = tables.Column(
        verbose_name=pgettext_lazy("mail", "From"), accessor="masked_sender", orderable=False, default="–"
    )
    kind = tables.Column(verbose_name=_("Kind"), default="–")
    size = NumberColumn(verbose_name=_("Bytes"))
    state = BadgeColumn("state_badge", verbose_name=_("State"), order_by="state")
    answers = tables.Column(
        verbose_name=_("Message of ours"), accessor="answers__kind_title", orderable=False, default="–"
    )
    problem = tables.Column(verbose_name=_("What went wrong"), default="", orderable=False)

    class Meta(PortalTable.Meta):
        model = InboundMail
        fields = ("received_at", "mailbox", "sender", "kind", "size", "state", "answers", "problem")
        empty_text = _("No mail has come in yet. New mail is fetched every minute.")
