"""Who may send a message again."""

from django.utils.translation import gettext_lazy as _

from core.permissions import add_rule, capability, in_state, is_visible
from notifications.choices import MessageState

add_rule(
    "notifications.retry",
    is_visible & capability("notifications.retry_message") & in_state(MessageState.FAILED, MessageState.UNKNOWN),
    otherwise=_("Only a failed or unknown message can be sent again."),
)
