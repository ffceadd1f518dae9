"""Writing, claiming and sending messages."""

import json
import logging
import os
import re
import smtplib
import socket
import uuid
from datetime import timedelta

from django.conf import settings
from django.core.mail import get_connection
from django.db import connection, transaction
from django.utils import timezone, translation

from core.crypto import mask_email
from core.nudge import nudge
from notifications.choices import Guarantee, MessageState
from notifications.kinds import KINDS
from notifications.mime import PortalMail
from notifications.models import Message, Notice

log = logging.getLogger(__name__)

BATCH = 100
HANDFUL = 10  # messages whose facts are read together, just before they are sent
LEASE = timedelta(minutes=5)
ATTEMPTS = 8
ADDRESS = re.compile(r"[^\s<>'\"{}:,;]+@[^\s<>'\"{}:,;]+")
TRANSIENT = (
    smtplib.SMTPServerDisconnected,
    smtplib.SMTPConnectError,
    ConnectionError,
    TimeoutError,
    socket.gaierror,
    OSError,
)


def queue(kind, *, to_user=None, to_email="", context=None, language=None, dedupe_key=None, url="", not_before=None,
          secret=False, mail=True):  # fmt: skip
    """Write a message (and the inbox line of its kind) in the caller's transaction. Returns the Message or None.

    ``context`` holds ids and short facts, never a link or a body. ``dedupe_key`` makes a second call a no-op.
    ``secret=True`` encrypts the context and forgets it after sending. ``mail=False`` writes the inbox line only.
    """
    found = KINDS[kind]
    if to_user is not None and found.line is not None:
        Notice.objects.bulk_create(
            [Notice(user=to_user, kind=kind, context=context or {}, url=url, dedupe_key=dedupe_key)],
            ignore_conflicts=True,
        )
    if found.render is None or not mail or (to_user is not None and not to_user.email):
        return None
    rows = queue_many(kind, [_row(found, to_user, to_email, context, language, dedupe_key, not_before, secret)])
    return rows[0] if rows else None


def queue_all(kind, letters):
    """As ``queue`` for many people of one kind in two statements; ``letters`` are dicts of its arguments."""
    found = KINDS[kind]
    lines = [one for one in letters if one.get("to_user") is not None] if found.line is not None else []
    Notice.objects.bulk_create(
        [
            Notice(user=one["to_user"], kind=kind, context=one.get("context") or {}, url=one.get("url", ""),
                   dedupe_key=one.get("dedupe_key"))
            for one in lines
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    mailed = [one for one in letters if one.get("mail", True) and (one.get("to_email") or one["to_user"].email)]
    if found.render is None or not mailed:
        return []
    return queue_many(kind, [
        _row(found, one.get("to_user"), one.get("to_email", ""), one.get("context"), one.get("language"),
             one.get("dedupe_key"), one.get("not_before"), False)
        for one in mailed
    ])  # fmt: skip


def _row(kind, to_user, to_email, context, language, dedupe_key, not_before, secret):
    address = to_email or (to_user.email if to_user else "")
    return Message(
        kind=kind.code, guarantee=kind.guarantee, to_user=to_user, to_email=to_email,
        domain=address.rpartition("@")[2].lower()[:100], language=language or getattr(to_user, "language", None) or "zh-hans",
        context={} if secret else context or {}, secret_context=json.dumps(context or {}) if secret else "",
        dedupe_key=dedupe_key, message_id=new_message_id(), not_before=not_before or timezone.now(),
    )  # fmt: skip


def new_message_id():
    host = settings.BASE_URL.partition("://")[2].partition(":")[0].partition("/")[0]
    return f"<{uuid.uuid4().hex}@{host}>"


def queue_many(kind, rows):
    """Write many Message rows of one kind at once; rows whose dedupe_key exists already are left out. Returns the rows."""
    made = Message.objects.bulk_create(rows, batch_size=500, ignore_conflicts=any(row.dedupe_key for row in rows))
    from notifications.tasks import deliver_due

    for _chain in range(2 if len(rows) > BATCH else 1):  # many mails go out by both processes of a worker
        nudge(deliver_due)
    return made


def claim(limit=BATCH):
    """Take up to ``limit`` waiting messages for this process; domains over their rate wait. Returns the rows."""
    now, me = timezone.now(), f"{socket.gethostname()[:40]}:{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute(
            # MATERIALIZED: as a subquery it may be read again for each row, and then more than ``limit`` are taken
            """WITH chosen AS MATERIALIZED (
                   SELECT id FROM notifications_message
                   WHERE state = 'queued' AND not_before <= %(now)s AND domain NOT IN (
                       SELECT domain FROM notifications_message WHERE state = 'sent' AND sent_at > %(minute)s
                       GROUP BY domain HAVING count(*) >= %(rate)s)
                   ORDER BY not_before, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
               UPDATE notifications_message message SET state = 'claimed', claimed_at = %(now)s, claimed_by = %(me)s
               FROM chosen WHERE message.id = chosen.id RETURNING message.id""",
            {
                "now": now,
                "me": me,
                "minute": now - timedelta(minutes=1),
                "rate": settings.MAIL_PER_DOMAIN_PER_MINUTE,
                "limit": limit,
            },
        )
        ids = [row[0] for row in cursor.fetchall()]
    return list(Message.objects.filter(pk__in=ids).select_related("to_user").order_by("not_before", "pk"))


def deliver_due(limit=BATCH):
    """Claim and send one batch over one connection. Returns {"sent", "failed", "cancelled"}."""
    counts = {"sent": 0, "failed": 0, "cancelled": 0}
    rows = claim(limit)
    if not rows:
        return counts
    smtp = get_connection()
    try:
        for at in range(0, len(rows), HANDFUL):
            handful = rows[at : at + HANDFUL]
            _prepare(handful)
            for message in handful:
                counts[deliver(message, smtp)] += 1
    finally:
        smtp.close()
    return counts


def _prepare(messages):
    for code in {message.kind for message in messages if KINDS[message.kind].prepare}:
        KINDS[code].prepare([message for message in messages if message.kind == code])


def deliver(message, smtp):
    """Send one claimed message outside any transaction and write what became of it."""
    # the lease begins anew: a batch may take longer than one, a message of it does not
    if not _mark(
        message, MessageState.CLAIMED, MessageState.SENDING, attempts=message.attempts + 1, claimed_at=timezone.now()
    ):
        return "cancelled"  # somebody else has it
    kind = KINDS[message.kind]
    try:
        with translation.override(message.language):
            context = json.loads(message.secret_context) if message.secret_context else message.context
            mail = kind.render(message, context)
        if mail is None:
            _mark(message, MessageState.SENDING, MessageState.CANCELLED, secret_context="")
            return "cancelled"
        _send(message, mail, smtp)
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0] if error.recipients else 550
        return _failed(message, kind, error, permanent=code >= 500)
    except smtplib.SMTPResponseException as error:
        return _failed(message, kind, error, permanent=error.smtp_code >= 500)
    except TRANSIENT as error:
        smtp.close()
        return _failed(message, kind, error, permanent=False)
    except Exception as error:
        log.exception("message %s (%s) cannot be made", message.pk, message.kind)
        return _failed(message, kind, error, permanent=True)
    with transaction.atomic():  # sent, and known to be sent by the app it belongs to, or neither
        _mark(message, MessageState.SENDING, MessageState.SENT, sent_at=timezone.now(), subject=mail.subject[:200],
              secret_context="", error="")  # fmt: skip
        if kind.on_sent:
            kind.on_sent(message)
    return "sent"


def envelope_sender(message_id):
    """Where returned mail goes: with BOUNCE_ADDRESS to an address that names the message (VERP), else to the sender."""
    if not settings.BOUNCE_ADDRESS:
        return settings.DEFAULT_FROM_EMAIL
    mailbox, _, host = settings.BOUNCE_ADDRESS.partition("@")
    return f"{mailbox}+{message_id.strip('<>').partition('@')[0]}@{host}"


def _send(message, mail, smtp):
    email = PortalMail(
        mail.subject, mail.text, envelope_sender(message.message_id), [mail.to], connection=smtp,
        headers={"From": settings.DEFAULT_FROM_EMAIL, "Message-ID": message.message_id,
                 "Auto-Submitted": "auto-generated", **mail.headers},
        reply_to=[settings.PORTAL["email"]],
    )  # fmt: skip
    email.attach_alternative(mail.html, "text/html")
    for name, content, media_type in mail.attachments:
        email.attach(name, content, media_type)
    if smtp.__class__.__module__.endswith("smtp") and smtp.connection is None:
        smtp.open()
    email.send()


def _mark(message, old, new, **fields):
    """Compare-and-set in one plain statement: it runs two times for every mail of a thousand."""
    fields = {"state": str(new)} | fields
    columns = ", ".join(f"{name} = %s" for name in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE notifications_message SET {columns} WHERE id = %s AND state = %s",  # noqa: S608 (our own names)
            [*fields.values(), message.pk, str(old)],
        )
        changed = bool(cursor.rowcount)
    for name, value in (fields if changed else {}).items():
        setattr(message, name, value)
    return changed


def _failed(message, kind, error, *, permanent):
    over = permanent or message.attempts >= ATTEMPTS
    text = ADDRESS.sub(lambda found: mask_email(found[0]), str(error))[:500] or error.__class__.__name__
    if over:
        _mark(message, MessageState.SENDING, MessageState.FAILED, error=text)
        if kind.on_failed:
            kind.on_failed(message, permanent)
    else:
        wait = timedelta(seconds=min(15 * 4 ** (message.attempts - 1), 6 * 3600))
        _mark(message, MessageState.SENDING, MessageState.QUEUED, error=text, not_before=timezone.now() + wait,
              claimed_at=None)  # fmt: skip
    return "failed"


def sweep(now=None):
    """Messages whose sender died: never tried ones go back to the queue; cut-off ones by the guarantee of their kind."""
    late = Message.objects.filter(claimed_at__lt=(now or timezone.now()) - LEASE)
    back = late.filter(state=MessageState.CLAIMED).update(state=MessageState.QUEUED, claimed_at=None)
    cut_off = late.filter(state=MessageState.SENDING)
    back += cut_off.filter(guarantee=Guarantee.AT_LEAST_ONCE).update(state=MessageState.QUEUED, claimed_at=None)
    unknown = cut_off.filter(guarantee=Guarantee.AT_MOST_ONCE).update(
        state=MessageState.UNKNOWN, error="cut off while being sent"
    )
    return {"requeued": back, "unknown": unknown}


@transaction.atomic
def retry(message, *, by):
    """A person sends a failed or unknown message again, under the same Message-ID."""
    from core.workflow import InvalidTransition, record

    changed = Message.objects.filter(pk=message.pk, state__in=(MessageState.FAILED, MessageState.UNKNOWN)).update(
        state=MessageState.QUEUED,
        attempts=0,
        not_before=timezone.now(),
        claimed_at=None,
        error="",
        bounce="",
        bounced_at=None,
        bounce_reason="",
    )
    if not changed:
        raise InvalidTransition(translation.gettext("This message is not waiting for a decision any more."))
    record(message, "retried", by=by)
    from notifications.tasks import deliver_due as task

    nudge(task)
