"""Processes that die by SIGKILL at a named point, on the database of the test.

``python -m tests.support.dying`` makes the portal ready once, then forks for each line of its standard input: an order of what to
do and where to die. A child of it is a process like a worker or a web server, without the time that starting one takes.
"""

import json
import os
import signal
import sys
import traceback
from importlib import import_module
from pathlib import Path

import django

# {name: (module, attribute path, "before" or "after" the call)}
FETCHING = {
    "connected, nothing listed": ("notifications.inbound.boxes", "Box.uids", "before"),
    "listed, nothing fetched": ("notifications.inbound.boxes", "Box.look", "before"),
    "asked for, not fetched": ("notifications.inbound.boxes", "Box.content", "before"),
    "fetched, no row": ("notifications.services.inbound", "keep", "before"),
    "row without its bytes": ("notifications.services.inbound", "encrypt_bytes", "before"),
    "after the first mail": ("notifications.services.inbound", "store", "after"),
    "stored, not marked": ("notifications.services.inbound", "_mark_all", "before"),
    "marked, not written down": ("notifications.inbound.boxes", "Box.mark_stored", "after"),
    "fetched, not read": ("notifications.services.inbound", "read_due", "before"),
    "read, no item": ("complaints.services.mails", "_thread", "before"),
    "item without its files": ("complaints.services.mails", "_keep_files", "before"),
    "file without its row": ("core.models.attachment", "Attachment.save", "before"),
    "item and files, no receipt": ("complaints.services.mails", "_keep_files", "after"),
    "receipt queued, not committed": ("notifications.services.outbox", "queue", "after"),
    "taken in, mail not ended": ("notifications.models", "InboundMail.save", "before"),
    "ended, not committed": ("notifications.models", "InboundMail.save", "after"),
    "first mail read": ("notifications.services.inbound", "read", "after"),
}
SENDING = {  # what arrived, and what becomes of the message
    "nothing claimed": ("notifications.services.outbox", "claim", "before", 0, "sent"),
    "claimed, not begun": ("notifications.services.outbox", "deliver", "before", 0, "sent"),
    "begun, not connected": ("notifications.services.outbox", "_send", "before", 0, "unknown"),
    "connected, nobody named": ("smtplib", "SMTP.mail", "before", 0, "unknown"),
    "named, no data": ("smtplib", "SMTP.data", "before", 0, "unknown"),
    "in the midst of the data": ("smtplib", "SMTP.data", "amid", 0, "unknown"),
    "taken with 250": ("smtplib", "SMTP.data", "after", 1, "unknown"),
    "sent, row says sending": ("notifications.services.outbox", "_send", "after", 1, "unknown"),
    "row says sent, not committed": ("{app}", "mark_sent", "before", 1, "unknown"),
    "told to its app, not committed": ("{app}", "mark_sent", "after", 1, "unknown"),
    "committed": ("notifications.services.outbox", "deliver", "after", 1, "sent"),
}


REGISTERING = {
    "before anything is written": ("complaints.services.registration", "_store", "before"),
    "a file without its row": ("core.models.attachment", "Attachment.save", "before"),
    "files, no record": ("complaints.services.registration", "store", "before"),
    "written, not committed": ("complaints.services.registration", "store", "after"),
}
WATCHING = {
    "a pause not begun to end": ("complaints.services.pauses", "resume", "before"),
    "a pause half ended": ("complaints.services.cycles", "write", "before"),
    "a pause ended, not committed": ("complaints.services.pauses", "resume", "after"),
    "clocks not looked at": ("complaints.services.watching", "watch_due", "before"),
    "alerts without their breach": ("complaints.services.watching", "_breach", "before"),
    "breach, nobody told": ("complaints.services.watching", "_tell", "before"),
    "told, not committed": ("complaints.services.watching", "_tell", "after"),
    "clocks looked at": ("complaints.services.watching", "watch_due", "after"),
    "progress not asked for": ("complaints.services.progress", "ask_handlers", "before"),
    "progress asked for": ("complaints.services.progress", "ask_handlers", "after"),
}
WORKING = {
    "claimed": ("core.jobs.runner", "_claim", "after"),
    "made, not kept": ("core.jobs", "keep_file", "before"),
    "file without its row": ("core.jobs", "keep_file", "after"),
    "done, not said": ("core.jobs.runner", "_end", "before"),
    "end written, not told": ("core.jobs.runner", "_tell_end", "before"),
    "told, not committed": ("core.jobs.runner", "_tell_end", "after"),
    "ended": ("core.jobs.runner", "_end", "after"),
}


def point(module, path, when, *_more, app="", nth=1):
    return {"module": module.format(app=app), "path": path, "when": when, "nth": nth}


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def _half(smtp, message):
    """The first half of the letter goes out, then nothing more."""
    smtp.putcmd("data")
    smtp.getreply()
    smtp.sock.sendall(
        message[: len(message) // 2].encode() if isinstance(message, str) else message[: len(message) // 2]
    )
    die()


def plant(module, path, when, nth=1):
    place = import_module(module)
    *above, name = path.split(".")
    for step in above:
        place = getattr(place, step)
    genuine, calls = getattr(place, name), []

    def fatal(*given, **named):
        calls.append(name)
        if len(calls) < nth:
            return genuine(*given, **named)
        if when == "amid":
            _half(*given)
        if when == "after":
            genuine(*given, **named)
        return die()

    setattr(place, name, fatal)


# What it does -----------------------------------------------------------------------------------------


def fetch():
    from notifications.services import inbound

    inbound.fetch_all()
    inbound.read_due()


def deliver():
    from notifications.services import outbox

    outbox.deliver_due()


def watch():
    from complaints.tasks import watch_clocks

    watch_clocks()


def draft_reports():
    from complaints.tasks import draft_case_reports

    draft_case_reports()


def work(job):
    from core import jobs

    jobs.run(job)


def request(user, url, data, files=()):
    """A request as the web server takes it, with all of its middleware."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client

    from accounts.models import User

    client = Client()
    if user:
        client.force_login(User.objects.get(pk=user), "allauth.account.auth_backends.AuthenticationBackend")
    if files:
        data = data | {"files": [SimpleUploadedFile(name, bytes.fromhex(content)) for name, content in files]}
    client.post(url, data)


DEEDS = {deed.__name__: deed for deed in (fetch, deliver, watch, draft_reports, work, request)}


def live_and_die(order):
    from django.test import override_settings

    given = order["settings"]
    changes = override_settings(**given | {"MEDIA_ROOT": Path(given["MEDIA_ROOT"])})
    changes.enable()
    plant(**order["point"])
    DEEDS[order["deed"]](**order.get("given", {}))


# Orders -----------------------------------------------------------------------------------------------


def answer(word):
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main():
    django.setup()
    import_module("satisfaction.urls")
    for module in ("complaints.tasks", "notifications.tasks", "weasyprint"):
        import_module(module)
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["*"]
    answer("ready")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                live_and_die(json.loads(line))
            finally:
                traceback.print_exc()
                sys.stderr.flush()
                os._exit(7)  # it reached its end: the point was never met
        _pid, status = os.waitpid(child, 0)
        answer(os.waitstatus_to_exitcode(status))


class Mortals:
    """The other side: ``mortals.die("fetch", point(…), …)`` returns when the process is dead."""

    def __init__(self, start, log):
        self.start, self.log, self.process, self.settings = start, log, None, {}

    def die(self, deed, at, **given):
        if self.process is None:
            self.process = self.start()
            assert self.process.stdout.readline().strip() == "ready", self.said()
        order = {"deed": deed, "point": at, "settings": self.settings, "given": given}
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        assert int(self.process.stdout.readline()) == -signal.SIGKILL, self.said()

    def said(self):
        return self.log.read_text()[-4000:]

    def stop(self):
        if self.process is not None:
            self.process.stdin.close()
            self.process.wait(20)


if __name__ == "__main__":
    main()
