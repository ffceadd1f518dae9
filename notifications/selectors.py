"""Reading the outbox and the inbox."""

from django.utils import timezone

from notifications.choices import MessageState
from notifications.kinds import KINDS
from notifications.models import Message, Notice


def unread_count(user):
    """Unread inbox lines, counted no further than 100."""
    return Notice.objects.filter(user=user, read_at__isnull=True)[:100].count()


def inbox(user, limit=100):
    """The newest notices of ``user`` with their words in the reader's language: list of (notice, line)."""
    rows = Notice.objects.filter(user=user)[:limit]
    return [
        (notice, KINDS[notice.kind].line(notice.context))
        for notice in rows
        if notice.kind in KINDS and KINDS[notice.kind].line
    ]


def oldest_waiting_seconds():
    """Age in seconds of the oldest message that should have gone out already, 0 when none waits."""
    first = (
        Message.objects.filter(state=MessageState.QUEUED)
        .order_by("not_before")
        .values_list("not_before", flat=True)
        .first()
    )
    return max((timezone.now() - first).total_seconds(), 0) if first else 0
