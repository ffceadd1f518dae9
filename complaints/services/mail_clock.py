"""When a mail counts as answered, and whether that was in time (DSK-05)."""

from complaints.choices import MailState
from complaints.models import MailItem
from complaints.workflows import MAILS


def answered_by_contact(complaint, *, at, by):
    """Somebody spoke to the customer or wrote in another way: mails that came before are answered."""
    rows = MailItem.objects.filter(complaint=complaint, state__in=MailState.answerable(), received_at__lte=at)
    for item in rows.order_by("pk"):
        MAILS.move(item, MailState.ANSWERED, by=by, answered_at=at, **breach_of(item, at))


def breach_of(item, at):
    """The columns that say that the first answer, at ``at``, came after its 24 hours; none where it was in time."""
    is_late = item.breached_at is None and item.state == MailState.OPEN and at > item.answer_due
    return {"breached_at": item.answer_due} if is_late else {}
