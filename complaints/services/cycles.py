"""Rounds of handling: begun with clocks of their own, ended with figures that never change again."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices import Clock, ExtensionState, Outcome, PauseEnd, PauseState, State
from complaints.models import Complaint, Cycle
from complaints.selectors import policies, requests
from complaints.services import timing
from complaints.signals import complaint_closed
from complaints.workflows import EXTENSIONS, LEDGER, PAUSES
from core.workflow import InvalidTransition, record
from core.worktime.store import calendar_for
from customers.choices import HoldReason
from customers.services import holds

REOPEN_WITHIN = timedelta(days=60)


def new_cycle(complaint, *, n, started_at, calendar=None):
    """An unsaved cycle with both due moments by the policy in force and ``calendar`` (none: the one in force)."""
    cycle = Cycle(complaint=complaint, n=n, started_at=started_at)
    timing.apply_terms(cycle, policies.policy_of(complaint, started_at), complaint.kind)
    return timing.first_moments(cycle, calendar or calendar_for())


def next_cycle(complaint):
    """The round after a closed one, with its own clocks from now on; not yet the complaint's current one."""
    cycle = new_cycle(complaint, n=complaint.cycle.n + 1, started_at=timezone.now())
    cycle.save(force_insert=True)
    return cycle


def write(cycle, **fields):
    """Write columns of a cycle that still runs. Raises InvalidTransition when it is closed."""
    if not Cycle.objects.filter(pk=cycle.pk, closed_at=None).update(**fields):
        raise InvalidTransition(_("This cycle is closed."))
    for name, value in fields.items():
        setattr(cycle, name, value)


def stop_clock(cycle, clock, *, at, by):
    """The response or the reply took place at ``at``; what came too late is a breach and stays one. Safe to repeat."""
    column = "first_response_at" if clock == Clock.RESPONSE else "replied_at"
    at = max(at, cycle.started_at)
    running = Cycle.objects.filter(pk=cycle.pk, closed_at=None, **{column: None})
    if getattr(cycle, column) is not None or not running.update(**{column: at}):
        return
    setattr(cycle, column, at)
    due = cycle.due_of(clock)
    if due is not None and at > due:
        breach(cycle, clock)
    if clock == Clock.RESPONSE:
        record(cycle.complaint, "responded", by=by, payload={"cycle": cycle.n})


def run_again(cycle, clock):
    """What stopped the clock did not reach the customer; what was late stays late (T2)."""
    if cycle.is_open:
        write(cycle, **{"first_response_at" if clock == Clock.RESPONSE else "replied_at": None})


def breach(cycle, clock, *, since=None, **why):
    """Store that the clock was not kept, once; its event says since when, and ``why``. Returns whether this call did it."""
    column = f"{clock.value}_breached_at"
    if getattr(cycle, column) is not None:
        return False
    due = since or cycle.due_of(clock)
    changed = Cycle.objects.filter(pk=cycle.pk, closed_at=None, **{column: None}).update(**{column: due})
    if changed:
        setattr(cycle, column, due)
        record(
            cycle.complaint, f"{clock.value}_late", by=None, payload={"cycle": cycle.n, "due": due.isoformat(), **why}
        )
    return bool(changed)


def close_cycle(complaint, outcome, *, by):
    """Freeze the figures of the current cycle. Late clocks nobody had noticed yet are breaches."""
    cycle, now = complaint.cycle, timezone.now()
    _settle_requests(complaint, now, by=by)
    for clock in Clock:
        due = cycle.due_of(clock)
        if due is not None and due < (cycle.stopped_at(clock) or now) and _owed(outcome):
            breach(cycle, clock)
    write(cycle, closed_at=now, outcome=Outcome(outcome).value, frozen=_figures(complaint, cycle))
    return cycle


def _settle_requests(complaint, now, *, by):
    """A pause that still runs ends with the record; what waits for a decision needs none any more."""
    cycle = complaint.cycle
    for pause in cycle.pauses.filter(state__in=[PauseState.ASKED, PauseState.RUNNING]):
        if pause.state == PauseState.ASKED:
            PAUSES.move(pause, PauseState.LAPSED, by=by)
        else:
            PAUSES.move(pause, PauseState.ENDED, by=by, ended_at=max(now, pause.started_at), ended_by=PauseEnd.RECORD)
            write(cycle, paused_at=None, paused_left=None, **timing.moments_of(cycle))
    for extension in cycle.extensions.filter(state=ExtensionState.REQUESTED):
        EXTENSIONS.move(extension, ExtensionState.LAPSED, by=by)
    requests.forget(complaint)


def _owed(outcome):
    """A record that was withdrawn, declined, made void or merged no longer owed an answer of its own when it ended."""
    return outcome not in (Outcome.WITHDRAWN, Outcome.DECLINED, Outcome.VOIDED, Outcome.MERGED)


def _figures(complaint, cycle):
    calendar = calendar_for(version=cycle.calendar_version)
    figures = {
        "unit": complaint.unit and both_names(complaint.unit), "handler": complaint.handler_id, "verdict": cycle.verdict,
        "limits": {"response_hours": cycle.response_hours, "result_days": cycle.result_days,
                   "response_kind": cycle.response_kind, "result_kind": cycle.result_kind, "policy": cycle.policy_id},
        "paused_minutes": round(timing.paused_minutes(cycle, calendar)), "extended_days": cycle.extended_days,
        "result_kept_originally": None,
        "response_kept": None, "result_kept": None, "response_minutes": None, "result_working_minutes": None,
        "call_backs": cycle.call_backs.count(),
    }  # fmt: skip
    if cycle.response_due and (at := cycle.stopped_at(Clock.RESPONSE)):
        figures |= {
            "response_kept": cycle.response_breached_at is None,
            "response_minutes": round((at - cycle.started_at).total_seconds() / 60),
        }
    if cycle.replied_at:
        figures |= {
            "result_kept": cycle.result_breached_at is None,
            "result_kept_originally": cycle.result_breached_at is None
            and cycle.replied_at <= (cycle.original_due or cycle.result_due),
            "result_working_minutes": round(calendar.between(cycle.started_at, cycle.replied_at)),
        }
    return figures


def both_names(unit):
    return {"id": unit.pk, "zh": unit.name_zh, "en": unit.name_en}


def end(complaint, outcome, *, by):
    """Freeze the last cycle of a record that reached an end, let surveys ask the customer again, tell upper apps."""
    cycle = close_cycle(complaint, outcome, by=by)
    for pk in (complaint.pk, *complaint.merged.active().values_list("complaint", flat=True)):
        holds.lift_of("complaints.complaint", pk, by=by)
    complaint_closed.send(sender=Complaint, complaint=complaint, cycle=cycle)
    return cycle


def hold_customer(complaint, *, by):
    """While a complaint is open its customer is not asked in surveys (decision 1)."""
    if complaint.is_complaint and complaint.customer_id:
        holds.place(
            complaint.customer, contact=complaint.contact, reason=HoldReason.COMPLAINT, by=by,
            source="complaints.complaint", source_id=complaint.pk,
        )  # fmt: skip


def may_be_reopened(complaint, now=None):
    closed_at = complaint.cycle.closed_at
    return closed_at is not None and (now or timezone.now()) - closed_at <= REOPEN_WITHIN


@transaction.atomic
def reopen(complaint, *, by, comment, expected_version=None):
    """New facts or an objection within 60 days of the end: cycle n+1 with its own clocks; the old one stays as it was."""
    if not may_be_reopened(complaint):
        raise InvalidTransition(
            _("More than 60 days have passed. Please register a new complaint that repeats this one.")
        )
    LEDGER.move(
        complaint, State.HANDLING, by=by, comment=comment, expected_version=expected_version,
        cycle=next_cycle(complaint), payload={"cycle": complaint.cycle.n + 1},
    )  # fmt: skip
    hold_customer(complaint, by=by)
    return complaint
