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


class VisitPlanState(Coloured):
    DRAFT = "draft", _("Being drawn up")
    CONFIRMED = "confirmed", _("Confirmed")

    @classmethod
    def colours(cls):
        return {"draft": "info", "confirmed": "success"}


class VisitForm(models.TextChoices):
    """In which form a customer is visited (VIS-03)."""

    ON_SITE = "on_site", _("On-site visit")
    JOINT = "joint", _("Joint visit with other departments")
    INTERVIEW = "interview", _("Face-to-face interview")
    HOME = "home", _("Door-to-door visit")
    EXCHANGE = "exchange", _("Exchange meeting")
    INVITED = "invited", _("Customer invited to us")


class LineStanding(Coloured):
    """How a line of the plan stands; follows from its meetings and the day, never stored."""

    DONE = "done", _("Visited")
    BOOKED = "booked", _("Booked")
    AHEAD = "ahead", _("Still ahead")
    DUE = "due", _("To be booked now")
    MISSED = "missed", _("Missed")

    @classmethod
    def colours(cls):
        return {"done": "success", "booked": "accent", "ahead": "neutral", "due": "attention", "missed": "danger"}


class MeetingKind(models.TextChoices):
    VISIT = "visit", _("Visit")
    GROUP = "group", _("Focus group")
    SYMPOSIUM = "symposium", _("Staff symposium")

    @classmethod
    def groups(cls):
        return [cls.GROUP.value, cls.SYMPOSIUM.value]


class MeetingState(Coloured):
    BOOKED = "booked", pgettext_lazy("appointment", "Booked")
    HELD = "held", _("Took place")
    MISSED = "missed", _("Customer was not there")
    CANCELLED = "cancelled", pgettext_lazy("appointment", "Cancelled")

    @classmethod
    def colours(cls):
        return {"booked": "info", "held": "success", "missed": "attention"}

    @classmethod
    def ended(cls):
        return [cls.HELD.value, cls.MISSED.value, cls.CANCELLED.value]


class Reply(Coloured):
    """What an invited person answered (FGD-02)."""

    NONE = "none", _("No answer yet")
    ACCEPTED = "accepted", _("Comes")
    DECLINED = "declined", _("Does not come")

    @classmethod
    def colours(cls):
        return {"accepted": "success", "declined": "attention"}


class ReportState(Coloured):
    DRAFT = "draft", pgettext_lazy("visit report", "Draft")
    SUBMITTED = "submitted", pgettext_lazy("visit report", "Submitted")

    @classmethod
    def colours(cls):
        return {"draft": "info", "submitted": "success"}


class PointKind(Coloured):
    """What a focus group brought up together (FGD-01)."""

    PROBLEM = "problem", _("Shared problem")
    SUGGESTION = "suggestion", pgettext_lazy("focus group", "Suggestion")

    @classmethod
    def colours(cls):
        return {"problem": "attention", "suggestion": "info"}
