from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.choices import Coloured


class Kind(models.TextChoices):
    """Distinct kinds in one ledger (CMP-11); each has its own row of numbers."""

    COMPLAINT = "complaint", _("Complaint")
    SUGGESTION = "suggestion", _("Suggestion")
    ENQUIRY = "enquiry", _("Enquiry")
    PRAISE = "praise", _("Praise")

    @property
    def prefix(self):
        return {"complaint": "TS", "suggestion": "JY", "enquiry": "ZX", "praise": "BY"}[self.value]


class State(Coloured):
    REGISTERED = "registered", pgettext_lazy("complaint", "Registered")
    ACCEPTED = "accepted", pgettext_lazy("complaint", "Accepted")
    ASSIGNED = "assigned", pgettext_lazy("complaint", "Assigned")
    HANDLING = "handling", pgettext_lazy("complaint", "Being handled")
    SUSPENDED = "suspended", pgettext_lazy("complaint", "Paused")
    REVIEW = "review", pgettext_lazy("complaint", "To be reviewed")
    REPLIED = "replied", pgettext_lazy("complaint", "Replied")
    EVALUATING = "evaluating", pgettext_lazy("suggestion", "Being evaluated")
    ADOPTED = "adopted", pgettext_lazy("suggestion", "Adopted")
    PARTLY = "partly", pgettext_lazy("suggestion", "Partly adopted")
    NOT_ADOPTED = "not_adopted", pgettext_lazy("suggestion", "Not adopted")
    DEFERRED = "deferred", pgettext_lazy("suggestion", "Deferred")
    IMPLEMENTING = "implementing", pgettext_lazy("suggestion", "Being put into effect")
    IMPLEMENTED = "implemented", pgettext_lazy("suggestion", "Put into effect")
    CLOSED = "closed", pgettext_lazy("complaint", "Closed")
    DECLINED = "declined", pgettext_lazy("complaint", "Not taken up")
    WITHDRAWN = "withdrawn", pgettext_lazy("complaint", "Withdrawn")
    VOIDED = "voided", pgettext_lazy("complaint", "Void")
    MERGED = "merged", pgettext_lazy("complaint", "Merged")
    PAST = "past", pgettext_lazy("complaint", "From a past ledger")

    @classmethod
    def colours(cls):
        return {
            "registered": "info", "accepted": "info", "assigned": "info", "handling": "accent", "review": "attention",
            "suspended": "neutral",
            "replied": "accent", "evaluating": "accent", "adopted": "success", "partly": "success", "deferred": "attention",
            "implementing": "accent", "implemented": "success", "closed": "success",
        }  # fmt: skip

    @classmethod
    def ended(cls):
        return [
            cls.CLOSED.value, cls.DECLINED.value, cls.WITHDRAWN.value, cls.VOIDED.value, cls.MERGED.value, cls.PAST.value
        ]  # fmt: skip

    @classmethod
    def open(cls):
        return [state.value for state in cls if state.value not in cls.ended()]

    @classmethod
    def decided(cls):
        return [cls.ADOPTED.value, cls.PARTLY.value, cls.NOT_ADOPTED.value]

    @classmethod
    def taken_up(cls):
        """An adopted suggestion on its way, from the decision to the thanks."""
        return [cls.ADOPTED.value, cls.PARTLY.value, cls.IMPLEMENTING.value, cls.IMPLEMENTED.value]


class Category(models.TextChoices):
    """What it is about (CMP-32)."""

    QUALITY = "quality", _("Quality of the course or product")
    SERVICE = "service", _("Quality of service")
    PRICE = "price", _("Price, fees and invoices")
    AFTER_SALES = "after_sales", _("Support after the sale")
    ORGANISATION = "organisation", _("Schedule, place and equipment")
    CONDUCT = "conduct", _("Conduct of a person")
    OTHER = "other", _("Something else")


class Nature(models.TextChoices):
    """性质 (CMP-14)."""

    ORDINARY = "ordinary", _("Ordinary demand")
    RIGHTS = "rights", _("Rights infringed")
    SAFETY = "safety", _("Safety")
    LEGAL = "legal", _("Law or supervisory authority")


class Severity(Coloured):
    """严重程度 (CMP-14)."""

    MINOR = "minor", pgettext_lazy("severity", "Ordinary")
    MAJOR = "major", pgettext_lazy("severity", "Serious")
    CRITICAL = "critical", pgettext_lazy("severity", "Grave")

    @classmethod
    def colours(cls):
        return {"major": "attention", "critical": "danger"}


class Scope(models.TextChoices):
    """影响范围 (CMP-14)."""

    ONE = "one", _("This customer alone")
    SEVERAL = "several", _("Several customers")
    WIDE = "wide", _("The service as a whole")


class Verdict(Coloured):
    """责任认定."""

    JUSTIFIED = "justified", _("Justified")
    PARTLY = "partly", _("Partly justified")
    NOT = "not", _("Not justified")
    UNKNOWN = "unknown", _("Cannot be established")

    @classmethod
    def colours(cls):
        return {"justified": "danger", "partly": "attention", "not": "success"}

    @classmethod
    def substantiated(cls):
        return [cls.JUSTIFIED.value, cls.PARTLY.value]


class Cause(models.TextChoices):
    """Why it happened (CMP-33)."""

    NEED = "need", _("A need was not met")
    EXPECTATION = "expectation", _("What was expected and what was experienced differ")
    COMMUNICATION = "communication", _("Poor communication")
    PROCESS = "process", _("A gap in the process")
    SKILL = "skill", _("Lack of skill or care")
    EQUIPMENT = "equipment", _("Equipment or material")
    OUTSIDE = "outside", _("Outside our influence")


class ReplyForm(models.TextChoices):
    """The form of a reply fits the channel of the complaint (CMP-21)."""

    MAIL = "mail", _("By e-mail")
    PHONE = "phone", _("By phone")
    LETTER = "letter", _("As a written report")


class Outcome(Coloured):
    """How a cycle of handling ended."""

    RESOLVED = "resolved", pgettext_lazy("cycle", "Resolved, as the customer says")
    NOT_REACHED = "not_reached", pgettext_lazy("cycle", "Customer not reached, no objection")
    UNRESOLVED = "unresolved", pgettext_lazy("cycle", "Not resolved, handled again")
    DECIDED = "decided", pgettext_lazy("cycle", "Decided and told")
    DEFERRED = "deferred", pgettext_lazy("cycle", "Deferred")
    ANSWERED = "answered", pgettext_lazy("cycle", "Answered")
    DECLINED = "declined", pgettext_lazy("cycle", "Not taken up")
    WITHDRAWN = "withdrawn", pgettext_lazy("cycle", "Withdrawn")
    VOIDED = "voided", pgettext_lazy("cycle", "Void")
    MERGED = "merged", pgettext_lazy("cycle", "Handled together with another")

    @classmethod
    def colours(cls):
        return {"resolved": "success", "unresolved": "danger", "decided": "success", "answered": "success"}


class Decision(Coloured):
    """What became of a suggestion (CMP-12)."""

    ADOPTED = "adopted", pgettext_lazy("suggestion", "Adopted")
    PARTLY = "partly", pgettext_lazy("suggestion", "Partly adopted")
    NOT_ADOPTED = "not_adopted", pgettext_lazy("suggestion", "Not adopted")
    DEFERRED = "deferred", pgettext_lazy("suggestion", "Deferred")

    @classmethod
    def colours(cls):
        return {"adopted": "success", "partly": "success", "deferred": "attention"}


ADOPTED_ONES = [Decision.ADOPTED.value, Decision.PARTLY.value]
FINAL_ONES = [*ADOPTED_ONES, Decision.NOT_ADOPTED.value]


class Ending(models.TextChoices):
    """Ends that need a second person (S3)."""

    DECLINE = "decline", _("Not take it up")
    VOID = "void", _("Make it void")


class Clock(models.TextChoices):
    RESPONSE = "response", pgettext_lazy("clock", "First response")
    RESULT = "result", pgettext_lazy("clock", "Result")


class Part(models.TextChoices):
    """What people do to one record, as Contribution rows; the names stand in the triggers of migration 0001."""

    HANDLED = "handled", _("handled it")
    REVIEWED = "reviewed", _("reviewed the reply")
    CALLED_BACK = "called_back", _("called back")
    CONCERNED = "concerned", _("is complained about")
    RECUSED = "recused", _("stepped aside")
    PROPOSED = "proposed", _("proposed it")

    @classmethod
    def working(cls):
        return [cls.HANDLED.value, cls.REVIEWED.value, cls.CALLED_BACK.value]

    @classmethod
    def barred(cls):
        return [cls.CONCERNED.value, cls.RECUSED.value]

    @classmethod
    def apart(cls):
        """Any of these rules the working parts out."""
        return [*cls.barred(), cls.PROPOSED.value, *cls.working()]


class MailState(Coloured):
    """How far a mail to the service desk is (DSK-05, 06): told that it takes longer is not the same as answered."""

    NEW = "new", pgettext_lazy("mail", "To be taken")
    HELD = "held", pgettext_lazy("mail", "Sender to be checked")
    OPEN = "open", pgettext_lazy("mail", "To be answered")
    INTERIM = "interim", pgettext_lazy("mail", "Told that it takes longer")
    ANSWERED = "answered", pgettext_lazy("mail", "Answered")
    NO_REPLY = "no_reply", pgettext_lazy("mail", "Needs no answer")
    DISMISSED = "dismissed", pgettext_lazy("mail", "Not for us")

    @classmethod
    def colours(cls):
        return {"new": "info", "held": "attention", "open": "accent", "interim": "attention", "answered": "success"}

    @classmethod
    def untaken(cls):
        return [cls.NEW.value, cls.HELD.value]

    @classmethod
    def unanswered(cls):
        """States in which the 24 hours run."""
        return [cls.NEW.value, cls.HELD.value, cls.OPEN.value]

    @classmethod
    def answerable(cls):
        return [cls.OPEN.value, cls.INTERIM.value]


class Doubt(models.TextChoices):
    """Why nobody should take the sender's word for who it is."""

    STRANGER = "stranger", _("It names a record, but does not come from the customer's address.")
    FORGED = "forged", _("The mail server doubts that it comes from the address it gives.")


# Clocks and time -------------------------------------------------------------------------------------


class PauseState(Coloured):
    """How far a pause of a cycle is."""

    ASKED = "asked", pgettext_lazy("pause", "Asked for")
    RUNNING = "running", pgettext_lazy("pause", "Running")
    REFUSED = "refused", pgettext_lazy("pause", "Refused")
    ENDED = "ended", pgettext_lazy("pause", "Over")
    LAPSED = "lapsed", pgettext_lazy("pause", "No longer needed")

    @classmethod
    def colours(cls):
        return {"asked": "attention", "running": "info", "refused": "danger"}


class PauseEnd(models.TextChoices):
    """Why a pause ended."""

    DATE = "date", _("its day came")
    REPLY = "reply", _("the customer answered")
    PERSON = "person", _("somebody went on")
    RECORD = "record", _("the record ended")


class ExtensionState(Coloured):
    REQUESTED = "requested", pgettext_lazy("extension", "Asked for")
    APPROVED = "approved", pgettext_lazy("extension", "Approved")
    REJECTED = "rejected", pgettext_lazy("extension", "Rejected")
    LAPSED = "lapsed", pgettext_lazy("extension", "No longer needed")

    @classmethod
    def colours(cls):
        return {"requested": "attention", "approved": "success", "rejected": "danger"}


class ClockState(models.TextChoices):
    """Where an open record stands on the ageing board; each stands in one place, the first that fits."""

    OVERDUE = "overdue", _("Overdue")
    PAUSED = "paused", pgettext_lazy("clock", "Paused")
    WAITING = "waiting", _("Waits for approval")
    TODAY = "today", pgettext_lazy("clock", "Due today")
    TOMORROW = "tomorrow", pgettext_lazy("clock", "Due tomorrow")
    LATER = "later", pgettext_lazy("clock", "Due later")
    ANSWERED = "answered", _("Replied, not closed")


# Working a record: assessment, joint handling, merging, recovery --------------------------------------


class Priority(Coloured):
    """How soon it is looked at (DSK-17), from severity, scope and the tier of the customer (CRM-11)."""

    P1 = "P1", _("P1 at once")
    P2 = "P2", _("P2 first")
    P3 = "P3", _("P3 in turn")
    P4 = "P4", _("P4 when there is room")

    @classmethod
    def colours(cls):
        return {"P1": "danger", "P2": "attention"}


class Conduct(models.TextChoices):
    """What a courier must not do: a closed list (CMP-39)."""

    MISSED = "missed", _("Missed the agreed time without contacting the customer")
    RUSH_FEE = "rush_fee", _("Privately charged a rush fee")
    GIFT = "gift", _("Kept a customer's gift")
    UNCHECKED = "unchecked", _("Left before the customer had checked the parcel")


class Law(models.TextChoices):
    """Law and company policy that a record can cite (CMP-49)."""

    CONSUMER = "consumer", _("Consumer protection law")
    CONTRACT = "contract", _("Contract law")
    RETURNS = "returns", _("Returns and exchange policy")
    PROMISE = "promise", _("After-sales promise")
    PRINCIPLES = "principles", _("Principles of complaint handling")


class CodeList(models.TextChoices):
    """Lists that a lead adds to and retires from; conduct is closed (CMP-39) and not among them."""

    CATEGORY = "category", _("Types of complaints")
    CAUSE = "cause", _("Causes")
    LAW = "law", _("Law and company policy")

    @property
    def own(self):
        """What the regulations name."""
        return {"category": Category, "cause": Cause, "law": Law}[self.value]


class CheckedBy(models.TextChoices):
    """By what the facts were verified (CMP-28)."""

    CUSTOMER = "customer", _("Talk with the customer")
    COLLEAGUE = "colleague", _("Talk with colleagues")
    RECORDS = "records", _("Records and papers")
    ON_SITE = "on_site", _("Looked at on the spot")


class PostKind(Coloured):
    NOTE = "note", pgettext_lazy("thread", "Note")
    CONFLICT = "conflict", pgettext_lazy("thread", "Disagreement")
    SETTLED = "settled", pgettext_lazy("thread", "Settled")

    @classmethod
    def colours(cls):
        return {"conflict": "danger", "settled": "success"}


class MeasureResult(Coloured):
    """What became of a handling measure; nothing yet: planned."""

    PLANNED = "planned", pgettext_lazy("handling measure", "Planned")
    DONE = "done", pgettext_lazy("handling measure", "Done")
    NOT_DONE = "not_done", pgettext_lazy("handling measure", "Not done")

    @classmethod
    def colours(cls):
        return {"planned": "info", "done": "success", "not_done": "danger"}


class RemedyKind(models.TextChoices):
    """What makes up for it (CMP-40, CRM-12)."""

    APOLOGY = "apology", _("Apology in person")
    AGAIN = "again", _("Done again without charge")
    EXTRA = "extra", _("Extra service")
    REFUND = "refund", _("Refund")
    COMPENSATION = "compensation", _("Compensation")

    @classmethod
    def paid(cls):
        return [cls.REFUND.value, cls.COMPENSATION.value]


class RecoveryState(Coloured):
    PROPOSED = "proposed", pgettext_lazy("recovery", "Waits for approval")
    APPROVED = "approved", pgettext_lazy("recovery", "To be carried out")
    REFUSED = "refused", pgettext_lazy("recovery", "Refused")
    DONE = "done", pgettext_lazy("recovery", "Carried out")

    @classmethod
    def colours(cls):
        return {"proposed": "attention", "approved": "accent", "done": "success"}

    @classmethod
    def promised(cls):
        """What the customer may be told of."""
        return [cls.APPROVED.value, cls.DONE.value]


class RecoveryOutcome(models.TextChoices):
    """How the customer took it (CRM-16)."""

    CONTENT = "content", _("The customer is content and stays")
    ACCEPTED = "accepted", _("The customer accepts it, with reservations")
    REFUSED = "refused", _("The customer does not accept it")
    LEFT = "left", _("The customer has left")


class Sorting(models.TextChoices):
    """What a customer's comment on the reply is good for (CMP-23)."""

    IMPROVEMENT = "improvement", _("Input for improvement")
    RECOVERY = "recovery", _("The customer is won back")
    PRAISE = "praise", _("Praise, passed on")
    NOTHING = "nothing", _("Noted")


# Learning: library, meetings, reports, feedback ------------------------------------------------------


class LibraryKind(models.TextChoices):
    """A case as it was handled, or what frequent problems were turned into (LIB-03)."""

    CASE = "case", pgettext_lazy("library", "Case")
    PROCEDURE = "procedure", pgettext_lazy("library", "Standard procedure")
    TEMPLATE = "template", pgettext_lazy("library", "Solution template")


class Difficulty(Coloured):
    EASY = "easy", pgettext_lazy("difficulty", "Simple")
    HARD = "hard", pgettext_lazy("difficulty", "Difficult")
    COMPLEX = "complex", pgettext_lazy("difficulty", "Several departments")

    @classmethod
    def colours(cls):
        return {"hard": "attention", "complex": "accent"}


class EditionState(Coloured):
    """How far an edition of a library entry is; only what a second person confirmed is shared (LIB-10)."""

    DRAFT = "draft", pgettext_lazy("library", "Draft")
    TO_CONFIRM = "to_confirm", pgettext_lazy("library", "To be confirmed")
    SHARED = "shared", pgettext_lazy("library", "Shared")
    REPLACED = "replaced", pgettext_lazy("library", "Replaced")
    RETIRED = "retired", pgettext_lazy("library", "Taken out")

    @classmethod
    def colours(cls):
        return {"draft": "info", "to_confirm": "attention", "shared": "success"}

    @classmethod
    def unfinished(cls):
        return [cls.DRAFT.value, cls.TO_CONFIRM.value]


class CaseReportState(Coloured):
    DRAFT = "draft", pgettext_lazy("case report", "Draft")
    ISSUED = "issued", pgettext_lazy("case report", "Issued")

    @classmethod
    def colours(cls):
        return {"draft": "info", "issued": "success"}


class FeedbackState(Coloured):
    """How far a summary of what customers say is on its way into product and service (CMP-44)."""

    DRAFT = "draft", pgettext_lazy("feedback", "Draft")
    HANDED = "handed", pgettext_lazy("feedback", "Handed over")
    ACKNOWLEDGED = "acknowledged", pgettext_lazy("feedback", "Acknowledged")

    @classmethod
    def colours(cls):
        return {"draft": "info", "handed": "attention", "acknowledged": "success"}


# Taking in ---------------------------------------------------------------------------------------------


class CannedState(Coloured):
    """How far a canned answer is (LIB-08)."""

    DRAFT = "draft", pgettext_lazy("canned answer", "To be reviewed")
    APPROVED = "approved", pgettext_lazy("canned answer", "In use")
    RETIRED = "retired", pgettext_lazy("canned answer", "Retired")

    @classmethod
    def colours(cls):
        return {"draft": "attention", "approved": "success"}


class RiskState(Coloured):
    """How far an early risk is (CMP-47)."""

    NOTICED = "noticed", pgettext_lazy("risk", "Noticed")
    ASSESSED = "assessed", pgettext_lazy("risk", "Assessed")
    MEASURE = "measure", pgettext_lazy("risk", "Measure under way")
    CLOSED = "closed", pgettext_lazy("risk", "Closed")

    @classmethod
    def colours(cls):
        return {"noticed": "info", "assessed": "accent", "measure": "attention", "closed": "success"}


class Level(Coloured):
    LOW = "low", pgettext_lazy("level", "Low")
    MEDIUM = "medium", pgettext_lazy("level", "Medium")
    HIGH = "high", pgettext_lazy("level", "High")

    @property
    def weight(self):
        return {"low": 1, "medium": 2, "high": 3}[self.value]

    @classmethod
    def colours(cls):
        return {"medium": "attention", "high": "danger"}


# Past ledgers ------------------------------------------------------------------------------------------

PAST_SERIES = "LS"  # the row of numbers of records that came from an old ledger


class PastState(Coloured):
    """Whether the records of an import stand in the ledger."""

    KEPT = "kept", pgettext_lazy("past ledger", "In the ledger")
    TAKEN_BACK = "taken_back", pgettext_lazy("past ledger", "Taken back")

    @classmethod
    def colours(cls):
        return {"kept": "success"}
