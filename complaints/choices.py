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
    REVIEW = "review", pgettext_lazy("complaint", "To be reviewed")
    REPLIED = "replied", pgettext_lazy("complaint", "Replied")
    EVALUATING = "evaluating", pgettext_lazy("suggestion", "Being evaluated")
    ADOPTED = "adopted", pgettext_lazy("suggestion", "Adopted")
    PARTLY = "partly", pgettext_lazy("suggestion", "Partly adopted")
    NOT_ADOPTED = "not_adopted", pgettext_lazy("suggestion", "Not adopted")
    DEFERRED = "deferred", pgettext_lazy("suggestion", "Deferred")
    CLOSED = "closed", pgettext_lazy("complaint", "Closed")
    DECLINED = "declined", pgettext_lazy("complaint", "Not taken up")
    WITHDRAWN = "withdrawn", pgettext_lazy("complaint", "Withdrawn")
    VOIDED = "voided", pgettext_lazy("complaint", "Void")

    @classmethod
    def colours(cls):
        return {
            "registered": "info", "accepted": "info", "assigned": "info", "handling": "accent", "review": "attention",
            "replied": "accent", "evaluating": "accent", "adopted": "success", "partly": "success", "deferred": "attention",
            "closed": "success",
        }  # fmt: skip

    @classmethod
    def ended(cls):
        return [cls.CLOSED.value, cls.DECLINED.value, cls.WITHDRAWN.value, cls.VOIDED.value]

    @classmethod
    def open(cls):
        return [state.value for state in cls if state.value not in cls.ended()]

    @classmethod
    def decided(cls):
        return [cls.ADOPTED.value, cls.PARTLY.value, cls.NOT_ADOPTED.value]


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

    @classmethod
    def working(cls):
        return [cls.HANDLED.value, cls.REVIEWED.value, cls.CALLED_BACK.value]

    @classmethod
    def barred(cls):
        return [cls.CONCERNED.value, cls.RECUSED.value]


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
