"""More days for the result: asked for before it is due, decided on by somebody else (S3), at most twice; the customer is
told, and the original day stays beside the new one.
"""

from dataclasses import replace

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices import Clock, ExtensionState, State
from complaints.models import Complaint, Extension
from complaints.models.timing import MOST_EXTENSIONS
from complaints.selectors import requests
from complaints.selectors.people import leads
from complaints.services import conversations, cycles, timing
from complaints.services.people import tell
from complaints.workflows import EXTENSIONS
from core.workflow import InvalidTransition, record, start
from core.workflow import edit as edit_row
from core.worktime.store import calendar_for
from customers.choices import Channel
from notifications.services import outbox

AT_WORK = (State.ACCEPTED, State.ASSIGNED, State.HANDLING, State.EVALUATING, State.REVIEW)


@transaction.atomic
def ask_extension(complaint, *, by, days, reason, told):
    """Ask for ``days`` more, counted as the limit counts. Tells the leads. Returns the Extension."""
    cycle, now = complaint.cycle, timezone.now()
    if complaint.state not in AT_WORK or cycle.replied_at:
        raise InvalidTransition(_("Only a record that is being worked on gets more time."))
    if now >= cycle.result_due:
        raise InvalidTransition(_("The result is due already; more time is asked for before."))
    if requests.waiting_extension(complaint):
        raise InvalidTransition(_("More time has been asked for already."))
    if cycle.extensions.filter(state=ExtensionState.APPROVED).count() >= MOST_EXTENSIONS:
        raise InvalidTransition(_("A cycle is extended at most twice."))
    extension = Extension(
        cycle=cycle, days=days, reason=reason, told=told, old_due=cycle.result_due, new_due=due_with(cycle, days),
        requested_by=by,
    )  # fmt: skip
    start(extension, by=by, comment=reason)
    record(complaint, "extension_asked", by=by, comment=reason, payload={"extension": extension.pk, "days": days})
    requests.forget(complaint)
    tell("extension_asked", complaint, leads(complaint), by=by, key=f"extension:{extension.pk}")
    return extension


def due_with(cycle, days):
    """When the result would be due with ``days`` more."""
    facts = timing.facts_of(cycle)
    calendar = calendar_for(version=cycle.calendar_version)
    return replace(facts, days=facts.days + days).due(Clock.RESULT, calendar)


@transaction.atomic
def approve_extension(complaint, *, by, comment=""):
    """Another person agrees: the result is due later, a breach that happened stays one. The customer is told."""
    extension = _waiting(complaint, by=by)
    cycle = complaint.cycle
    if cycle.replied_at or cycle.is_paused:
        raise InvalidTransition(_("The result was told meanwhile, or its clock is paused."))
    new_due = due_with(cycle, extension.days)
    _decide(extension, ExtensionState.APPROVED, by=by, comment=comment, new_due=new_due)
    cycle.extended_days += extension.days
    cycles.write(cycle, extended_days=cycle.extended_days, **timing.moments_of(cycle))
    payload = {"cycle": cycle.n, "before": extension.old_due.isoformat(), "due": cycle.result_due.isoformat()}
    record(complaint, "extended", by=by, comment=comment, payload=payload)
    requests.forget(complaint)
    tell("extension_approved", complaint, [complaint.handler], by=by, key=f"extension:{extension.pk}")
    _tell_customer(complaint, extension)
    return complaint


@transaction.atomic
def reject_extension(complaint, *, by, comment):
    """The day stays, and why."""
    extension = _waiting(complaint, by=by)
    _decide(extension, ExtensionState.REJECTED, by=by, comment=comment)
    record(complaint, "extension_rejected", by=by, comment=comment, payload={"extension": extension.pk})
    requests.forget(complaint)
    tell("extension_rejected", complaint, [extension.requested_by], by=by, key=f"extension:{extension.pk}")
    return complaint


def _waiting(complaint, *, by):
    extension = requests.waiting_extension(complaint)
    if extension is None:
        raise InvalidTransition(_("Nobody asks for more time any more."))
    if extension.requested_by_id == by.pk:
        raise InvalidTransition(_("Who asked for more time does not decide on it."))
    return extension


def _decide(extension, state, *, by, comment, **fields):
    EXTENSIONS.move(
        extension, state, by=by, comment=comment, decided_by=by, decided_at=timezone.now(), decision=comment, **fields
    )


def _tell_customer(complaint, extension):
    """By mail where we have an address; otherwise the handler is asked to tell the customer now."""
    if complaint.complainant.email:
        outbox.queue(
            "complaints.extended", context={"complaint": complaint.pk, "extension": extension.pk},
            language=complaint.language, dedupe_key=f"complaints.extended:{extension.pk}",
        )  # fmt: skip
    else:
        _owe_word(complaint, f"extension:{extension.pk}")


def _owe_word(complaint, key):
    cycles.write(complaint.cycle, progress_due=timezone.now())
    tell("progress_owed", complaint, [complaint.handler], key=key)


@transaction.atomic
def mark_told(pk, at):
    """The mail about the new day went out at ``at``: a contact with the customer. Safe to repeat."""
    extension = Extension.objects.select_for_update(of=("self",)).select_related("requested_by").get(pk=pk)
    if extension.told_at is None:
        rows = Complaint.objects.select_related("cycle", "complainant", "customer", "contact")
        complaint = rows.get(cycles=extension.cycle_id)
        edit_row(extension, by=extension.requested_by, event="told", told_at=at)
        conversations.log(
            complaint, by=extension.requested_by, channel=Channel.MAIL, summary=extension.told, started_at=at
        )


@transaction.atomic
def mark_not_told(pk, error):
    """The mail did not arrive: the handler tells the customer in another way."""
    extension = Extension.objects.get(pk=pk)
    complaint = Complaint.objects.select_related("cycle", "handler").get(cycles=extension.cycle_id)
    record(complaint, "reply_failed", by=None, comment=error[:300])
    if complaint.cycle.is_open:
        _owe_word(complaint, f"extension-failed:{extension.pk}")
