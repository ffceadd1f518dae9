"""The log of contacts with customers."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.selectors import main_unit
from core import attachments
from core.workflow import InvalidTransition, record, start
from core.workflow import edit as edit_row
from customers.choices import Channel, Direction, FollowUpReason, MatchStrength
from customers.models import Interaction, InteractionAddendum
from customers.names import stored_phone
from customers.services import follow_ups


@transaction.atomic
def log(
    *, by, summary, channel=Channel.PHONE, direction=Direction.IN, customer=None, contact=None, number="", caller="",
    match_strength=MatchStrength.NONE, started_at=None, ended_at=None, follow_up=None, open_follow_up=None, files=(),
):  # fmt: skip
    """Write down a contact that took place, and return the Interaction.

    ``follow_up`` is the follow-up it belongs to; ``open_follow_up`` = {"reason", "title", …} opens one (arguments of
    ``follow_ups.open_follow_up``). ``number`` may be written in any way. ``started_at`` defaults to now.
    ``files`` are uploads that belong to it. Raises ValidationError for a file that is not taken.
    """
    if contact is not None:
        customer = contact.customer
    if open_follow_up is not None:
        request = {"reason": FollowUpReason.REQUEST, "detail": summary, "source": "customers.interaction",
                   "unit": None if customer else main_unit(by), **open_follow_up}  # fmt: skip
        follow_up = follow_ups.open_follow_up(customer=customer, contact=contact, by=by, **request)
    interaction = Interaction(
        customer=customer, contact=contact, follow_up=follow_up, channel=channel, direction=direction,
        started_at=started_at or ended_at or timezone.now(), ended_at=ended_at, agent=by, unit=main_unit(by),
        number=stored_phone(number) or number.strip(), caller=caller, summary=summary, match_strength=match_strength,
    )  # fmt: skip
    start(interaction, by=by)
    attachments.add_all(interaction, files, by=by)
    return interaction


@transaction.atomic
def correct(interaction, *, by, expected_version=None, **fields):
    """Put a slip right within 24 hours. Raises InvalidTransition later: then ``add`` is the way."""
    if interaction.is_locked:
        raise InvalidTransition(_("After 24 hours a logged contact no longer changes. Add what is missing below it."))
    return edit_row(interaction, by=by, expected_version=expected_version, **fields)


@transaction.atomic
def add(interaction, *, by, text, files=()):
    """Add to what was logged, with uploads if there are any; possible at any time, never taken back."""
    addendum = InteractionAddendum.objects.create(interaction=interaction, text=text, by=by)
    record(interaction, "addendum", by=by, payload={"addendum": addendum.pk})
    attachments.add_all(interaction, files, by=by)
    return addendum
