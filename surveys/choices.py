from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.choices import Coloured


class PlanState(Coloured):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    RETURNED = "returned", _("Sent back")
    APPROVED = "approved", _("Approved")
    REVISING = "revising", _("Being revised")

    @classmethod
    def colours(cls):
        return {"submitted": "info", "returned": "attention", "approved": "success", "revising": "accent"}

    @classmethod
    def editable(cls):
        return [cls.DRAFT.value, cls.RETURNED.value, cls.REVISING.value]


class Method(models.TextChoices):
    WEB = "web", _("Online questionnaire")
    MAIL = "mail", _("E-mail questionnaire")
    PHONE = "phone", _("Telephone interview")
    VISIT = "visit", _("Visit")
    PAPER = "paper", _("Paper questionnaire")
    LETTER = "letter", _("Letter")
    OTHER = "other", pgettext_lazy("survey method", "Other")


class VersionState(Coloured):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", pgettext_lazy("questionnaire", "Published")
    RETIRED = "retired", _("Retired")

    @classmethod
    def colours(cls):
        return {"published": "success", "draft": "info"}


class ChangeClass(models.TextChoices):
    """What an edit does to comparability with the version before."""

    FIRST = "first", _("First version")
    NONE = "none", _("No change")
    WORDING = "wording", _("Wording")
    ADDITIVE = "additive", _("Added questions or options")
    BREAKING = "breaking", _("Breaks comparability")


class QuestionKind(models.TextChoices):
    RATING = "rating", _("Rating")
    SINGLE = "single", _("Single choice")
    MULTIPLE = "multiple", _("Multiple choice")
    YES_NO = "yes_no", _("Yes or no")
    SCALE = "scale_0_10", _("0 to 10")
    MATRIX = "matrix", _("Several ratings on one scale")
    RANKING = "ranking", _("Ranking")
    NUMBER = "number", _("Number")
    DATE = "date", pgettext_lazy("question", "Date")
    TEXT = "text", _("Open text")

    @classmethod
    def scored(cls):
        """Kinds that carry a score on the common 5-point basis."""
        return [cls.RATING.value, cls.SCALE.value]

    @classmethod
    def with_options(cls):
        return [cls.SINGLE.value, cls.MULTIPLE.value, cls.RANKING.value]

    @classmethod
    def several(cls):
        """Kinds whose answer is a list."""
        return [cls.MULTIPLE.value, cls.RANKING.value]

    @classmethod
    def typed(cls):
        """Kinds that are written instead of chosen."""
        return [cls.TEXT.value, cls.NUMBER.value, cls.DATE.value]

    @classmethod
    def as_words(cls):
        """Kinds kept as words, apart from the figures."""
        return [cls.TEXT.value, cls.DATE.value]


class ScaleKind(models.TextChoices):
    LABELS = "labels", _("Labelled points")
    NUMBERS = "numbers", _("Numbers")
    TOTAL = "total", _("Total of a form")


class WaveState(Coloured):
    DRAFT = "draft", _("Draft")
    SCHEDULED = "scheduled", _("Scheduled")
    OPEN = "open", pgettext_lazy("wave", "Open")
    CLOSED = "closed", pgettext_lazy("wave", "Closed")
    CONFIRMED = "confirmed", _("Results confirmed")
    CANCELLED = "cancelled", _("Cancelled")

    @classmethod
    def colours(cls):
        return {"scheduled": "info", "open": "accent", "closed": "attention", "confirmed": "success"}

    @classmethod
    def with_results(cls):
        return [cls.OPEN.value, cls.CLOSED.value, cls.CONFIRMED.value]

    @classmethod
    def ended(cls):
        return [cls.CLOSED.value, cls.CONFIRMED.value]


class WaveMode(models.TextChoices):
    IDENTIFIED = "identified", _("With names")
    ANONYMOUS = "anonymous", _("Anonymous")


class InvitationState(Coloured):
    PLANNED = "planned", pgettext_lazy("invitation", "Planned")
    SENT = "sent", pgettext_lazy("invitation", "Sent")
    BOUNCED = "bounced", _("Not deliverable")
    STARTED = "started", _("Started")
    DONE = "done", _("Answered")
    REFUSED = "refused", _("Declined")
    OPTED_OUT = "opted_out", _("Opted out")
    EXPIRED = "expired", _("Not answered in time")
    WITHDRAWN = "withdrawn", _("Withdrawn")

    @classmethod
    def colours(cls):
        return {"sent": "info", "started": "accent", "done": "success", "bounced": "attention"}

    @classmethod
    def answerable(cls):
        """States in which the rightful holder may still answer."""
        return [cls.PLANNED.value, cls.SENT.value, cls.BOUNCED.value, cls.STARTED.value]

    @classmethod
    def expiring(cls):
        """States that end with the wave; a bounce and a begun answer stay what they are."""
        return [cls.PLANNED.value, cls.SENT.value]

    @classmethod
    def remindable(cls):
        return [cls.SENT.value, cls.STARTED.value]


class Draw(models.TextChoices):
    """How the respondents of a sample are chosen from the audience (SMP-01, 03)."""

    RANDOM = "random", _("Simple random")
    SYSTEMATIC = "systematic", _("Systematic (every k-th)")
    STRATIFIED = "stratified", _("Stratified, in proportion")


class ResponseMode(models.TextChoices):
    WEB = "web", _("Personal link")
    OPEN = "open", _("Open link")
    PHONE = "phone", _("Telephone")
    PAPER = "paper", _("Paper")
    VISIT = "visit", _("Face to face")
    LETTER = "letter", _("Letter or e-mail")

    @classmethod
    def entered(cls):
        """Ways in which somebody of the company types in what the respondent said or wrote."""
        return [cls.PHONE.value, cls.PAPER.value, cls.VISIT.value, cls.LETTER.value]


class CheckState(Coloured):
    """How far the authenticity of an answer is checked (DAT-02)."""

    OPEN = "open", _("To be checked")
    ACCEPTED = "accepted", _("Authentic")
    DOUBTED = "doubted", _("In doubt")
    REJECTED = "rejected", _("Left out")

    @classmethod
    def colours(cls):
        return {"open": "info", "accepted": "success", "doubted": "attention", "rejected": "danger"}


class Flag(models.TextChoices):
    """What makes a person look at an answer. A flag decides nothing."""

    SPEED = "speed", _("much faster than the others")
    STRAIGHT = "straight", _("the same answer throughout")
    TWIN = "twin", _("the same words as another answer")
    BURST = "burst", _("many answers within a minute")
    ENTERED = "entered", _("typed in by staff")


class FindingState(Coloured):
    PROPOSED = "proposed", _("Proposed")
    CONFIRMED = "confirmed", _("Confirmed")
    DISMISSED = "dismissed", _("Dismissed")

    @classmethod
    def colours(cls):
        return {"proposed": "attention", "confirmed": "danger"}


class Segment(models.TextChoices):
    """The fixed reporting dimensions that are copied to invitation and response: history stays true."""

    CUSTOMER_TYPE = "seg_type", _("Customer type")
    TIER = "seg_tier", _("Customer tier")
    RELATION = "seg_relation", _("New or existing")
    REGION = "seg_region", _("Region")
    INDUSTRY = "seg_industry", _("Industry")
    UNIT = "seg_unit", _("Serving unit")


class Direction(Coloured):
    """Which way a comment points (ANA-06)."""

    PRAISE = "praise", _("Praise")
    PROBLEM = "problem", _("Problem")
    SUGGESTION = "suggestion", _("Suggestion")
    OTHER = "other", _("Other remark")
    NOTHING = "nothing", _("Nothing said")

    @classmethod
    def colours(cls):
        return {"praise": "success", "problem": "danger", "suggestion": "info"}

    @classmethod
    def answered(cls):
        """Comments that somebody should answer (IMP-07)."""
        return [cls.PROBLEM.value, cls.SUGGESTION.value]


class Theme(models.TextChoices):
    """What a comment is about; the sides every service has, and the two the regulations follow by themselves (ANA-17, 18)."""

    ATTITUDE = "attitude", _("Attitude")
    SPEED = "speed", _("Speed and waiting")
    CONTENT = "content", _("Content and quality")
    PLACE = "place", _("Place and equipment")
    PRICE = "price", _("Price and invoices")
    PAPERS = "papers", _("Certificates and papers")
    NOTICE = "notice", _("Information and contact")
    SOLVING = "solving", _("Solving the customer's problems")
    MANAGEMENT = "management", _("How the company is run")


class Recurrence(models.TextChoices):
    """How often an activity takes place (SUR-13)."""

    ONCE = "once", _("Once")
    YEARLY = "yearly", _("Every year")
    HALF_YEARLY = "half_yearly", _("Every half-year")
    QUARTERLY = "quarterly", _("Every quarter")
    MONTHLY = "monthly", _("Every month")
    PER_PROJECT = "per_project", _("For each project")
    PER_MILESTONE = "per_milestone", _("At each key milestone")
    NEXT_DAY = "next_day", _("On the day after a service")
    AS_NEEDED = "as_needed", _("As needed")


class Doing(Coloured):
    """What became of one time an activity was to take place."""

    AHEAD = "ahead", _("Still ahead")
    DUE = "due", pgettext_lazy("activity", "Due now")
    RUNNING = "running", pgettext_lazy("activity", "Under way")
    DONE = "done", _("Carried out")
    MISSED = "missed", _("Missed")

    @classmethod
    def colours(cls):
        return {"due": "attention", "running": "accent", "done": "success", "missed": "danger"}


class Rated(models.TextChoices):
    """What was rated, apart from who answers (SUR-24): the unit or the person that delivered the service."""

    UNIT = "rated_unit", _("Rated unit")
    STAFF = "rated_staff", _("Rated person")
