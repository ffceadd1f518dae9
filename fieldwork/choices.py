from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.choices import Coloured


class RuleKind(models.TextChoices):
    """Whom a list of calls is drawn up from (TEL-04 to 06, 12, 13, SMP-04 to 09)."""

    AFTER_SERVICE = "after_service", _("After a service: everybody served the day before")
    SAMPLE = "sample", _("Spot checks of closed cases by priority")
    LAPSED = "lapsed", _("Customers who have not come for months")
    DUE = "due", _("Something falls due soon")
    REGULAR = "regular", _("Regular contact, by tier")
    SURVEY = "survey", _("Invited to a wave and not answered")
    SOURCE = "source", _("An imported list")

    @property
    def ledger(self):
        """The ledger its calls are written in; of an imported list the rule says it."""
        return {
            RuleKind.LAPSED: Ledger.LAPSED, RuleKind.DUE: Ledger.REMINDER, RuleKind.REGULAR: Ledger.REGULAR,
        }.get(self, Ledger.SATISFACTION)  # fmt: skip


class Ledger(models.TextChoices):
    """The daily ledgers of calls (3.12 to 3.14), and the one of regular contact."""

    SATISFACTION = "satisfaction", _("Satisfaction calls")
    LAPSED = "lapsed", _("Calls to lapsed customers")
    REMINDER = "reminder", _("Reminder calls")
    REGULAR = "regular", _("Regular calls")


class TaskState(Coloured):
    WAITING = "waiting", _("To be called")
    CALLING = "calling", _("Being called")
    REACHED = "reached", _("Reached")
    REFUSED = "refused", _("Did not want to talk")
    NOT_REACHED = "not_reached", _("Not reached")
    DROPPED = "dropped", _("Taken off the list")

    @classmethod
    def colours(cls):
        return {"waiting": "info", "calling": "accent", "reached": "success", "not_reached": "attention"}

    @classmethod
    def ended(cls):
        return [cls.REACHED.value, cls.REFUSED.value, cls.NOT_REACHED.value, cls.DROPPED.value]

    @classmethod
    def pending(cls):
        return [cls.WAITING.value, cls.CALLING.value]


class CallResult(models.TextChoices):
    """How one attempt ended."""

    REACHED = "reached", _("Reached")
    LATER = "later", _("Call again at a time agreed")
    NO_ANSWER = "no_answer", _("Nobody answered")
    BUSY = "busy", _("Line busy")
    OFF = "off", _("Switched off or out of service")
    WRONG_NUMBER = "wrong_number", _("Wrong number")
    REFUSED = "refused", _("Did not want to talk")

    @classmethod
    def tries_again(cls):
        return [cls.NO_ANSWER.value, cls.BUSY.value, cls.OFF.value]


class Satisfaction(Coloured):
    """What the customer said of the service on the phone, and at the end of a follow-up."""

    SATISFIED = "satisfied", pgettext_lazy("customer", "Satisfied")
    BASIC = "basic", _("Basically satisfied")
    DISSATISFIED = "dissatisfied", _("Dissatisfied")
    UNSAID = "unsaid", _("Did not say")

    @classmethod
    def colours(cls):
        return {"satisfied": "success", "basic": "info", "dissatisfied": "danger"}


class LapseReason(models.TextChoices):
    NO_NEED = "no_need", _("No need at present")
    MOVED = "moved", _("Moved away or closed")
    PRICE = "price", _("Price")
    QUALITY = "quality", _("Dissatisfied with us")
    COMPETITOR = "competitor", _("Went to somebody else")
    OTHER = "other", _("Another reason")
