"""One row per transaction: go on after an error, and count."""

import logging

from django.db import transaction

log = logging.getLogger(__name__)


def each(rows, act):
    """Call ``act(row)`` for each of ``rows`` in its own transaction; an error is logged and does not stop the rest.

    Returns {"done": n, "failed": n}.
    """
    done = failed = 0
    for row in rows:
        try:
            with transaction.atomic():
                act(row)
            done += 1
        except Exception:
            failed += 1
            log.exception("%s failed for %r", getattr(act, "__qualname__", act), getattr(row, "pk", row))
    return {"done": done, "failed": failed}
