"""An IMAP mailbox as the fetcher needs it: which mails are there, what they hold, and a mark that one was stored.

Nothing is ever deleted or moved. ``\\Seen`` is set for people who look into the mailbox with their own program; what was
stored already is known by UIDVALIDITY and UID, never by that mark.
"""

import imaplib
import re
import ssl
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone

PATIENCE = 30  # seconds for one answer of the server
FACTS = re.compile(rb'UID (\d+)|RFC822\.SIZE (\d+)|INTERNALDATE "([^"]+)"')


class MailboxError(Exception):
    """The mailbox cannot be read now; ``str()`` says why."""


@dataclass(frozen=True)
class Mailbox:
    """One mailbox of the settings. ``purpose`` is "service" or "bounces"; either kind of mail is read in both."""

    name: str
    purpose: str
    host: str
    port: int
    user: str
    password: str
    folder: str
    security: str  # "tls", "starttls" or "none"

    @property
    def shown(self):
        return f"{self.user} · {self.host}:{self.port} · {self.folder}"


@dataclass(frozen=True)
class Found:
    """A mail on the server, before its content is fetched."""

    uid: int
    size: int
    received_at: datetime


def configured():
    """The mailboxes of the settings."""
    return [Mailbox(**one) for one in settings.MAILBOXES]


class Box:
    """A mailbox that is open. ``uidvalidity`` changes when the server numbers its mails anew."""

    def __init__(self, link, folder):
        self.link = link
        quoted = '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
        _ok(link.select(quoted), f"the folder {folder}")
        self.uidvalidity = int(link.response("UIDVALIDITY")[1][0] or 0)

    def uids(self, after=0):
        """UIDs on the server above ``after``, ascending."""
        answer = _ok(self.link.uid("SEARCH", None, f"UID {after + 1}:*"), "the search")
        return sorted({uid for line in answer if line for uid in map(int, line.split()) if uid > after})

    def look(self, uids):
        """[Found] of ``uids``, ascending; what vanished meanwhile is left out."""
        if not uids:
            return []
        answer = _ok(
            self.link.uid("FETCH", ",".join(map(str, uids)), "(UID RFC822.SIZE INTERNALDATE)"), "the list of mails"
        )
        found = [_found(line if isinstance(line, bytes) else b" ".join(line)) for line in answer if line]
        return sorted((one for one in found if one), key=lambda one: one.uid)

    def content(self, uid, *, headers_only=False):
        """The bytes of a mail, left unread on the server; None where it vanished. Raises MailboxError for this mail alone."""
        what = "BODY.PEEK[HEADER]" if headers_only else "BODY.PEEK[]"
        try:
            answer = _ok(self.link.uid("FETCH", str(uid), f"(UID {what})"), f"mail {uid}")
        except imaplib.IMAP4.abort:
            raise  # the connection is gone, not the mail
        except imaplib.IMAP4.error as error:
            raise MailboxError(f"mail {uid}: {_words(error)}") from error
        return next((bytes(line[1]) for line in answer if isinstance(line, tuple)), None)

    def mark_stored(self, uids):
        _ok(self.link.uid("STORE", ",".join(map(str, uids)), "+FLAGS.SILENT", "(\\Seen)"), "the mark")


@contextmanager
def opened(mailbox):
    """A Box; closed on the way out. Raises MailboxError for whatever the server or the way there does."""
    link = None
    try:
        link = _connect(mailbox)
        link.login(mailbox.user, mailbox.password)
        yield Box(link, mailbox.folder)
    except (imaplib.IMAP4.error, OSError) as error:  # OSError: no way there, time over, TLS refused
        raise MailboxError(_words(error)) from error
    finally:
        if link is not None:
            _leave(link)


def _connect(mailbox):
    context = ssl.create_default_context()
    if mailbox.security == "tls":
        return imaplib.IMAP4_SSL(mailbox.host, mailbox.port, ssl_context=context, timeout=PATIENCE)
    link = imaplib.IMAP4(mailbox.host, mailbox.port, timeout=PATIENCE)
    if mailbox.security == "starttls":
        link.starttls(context)
    return link


def _leave(link):
    try:
        link.logout()
    except (imaplib.IMAP4.error, OSError):
        link.shutdown()


def _ok(answer, what):
    status, lines = answer
    if status != "OK":
        raise MailboxError(f"{what}: {_words(lines[0] if lines else status)}")
    return lines


def _words(error):
    if isinstance(error, imaplib.IMAP4.error) and error.args:
        error = error.args[0]
    return (error.decode("utf-8", "replace") if isinstance(error, bytes) else str(error) or type(error).__name__)[:300]


def _found(line):
    uid = size = at = None
    for number, octets, moment in FACTS.findall(line):
        uid, size = int(number) if number else uid, int(octets) if octets else size
        at = _moment(moment) if moment else at
    return Found(uid, size, at) if None not in (uid, size, at) else None


def _moment(text):
    try:
        return datetime.strptime(text.decode("ascii", "replace").strip(), "%d-%b-%Y %H:%M:%S %z")
    except ValueError:  # a server without a calendar: what it gave us now has come now
        return timezone.now()
