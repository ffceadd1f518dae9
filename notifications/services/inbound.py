"""Incoming mail: stored as it is, then read. What was stored is never lost, whatever dies when; what was read is read once.

Each mail takes two transactions. The first stores row and bytes, and only then the server's copy is marked. The second reads it,
tells whose matter it is and lets that app write its rows. What cannot be read stays on a page until a person has looked at it.
"""

import hashlib
import logging
from contextlib import contextmanager

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core.crypto import decrypt_bytes, encrypt_bytes, mask_email
from core.nudge import nudge
from core.workflow import InvalidTransition, record
from notifications.choices import BounceKind, InboundState, MailKind, MessageState
from notifications.inbound import bounces, boxes, reading
from notifications.inbound.takers import TAKERS
from notifications.kinds import KINDS
from notifications.models import InboundContent, InboundMail, MailboxCount, MailboxState, Message

log = logging.getLogger(__name__)

BATCH = 50  # mails of one mailbox in one run; the rest has the next minute
SHOWN = 50  # missing UIDs that a count names
CONTENT = "notifications_inboundcontent.data"
ON_THEIR_WAY = (MessageState.QUEUED, MessageState.CLAIMED, MessageState.SENDING)


class NotYet(Exception):
    """It came back before we had written down that it left: read it again in a minute."""


# Storing ---------------------------------------------------------------------------------------------


def fetch_all():
    """Store what is new in each mailbox. Returns {mailbox: number stored, or why not}."""
    return {mailbox.name: _fetch_safely(mailbox) for mailbox in boxes.configured()}


def _fetch_safely(mailbox):
    try:
        return fetch(mailbox)
    except boxes.MailboxError as error:
        log.warning("mailbox %s cannot be read: %s", mailbox.name, error)
        MailboxState.objects.update_or_create(mailbox=mailbox.name, defaults={"error": str(error)[:300]})
        return str(error)


def fetch(mailbox):
    """Store up to BATCH new mails of ``mailbox``; one process at a time. Returns how many, None where another one is at it.

    Raises MailboxError; what was stored before stays stored.
    """
    with _alone(f"mailbox:{mailbox.name}") as is_mine:
        if not is_mine:
            return None
        with boxes.opened(mailbox) as box:
            state, _made = MailboxState.objects.get_or_create(mailbox=mailbox.name)
            after = state.last_uid if state.uidvalidity == box.uidvalidity else 0
            uids = box.uids(after)[:BATCH]
            stored = _store_all(mailbox, box, uids)
            reached = {"uidvalidity": box.uidvalidity, "last_uid": max([after, *uids]), "reached_at": timezone.now()}
            MailboxState.objects.filter(pk=state.pk).update(**reached, error="")
            _mark_all(mailbox, box)  # the mark helps people who look; a server that refuses it stops nothing
        return stored


@contextmanager
def _alone(name):
    """Whether this process holds the lock ``name``; it ends with the block, and with the process however that ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name])
        is_mine = cursor.fetchone()[0]
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])


def _store_all(mailbox, box, uids):
    there = InboundMail.objects.filter(mailbox=mailbox.name, uidvalidity=box.uidvalidity, uid__in=uids)
    known = set(there.values_list("uid", flat=True))
    found = box.look([uid for uid in uids if uid not in known])
    return sum(_store_one(mailbox, box, one) for one in found)


def _store_one(mailbox, box, found):
    """One mail that the server does not give holds up no other; the daily count asks for it again and names it."""
    try:
        return store(mailbox, box, found)
    except boxes.MailboxError as error:
        log.warning("mailbox %s: %s", mailbox.name, error)
        return False


def store(mailbox, box, found):
    """Write row and bytes of one mail, by themselves in a transaction. Whether it was new."""
    is_whole = found.size <= settings.INBOUND_MAX_BYTES
    raw = box.content(found.uid, headers_only=not is_whole)
    if raw is None:
        return False  # somebody took it out of the mailbox meanwhile
    keep(
        mailbox.name, box.uidvalidity, found.uid, raw, received_at=found.received_at, size=found.size, is_whole=is_whole
    )
    return True


@transaction.atomic
def keep(mailbox, uidvalidity, uid, raw, *, received_at, size=None, is_whole=True):
    """The InboundMail of these bytes, which is there afterwards whoever wrote it. What came before is marked as a copy."""
    digest, original = hashlib.sha256(raw).hexdigest(), None
    if is_whole:  # the same bytes under another number: the mailbox was restored or numbered anew
        rows = InboundMail.objects.filter(mailbox=mailbox, sha256=digest, is_whole=True, original=None)
        original = rows.exclude(uidvalidity=uidvalidity, uid=uid).order_by("pk").first()
    state = InboundState.DUPLICATE if original else InboundState.RECEIVED
    mail = InboundMail(
        mailbox=mailbox, uidvalidity=uidvalidity, uid=uid, size=len(raw) if size is None else size, sha256=digest,
        received_at=min(received_at, timezone.now()), is_whole=is_whole, original=original, state=state,
    )  # fmt: skip
    InboundMail.objects.bulk_create([mail], ignore_conflicts=True)
    row = InboundMail.objects.get(mailbox=mailbox, uidvalidity=uidvalidity, uid=uid)
    data = encrypt_bytes(raw, context=CONTENT)
    InboundContent.objects.bulk_create([InboundContent(mail=row, data=data)], ignore_conflicts=True)
    return row


def _mark_all(mailbox, box):
    """Mark on the server what is committed here, also what an earlier run left unmarked."""
    rows = InboundMail.objects.filter(mailbox=mailbox.name, uidvalidity=box.uidvalidity, marked_at=None).order_by("uid")
    for_now = list(rows.values_list("pk", "uid")[: BATCH * 2])
    if for_now:
        box.mark_stored([uid for _pk, uid in for_now])
        InboundMail.objects.filter(pk__in=[pk for pk, _uid in for_now]).update(marked_at=timezone.now())


# Counting --------------------------------------------------------------------------------------------


def count_all():
    """Compare every mailbox with the rows, store what is missing, and write the count down. Returns {mailbox: missing}."""
    return {mailbox.name: _count_safely(mailbox) for mailbox in boxes.configured()}


def _count_safely(mailbox):
    try:
        return count(mailbox)
    except boxes.MailboxError as error:
        log.warning("mailbox %s cannot be counted: %s", mailbox.name, error)
        return str(error)


def count(mailbox):
    """The number of mails on the server that are not stored, after what was missing has been fetched once more."""
    with _alone(f"mailbox:{mailbox.name}") as is_mine:
        if not is_mine:
            return None
        with boxes.opened(mailbox) as box:
            there = box.uids()
            _store_all(mailbox, box, sorted(set(there) - _stored(mailbox, box))[: BATCH * 10])
            missing = sorted(set(there) - _stored(mailbox, box))
    MailboxCount.objects.create(
        mailbox=mailbox.name, on_server=len(there), stored=len(there) - len(missing), missing=missing[:SHOWN]
    )
    if missing:
        log.error("mailbox %s: %s of %s mails are not stored", mailbox.name, len(missing), len(there))
    return len(missing)


def _stored(mailbox, box):
    rows = InboundMail.objects.filter(mailbox=mailbox.name, uidvalidity=box.uidvalidity)
    return set(rows.values_list("uid", flat=True))


# Reading ---------------------------------------------------------------------------------------------


def read_due(limit=BATCH):
    """Read what is stored and unread, each mail in its own transaction. Returns {"read", "failed", "waiting"}."""
    counts = {"read": 0, "failed": 0, "waiting": 0}
    rows = InboundMail.objects.filter(state=InboundState.RECEIVED).order_by("pk")
    for pk in list(rows.values_list("pk", flat=True)[:limit]):
        counts[read(pk)] += 1
    return counts


def read(pk):
    """Read one stored mail: "read", "failed" (its row says why) or "waiting" (somebody else has it, or it is too early)."""
    try:
        with transaction.atomic():
            rows = InboundMail.objects.select_for_update(skip_locked=True)
            mail = rows.filter(pk=pk, state=InboundState.RECEIVED).first()
            if mail is None:
                return "waiting"
            _take(mail)
        return "read"
    except (NotYet, OperationalError):  # or the database went away: nothing is wrong with the mail
        return "waiting"
    except Exception as error:
        log.exception("incoming mail %s cannot be read", pk)
        words = f"{type(error).__name__}: {error}"[:500].replace("\x00", "")
        rows = InboundMail.objects.filter(pk=pk, state=InboundState.RECEIVED)
        rows.update(state=InboundState.FAILED, problem=words, attempts=_attempts(pk))
        return "failed"


def _attempts(pk):
    return InboundMail.objects.values_list("attempts", flat=True).get(pk=pk) + 1


def _take(mail):
    """Tell what the mail is, let whose matter it is write its rows, and end it; all or nothing."""
    letter = letter_of(mail)
    mail.sender, mail.message_id = letter.sender, letter.message_id[:255]
    bounce = bounces.read(letter)
    if bounce is not None:
        mail.answers = _returned(letter, bounce)
        mail.kind = MailKind.BOUNCE if bounce.action == "failed" else MailKind.DELAY
        if mail.answers is not None and bounce.action == "failed":
            _mark_returned(mail.answers, bounce, at=mail.received_at)
    else:
        mail.answers = _answered(letter)
        mail.kind = _kind(letter, mail.answers)
        if mail.kind == MailKind.LETTER:
            for take in TAKERS:
                take(mail, letter)
    mail.state, mail.read_at, mail.problem = InboundState.DONE, timezone.now(), ""
    mail.attempts += 1
    mail.save()


def letter_of(mail):
    """The stored mail as read. Raises InvalidTransition where its bytes were forgotten."""
    return reading.read(raw_of(mail), is_whole=mail.is_whole)


def raw_of(mail):
    data = InboundContent.objects.values_list("data", flat=True).get(pk=mail.pk)
    if data is None:
        raise InvalidTransition(_("The content of this mail has been erased."))
    return decrypt_bytes(data, context=CONTENT)


def _kind(letter, answers):
    if letter.message_id and Message.objects.filter(message_id=letter.message_id).exists():
        return MailKind.OWN
    if (
        letter.is_automatic_reply
        or letter.is_receipt
        or (answers is not None and (letter.submitted or letter.sounds_automatic))
    ):
        return MailKind.AUTO_REPLY
    return MailKind.LETTER


def _answered(letter):
    """The newest Message of ours among what the letter says it answers."""
    ids = [one for one in letter.answered_ids if len(one) <= 150]
    return Message.objects.filter(message_id__in=ids).order_by("-pk").first() if ids else None


# Returned mail ---------------------------------------------------------------------------------------


def _returned(letter, bounce):
    """The Message that came back: by the address it came back to (VERP), by its Message-ID, or None."""
    prefix, _, host = settings.BOUNCE_ADDRESS.partition("@")
    for address in letter.recipients if prefix else ():
        local, _, at = address.partition("@")
        key = local.removeprefix(f"{prefix.lower()}+")
        if at == host.lower() and key != local and key.isalnum():
            found = Message.objects.filter(message_id__startswith=f"<{key}@").first()
            if found is not None:
                return found
    ids = [one for one in (*bounce.ids, *letter.answered_ids) if len(one) <= 150]
    return Message.objects.filter(message_id__in=ids).order_by("-pk").first() if ids else None


def _mark_returned(message, bounce, *, at):
    """Write that the message came back, and tell the app it belongs to. Safe to repeat; the first report stands."""
    message.refresh_from_db(from_queryset=Message.objects.select_for_update(of=("self",)))
    if message.state in ON_THEIR_WAY:
        raise NotYet
    if not message.bounce:
        message.bounce = BounceKind.HARD if bounce.is_hard else BounceKind.SOFT
        message.bounced_at = at
        message.bounce_reason = masked(bounce.reason)[:300]
        message.save(update_fields=["bounce", "bounced_at", "bounce_reason"])
    kind = KINDS.get(message.kind)
    if kind is not None and kind.on_bounced:
        kind.on_bounced(message)


def masked(text):
    """``text`` of a mail server without the addresses in it."""
    return bounces.ADDRESS.sub(lambda found: mask_email(found[0]), text)


# By hand ---------------------------------------------------------------------------------------------


@transaction.atomic
def read_again(mail, *, by):
    """A person has a mail that could not be read tried again."""
    _from_failed(mail, InboundState.RECEIVED, by=by, event="read_again")
    from notifications.tasks import fetch_mail  # the door stands above its room

    nudge(fetch_mail)
    return mail


@transaction.atomic
def settle(mail, *, by, reason):
    """A person has looked at a mail that could not be read, and nothing more is to be done."""
    return _from_failed(mail, InboundState.SETTLED, by=by, event="settled", comment=reason)


def _from_failed(mail, state, *, by, event, comment=""):
    if event == "settled" and not comment.strip():
        raise InvalidTransition(_("Please give a reason."))
    if not InboundMail.objects.filter(pk=mail.pk, state=InboundState.FAILED).update(state=state):
        raise InvalidTransition(_("This mail does not wait for a decision any more."))
    record(mail, event, by=by, comment=comment, from_state=InboundState.FAILED.value, to_state=state.value)
    mail.refresh_from_db()
    return mail


@transaction.atomic
def hand_out(mail, *, by):
    """The bytes of a mail that could not be read, for the person who looks into it; who took them is written down."""
    record(mail, "handed_out", by=by)
    return raw_of(mail)


@transaction.atomic
def forget(mail):
    """Forget who wrote it and what; that it came stays. Safe to repeat."""
    InboundContent.objects.filter(Q(pk=mail.pk) | Q(mail__original=mail)).update(data=None)
    InboundMail.objects.filter(pk=mail.pk).update(sender="")
