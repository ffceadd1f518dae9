"""Who may send a message again, and who looks after mail that could not be read."""

from django.utils.translation import gettext_lazy as _

from core.permissions import add_rule, capability, in_state, is_visible
from notifications.choices import InboundState, MessageState

add_rule(
    "notifications.retry",
    is_visible & capability("notifications.retry_message") & in_state(MessageState.FAILED, MessageState.UNKNOWN),
    otherwise=_("Only a failed or unknown message can be sent again."),
)

add_rule(
    "notifications.settle",
    is_visible & capability("notifications.settle_inbound") & in_state(InboundState.FAILED),
    otherwise=_("Only a mail that could not be read waits for a decision."),
)
