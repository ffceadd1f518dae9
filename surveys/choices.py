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


class Use(Coloured):
    """Whether something that lasts may still be chosen; what was made with it stays."""

    ACTIVE = "active", _("In use")
    RETIRED = "retired", _("Retired")

    @classmethod
    def colours(cls):
        return {"active": "success"}


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

    @classmethod
    def entrusted(cls):
        """What a third party sees of a survey entrusted to it: no drafts, nothing cancelled."""
        return [cls.SCHEDULED.value, *cls.with_results()]


class WaveMode(models.TextChoices):
    IDENTIFIED = "identified", _("With names")
    CONFIDENTIAL = "confidential", _("Confidential")
    ANONYMOUS = "anonymous", _("Anonymous")


class SealGround(models.TextChoices):
    """Why the link of a confidential answer may be opened; there is no third ground."""

    LOW = "low", _("A low answer")
    WISH = "wish", _("The respondent wishes to be called")


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
    IMPORT = "import", _("Imported")

    @classmethod
    def entered(cls):
        """Ways in which somebody of the company types in what the respondent said or wrote."""
        return [cls.PHONE.value, cls.PAPER.value, cls.VISIT.value, cls.LETTER.value]

    @classmethod
    def brought_in(cls):
        """Ways in which an answer reaches the portal through somebody of the company."""
        return [*cls.entered(), cls.IMPORT.value]


class Tool(models.TextChoices):
    """Where a file of answers was exported (CHN-13)."""

    WJX = "wjx", _("WJX (问卷星)")
    TENCENT = "tencent", _("Tencent Questionnaire (腾讯问卷)")
    JINSHUJU = "jinshuju", _("Jinshuju (金数据)")
    GOOGLE = "google", _("Google Forms")
    OTHER = "other", pgettext_lazy("survey tool", "Another workbook")


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
    IMPORTED = "imported", _("imported from a file")


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


class Way(models.TextChoices):
    """Columns of the response by which results are divided like by a Segment, without being of the customer (ANA-22)."""

    MODE = "mode", _("Way of answering")


def divider(column):
    """The Segment or Way of that name. Raises ValueError for any other: names of columns go into queries."""
    return Way(column) if column in Way.values else Segment(column)


DIVIDERS = (*Segment.values, *Way.values)


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


class Goal(models.TextChoices):
    """What a survey is for; chosen for each one (SUR-33)."""

    NEEDS = "needs", _("Understand needs and expectations")
    PROBLEMS = "problems", _("Find and put right quality problems")
    LOYALTY = "loyalty", _("Raise satisfaction and loyalty")
    MARKET = "market", _("Sharpen awareness of the market")
    SOLVING = "solving", _("Judge the ability to solve problems")
    STAFF = "staff", _("Provide evidence for the evaluation of staff")
    IMPROVEMENT = "improvement", _("Feed continuous improvement")


class Stage(models.TextChoices):
    """The service chain of a training company, from the first talk to the last call (SUR-25)."""

    RESEARCH = "research", _("Needs research")
    DESIGN = "design", _("Course design")
    TRAINER = "trainer", _("Assignment of trainers")
    DELIVERY = "delivery", _("Delivery")
    EVALUATION = "evaluation", _("Evaluation of effect")
    FOLLOW_UP = "follow_up", pgettext_lazy("service chain", "Follow-up")


class Designer(models.TextChoices):
    """Who designed the survey (SUR-07)."""

    OWN = "own", _("Own department")
    THIRD_PARTY = "third_party", _("Commissioned third party")


class FilingState(Coloured):
    """How far an approved plan is on file with the next-higher department (SUR-07)."""

    NOT_NEEDED = "not_needed", _("Not needed")
    OWED = "owed", _("To be filed")
    FILED = "filed", _("Filed")
    RETURNED = "returned", pgettext_lazy("filing", "Returned")

    @classmethod
    def colours(cls):
        return {"owed": "attention", "filed": "success", "returned": "danger"}

    @classmethod
    def due(cls):
        return [cls.OWED.value, cls.RETURNED.value]


class Asked(models.TextChoices):
    """Whom a level of approval asks."""

    ANYBODY = "anybody", _("Anybody who approves plans")
    ROLE = "role", _("A role")
    HEAD = "head", _("The head of the unit")
    PERSON = "person", _("A person")


class Decision(Coloured):
    OPEN = "", pgettext_lazy("approval", "Open")
    APPROVED = "approved", pgettext_lazy("approval", "Approved")
    RETURNED = "returned", _("Sent back")

    @classmethod
    def colours(cls):
        return {"approved": "success", "returned": "attention"}


class Phase(models.TextChoices):
    """The three phases of a survey (SUR-10)."""

    PREPARATION = "preparation", _("Preparation")
    SURVEY = "survey", pgettext_lazy("phase", "Survey")
    CONFIRMATION = "confirmation", _("Confirmation")


class CycleStep(models.IntegerChoices):
    """The seven steps of the cycle (SUR-12)."""

    GOALS = 1, _("Goals and indicators")
    QUESTIONNAIRE = 2, _("Questionnaire and scoring")
    SENDING = 3, _("Sending with a deadline")
    ANALYSIS = 4, _("Collection and analysis")
    PROPOSALS = 5, _("Improvements proposed")
    IMPLEMENTATION = 6, _("Improvements carried out")
    REVIEW = 7, _("Scheme reviewed")

    @property
    def link(self):
        """Its link of the life cycle: preparation, implementation, analysis, feedback (SUR-11)."""
        return Link((1, 1, 2, 3, 4, 4, 4)[self - 1])


class Link(models.IntegerChoices):
    """The four links of a survey's life cycle, none of which is skipped (SUR-11)."""

    PREPARATION = 1, _("Preparation")
    IMPLEMENTATION = 2, _("Implementation")
    ANALYSIS = 3, _("Analysis")
    FEEDBACK = 4, _("Feedback")


class Anchor(models.TextChoices):
    """From which day of a wave the time limit of a task counts."""

    OPENS = "opens", _("Opening")
    CLOSES = "closes", _("Return deadline")


class Fact(models.TextChoices):
    """What the portal knows by itself about a survey; a task that stands on one is ticked by nobody."""

    SCHEME_WRITTEN = "scheme_written", _("The scheme names goals, organiser and the use of the results")
    PLAN_APPROVED = "plan_approved", _("The plan is approved")
    VERSION_PUBLISHED = "version_published", _("The questionnaire is published")
    NOTICE_SENT = "notice_sent", _("People concerned were told of the date")
    SAMPLE_DRAWN = "sample_drawn", _("The respondents are drawn")
    INVITED = "invited", _("The invitations are out")
    CLOSED = "closed", _("The wave is closed")
    AUTHENTICITY = "authenticity", _("No answer is left to be checked")
    FINDINGS_DECIDED = "findings_decided", _("Every proposed finding is decided")
    RESULTS_CONFIRMED = "results_confirmed", _("The results are confirmed")
    QUALITY_CHECKED = "quality_checked", _("A quality check is on record")
    REPORT_ISSUED = "report_issued", _("The report of the period is issued")
    MEASURES_PLANNED = "measures_planned", _("Every confirmed finding has a measure")
    MEASURES_DONE = "measures_done", _("The measures are carried out")

    @classmethod
    def of_plans(cls):
        """Facts that only a wave of a planned activity can have."""
        return [cls.SCHEME_WRITTEN.value, cls.PLAN_APPROVED.value, cls.NOTICE_SENT.value]


class TaskState(Coloured):
    """Where a task stands; follows from its dates."""

    AHEAD = "ahead", pgettext_lazy("task", "Ahead")
    DUE = "due", pgettext_lazy("task", "Due soon")
    OVERDUE = "overdue", pgettext_lazy("task", "Overdue")
    DONE = "done", pgettext_lazy("task", "Done")

    @classmethod
    def colours(cls):
        return {"due": "attention", "overdue": "danger", "done": "success"}


class Verdict(Coloured):
    """What a quality check says of the way a survey was carried out (SUR-28)."""

    SOUND = "sound", _("Carried out properly")
    REMARKS = "remarks", _("With remarks")
    FLAWED = "flawed", _("Flawed")

    @classmethod
    def colours(cls):
        return {"sound": "success", "remarks": "attention", "flawed": "danger"}


class CheckPoint(models.TextChoices):
    """What a quality check looks at."""

    APPROVED = "approved", _("Nothing was sent or printed before the approval")
    SAMPLE = "sample", _("Respondents were drawn by the stated rule and are real customers")
    COURTESY = "courtesy", _("Respondents were asked politely and not steered")
    ENTRY = "entry", _("What was typed in matches sheet or call")
    PRIVACY = "privacy", _("Personal data and anonymity were respected")
    LIMITS = "limits", _("Analysis and report kept their time limits")


class Secrecy(Coloured):
    """How secret survey material is (PRV-08, 16): never less than a commercial secret."""

    CONFIDENTIAL = "confidential", pgettext_lazy("secrecy", "Confidential")
    SECRET = "secret", pgettext_lazy("secrecy", "Secret")
    TOP = "top", pgettext_lazy("secrecy", "Top secret")

    @classmethod
    def colours(cls):
        return {"confidential": "info", "secret": "attention", "top": "danger"}


class CustodyState(Coloured):
    """Where the material of a wave is in its life."""

    GATHERED = "gathered", _("Not handed over")
    KEPT = "kept", _("In custody")
    DISPOSING = "disposing", _("Being disposed of")
    DISPOSED = "disposed", _("Disposed of")

    @classmethod
    def colours(cls):
        return {"gathered": "attention", "kept": "success", "disposing": "accent"}

    @classmethod
    def living(cls):
        return [cls.GATHERED.value, cls.KEPT.value]

    @classmethod
    def gone(cls):
        """States in which figures come from what was frozen before."""
        return [cls.DISPOSING.value, cls.DISPOSED.value]


class HandoverKind(models.TextChoices):
    """Which way completed forms and other material go (DAT-03, 04, PRV-07)."""

    FORMS = "forms", _("Completed forms to the quality department")
    KEEPING = "keeping", _("Material to the administration for keeping")


class HandoverState(Coloured):
    SUBMITTED = "submitted", _("Handed over, not confirmed")
    RETURNED = "returned", pgettext_lazy("handover", "Returned")
    ACCEPTED = "accepted", pgettext_lazy("handover", "Received")

    @classmethod
    def colours(cls):
        return {"submitted": "info", "returned": "attention", "accepted": "success"}


class DisposalState(Coloured):
    """A disposal list from the night it is drawn up to the end of its material."""

    LISTED = "listed", _("Listed by the portal")
    PROPOSED = "proposed", pgettext_lazy("disposal", "Proposed")
    APPROVED = "approved", pgettext_lazy("disposal", "Approved")
    RUNNING = "running", _("Being carried out")
    DONE = "done", pgettext_lazy("disposal", "Carried out")

    @classmethod
    def colours(cls):
        return {"listed": "attention", "proposed": "info", "approved": "accent", "running": "accent", "done": "success"}


class EntrustmentState(Coloured):
    """Whether an entrustment holds today; follows from the clock and is not stored."""

    AHEAD = "ahead", pgettext_lazy("entrustment", "Not begun")
    ACTIVE = "active", _("In force")
    OVER = "over", pgettext_lazy("entrustment", "Ended")
    REVOKED = "revoked", pgettext_lazy("entrustment", "Revoked")

    @classmethod
    def colours(cls):
        return {"ahead": "info", "active": "success", "revoked": "attention"}
