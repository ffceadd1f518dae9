"""What was said with the complainant about the matter; the first outgoing word of a person stops the response clock."""

from django.db import transaction

from complaints.choices import Clock
from complaints.models import Conversation
from complaints.services import cycles, timing
from complaints.services.mail_clock import answered_by_contact
from complaints.services.pauses import customer_answered
from core.workflow import record
from customers.choices import Channel, Direction
from customers.services import interactions

ATTEMPTS = 3  # calls in vain that count as a response, and call-backs after which the customer counts as not reached


@transaction.atomic
def log(
    complaint, *, by, summary, channel=Channel.PHONE, direction=Direction.OUT, reached=True, started_at=None, files=(),
    answers_mails=True, is_chaser=False, **call,
):  # fmt: skip
    """Write an Interaction about the record, and return the Conversation (decision 15).

    An outgoing one by a person stops the response clock, a call in vain only as the third; a state never does.
    A chaser presses for an answer and answers nothing: no clock and no pause ends by it. ``call`` says more of the contact
    (number, caller, match_strength, ended_at) where it is not as the record has it.
    One that reached the person also answers the mails the record has from before, unless ``answers_mails`` says no.
    """
    cycle, person = complaint.cycle, complaint.complainant
    known = {} if complaint.contact_id else {"number": person.phone, "caller": person.name}
    interaction = interactions.log(
        by=by, summary=summary, channel=channel, direction=direction, customer=complaint.customer,
        contact=complaint.contact, started_at=started_at, files=files, **known | call,
    )  # fmt: skip
    made = Conversation.objects.create(
        cycle=cycle, interaction=interaction, reached=reached, is_chaser=is_chaser, by=by
    )
    kind = "chased" if is_chaser else "talked" if reached else "not_reached"
    record(complaint, kind, by=by, comment=summary, payload={"interaction": interaction.pk})
    if direction == Direction.OUT and cycle.is_open and (reached or in_vain(cycle) >= ATTEMPTS):
        cycles.stop_clock(cycle, Clock.RESPONSE, at=interaction.started_at, by=by)
    if direction == Direction.OUT and reached and cycle.is_open:
        progress_due = timing.progress_due(cycle, max(interaction.started_at, cycle.started_at))
        cycles.write(cycle, progress_due=progress_due)
    if direction == Direction.IN and not is_chaser:
        customer_answered(complaint)
    if direction == Direction.OUT and reached and answers_mails:
        answered_by_contact(complaint, at=interaction.started_at, by=by)
    return made


def in_vain(cycle):
    """How often somebody tried to reach the person in this cycle without success."""
    return cycle.conversations.filter(reached=False, interaction__direction=Direction.OUT).count()
