"""A real IMAP server on loopback (pymap), and ways to put mail into it."""

import imaplib
import re
import sys
import time

from django.utils import timezone

from scripts import servers
from scripts.pytest_servers import free_port

USER, PASSWORD = "service@portal.example", "only-for-tests"
MAIN = "from pymap.main import main; main()"


class ImapServer:
    """One mailbox, kept in memory and empty at the start: `deliver(bytes)`, `uids()`, `is_seen(uid)`, `empty()`."""

    def __init__(self, log):
        self.log, self.port, self.process = log, free_port(), None

    def start(self):
        person = ("--demo-user", USER, "--demo-password", PASSWORD)
        place = ("--host", "127.0.0.1", "--port", str(self.port))
        off = ("--no-service", "managesieve", "--no-service", "admin")
        self.process = servers.spawn([sys.executable, "-c", MAIN, *off, *place, "dict", *person], log=self.log)
        deadline = time.monotonic() + 60
        while True:
            try:
                self.link().logout()
                return
            except (OSError, imaplib.IMAP4.error):
                assert self.process.poll() is None and time.monotonic() < deadline, servers.tail(self.log)
                time.sleep(0.05)

    def stop(self):
        if self.process is not None:
            servers.end(self.process, 15)
            self.process = None

    def restart(self):
        """The same address with an empty mailbox and a new UIDVALIDITY."""
        self.stop()
        self.start()

    def link(self):
        link = imaplib.IMAP4("127.0.0.1", self.port, timeout=20)
        link.login(USER, PASSWORD)
        return link

    def settings(self, purpose="service"):
        """The mailbox as satisfaction.settings.MAILBOXES holds it."""
        return {"name": purpose, "purpose": purpose, "host": "127.0.0.1", "port": self.port, "user": USER,
                "password": PASSWORD, "folder": "INBOX", "security": "none"}  # fmt: skip

    def address(self):
        return f"imap://{USER.replace('@', '%40')}:{PASSWORD}@127.0.0.1:{self.port}/INBOX?tls=0"

    def deliver(self, raw, at=None):
        """Put a mail into the mailbox as a mail server would; returns its UID."""
        link = self.link()
        try:
            moment = imaplib.Time2Internaldate(at or timezone.now())
            status, answer = link.append("INBOX", None, moment, raw)
            assert status == "OK", answer
            return int(re.search(rb"APPENDUID \d+ (\d+)", answer[0])[1])
        finally:
            link.logout()

    def uids(self):
        return self._ask("SEARCH", None, "ALL")

    def seen(self):
        return self._ask("SEARCH", None, "SEEN")

    def remove(self, uids="1:*"):
        link = self.link()
        try:
            link.select("INBOX")
            link.uid("STORE", str(uids), "+FLAGS", "(\\Deleted)")
            link.expunge()
        finally:
            link.logout()

    def empty(self):
        if self.uids():
            self.remove()

    def _ask(self, *command):
        link = self.link()
        try:
            link.select("INBOX", readonly=True)
            return [int(uid) for line in link.uid(*command)[1] if line for uid in line.split()]
        finally:
            link.logout()
