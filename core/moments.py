"""Moments as people read them: yesterday, today and tomorrow by name, other days as dates."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _


def now():
    """The portal's clock as a model's default: asked anew each time, also where the clock was set to another moment."""
    return timezone.now()


def local(value):
    """An aware moment in the portal's zone; a plain date stays as it is."""
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


def day_text(value, today=None):
    """今天, 4月8日, 2025年4月8日: as short as it can be without doubt."""
    value = local(value)
    day = value.date() if isinstance(value, datetime) else value
    today = today or timezone.localdate()
    match (day - today).days:
        case -1:
            return _("Yesterday")
        case 0:
            return _("Today")
        case 1:
            return _("Tomorrow")
    return date_format(day, "SHORT_DATE_FORMAT" if day.year == today.year else "DATE_FORMAT")


def text(value):
    """Day and, for a moment, the time: 今天 15:30."""
    if not isinstance(value, datetime):
        return day_text(value)
    return f"{day_text(value)} {local(value):%H:%M}"


def full(value):
    """The whole of it for a title: 2026年4月8日 星期三 18:00."""
    value = local(value)
    words = f"{date_format(value, 'DATE_FORMAT')} {date_format(value, 'l')}"
    return f"{words} {value:%H:%M}" if isinstance(value, datetime) else words


def years_after(day, years):
    """The same day ``years`` later; 29 February becomes 1 March where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, month=3, day=1)
