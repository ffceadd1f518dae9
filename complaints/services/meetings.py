"""Case meetings (LIB-04)."""

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from complaints.models import CaseMeeting
from core.workflow import InvalidTransition, edit, record, start
from notifications.services import outbox


@transaction.atomic
def call(*, by, attendees=(), entries=(), **fields):
    """Fix a meeting and tell who takes part."""
    meeting = CaseMeeting(by=by, **fields)
    start(meeting, by=by)
    _set(meeting, attendees, entries)
    return meeting


@transaction.atomic
def change(meeting, *, by, attendees=None, entries=None, expected_version=None, **fields):
    """Change the meeting, or write its minutes; who is added is told."""
    edit(meeting, by=by, expected_version=expected_version, **fields)
    if attendees is not None:
        _set(meeting, attendees, entries if entries is not None else meeting.entries.all())
        record(meeting, "people_changed", by=by, payload={"people": len(attendees)})
    return meeting


def _set(meeting, attendees, entries):
    if not attendees:
        raise InvalidTransition(_("Please choose who takes part."))
    before = set(meeting.attendees.values_list("pk", flat=True))
    meeting.attendees.set(attendees)
    meeting.entries.set(entries)
    for user in attendees:
        if user.pk not in before:
            outbox.queue(
                "complaints.meeting_called", to_user=user, url=meeting.get_absolute_url(),
                context={"title": meeting.title, "day": date_format(meeting.held_on, "SHORT_DATE_FORMAT")},
                dedupe_key=f"complaints.meeting_called:{meeting.pk}:{user.pk}",
            )  # fmt: skip
