"""Acting at an earlier moment: demonstration data only."""

from contextlib import contextmanager
from datetime import datetime, time
from unittest import mock

from django.utils import timezone


@contextmanager
def at(moment):
    """Inside the block the portal's clock (``django.utils.timezone.now``) stands at ``moment``."""
    with mock.patch("django.utils.timezone.now", return_value=moment):
        yield moment


def moment(day, hour=10, minute=0):
    """Aware local moment of a day."""
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))
