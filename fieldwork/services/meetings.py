"""Appointments: booked, moved, held, missed, cancelled; everybody invited holds a calendar entry that keeps up."""

from datetime import UTC, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.selectors import main_unit
from core.workflow import InvalidTransition, edit, record, start
from customers.choices import Channel, Direction, MatchStrength
from customers.models import ContactHold, ContactPerson
from customers.services import interactions
from fieldwork.choices import MeetingKind, MeetingState, Reply
from fieldwork.models import Meeting, MeetingPerson
from fieldwork.workflows import MEETING
from notifications.services import outbox
from surveys.choices import ResponseMode
from surveys.services import occasions

INVITED, CANCELLED, REMINDED = "fieldwork.meeting_invited", "fieldwork.meeting_cancelled", "fieldwork.meeting_reminder"
SYNCED = ("starts_at", "minutes", "place", "title", "purpose")  # what stands in the calendars


# Whom one may ask ------------------------------------------------------------------------------------


def askable():
    """Contact persons who may be asked for an appointment: present, willing, and no hold protects them."""
    holds = ContactHold.objects.current()
    rows = ContactPerson.objects.present().filter(opted_out_at=None)
    rows = rows.exclude(customer__in=holds.filter(contact=None).values("customer"))
    return rows.exclude(pk__in=holds.exclude(contact=None).values("contact"))


def may_be_asked(contact):
    return askable().filter(pk=contact.pk).exists()


def _must_be_askable(contact):
    if not may_be_asked(contact):
        raise InvalidTransition(
            _("%(name)s is not to be asked now: a wish, an open complaint, or the person is gone.")
            % {"name": contact.masked_name}
        )


# Booking ---------------------------------------------------------------------------------------------


@transaction.atomic
def book(*, by, starts_at, lead, kind=MeetingKind.VISIT, contacts=(), hosts=(), guests=(), unit=None, **fields):
    """Book an appointment and invite everybody: ``contacts`` of customers, ``hosts`` of ours, ``guests`` among our people.

    Raises InvalidTransition for a moment that has passed and for a person who is not to be asked.
    """
    _must_be_ahead(starts_at)
    customer = fields.get("customer")
    unit = unit or main_unit(lead) or (customer.unit if customer else None)
    if unit is None:
        raise InvalidTransition(_("Nobody's unit: give the person who leads it a unit first."))
    meeting = start(Meeting(kind=kind, starts_at=starts_at, lead=lead, unit=unit, **fields), by=by)
    invite(meeting, by=by, contacts=contacts, hosts=[lead, *(one for one in hosts if one != lead)], guests=guests)
    return meeting


@transaction.atomic
def invite(meeting, *, by, contacts=(), hosts=(), guests=()):
    """Further people; whoever is invited already is left as is. Returns the new MeetingPerson rows."""
    _must_be_booked(meeting)
    for contact in contacts:
        _must_be_askable(contact)
    wanted = [{"contact": one} for one in contacts]
    wanted += [{"user": one, "is_host": True} for one in hosts] + [{"user": one} for one in guests]
    there = meeting.people.filter(withdrawn_at=None)
    known = set(there.values_list("contact", "user"))
    rows = []
    for one in wanted:
        key = (one["contact"].pk if "contact" in one else None, one["user"].pk if "user" in one else None)
        if key not in known:
            known.add(key)
            rows.append(MeetingPerson(meeting=meeting, **one))
    try:
        with transaction.atomic():
            MeetingPerson.objects.bulk_create(rows)
    except IntegrityError:
        raise InvalidTransition(_("Somebody was faster: one of these people is invited already. Please look again."))
    if rows:
        record(meeting, "people_invited", by=by, payload={"people": len(rows)})
    _tell(meeting, INVITED, rows)
    return rows


@transaction.atomic
def withdraw(person, *, by):
    """Somebody need not come after all; their calendar forgets the entry."""
    _must_be_booked(person.meeting)
    changed = MeetingPerson.objects.filter(pk=person.pk, withdrawn_at=None).update(withdrawn_at=timezone.now())
    if changed:
        record(person.meeting, "withdrawn", by=by, payload={"person": person.pk})
        _raise_sequence(person.meeting, by)
        _tell(person.meeting, CANCELLED, [person])
    return person


def _raise_sequence(meeting, by):
    edit(meeting, by=by, event="recounted", sequence=meeting.sequence + 1)


@transaction.atomic
def change(meeting, *, by, comment="", expected_version=None, **fields):
    """Another time, place or purpose. What stands in calendars is sent anew; earlier times stay in the history."""
    _must_be_booked(meeting)
    moved = fields.get("starts_at", meeting.starts_at) != meeting.starts_at
    if moved:
        _must_be_ahead(fields["starts_at"])
    synced = any(name in fields and fields[name] != getattr(meeting, name) for name in SYNCED)
    if synced:
        fields["sequence"] = meeting.sequence + 1
    event = "moved" if moved else "edited"
    edit(meeting, by=by, expected_version=expected_version, event=event, comment=comment, **fields)
    if moved:  # who said yes said it to another time
        meeting.people.exclude(reply=Reply.NONE).filter(is_host=False).update(reply=Reply.NONE)
    if synced:
        _tell(meeting, INVITED, present(meeting))
    return meeting


@transaction.atomic
def cancel(meeting, *, by, comment, expected_version=None):
    """It does not take place; everybody invited is told, and their calendars forget it."""
    MEETING.move(meeting, MeetingState.CANCELLED, by=by, comment=comment, expected_version=expected_version,
                 closed_at=timezone.now(), sequence=meeting.sequence + 1, note=comment)  # fmt: skip
    _tell(meeting, CANCELLED, present(meeting))
    return meeting


def present(meeting):
    """Who is invited and was not taken off."""
    return list(meeting.people.filter(withdrawn_at=None).select_related("user", "contact__customer"))


@transaction.atomic
def reply(person, *, by, answer):
    """What somebody answered to the invitation."""
    _must_be_booked(person.meeting)
    answer = Reply(answer)
    if person.reply != answer:
        MeetingPerson.objects.filter(pk=person.pk).update(reply=answer.value)
        record(person.meeting, "replied", by=by, payload={"person": person.pk, "reply": answer.value})
        person.reply = answer.value
    return person


# How it went -----------------------------------------------------------------------------------------


@transaction.atomic
def hold(meeting, *, by, came=None, note="", answers=None, language="", expected_version=None):
    """It took place: who came, the contact in each customer's history, and the interview's answers if there are any.

    ``came``: keys of the MeetingPerson rows who were there (None: everybody). ``answers`` are those of the first contact
    person who came to the questionnaire of the appointment; answers that do not fit raise answering.Invalid and nothing is stored.
    """
    if meeting.starts_at > timezone.now() + timedelta(hours=1):
        raise InvalidTransition(_("It has not begun yet. Move it to the time at which it took place, then say so."))
    people = present(meeting)
    there = {one.pk for one in people} if came is None else set(came)
    response = _answered(meeting, [one for one in people if one.pk in there], answers, by, language)
    MEETING.move(meeting, MeetingState.HELD, by=by, note=note, closed_at=timezone.now(), response=response,
                 expected_version=expected_version)  # fmt: skip
    for person in people:
        person.came = person.pk in there
        if person.came and person.contact_id:
            person.interaction = _write_down(meeting, person, by, note)
    MeetingPerson.objects.bulk_update(people, ["came", "interaction"])
    return meeting


def _answered(meeting, people, answers, by, language):
    if answers is None:
        return None
    contact = next((one.contact for one in people if one.contact_id), None)
    if meeting.wave is None or contact is None:
        raise InvalidTransition(_("There is no questionnaire or no contact person: nothing can be answered."))
    invitation = occasions.invite(meeting.wave, contact=contact)
    return occasions.answered(invitation, payload=answers, by=by, mode=ResponseMode.VISIT, language=language)


def _write_down(meeting, person, by, note):
    ended_at = min(meeting.ends_at, timezone.now())
    return interactions.log(
        by=by, summary=f"{meeting.get_kind_display()} {meeting.number}: {meeting.title or meeting.purpose}\n{note}".strip(),
        channel=Channel.VISIT, direction=Direction.OUT, customer=person.contact.customer, contact=person.contact,
        started_at=min(meeting.starts_at, ended_at), ended_at=ended_at, match_strength=MatchStrength.EXACT,
    )  # fmt: skip


@transaction.atomic
def miss(meeting, *, by, comment, expected_version=None):
    """We came, the customer was not there."""
    if meeting.starts_at > timezone.now():
        raise InvalidTransition(_("It has not begun yet. Cancel or move it instead."))
    MEETING.move(meeting, MeetingState.MISSED, by=by, comment=comment, note=comment, closed_at=timezone.now(),
                 expected_version=expected_version)  # fmt: skip
    meeting.people.filter(withdrawn_at=None, contact__isnull=False).update(came=False)
    return meeting


def _must_be_booked(meeting):
    if meeting.state != MeetingState.BOOKED:
        raise InvalidTransition(_("This appointment is over or was cancelled."))


def _must_be_ahead(starts_at):
    if starts_at <= timezone.now():
        raise InvalidTransition(_("Please give a moment that lies ahead."))


# Who is told -----------------------------------------------------------------------------------------


def _tell(meeting, kind, people):
    for person in people:
        outbox.queue(kind, **_to(person), **_about(meeting, person, kind))


def _to(person):
    if person.user_id:
        return {"to_user": person.user}
    return {"to_email": person.contact.email, "language": person.contact.language}


def _about(meeting, person, kind):
    at = meeting.starts_at.astimezone(UTC)
    once = f"{at:%Y%m%dT%H%M}" if kind == REMINDED else meeting.sequence
    return {
        "context": {"person": person.pk, "sequence": meeting.sequence, "name": meeting.name, "at": at.isoformat()},
        "url": meeting.get_absolute_url(), "dedupe_key": f"{kind}:{person.pk}:{once}",
    }  # fmt: skip


def to_remind(now=None):
    """Booked appointments of tomorrow, and of today if they were booked late (REM-03)."""
    now = now or timezone.now()
    tomorrow = timezone.localdate(now) + timedelta(days=1)
    end = timezone.make_aware(datetime.combine(tomorrow, time.max))
    return Meeting.objects.booked().filter(starts_at__gt=now, starts_at__lte=end)


@transaction.atomic
def remind(meeting):
    """Everybody invited hears of it once for a time; whoever said no does not."""
    people = [one for one in present(meeting) if one.reply != Reply.DECLINED]
    _tell(meeting, REMINDED, people)
