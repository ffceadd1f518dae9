"""A customer who presses for an answer (催办): a contact on the open record, never a record of its own."""

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.choices import State
from complaints.models import Conversation
from complaints.services import conversations, people
from core.workflow import InvalidTransition
from customers.choices import Channel, Direction


@transaction.atomic
def chase(complaint, *, by, summary, channel=Channel.PHONE, **call):
    """Log the contact on ``complaint`` and tell who handles it. Returns the Conversation.

    ``call`` is what ``conversations.log`` takes of the contact. The clocks run on. Raises InvalidTransition for a record that
    has ended: that is registered anew, as a repeat.
    """
    if complaint.state not in State.open():
        raise InvalidTransition(_("This record has ended. Register the matter anew; it counts as a repeat."))
    made = conversations.log(
        complaint, by=by, summary=summary, channel=channel, direction=Direction.IN, is_chaser=True, **call
    )
    n = count(complaint)
    people.tell("chased", complaint, [complaint.handler or complaint.receiver], by=by, key=f"{made.pk}", n=n)
    return made


def count(complaint):
    """How often the customer pressed for an answer, in all cycles."""
    return Conversation.objects.filter(cycle__complaint=complaint, is_chaser=True).count()
