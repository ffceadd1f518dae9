from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.choices import Coloured


class MessageState(Coloured):
    QUEUED = "queued", pgettext_lazy("message", "Waiting")
    CLAIMED = "claimed", _("Next to go")
    SENDING = "sending", _("Being sent")
    SENT = "sent", pgettext_lazy("message", "Sent")
    FAILED = "failed", _("Failed")
    UNKNOWN = "unknown", pgettext_lazy("message", "Unknown")
    CANCELLED = "cancelled", _("Not needed any more")

    @classmethod
    def colours(cls):
        return {"queued": "info", "claimed": "info", "sending": "accent", "sent": "success", "failed": "danger",
                "unknown": "attention"}  # fmt: skip


class Guarantee(models.TextChoices):
    """What happens to a message whose sending was cut off: at least once sends it again under the same Message-ID,
    at most once puts it on the list of unknown ones for a person to decide."""

    AT_LEAST_ONCE = "at_least_once", _("At least once")
    AT_MOST_ONCE = "at_most_once", _("At most once")


class BounceKind(Coloured):
    """How a mail came back after the server had taken it."""

    HARD = "hard", _("Came back: the address takes no mail")
    SOFT = "soft", _("Came back: not delivered this time")

    @classmethod
    def colours(cls):
        return {"hard": "danger", "soft": "attention"}


class InboundState(Coloured):
    """How far a mail that came in is. It is stored before anybody reads it, and never goes away."""

    RECEIVED = "received", _("Not read yet")
    DONE = "done", pgettext_lazy("inbound mail", "Read")
    FAILED = "failed", _("Needs a look")
    DUPLICATE = "duplicate", _("Came before")
    SETTLED = "settled", _("Settled by hand")

    @classmethod
    def colours(cls):
        return {"received": "info", "done": "success", "failed": "danger"}


class MailKind(models.TextChoices):
    """What a mail that came in is."""

    LETTER = "letter", _("Mail from a person")
    BOUNCE = "bounce", _("Returned mail")
    DELAY = "delay", _("Notice of a delay")
    AUTO_REPLY = "auto_reply", _("Automatic reply")
    OWN = "own", _("Our own mail")
