"""A fetcher that is killed with -9 at a given point: ``python -m tests.support.dying POINT``, on the database of the test."""

import os
import signal
import sys

import django

POINTS = {  # name: (module, attribute path, "before" or "after" the call)
    "before the row": ("notifications.services.inbound", "store", "before"),
    "between row and content": ("notifications.services.inbound", "encrypt_bytes", "before"),
    "after the first mail": ("notifications.services.inbound", "store", "after"),
    "stored, not marked": ("notifications.services.inbound", "_mark_all", "before"),
    "marked, not written down": ("notifications.inbound.boxes", "Box.mark_stored", "after"),
    "fetched, not read": ("notifications.services.inbound", "read_due", "before"),
    "item half written": ("complaints.services.mails", "_keep_files", "before"),
    "item written, not committed": ("complaints.services.mails", "_keep_files", "after"),
    "receipt queued, not committed": ("notifications.services.outbox", "queue", "after"),
    "first mail read": ("notifications.services.inbound", "read", "after"),
    "answer before sending": ("notifications.services.outbox", "_send", "before"),
    "answer after sending": ("notifications.services.outbox", "_send", "after"),
    "answer marked, not committed": ("complaints.services.mail_replies", "mark_sent", "after"),
}


def plant(point):
    module_name, path, when = POINTS[point]
    __import__(module_name)
    place = sys.modules[module_name]
    *above, name = path.split(".")
    for step in above:
        place = getattr(place, step)
    genuine = getattr(place, name)

    def fatal(*given, **named):
        if when == "after":
            genuine(*given, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(place, name, fatal)


def main(point):
    django.setup()
    from notifications.services import inbound, outbox

    plant(point)
    if point.startswith("answer"):
        outbox.deliver_due()
    else:
        inbound.fetch_all()
        inbound.read_due()


if __name__ == "__main__":
    main(sys.argv[1])
