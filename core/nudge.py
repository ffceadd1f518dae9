"""Tell Celery that rows are waiting. A hint only: the rows are found by beat as well, so a lost hint loses nothing."""

import logging

from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def nudge(task, *args):
    """Publish ``task`` after commit; when the broker is away the failure is logged and beat finds the rows."""
    transaction.on_commit(lambda: publish(task, *args))


def publish(task, *args):
    try:
        task.apply_async(args=args, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("broker away, %s waits for beat: %s", task.name, error)
        return False
    return True
