"""Reading the outbox, the inbox and the mailboxes."""

from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.due import Tile
from notifications.choices import InboundState, MessageState
from notifications.inbound import boxes
from notifications.kinds import KINDS
from notifications.models import InboundMail, MailboxCount, MailboxState, Message, Notice


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


# Mailboxes -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MailboxView:
    """A mailbox of the settings with how far it is read and its last count."""

    mailbox: boxes.Mailbox
    state: MailboxState | None
    count: MailboxCount | None

    @property
    def is_behind(self):
        return bool(self.count and self.count.stored < self.count.on_server)


def mailboxes():
    """[MailboxView] of the settings."""
    states = {state.mailbox: state for state in MailboxState.objects.all()}
    counts = {}
    for count in MailboxCount.objects.order_by("mailbox", "-pk").distinct("mailbox"):
        counts[count.mailbox] = count
    return [MailboxView(one, states.get(one.name), counts.get(one.name)) for one in boxes.configured()]


def longest_unreached_seconds():
    """Seconds since the mailbox was reached that was reached longest ago; 0 without one, None for one never reached."""
    names = [one.name for one in boxes.configured()]
    reached = dict(MailboxState.objects.filter(mailbox__in=names).values_list("mailbox", "reached_at"))
    ages = [reached.get(name) and (timezone.now() - reached[name]).total_seconds() for name in names]
    return None if None in ages else max([0, *ages])


def inbound_tiles(user):
    """For those who watch over incoming mail: what could not be read, and mail that the server holds and we do not."""
    if not user.has_perm("notifications.see_inbound"):
        return []
    failed = InboundMail.objects.filter(state=InboundState.FAILED).count()
    missing = sum(view.count.on_server - view.count.stored for view in mailboxes() if view.is_behind)
    url, found = reverse("notifications:inbound"), []
    if failed:
        found.append(Tile(_("Incoming mails to look at"), f"{failed:,}", f"{url}?state=failed",
                          _("could not be read; nothing of them is lost"), "danger", 88))  # fmt: skip
    if missing:
        found.append(Tile(_("Mails not fetched"), f"{missing:,}", url,
                          _("are on the mail server and not stored here"), "danger", 89))  # fmt: skip
    return found
