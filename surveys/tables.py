"""Lists of surveys: one class each for screen and files."""

import django_tables2 as tables
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from core.i18n import pick
from core.tables import BadgeColumn, NumberColumn, PortalTable
from surveys.choices import CheckState, FindingState, InvitationState, PlanState, VersionState, WaveState
from surveys.models import Finding, Invitation, Questionnaire, Response, ResponseCheck, SurveyPlan, Wave


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
