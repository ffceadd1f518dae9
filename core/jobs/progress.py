"""What a running job tells and hears: on a connection of its own, past the open transaction of the work."""

import logging
import threading
import time

from django.db import DatabaseError, connection
from django.utils import timezone

from core.choices import JobState
from core.models import Job

log = logging.getLogger(__name__)

PACE = 0.5  # seconds between two looks: at most two writes a second
BEAT = 5.0  # seconds between two signs of life when nothing changes
NOTE = 300


class Cancelled(Exception):
    """The owner asked to stop."""


class Superseded(Exception):
    """This run was taken for dead and another one has the job now."""


class Progress:
    """Given to a handler. ``total(n)`` steps are to come, ``step(n)`` were done; both return at once."""

    def __init__(self, job):
        self._mine = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, attempts=job.attempts)
        self._done, self._total, self._note = 0, 0, ""
        self._written, self._beat, self._looked = None, time.monotonic(), 0.0
        self._stop, self._halt, self._thread = threading.Event(), None, None

    def total(self, steps, note=None):
        """``steps`` more are to come. Call it as soon as the number is known, also several times."""
        self._total += steps
        self.step(0, note)

    def step(self, steps=1, note=None):
        """``steps`` are done; ``note`` says what happens now. Raises Cancelled."""
        self._done = min(self._done + steps, self._total)
        if note is not None:
            self._note = str(note)[:NOTE]
        if self._thread is None and time.monotonic() - self._looked >= PACE:
            self._look()
        if self._halt:
            raise self._halt

    def reached(self):
        """Columns of the row as they are now."""
        return {"done": self._done, "total": self._total, "note": self._note}

    def __enter__(self):
        if not connection.in_atomic_block:  # in a test's transaction no other connection sees the row
            self._thread = threading.Thread(target=self._tell, daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *error):
        self._stop.set()
        if self._thread:
            self._thread.join()

    def _tell(self):
        try:
            while not self._stop.wait(PACE):
                try:
                    self._look()
                except DatabaseError as error:
                    log.warning("progress not written: %s", error)
                    connection.close()
        finally:
            connection.close()

    def _look(self):
        """Write what changed, or a sign of life; hear whether to stop."""
        now, reached = time.monotonic(), self.reached()
        self._looked = now
        if reached != self._written or now - self._beat >= BEAT:
            self._mine.update(beat_at=timezone.now(), **reached)
            self._written, self._beat = reached, now
        asked = self._mine.values_list("is_cancel_requested", flat=True).first()
        self._halt = Superseded if asked is None else Cancelled if asked else None
