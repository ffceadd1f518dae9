"""How a typed value reads where the format knows only text."""

import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import pgettext

NUMBERS = (int, float, Decimal)


def is_number(value):
    return isinstance(value, NUMBERS) and not isinstance(value, bool)


def local(moment):
    """A moment on the wall clock, without its zone."""
    return timezone.make_naive(moment) if timezone.is_aware(moment) else moment


def as_text(value):
    """Dates as 2026-04-08, moments as 2026-04-08 10:30 local time, yes and no in words, None as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return pgettext("cell", "yes") if value else pgettext("cell", "no")
    if isinstance(value, datetime.datetime):
        return f"{local(value):%Y-%m-%d %H:%M}"
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, list | tuple | set):
        return ", ".join(as_text(one) for one in value)
    return str(value)
