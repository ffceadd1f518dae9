"""Visit reports and minutes: written, submitted, corrected by a new version; what follows from them (VIS-02, VIS-10, FGD-03)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.i18n import both
from core.workflow import InvalidTransition, edit, record, start
from customers.choices import FollowUpReason
from customers.services import follow_ups
from fieldwork.choices import MeetingState, PointKind, ReportState
from fieldwork.models import MeetingPoint, MeetingReport, PointRaised
from fieldwork.signals import problem_raised
from fieldwork.workflows import MEETING_REPORT

WORDS = ("setting", "opinion", "situation", "discussion", "next_steps")
TITLE = gettext_lazy("Opinion on a visit: %(name)s")
SUGGESTED = gettext_lazy("Suggestion of a group: %(name)s")


@transaction.atomic
def write(meeting, *, by, expected_version=None, **fields):
    """Store the draft: the first one, or what changed in it. Returns the MeetingReport."""
    if meeting.state != MeetingState.HELD:
        raise InvalidTransition(_("A report is written once the appointment took place."))
    draft = meeting.reports.filter(state=ReportState.DRAFT).first()
    if draft is not None:
        return edit(draft, by=by, expected_version=expected_version, **fields)
    if meeting.reports.exists():
        raise InvalidTransition(_("The report is submitted. A correction is a new version, with its reason."))
    return start(MeetingReport(meeting=meeting, author=by, **fields), by=by)


@transaction.atomic
def submit(report, *, by, wants_answer=False, expected_version=None):
    """The report holds and never changes again; with ``wants_answer`` the customer's opinion gets a follow-up."""
    if not any(getattr(report, name).strip() for name in WORDS):
        raise InvalidTransition(_("The report is empty. Please write down what was seen and said."))
    if wants_answer and not report.opinion.strip():
        raise InvalidTransition(_("Please write down the opinion that somebody should answer."))
    follow_up = _follow_up(report, by) if wants_answer else None
    MEETING_REPORT.move(report, ReportState.SUBMITTED, by=by, submitted_at=timezone.now(), follow_up=follow_up,
                        expected_version=expected_version)  # fmt: skip
    return report


def _follow_up(report, by):
    meeting = report.meeting
    person = meeting.people.filter(contact__isnull=False, withdrawn_at=None).select_related("contact").first()
    titles = {language: text % {"name": meeting.name} for language, text in both(TITLE).items()}
    return follow_ups.open_follow_up(
        customer=meeting.customer, contact=person.contact if person and meeting.is_visit else None,
        reason=FollowUpReason.OPINION, title=titles["zh"], title_en=titles["en"], detail=report.opinion, by=by,
        owner=meeting.project.manager if meeting.project_id else None, unit=meeting.unit,
        source="fieldwork.meeting", source_id=meeting.pk, unique_key=f"fieldwork.meeting:{meeting.pk}",
    )  # fmt: skip


@transaction.atomic
def correct(report, *, by, reason):
    """A new version that begins with the words of the last one; the last one stays as it was submitted."""
    if report.state != ReportState.SUBMITTED or report.meeting.reports.filter(n__gt=report.n).exists():
        raise InvalidTransition(_("Only the last submitted version is corrected."))
    words = {name: getattr(report, name) for name in (*WORDS, "secrets")}
    return start(MeetingReport(meeting=report.meeting, n=report.n + 1, reason=reason, author=by, **words), by=by)


@transaction.atomic
def reveal(report, *, by, reason):
    """The trade secrets of the report, against a reason that stays in its history."""
    if not reason.strip():
        raise InvalidTransition(_("Please give a reason."))
    record(report, "revealed", by=by, comment=reason, payload={"fields": ["secrets"]})
    return report.secrets


# Points of a group -----------------------------------------------------------------------------------


@transaction.atomic
def add_point(meeting, *, by, kind, text, unit, voices=1):
    """A shared problem or suggestion."""
    if meeting.state != MeetingState.HELD:
        raise InvalidTransition(_("Points are written down once the meeting took place."))
    point = MeetingPoint.objects.create(meeting=meeting, kind=PointKind(kind).value, text=text, unit=unit,
                                        voices=voices, by=by)  # fmt: skip
    record(meeting, "point_added", by=by, payload={"point": point.pk})
    return point


@transaction.atomic
def take_up(point, *, by):
    """Turn it into work: a suggestion waits with the responsible unit, a problem is proposed as an improvement (FGD-03)."""
    made, is_new = PointRaised.objects.get_or_create(
        point=point, defaults={"by": by, "follow_up": _of_point(point, by)}
    )
    if is_new and point.kind == PointKind.PROBLEM:
        problem_raised.send(sender=MeetingPoint, point=point, by=by)
    if is_new:
        record(point.meeting, "point_taken_up", by=by, payload={"point": point.pk})
    return made


def _of_point(point, by):
    if point.kind == PointKind.PROBLEM:
        return None
    titles = {language: text % {"name": point.meeting.name} for language, text in both(SUGGESTED).items()}
    return follow_ups.open_follow_up(
        customer=None, reason=FollowUpReason.OPINION, title=titles["zh"], title_en=titles["en"], detail=point.text, by=by,
        unit=point.unit, source="fieldwork.meetingpoint", source_id=point.pk,
        unique_key=f"fieldwork.meetingpoint:{point.pk}",
    )  # fmt: skip
