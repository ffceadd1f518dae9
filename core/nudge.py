"""Tell Celery that rows are waiting. A hint only: the rows are found by beat as well, so a lost hint loses nothing."""

import logging
import threading

from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)
PATIENCE = 0.3  # seconds a request waits for a broker that does not answer


def nudge(task, *args):
    """Publish ``task`` after commit, without making the request wait for a broker that is away or frozen."""
    transaction.on_commit(lambda: _briefly(task, args))


def _briefly(task, args):
    thread = threading.Thread(target=publish, args=(task, *args), daemon=True)
    thread.start()
    thread.join(PATIENCE)


def publish(task, *args):
    """Publish now; False, and a line in the log, where the broker is away."""
    try:
        task.apply_async(args=args, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("broker away, %s waits for beat: %s", task.name, error)
        return False
    return True
