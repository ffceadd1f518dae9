"""A dissatisfied customer is won back: reason, remedy, money with approval above a limit, outcome (CRM-12, 16; CMP-40)."""

from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from complaints.choices import RecoveryState, RemedyKind, State
from complaints.models import Recovery
from complaints.selectors.people import barred
from complaints.services.people import tell
from complaints.workflows import RECOVERY
from core.workflow import InvalidTransition, record, start

LIMIT = Decimal(300)  # CNY that whoever handles the record may promise alone


@transaction.atomic
def propose(complaint, *, by, reason, remedy, detail, amount=None):
    """Up to the limit it may be carried out at once; above it somebody else approves."""
    if complaint.state in (State.MERGED, State.VOIDED):
        raise InvalidTransition(_("Propose it on the record that is handled."))
    if remedy in RemedyKind.paid() and not amount:
        raise InvalidTransition(_("Please give the amount."))
    _takes_part(complaint, by)
    waits = amount is not None and amount > LIMIT
    state = RecoveryState.PROPOSED if waits else RecoveryState.APPROVED
    made = start(
        Recovery(
            complaint=complaint,
            reason=reason,
            remedy=remedy,
            detail=detail,
            amount=amount,
            limit=LIMIT,
            state=state,
            by=by,
        ),
        by=by,
    )
    record(complaint, "recovery_proposed", by=by, comment=detail,
           payload={"recovery": made.pk, "remedy": made.remedy, "amount": str(amount or "")})  # fmt: skip
    if waits:
        approvers = User.objects.with_capability("complaints.manage").exclude(pk__in=barred(complaint))
        tell("recovery_asked", complaint, approvers, by=by, key=f"recovery:{made.pk}")
    return made


@transaction.atomic
def decide(complaint, *, by, recovery, is_granted, comment):
    """Somebody else agrees to the amount, or does not and says why."""
    _of(complaint, recovery)
    if recovery.by_id == by.pk:
        raise InvalidTransition(_("Who proposed it does not approve it."))
    _takes_part(complaint, by)
    to = RecoveryState.APPROVED if is_granted else RecoveryState.REFUSED
    RECOVERY.move(recovery, to, by=by, comment=comment, approved_by=by, approved_at=timezone.now())
    record(complaint, f"recovery_{to.value}", by=by, comment=comment, payload={"recovery": recovery.pk})
    tell("recovery_decided", complaint, [recovery.by], by=by, key=f"recovery:{recovery.pk}")
    return recovery


def grant(complaint, *, by, recovery, comment=""):
    return decide(complaint, by=by, recovery=recovery, is_granted=True, comment=comment)


def refuse(complaint, *, by, recovery, comment):
    return decide(complaint, by=by, recovery=recovery, is_granted=False, comment=comment)


@transaction.atomic
def finish(complaint, *, by, recovery, outcome, outcome_note=""):
    """It was carried out; ``outcome`` says how the customer took it."""
    _of(complaint, recovery)
    RECOVERY.move(recovery, RecoveryState.DONE, by=by, comment=outcome_note, outcome=outcome, outcome_note=outcome_note,
                  done_by=by, done_at=timezone.now())  # fmt: skip
    record(
        complaint, "recovery_done", by=by, comment=outcome_note, payload={"recovery": recovery.pk, "outcome": outcome}
    )
    return recovery


def _of(complaint, recovery):
    if recovery.complaint_id != complaint.pk:
        raise InvalidTransition(_("This belongs to another record."))


def _takes_part(complaint, by):
    if by.pk in barred(complaint):
        raise InvalidTransition(_("%(name)s takes no part in this record.") % {"name": by})
