"""The one queue of customers who wait for a person."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import attachments
from core.workflow import InvalidTransition, contribute, edit, start
from core.worktime import Limit, LimitKind, due
from core.worktime.store import calendar_for
from customers.choices import FollowUpReason, FollowUpState, Outcome
from customers.models import FollowUp
from customers.signals import follow_up_escalated
from customers.workflows import FOLLOW_UP
from notifications.services import outbox

# Working days until a follow-up is due, by its reason; the opener may give another moment.
DUE_WORKING_DAYS = {
    FollowUpReason.DISSATISFIED_CALL: 1,
    FollowUpReason.LOW_ANSWER: 3,
    FollowUpReason.REQUEST: 3,
    FollowUpReason.OPINION: 5,
    FollowUpReason.OTHER: 5,
    FollowUpReason.LAPSED: 10,
}


def default_due(reason, *, since=None):
    """Close of business of the working day on which a follow-up of ``reason`` is due (aware datetime)."""
    limit = Limit(LimitKind.WORKING_DAYS, DUE_WORKING_DAYS[FollowUpReason(reason)])
    return due(calendar_for(), limit, since or timezone.now()).at


@transaction.atomic
def open_follow_up(
    *, customer, contact=None, reason, title, detail="", title_en="", detail_en="", owner=None, unit=None,
    due_at=None, source="", source_id=None, unique_key="", by=None,
):  # fmt: skip
    """Open a follow-up and return it; with a ``unique_key`` that exists already, return that one unchanged.

    ``title_en`` and ``detail_en`` are for texts that the portal itself writes. ``customer`` may be None for a caller
    nobody knows. ``owner`` defaults to nobody (the unit's queue),
    ``unit`` to the customer's branch, ``due_at`` to the working days of the reason. ``source`` is the label of
    the row it comes from (for example ``surveys.response``), ``source_id`` its key. ``by`` None: the portal.
    An owner who did not open it is told.
    """
    existing = _of_key(unique_key)
    if existing:
        return existing
    follow_up = FollowUp(
        customer=customer, contact=contact, reason=reason, title=title[:200], detail=detail, title_en=title_en[:200], detail_en=detail_en, owner=owner,
        unit=unit or (customer.unit if customer else None), due_at=due_at or default_due(reason),
        source=source, source_id="" if source_id is None else str(source_id), unique_key=unique_key,
    )  # fmt: skip
    try:
        with transaction.atomic():
            start(follow_up, by=by)
    except IntegrityError:
        existing = _of_key(unique_key)
        if existing is None:
            raise
        return existing
    if owner is not None and owner.pk != getattr(by, "pk", None):
        _tell(follow_up, owner)
    return follow_up


def _of_key(unique_key):
    return FollowUp.objects.filter(unique_key=unique_key).first() if unique_key else None


def of_origin(unique_key):
    """The follow-up that was opened with ``unique_key``, or None."""
    return _of_key(unique_key)


@transaction.atomic
def take(follow_up, *, by):
    """``by`` handles it from now on. Raises InvalidTransition when it is not waiting."""
    FOLLOW_UP.move(follow_up, FollowUpState.IN_PROGRESS, by=by, owner=by)
    contribute(follow_up, by, "handled")
    return follow_up


@transaction.atomic
def assign(follow_up, *, to, by, comment="", expected_version=None):
    """Give it to ``to``; one that was being handled waits for the new owner. Tells the new owner."""
    if not follow_up.is_pending:
        raise InvalidTransition(_("This follow-up is closed."))
    if follow_up.owner_id == to.pk:
        return follow_up
    if follow_up.state == FollowUpState.IN_PROGRESS:
        FOLLOW_UP.move(
            follow_up, FollowUpState.OPEN, by=by, comment=comment, owner=to, payload={"owner": to.pk},
            expected_version=expected_version,
        )  # fmt: skip
    else:
        edit(follow_up, by=by, expected_version=expected_version, event="assigned", comment=comment, owner=to)
    if to.pk != getattr(by, "pk", None):
        _tell(follow_up, to)
    return follow_up


def _tell(follow_up, person, kind="customers.follow_up_assigned"):
    outbox.queue(
        kind, to_user=person, mail=False, url=follow_up.get_absolute_url(),
        context={"title": follow_up.title, "title_en": follow_up.title_en, "due": follow_up.due_at.isoformat()},
        dedupe_key=f"{kind}:{follow_up.pk}:{follow_up.version}",
    )  # fmt: skip


@transaction.atomic
def finish(follow_up, *, by, outcome, note="", files=()):
    """Close it with what came of it, and with uploads that show it."""
    outcome = Outcome(outcome)
    FOLLOW_UP.move(
        follow_up, FollowUpState.DONE, by=by, comment=note, outcome=outcome.value, outcome_note=note,
        owner_id=follow_up.owner_id or by.pk, **_closed(by), payload={"outcome": outcome.value},
    )  # fmt: skip
    contribute(follow_up, by, "handled")
    attachments.add_all(follow_up, files, by=by)
    return follow_up


@transaction.atomic
def escalate(follow_up, *, by, comment):
    """It became a matter for the complaint ledger: close it here, tell by signal ``follow_up_escalated``."""
    FOLLOW_UP.move(follow_up, FollowUpState.ESCALATED, by=by, comment=comment, outcome_note=comment, **_closed(by))
    contribute(follow_up, by, "handled")
    for lead in User.objects.with_capability("customers.assign_follow_up").exclude(pk=by.pk):
        _tell(follow_up, lead, "customers.follow_up_escalated")
    follow_up_escalated.send(sender=FollowUp, follow_up=follow_up, by=by, comment=comment)
    return follow_up


@transaction.atomic
def drop(follow_up, *, by, comment):
    """Nobody needs to do anything; ``comment`` says why."""
    FOLLOW_UP.move(follow_up, FollowUpState.DROPPED, by=by, comment=comment, outcome_note=comment, **_closed(by))
    return follow_up


@transaction.atomic
def postpone(follow_up, *, by, due_at, comment, expected_version=None):
    """Another due moment, with the reason. The first one stays readable in the history."""
    if not follow_up.is_pending:
        raise InvalidTransition(_("This follow-up is closed."))
    return edit(
        follow_up, by=by, expected_version=expected_version, event="postponed", comment=comment, due_at=due_at
    )  # fmt: skip


def _closed(by):
    return {"closed_at": timezone.now(), "closed_by": by}
