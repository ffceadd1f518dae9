"""Lines for colleagues of what comes in by phone."""

from django.utils.translation import gettext_lazy

from complaints.messages import _about
from notifications.kinds import Kind, register

register(
    Kind(
        "complaints.chased",
        gettext_lazy("Customer presses for an answer"),
        line=_about(gettext_lazy("%(number)s: the customer presses for an answer, time %(n)s.")),
    )
)
