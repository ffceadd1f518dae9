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
    answers_mails=True,
):  # fmt: skip
    """Write an Interaction about the record, and return the Conversation (decision 15).

    An outgoing one by a person stops the response clock, a call in vain only as the third; a state never does.
    One that reached the person also answers the mails the record has from before, unless ``answers_mails`` says no.
    """
    cycle, person = complaint.cycle, complaint.complainant
    interaction = interactions.log(
        by=by, summary=summary, channel=channel, direction=direction, customer=complaint.customer,
        contact=complaint.contact, number="" if complaint.contact_id else person.phone,
        caller="" if complaint.contact_id else person.name, started_at=started_at, files=files,
    )  # fmt: skip
    made = Conversation.objects.create(cycle=cycle, interaction=interaction, reached=reached, by=by)
    record(complaint, "talked" if reached else "not_reached", by=by, comment=summary,
           payload={"interaction": interaction.pk})  # fmt: skip
    if direction == Direction.OUT and cycle.is_open and (reached or in_vain(cycle) >= ATTEMPTS):
        cycles.stop_clock(cycle, Clock.RESPONSE, at=interaction.started_at, by=by)
    if direction == Direction.OUT and reached and cycle.is_open:
        progress_due = timing.progress_due(cycle, max(interaction.started_at, cycle.started_at))
        cycles.write(cycle, progress_due=progress_due)
    if direction == Direction.IN:
        customer_answered(complaint)
    if direction == Direction.OUT and reached and answers_mails:
        answered_by_contact(complaint, at=interaction.started_at, by=by)
    return made


def in_vain(cycle):
    """How often somebody tried to reach the person in this cycle without success."""
    return cycle.conversations.filter(reached=False, interaction__direction=Direction.OUT).count()
