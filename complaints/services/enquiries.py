"""Enquiries and praise: one answer ends them."""

from django.db import transaction

from accounts.selectors import main_unit
from complaints.choices import Clock, Outcome, Part, State
from complaints.services import conversations, cycles
from complaints.services.people import take_part
from complaints.workflows import LEDGER
from customers.choices import Channel
from notifications.services import outbox


@transaction.atomic
def answer(complaint, *, by, text, channel=Channel.PHONE, expected_version=None):
    """Answer an enquiry or thank for praise; by mail it goes out from here, otherwise it was said already."""
    take_part(complaint, by, Part.HANDLED)
    talk = conversations.log(complaint, by=by, summary=text, channel=channel)
    LEDGER.move(
        complaint, State.CLOSED, by=by, expected_version=expected_version, handler=complaint.handler or by,
        unit=complaint.unit or main_unit(by),
    )  # fmt: skip
    cycles.stop_clock(complaint.cycle, Clock.RESULT, at=talk.interaction.started_at, by=by)
    if channel == Channel.MAIL and complaint.complainant.email:
        outbox.queue(
            "complaints.answer", context={"complaint": complaint.pk, "interaction": talk.interaction_id},
            language=complaint.language, dedupe_key=f"complaints.answer:{talk.interaction_id}",
        )  # fmt: skip
    cycles.end(complaint, Outcome.ANSWERED, by=by)
    return complaint
