"""Ends before an answer: declined or void with two people (S3), withdrawn by the customer."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from complaints.choices import Ending, Kind, Outcome, State
from complaints.models import EndRequest
from complaints.selectors.people import barred
from complaints.services import conversations, cycles
from complaints.services.people import tell
from complaints.workflows import LEDGER
from core.workflow import InvalidTransition, record
from customers.choices import Direction

REACHES = {Ending.DECLINE: (State.DECLINED, Outcome.DECLINED), Ending.VOID: (State.VOIDED, Outcome.VOIDED)}


@transaction.atomic
def ask(complaint, *, by, ending, reason):
    """Ask that a registered record be declined (not our matter) or made void (entered in error)."""
    if complaint.state != State.REGISTERED:
        raise InvalidTransition(_("Only a registered record can be declined or made void."))
    if ending == Ending.DECLINE and complaint.kind not in (Kind.COMPLAINT, Kind.SUGGESTION):
        raise InvalidTransition(_("An enquiry or praise is answered, not declined."))
    if complaint.end_requests.filter(granted=None).exists():
        raise InvalidTransition(_("An end of this record waits for a decision already."))
    request = EndRequest.objects.create(complaint=complaint, ending=ending, reason=reason, by=by)
    record(complaint, "end_asked", by=by, comment=reason, payload={"ending": request.ending})
    deciders = User.objects.with_capability("complaints.manage").exclude(pk__in=barred(complaint))
    tell("end_asked", complaint, deciders, by=by, key=f"end:{request.pk}")
    return request


@transaction.atomic
def grant(complaint, *, by, expected_version=None):
    """Another person agrees: the record ends, its number stays used."""
    request = _decide(complaint, by=by, granted=True)
    state, outcome = REACHES[Ending(request.ending)]
    LEDGER.move(
        complaint, state, by=by, on_behalf_of=request.by, comment=request.reason, expected_version=expected_version
    )  # fmt: skip
    cycles.end(complaint, outcome, by=by)
    return complaint


@transaction.atomic
def refuse(complaint, *, by, comment):
    """Another person does not agree: the record goes its way."""
    request = _decide(complaint, by=by, granted=False)
    record(complaint, "end_refused", by=by, comment=comment)
    tell("end_refused", complaint, [request.by], by=by, key=f"end:{request.pk}")
    return complaint


def _decide(complaint, *, by, granted):
    request = complaint.end_requests.select_for_update(of=("self",)).select_related("by").filter(granted=None).first()
    if request is None:
        raise InvalidTransition(_("Nobody asks for an end of this record any more."))
    if request.by_id == by.pk:
        raise InvalidTransition(_("Who asked for an end does not decide on it."))
    if by.pk in barred(complaint):
        raise InvalidTransition(_("%(name)s takes no part in this record.") % {"name": by})
    request.granted, request.decided_by, request.decided_at = granted, by, timezone.now()
    request.save(update_fields=["granted", "decided_by", "decided_at"])
    return request


@transaction.atomic
def withdraw(complaint, *, by, comment, channel=None, expected_version=None):
    """The customer takes it back; ``comment`` says how we know, with ``channel`` it is logged as a contact. ``by`` None: the
    customer did it on the tracking page. Matters of safety or law go on in improvement.

    Raises InvalidTransition while other customers' records are merged into it.
    """
    if complaint.merged.active().exists():
        raise InvalidTransition(_("Records of others were merged into it. Take them apart first, or answer them."))
    if channel and by is not None:
        conversations.log(complaint, by=by, channel=channel, direction=Direction.IN, summary=comment)
    LEDGER.move(complaint, State.WITHDRAWN, by=by, comment=comment, expected_version=expected_version)
    cycles.end(complaint, Outcome.WITHDRAWN, by=by)
    if by is None:
        tell("withdrawn", complaint, [complaint.handler])
    return complaint
