"""Suggestions: passed on to who can judge them, decided with a reason in both languages, the proposer thanked (CMP-12, 13)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices import Clock, Decision, Outcome, Part, State
from complaints.models import Assignment, Complaint, SuggestionDecision
from complaints.selectors.standing_in import at_the_desk
from complaints.services import conversations, cycles
from complaints.services.handling import instead_of
from complaints.services.people import take_part, tell
from complaints.workflows import LEDGER
from core.workflow import InvalidTransition, record
from customers.choices import Channel
from notifications.services import outbox


@transaction.atomic
def pass_on(complaint, *, unit, handler, by, note="", expected_version=None):
    """Give a suggestion to ``handler`` of the ``unit`` it concerns, to be evaluated; who is away is stood in for."""
    asked, handler = handler, at_the_desk(complaint, handler)
    take_part(complaint, handler, Part.HANDLED)
    LEDGER.move(
        complaint, State.EVALUATING, by=by, comment=note, expected_version=expected_version, unit=unit, handler=handler,
        payload={"handler": handler.pk, "unit": unit.pk} | instead_of(asked, handler),
    )  # fmt: skip
    Assignment.objects.create(cycle=complaint.cycle, unit=unit, handler=handler, note=note, by=by)
    tell("assigned", complaint, [handler], by=by)
    return complaint


@transaction.atomic
def give_back(complaint, *, by, comment, expected_version=None):
    """It concerns another unit; tells who passed it on."""
    last = complaint.cycle.assignments.select_related("by").last()
    LEDGER.move(complaint, State.REGISTERED, by=by, comment=comment, expected_version=expected_version, handler=None)
    tell("given_back", complaint, [last.by], by=by)
    return complaint


@transaction.atomic
def decide(complaint, *, by, outcome, reason_zh, reason_en, review_on=None, expected_version=None):
    """Adopt, adopt in part, not adopt, or defer to ``review_on``. The proposer is told with thanks, by mail where possible."""
    outcome = Decision(outcome)
    if (outcome == Decision.DEFERRED) != (review_on is not None):
        raise InvalidTransition(_("A deferred suggestion, and only that, has a day on which it is looked at again."))
    take_part(complaint, by, Part.HANDLED)
    LEDGER.move(
        complaint, State(outcome.value), by=by, comment=reason_zh, expected_version=expected_version,
        payload={"outcome": outcome.value, "review_on": review_on and review_on.isoformat()},
    )  # fmt: skip
    now = timezone.now()
    values = {"outcome": outcome.value, "reason_zh": reason_zh, "reason_en": reason_en, "review_on": review_on,
              "decided_by": by, "decided_at": now, "told_at": None}  # fmt: skip
    decision, _made = SuggestionDecision.objects.update_or_create(complaint=complaint, defaults=values)
    complaint.decision = decision
    cycles.stop_clock(complaint.cycle, Clock.RESULT, at=now, by=by)
    for part in complaint.merged.active().select_related("complaint__complainant"):  # they share the decision
        if part.complaint.complainant.email:
            outbox.queue(
                "complaints.merged_decision", context={"complaint": part.complaint_id, "master": complaint.pk},
                language=part.complaint.language,
                dedupe_key=f"complaints.merged_decision:{part.complaint_id}:{now.isoformat()}",
            )  # fmt: skip
    if complaint.complainant.email:
        outbox.queue(
            "complaints.decision", context={"complaint": complaint.pk, "decided_at": now.isoformat()},
            language=complaint.language, dedupe_key=f"complaints.decision:{complaint.pk}:{now.isoformat()}",
        )  # fmt: skip
    return decision


@transaction.atomic
def mark_told(complaint_pk, decided_at, at):
    """The mail with the decision went out at ``at``; one that is not adopted is closed with it. Safe to repeat."""
    complaint = (
        Complaint.objects.select_for_update(of=("self",)).select_related("cycle", "decision").get(pk=complaint_pk)
    )
    decision = complaint.decision
    if decision.told_at is None and decision.decided_at.isoformat() == decided_at:
        _told(complaint, at)
        if complaint.state == State.NOT_ADOPTED:  # an adopted one is put into effect first
            _close(complaint, by=None)


def _told(complaint, at):
    SuggestionDecision.objects.filter(complaint=complaint, told_at=None).update(told_at=at)
    complaint.decision.told_at = at
    record(complaint, "told", by=None)


@transaction.atomic
def close(complaint, *, by, summary="", channel=Channel.PHONE, expected_version=None):
    """The proposer was told, by mail already or as ``summary`` says.

    Raises InvalidTransition when nobody told a proposer who can be reached.
    """
    person = complaint.complainant
    if complaint.decision.told_at is None:
        if summary:
            talk = conversations.log(complaint, by=by, channel=channel, summary=summary)
            _told(complaint, talk.interaction.started_at)
        elif person.phone or person.email:
            raise InvalidTransition(_("Please tell the proposer what was decided, and write down how."))
    _close(complaint, by=by, expected_version=expected_version)
    return complaint


def _close(complaint, *, by, expected_version=None):
    LEDGER.move(complaint, State.CLOSED, by=by, expected_version=expected_version)
    cycles.end(complaint, Outcome.DECIDED, by=by)


@transaction.atomic
def take_up(complaint, *, by=None, comment="", expected_version=None):
    """A deferred suggestion is evaluated again, in a new cycle; ``by`` None: its day has come."""
    if complaint.state != State.DEFERRED:
        raise InvalidTransition(_("Only a deferred suggestion is taken up again."))
    cycles.close_cycle(complaint, Outcome.DEFERRED, by=by)
    LEDGER.move(
        complaint, State.EVALUATING, by=by, comment=comment, expected_version=expected_version,
        cycle=cycles.next_cycle(complaint), payload={"cycle": complaint.cycle.n + 1},
    )  # fmt: skip
    tell("assigned", complaint, [complaint.handler], by=by)
    return complaint
