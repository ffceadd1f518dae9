"""Reading the outbox and the inbox."""

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.due import Tile
from notifications.choices import MessageState
from notifications.kinds import KINDS
from notifications.models import Message, Notice


def unread(user):
    """Inbox lines that ``user`` has not read."""
    return Notice.objects.filter(user=user, read_at__isnull=True)


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


def tiles(user):
    """For those who watch over the outbox: what could not be delivered, and what was cut off."""
    if not user.has_perm("notifications.see_outbox"):
        return []
    stuck = dict(
        Message.objects.filter(state__in=(MessageState.FAILED, MessageState.UNKNOWN))
        .values_list("state")
        .annotate(n=Count("pk"))
        .order_by()
    )
    url, failed, unknown = reverse("notifications:outbox"), stuck.get("failed", 0), stuck.get("unknown", 0)
    waits = _("wait for a decision: send again or leave")
    note = waits if failed else _("everything was delivered or waits its turn")
    found = [
        Tile(_("Undelivered messages"), f"{failed:,}", f"{url}?state=failed", note, "danger" if failed else "", 90)
    ]
    if unknown:
        found.append(Tile(_("Messages cut off"), f"{unknown:,}", f"{url}?state=unknown", waits, "attention", 91))
    return found
