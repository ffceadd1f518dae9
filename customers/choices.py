from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.choices import Coloured


class CustomerType(models.TextChoices):
    """What a customer is (SUR-23)."""

    ENTERPRISE = "enterprise", _("Enterprise")
    GOVERNMENT = "government", _("Government body")
    INDIVIDUAL = "individual", _("Individual")


class Audience(models.TextChoices):
    """Whom one can ask (SUR-22)."""

    CUSTOMER = "customer", _("Customer")
    SUPPLIER = "supplier", _("Supplier")
    PARTNER = "partner", _("Business partner")
    EMPLOYEE = "employee", _("Employee")
    PUBLIC = "public", _("General public")


class Tier(Coloured):
    IMPORTANT = "important", _("Important customer")
    GENERAL = "general", _("General customer")
    POTENTIAL = "potential", _("Customer with potential")

    @classmethod
    def colours(cls):
        return {"important": "accent", "potential": "info"}


class Relation(Coloured):
    """New, existing and potential customers are told apart (CRM-19)."""

    NEW = "new", pgettext_lazy("customer", "New")
    EXISTING = "existing", pgettext_lazy("customer", "Existing")
    POTENTIAL = "potential", pgettext_lazy("customer", "Potential")

    @classmethod
    def colours(cls):
        return {"new": "success", "potential": "info"}


class ConsentSource(models.TextChoices):
    CONTRACT = "contract", _("Contract or enrolment form")
    PHONE = "phone", _("Said on the phone")
    WRITTEN = "written", _("Letter or mail")
    WEB = "web", _("Web page")
    IMPORT = "import", _("Imported list")


class ProjectState(Coloured):
    PLANNED = "planned", _("Planned")
    RUNNING = "running", _("Running")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")

    @classmethod
    def colours(cls):
        return {"planned": "info", "running": "accent", "completed": "success"}

    @classmethod
    def ended(cls):
        return [cls.COMPLETED.value, cls.CANCELLED.value]


class ServiceKind(models.TextChoices):
    ORDER = "order", _("Order")
    CASE = "case", _("Service case")
    CLASS = "class", _("Training class")
    VISIT = "visit", _("Service visit")


class DueKind(models.TextChoices):
    """What falls due for a customer and is worth a call beforehand."""

    MAINTENANCE = "maintenance", _("Maintenance")
    INSURANCE = "insurance", _("Insurance")
    INSPECTION = "inspection", _("Inspection")
    CERTIFICATE = "certificate", _("Certificate")
    CONTRACT = "contract", _("Contract")


class Priority(models.TextChoices):
    P1 = "P1", _("P1")
    P2 = "P2", _("P2")
    P3 = "P3", _("P3")
    P4 = "P4", _("P4")


class Channel(models.TextChoices):
    PHONE = "phone", _("Phone")
    VISIT = "visit", _("Visit to the customer")
    MAIL = "mail", _("E-mail")
    WALK_IN = "walk_in", _("Walk-in")
    WEB = "web", _("Web")
    LETTER = "letter", _("Letter")
    WECHAT = "wechat", _("WeChat")
    SOCIAL = "social", _("Social media")
    TRANSFER = "transfer", _("Transferred by a hotline")


class Direction(models.TextChoices):
    IN = "in", _("Incoming")
    OUT = "out", _("Outgoing")


class MatchStrength(Coloured):
    """How surely the number led to the customer; nothing is ever merged on a guess."""

    EXACT = "exact", _("Certain")
    POSSIBLE = "possible", _("Possible")
    NONE = "none", _("No match")

    @classmethod
    def colours(cls):
        return {"exact": "success", "possible": "attention"}


class FollowUpReason(models.TextChoices):
    LOW_ANSWER = "low_answer", _("Low answer")
    OPINION = "opinion", _("Opinion in an answer")
    DISSATISFIED_CALL = "dissatisfied_call", _("Dissatisfied on a call")
    LAPSED = "lapsed", _("Lapsed customer")
    REQUEST = "request", _("Customer's request")
    OTHER = "other", _("Other reason")


class FollowUpState(Coloured):
    OPEN = "open", _("To be handled")
    IN_PROGRESS = "in_progress", _("Being handled")
    DONE = "done", _("Done")
    ESCALATED = "escalated", _("Escalated")
    DROPPED = "dropped", _("Dropped")

    @classmethod
    def colours(cls):
        return {"open": "info", "in_progress": "accent", "done": "success", "escalated": "attention"}

    @classmethod
    def ended(cls):
        return [cls.DONE.value, cls.ESCALATED.value, cls.DROPPED.value]

    @classmethod
    def pending(cls):
        return [cls.OPEN.value, cls.IN_PROGRESS.value]


class Outcome(models.TextChoices):
    RESOLVED = "resolved", _("Reached, resolved")
    REACHED = "reached", _("Reached, noted")
    UNRESOLVED = "unresolved", _("Reached, not resolved")
    REFUSED = "refused", _("Did not want to talk")
    NOT_REACHED = "not_reached", _("Not reached")


class HoldReason(models.TextChoices):
    COMPLAINT = "complaint", _("Complaint open")
    WISH = "wish", _("Customer's wish")
    DISPUTE = "dispute", _("Legal dispute")
    OTHER = "other", _("Other reason")
