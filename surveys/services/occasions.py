"""Asking about one service at a time: whoever was served twice within a wave is asked twice, once for each (SUR-24)."""

from django.db import transaction

from surveys.choices import InvitationState, ResponseMode
from surveys.models import Invitation, Response
from surveys.services import entering


def invite(wave, *, contact, service_record=None):
    """The invitation of ``contact`` for ``service_record``, without a link; an earlier one is returned as it is."""
    customer = contact.customer
    unit = service_record.unit if service_record else customer.unit
    made = {
        "customer": customer, "language": contact.language, "seg_type": customer.type, "seg_tier": customer.tier,
        "seg_relation": customer.relation, "seg_region": customer.region, "seg_industry": customer.industry,
        "seg_unit": unit.code,
    }  # fmt: skip
    return Invitation.objects.get_or_create(wave=wave, contact=contact, service_record=service_record, defaults=made)[0]


@transaction.atomic
def answered(invitation, *, payload, by, mode=ResponseMode.PHONE, language="", follow_up=None):
    """Store what the respondent said, on the phone or face to face; returns the Response.

    ``follow_up`` was opened for the talk: what the answers themselves would open joins it. Raises Invalid, NotTaken
    and AlreadyThere.
    """
    entering.enter(payload=payload, by=by, mode=mode, invitation=invitation, language=language, follow_up=follow_up)
    return Response.objects.get(invitation=invitation)


def not_answered(invitation, *, refused):
    """The call ended without answers: declined, or nobody could be reached. An invitation by mail stays open."""
    state = InvitationState.REFUSED if refused else InvitationState.BOUNCED
    waiting = Invitation.objects.filter(pk=invitation.pk, state__in=InvitationState.answerable())
    if not refused:
        waiting = waiting.filter(sent_at=None, state=InvitationState.PLANNED)
    waiting.update(state=state)
