"""An adopted suggestion is put into effect and looked at by somebody else; then the proposer is thanked (CMP-12, 13)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices import Outcome, State
from complaints.models import Complaint, Implementation
from complaints.selectors.people import barred
from complaints.selectors.working import may_verify
from complaints.services import conversations, cycles
from complaints.services.people import tell
from complaints.signals import suggestion_to_implement
from complaints.workflows import LEDGER
from core.workflow import InvalidTransition, contribute, edit, record, start
from customers.choices import Channel
from notifications.services import outbox


@transaction.atomic
def implement(complaint, *, by, plan, unit, person, due_on, expected_version=None):
    """Name who puts it into effect until when. Improvement hears of it and proposes a case for the department."""
    if person.pk in barred(complaint):
        raise InvalidTransition(_("%(name)s takes no part in this record.") % {"name": person})
    LEDGER.move(complaint, State.IMPLEMENTING, by=by, comment=plan, expected_version=expected_version,
                payload={"person": person.pk, "unit": unit.pk, "due_on": due_on.isoformat()})  # fmt: skip
    made = start(Implementation(complaint=complaint, plan=plan, unit=unit, person=person, due_on=due_on, by=by), by=by)
    complaint.implementation = made
    tell("to_implement", complaint, [person], by=by)
    suggestion_to_implement.send(sender=Complaint, complaint=complaint, implementation=made, by=by)
    return made


@transaction.atomic
def report_done(complaint, *, by, note):
    """It is in effect, says who carried it out; somebody else looks at it."""
    row = _row(complaint)
    if complaint.state != State.IMPLEMENTING or row.done_at is not None:
        raise InvalidTransition(_("This was reported already."))
    edit(row, by=by, event="reported", done_by=by, done_at=timezone.now(), done_note=note)
    record(complaint, "implementation_done", by=by, comment=note)
    decision = complaint.decision
    tell("to_verify", complaint, {row.by, complaint.handler} - {None, decision.decided_by}, by=by)
    return row


@transaction.atomic
def verify(complaint, *, by, note, expected_version=None):
    """Somebody who neither carried it out nor decided on it saw that it is in effect. The proposer is thanked by mail."""
    row = _row(complaint)
    if row.done_at is None:
        raise InvalidTransition(_("Nobody has reported it done yet."))
    if not may_verify(complaint, by):
        raise InvalidTransition(
            _(
                "Put into effect is verified by somebody who neither carried it out, reported it, proposed nor decided on it."
            )
        )
    LEDGER.move(complaint, State.IMPLEMENTED, by=by, comment=note, expected_version=expected_version)
    edit(row, by=by, event="verified", verified_by=by, verified_at=timezone.now(), verified_note=note)
    contribute(complaint, by, "verified")
    if complaint.complainant.email:
        outbox.queue("complaints.implemented", context={"complaint": complaint.pk}, language=complaint.language,
                     dedupe_key=f"complaints.implemented:{complaint.pk}")  # fmt: skip
    for part in complaint.merged.active().select_related("complaint__complainant"):
        if part.complaint.complainant.email:
            outbox.queue("complaints.implemented", context={"complaint": part.complaint_id, "master": complaint.pk},
                         language=part.complaint.language, dedupe_key=f"complaints.implemented:{part.complaint_id}")  # fmt: skip
    return row


@transaction.atomic
def close(complaint, *, by, summary="", channel=Channel.PHONE, expected_version=None):
    """The proposer was thanked, by mail already or as ``summary`` says."""
    row, person = _row(complaint), complaint.complainant
    if row.told_at is None:
        if summary:
            talk = conversations.log(complaint, by=by, channel=channel, summary=summary)
            _told(complaint, row, talk.interaction.started_at, by=by)
        elif person.phone or person.email:
            raise InvalidTransition(_("Please thank the proposer, and write down how."))
    _close(complaint, by=by, expected_version=expected_version)
    return complaint


@transaction.atomic
def mark_told(complaint_pk, at):
    """The mail with the thanks went out at ``at``; that closes the suggestion. Safe to repeat."""
    complaint = (
        Complaint.objects.select_for_update(of=("self",)).select_related("cycle", "implementation").get(pk=complaint_pk)
    )
    row = getattr(complaint, "implementation", None)
    if row is not None and row.told_at is None and complaint.state == State.IMPLEMENTED:
        _told(complaint, row, at, by=None)
        _close(complaint, by=None)


def _told(complaint, row, at, *, by):
    edit(row, by=by, event="told", told_at=at)
    record(complaint, "thanked", by=by)


def _close(complaint, *, by, expected_version=None):
    LEDGER.move(complaint, State.CLOSED, by=by, expected_version=expected_version)
    cycles.end(complaint, Outcome.DECIDED, by=by)


def _row(complaint):
    found = getattr(complaint, "implementation", None)
    if found is None:
        raise InvalidTransition(_("Nobody was named to put it into effect."))
    return found


@transaction.atomic
def measured(complaint_pk, *, done_by, verified_by, note):
    """Improvement verified the measures of its case: that is the report and the verification at once. Safe to repeat.

    Where who verified there may not verify here (carried it out or decided on it), it stays reported, for somebody else.
    """
    rows = Complaint.objects.select_for_update(of=("self",)).select_related(
        "cycle", "complainant", "decision", "implementation"
    )
    complaint = rows.get(pk=complaint_pk)
    if complaint.state != State.IMPLEMENTING:
        return
    if complaint.implementation.done_at is None:
        report_done(complaint, by=done_by, note=note)
    if may_verify(complaint, verified_by):
        verify(complaint, by=verified_by, note=note)
