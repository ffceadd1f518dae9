"""Lists of surveys: one class each for screen and files."""

import django_tables2 as tables
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language_info, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.i18n import pick
from core.tables import BadgeColumn, CodeColumn, DayColumn, NumberColumn, PortalTable
from surveys.choices import (
    CheckState,
    Direction,
    FindingState,
    InvitationState,
    PlanState,
    Use,
    VersionState,
    WaveState,
)
from surveys.models import (
    BankQuestion,
    Custody,
    Disposal,
    Entrustment,
    Finding,
    Invitation,
    PublishedRating,
    Questionnaire,
    Response,
    ResponseCheck,
    SurveyPlan,
    Wave,
)


class LanguageColumn(tables.Column):
    """The name of a language instead of its code."""

    def render(self, value):
        return get_language_info(value)["name_translated"]

    value = render


class PlanTable(PortalTable):
    year = tables.Column(verbose_name=_("Year"))
    unit = tables.Column(verbose_name=_("Unit"), orderable=False)
    state = BadgeColumn("state", states=PlanState, verbose_name=_("State"))
    author = tables.Column(verbose_name=_("Author"), orderable=False)
    activities_n = NumberColumn(verbose_name=_("Activities"), orderable=False)
    done_n = NumberColumn(verbose_name=_("Carried out"), orderable=False)
    revision_no = NumberColumn(verbose_name=_("Revision"))

    class Meta(PortalTable.Meta):
        model = SurveyPlan
        fields = ("year", "unit", "state", "author", "activities_n", "done_n", "revision_no")
        empty_text = _("No plan yet. A yearly plan says whom to ask about what, how and when; waves carry it out.")


class QuestionnaireTable(PortalTable):
    code = tables.Column(verbose_name=_("Code"))
    name = tables.Column(verbose_name=_("Questionnaire"), accessor="pk", orderable=False)
    unit = tables.Column(verbose_name=_("Owning unit"), orderable=False)
    newest_no = NumberColumn(verbose_name=_("Newest version"))
    newest_state = BadgeColumn("newest_state", states=VersionState, verbose_name=_("State"), orderable=False)
    published_on = tables.DateColumn(verbose_name=_("Last published"), default="–", short=True)

    class Meta(PortalTable.Meta):
        model = Questionnaire
        fields = ("code", "name", "unit", "newest_no", "newest_state", "published_on")
        empty_text = _(
            "No questionnaire yet. Design one; a second person publishes it, and from then on it never changes."
        )

    def render_name(self, record):
        return str(record)

    def value_name(self, record):
        return str(record)


class BankTable(PortalTable):
    code = tables.Column(verbose_name=_("Code"))
    title = tables.Column(verbose_name=_("Question"), accessor="wording", orderable=False)
    kind = tables.Column(verbose_name=_("Kind of question"), accessor="get_kind_display", order_by="kind")
    indicator = tables.Column(verbose_name=_("Indicator"), default="–", order_by="indicator__code")
    wording_no = NumberColumn(
        verbose_name=pgettext_lazy("question", "Wording"), accessor="wording__no", orderable=False
    )
    state = BadgeColumn("state", states=Use, verbose_name=_("State"))

    class Meta(PortalTable.Meta):
        model = BankQuestion
        fields = ("code", "title", "kind", "indicator", "wording_no", "state")
        empty_text = _("No question yet. Write one here, or put one into the bank from a questionnaire that asks it.")

    def render_title(self, value):
        return pick(value["item"], "title")

    value_title = render_title

    def render_indicator(self, value):
        return f"{value.parent} › {value}" if value.parent_id else str(value)

    value_indicator = render_indicator


class WaveTable(PortalTable):
    code = tables.Column(verbose_name=_("Code"))
    name = tables.Column(verbose_name=_("Wave"), accessor="pk", orderable=False)
    state = BadgeColumn("state", states=WaveState, verbose_name=_("State"))
    mode = tables.Column(verbose_name=_("Names"), accessor="mode", orderable=False)
    opens_at = tables.DateColumn(verbose_name=_("Opens"), short=True)
    closes_at = tables.DateColumn(verbose_name=_("Return deadline"), short=True)
    invited_n = NumberColumn(verbose_name=_("Invited"), orderable=False)
    answered_n = NumberColumn(verbose_name=_("Answered"), orderable=False)

    class Meta(PortalTable.Meta):
        model = Wave
        fields = ("code", "name", "state", "mode", "opens_at", "closes_at", "invited_n", "answered_n")
        empty_text = _("No wave yet. A wave asks an audience with one questionnaire from one day to another.")

    def render_name(self, record):
        return pick(record, "name")

    value_name = render_name

    def render_mode(self, value):
        return value.label

    value_mode = render_mode


class InvitationTable(PortalTable):
    customer = tables.Column(verbose_name=_("Customer"), default="–", orderable=False)
    contact = tables.Column(verbose_name=_("Respondent"), accessor="contact__masked_name", default="–", orderable=False)
    state = BadgeColumn("state", states=InvitationState, verbose_name=_("State"))
    language = LanguageColumn(verbose_name=_("Language"))
    reminder_no = NumberColumn(verbose_name=_("Reminders"))
    sent_at = tables.DateTimeColumn(verbose_name=_("Sent"), default="–", short=True)
    last_sent_at = tables.DateTimeColumn(verbose_name=_("Last sent"), default="–", short=True)
    note = tables.Column(verbose_name=_("Note"), default="", orderable=False)

    class Meta(PortalTable.Meta):
        model = Invitation
        fields = ("customer", "contact", "state", "language", "reminder_no", "sent_at", "last_sent_at", "note")
        empty_text = _("Nobody is invited yet. The respondents are drawn when the wave opens.")

    @staticmethod
    def row_url(record):
        return ""


class RunInvitationTable(InvitationTable):
    """For people who run the wave: what they can do with an invitation that still waits for its answer."""

    actions = tables.Column(verbose_name=_("Actions"), accessor="pk", orderable=False, exclude_from_export=True)

    class Meta(InvitationTable.Meta):
        sequence = ("...", "actions")

    def render_actions(self, record):
        return render_to_string("surveys/invitation_actions.html", {"record": record})  # without what every page knows


class ResponseTable(PortalTable):
    submitted_at = tables.DateTimeColumn(verbose_name=_("Received"), short=True)
    customer = tables.Column(verbose_name=_("Customer"), accessor="invitation__customer", default="–", orderable=False)
    overall = NumberColumn(verbose_name=_("Overall (5-point)"), default="–", orderable=False)
    mode = tables.Column(verbose_name=_("Way"), accessor="get_mode_display", orderable=False)
    language = LanguageColumn(verbose_name=_("Language"), orderable=False)
    low_n = NumberColumn(verbose_name=_("Low answers"), orderable=False)
    receipt = tables.Column(verbose_name=_("Receipt"), orderable=False)

    class Meta(PortalTable.Meta):
        model = Response
        fields = ("submitted_at", "customer", "overall", "mode", "language", "low_n", "receipt")
        empty_text = _("No answer yet.")

    @staticmethod
    def row_url(record):
        return reverse("surveys:response", args=[record.pk])


class CheckTable(PortalTable):
    submitted_at = tables.DateTimeColumn(
        verbose_name=_("Received"), accessor="response__submitted_at", short=True, orderable=False
    )
    customer = tables.Column(
        verbose_name=_("Customer"), accessor="response__invitation__customer", default="–", orderable=False
    )
    flags = tables.Column(verbose_name=_("Marks"), accessor="flag_words", default="–", orderable=False)
    state = BadgeColumn("state", states=CheckState, verbose_name=_("State"), orderable=False)
    doubted_by = tables.Column(verbose_name=_("Doubted by"), default="–", orderable=False)
    decided_by = tables.Column(verbose_name=_("Decided by"), default="–", orderable=False)
    reason = tables.Column(verbose_name=_("Reason"), default="", orderable=False)

    class Meta(PortalTable.Meta):
        model = ResponseCheck
        fields = ("submitted_at", "customer", "flags", "state", "doubted_by", "decided_by", "reason")
        empty_text = _(
            "Nothing is marked. The portal looks through the answers when the wave closes, or now by the button."
        )

    @staticmethod
    def render_flags(value):
        return "、".join(str(words) for words in value)

    value_flags = render_flags


class FindingTable(PortalTable):
    subject = tables.Column(verbose_name=_("What"), accessor="pk", orderable=False)
    wave = tables.Column(verbose_name=_("Wave"), accessor="wave__code", order_by="wave__closes_at")
    mean = NumberColumn(verbose_name=_("Mean"))
    base_n = NumberColumn(verbose_name=_("n"))
    threshold = NumberColumn(verbose_name=_("Target"))
    unit = tables.Column(verbose_name=_("Responsible unit"), orderable=False)
    state = BadgeColumn("state", states=FindingState, verbose_name=_("State"))

    class Meta(PortalTable.Meta):
        model = Finding
        fields = ("subject", "wave", "mean", "base_n", "threshold", "unit", "state")
        empty_text = _("No finding yet. When a wave closes, results below its target are proposed here.")

    def render_subject(self, record):
        return record.subject

    value_subject = render_subject

    def render_mean(self, value):
        return f"{value:.2f}"


class PublishedTable(PortalTable):
    published_on = DayColumn(verbose_name=_("Published on"))
    source = tables.Column(verbose_name=_("Published at"))
    score5 = NumberColumn(verbose_name=_("5-point"), default="–")
    body = tables.Column(verbose_name=_("Words"), orderable=False, default="–")
    direction = BadgeColumn("direction", states=Direction, verbose_name=_("Direction"))
    theme = tables.Column(verbose_name=_("About what"), default="–")
    author = tables.Column(verbose_name=_("Signed as"), default="–")
    customer = tables.Column(verbose_name=_("Customer"), orderable=False, default="–")
    unit = tables.Column(verbose_name=_("About the unit"), orderable=False, default="–")

    class Meta(PortalTable.Meta):
        model = PublishedRating
        fields = ("published_on", "source", "score5", "body", "direction", "theme", "author", "customer", "unit")
        empty_text = _(
            "Nothing collected yet. Write down what customers publish about the company, or import a workbook of it."
        )

    def render_score5(self, value):
        return f"{value:.2f}"

    def render_body(self, value):
        return value if len(value) <= 80 else f"{value[:79]}…"

    def value_body(self, value):
        return value


class CustodyTable(PortalTable):
    """The register of survey material."""

    code = CodeColumn(verbose_name=_("Code"), accessor="wave__code", order_by="wave__code")
    wave = tables.Column(verbose_name=_("Wave"), accessor="wave__name", orderable=False)
    unit = tables.Column(verbose_name=_("Unit"), accessor="wave__unit", orderable=False)
    state = BadgeColumn("state_badge", verbose_name=_("State"), order_by="state")
    secrecy = BadgeColumn("secrecy_badge", verbose_name=_("Secrecy"), order_by="secrecy")
    custodian = tables.Column(verbose_name=_("Custodian"), default="–", orderable=False)
    since = DayColumn(verbose_name=_("Counted from"))
    due_on = DayColumn(verbose_name=_("Due for disposal"))
    hold_reason = tables.Column(verbose_name=_("Kept longer because"), default="", orderable=False)

    class Meta(PortalTable.Meta):
        model = Custody
        fields = ("code", "wave", "unit", "state", "secrecy", "custodian", "since", "due_on", "hold_reason")
        empty_text = _("No material yet. It is listed here as soon as a wave ends.")

    def render_hold_reason(self, record, value):
        return value[:60] if record.is_held else ""

    def value_hold_reason(self, record, value):
        return value if record.is_held else ""


class DisposalTable(PortalTable):
    number = CodeColumn(verbose_name=_("List"), order_by="pk")
    listed_on = DayColumn(verbose_name=_("Listed on"))
    state = BadgeColumn("state_badge", verbose_name=_("State"), order_by="state")
    lines_n = NumberColumn(verbose_name=_("Waves"), orderable=False)
    proposed_by = tables.Column(verbose_name=_("Proposed by"), default="–", orderable=False)
    approved_by = tables.Column(verbose_name=_("Approved by"), default="–", orderable=False)
    done_at = DayColumn(verbose_name=_("Carried out at"), default="–")

    class Meta(PortalTable.Meta):
        model = Disposal
        fields = ("number", "listed_on", "state", "lines_n", "proposed_by", "approved_by", "done_at")
        empty_text = _(
            "No list yet. Every night the portal lists material past its date; nothing is deleted without two people."
        )


class EntrustmentTable(PortalTable):
    what = tables.Column(verbose_name=_("What"), accessor="pk", orderable=False)
    organisation = tables.Column(verbose_name=_("Third party"))
    user = tables.Column(verbose_name=_("Person"), orderable=False)
    contract = tables.Column(verbose_name=_("Contract"), orderable=False)
    starts_on = DayColumn(verbose_name=pgettext_lazy("dates", "From"))
    ends_on = DayColumn(verbose_name=pgettext_lazy("dates", "To"))
    may_enter = tables.BooleanColumn(verbose_name=_("Enters answers"), orderable=False)
    sees_contacts = tables.BooleanColumn(verbose_name=_("Sees contacts"), orderable=False)
    state = BadgeColumn("state_badge", verbose_name=_("State"), orderable=False)

    class Meta(PortalTable.Meta):
        model = Entrustment
        fields = (
            "what",
            "organisation",
            "user",
            "contract",
            "starts_on",
            "ends_on",
            "may_enter",
            "sees_contacts",
            "state",
        )
        empty_text = _("Nothing is entrusted to a third party.")

    def render_what(self, record):
        return str(record.wave or record.activity)

    value_what = render_what


class RespondentTable(PortalTable):
    """The respondents of an entrusted wave by code; names are shown one by one, each time with an event."""

    code = CodeColumn(verbose_name=_("Respondent"), order_by="pk")
    state = BadgeColumn("state", states=InvitationState, verbose_name=_("State"))
    language = LanguageColumn(verbose_name=_("Language"), orderable=False)
    actions = tables.Column(verbose_name=_("Actions"), accessor="pk", orderable=False, exclude_from_export=True)

    class Meta(PortalTable.Meta):
        model = Invitation
        fields = ("code", "state", "language", "actions")
        empty_text = _("Nobody is invited yet. The respondents are drawn when the wave opens.")

    def __init__(self, *args, may=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.may = may or {}

    @staticmethod
    def row_url(record):
        return ""

    def render_actions(self, record):
        return render_to_string("surveys/respondent_actions.html", {"record": record, "may": self.may})
