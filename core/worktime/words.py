"""Working time as people say it; every text is lazy, in the reader's language."""

from __future__ import annotations

from functools import lru_cache
from math import floor

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

from core.worktime.engine import DayKind, Sessions
from core.worktime.limits import Limit, LimitKind, Remaining

LIMIT_KINDS = {
    LimitKind.ELAPSED_HOURS: _("Hours, day and night"),
    LimitKind.WORKING_MINUTES: _("Minutes of working time"),
    LimitKind.WORKING_DAYS: _("Working days"),
    LimitKind.CALENDAR_DAYS: _("Calendar days"),
}
LIMIT_CHOICES = [(kind.value, label) for kind, label in LIMIT_KINDS.items()]
DAY_KINDS = {
    DayKind.WORK: _("Working day"),
    DayKind.REST: _("Weekly rest day"),
    DayKind.HOLIDAY: _("Holiday"),
    DayKind.SHIFTED: _("Make-up working day"),
    DayKind.SHORT: _("Working day with its own hours"),
}


def span(minutes: float, minutes_per_day: float = 480):
    """A length of time: 40 min, 6.5 h, from two days on 4 d 6 h. Rounded down: never more than there is."""
    minutes = abs(minutes)
    if minutes < 60:
        return format_lazy(pgettext_lazy("length of time", "{minutes} min"), minutes=floor(minutes))
    if minutes < 2 * minutes_per_day:
        return format_lazy(pgettext_lazy("length of time", "{hours} h"), hours=_hours(minutes))
    days, rest = divmod(minutes, minutes_per_day)
    if not floor(rest / 6):
        return format_lazy(pgettext_lazy("length of time", "{days} d"), days=floor(days))
    return format_lazy(pgettext_lazy("length of time", "{days} d {hours} h"), days=floor(days), hours=_hours(rest))


def left(minutes: float, minutes_per_day: float = 480, *, is_stopped: bool = False):
    """What is left of a clock, or how much it is over: 还有6.5小时, 超1.5小时, 钟已停，剩4天6小时."""
    if is_stopped:
        text = _("clock stopped, {span} over") if minutes < 0 else _("clock stopped, {span} left")
    else:
        text = _("{span} over") if minutes < 0 else _("{span} left")
    return format_lazy(text, span=span(minutes, minutes_per_day))


def remaining_text(remaining: Remaining):
    """``left`` of what core.worktime.remaining() found."""
    return left(remaining.minutes, remaining.minutes_per_day, is_stopped=remaining.is_stopped)


@lru_cache(maxsize=256)  # Django makes a class for each lazy plural
def limit_text(limit: Limit):
    """A limit as a promise: 24 hours, 3 working days."""
    n = limit.amount
    match limit.kind:
        case LimitKind.ELAPSED_HOURS:
            text = ngettext_lazy("{amount} hour", "{amount} hours", n)
        case LimitKind.WORKING_MINUTES if n < 60:
            text = ngettext_lazy("{amount} working minute", "{amount} working minutes", n)
        case LimitKind.WORKING_MINUTES:
            return format_lazy(_("{hours} working hours"), hours=_hours(n))
        case LimitKind.WORKING_DAYS:
            text = ngettext_lazy("{amount} working day", "{amount} working days", n)
        case LimitKind.CALENDAR_DAYS:
            text = ngettext_lazy("{amount} calendar day", "{amount} calendar days", n)
    return format_lazy(text, amount=n)


def sessions_text(sessions: Sessions):
    """09:00–12:00, 13:00–18:00, or that nobody works."""
    if not sessions:
        return pgettext_lazy("working hours", "closed")
    parts = [f"{start:%H:%M}–{'24:00' if not (end.hour or end.minute) else f'{end:%H:%M}'}" for start, end in sessions]
    text = parts[0]
    for part in parts[1:]:
        text = format_lazy(pgettext_lazy("list of hours", "{first}, {next}"), first=text, next=part)
    return text


def _hours(minutes: float) -> str:
    return f"{floor(minutes / 6) / 10:g}"
