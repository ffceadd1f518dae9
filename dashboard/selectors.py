"""What a home page shows: what is due, late and new, from every app's own selectors."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from core import due
from core.worktime import store
from core.worktime.limits import Remaining


@dataclass(frozen=True)
class Group:
    """Due items under one heading, each with its working time left: [(item, Remaining or None)]."""

    label: str
    tone: str
    items: list


def groups(user, now=None):
    """Overdue, today, tomorrow, later, without a date; empty groups are left out."""
    now = now or timezone.now()
    today = timezone.localdate(now)
    calendar = store.calendar_for()
    found = {"late": [], "today": [], "tomorrow": [], "later": [], "open": []}
    for item in due.items_for(user):
        found[_when(item.due_at, now, today)].append((item, _left(calendar, item.due_at, now)))
    labels = {
        "late": _("Overdue"),
        "today": _("Due today"),
        "tomorrow": _("Tomorrow"),
        "later": _("Later"),
        "open": _("Without a date"),
    }
    return [Group(labels[key], "danger" if key == "late" else "", items) for key, items in found.items() if items]


def _when(at, now, today):
    if at is None:
        return "open"
    if at < now:
        return "late"
    day = timezone.localdate(at)
    return "today" if day == today else "tomorrow" if day == today + timedelta(days=1) else "later"


def _left(calendar, at, now):
    if at is None:
        return None
    minutes = calendar.between(now, at) if at >= now else -calendar.between(at, now)
    return Remaining(minutes, calendar.minutes_per_day, is_stopped=False)


def working_time_today(now=None):
    """Minutes of working time left today, and whether today is a working day."""
    now = now or timezone.now()
    calendar = store.calendar_for()
    today = timezone.localdate(now)
    return calendar.between(now, max(calendar.close_of(today), now)) if calendar.is_working_day(today) else None
