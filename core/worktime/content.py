"""What a calendar version says, as values; an edit is a function from content to content."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.models import CalendarYear, DayOverride
from core.worktime.engine import REST, Sessions, Week, WorkCalendar

CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)|24:00")


@dataclass(frozen=True, slots=True)
class Day:
    """A special day; ``sessions`` None on a working day = the usual ones."""

    is_working: bool
    sessions: Sessions | None = None
    label_zh: str = ""
    label_en: str = ""
    source: str = DayOverride.Source.COMPANY

    def __post_init__(self):
        if bool(self.sessions) != self.is_working and self.sessions is not None:
            raise ValueError("A working day has sessions, a rest day has none.")


@dataclass(frozen=True, slots=True)
class Year:
    state: str = CalendarYear.State.PROVISIONAL
    source: str = ""
    confirmed_by_id: int | None = None
    confirmed_at: datetime | None = None

    @property
    def is_confirmed(self) -> bool:
        return self.state == CalendarYear.State.CONFIRMED


@dataclass(frozen=True, slots=True)
class Content:
    """Weeks by their first day (None = from the beginning), special days by date, years by number."""

    weeks: dict[date | None, Week] = field(default_factory=dict)
    days: dict[date, Day] = field(default_factory=dict)
    years: dict[int, Year] = field(default_factory=dict)

    def with_week(self, week: Week, valid_from: date | None = None) -> Content:
        return replace(self, weeks={**self.weeks, valid_from: {day: week.get(day, REST) for day in range(7)}})

    def with_day(self, day: date, what: Day | None) -> Content:
        """The day set, or given back to its week with None."""
        days = {**self.days, day: what} if what else {other: it for other, it in self.days.items() if other != day}
        return replace(self, days=days)

    def with_year(self, year: int, what: Year) -> Content:
        return replace(self, years={**self.years, year: what})

    def calendar(self, zone: str, version: int = 0) -> WorkCalendar:
        later = tuple(sorted(((first, week) for first, week in self.weeks.items() if first), key=lambda pair: pair[0]))
        overrides = {day: it.sessions if it.is_working else REST for day, it in self.days.items()}
        confirmed = frozenset(number for number, year in self.years.items() if year.is_confirmed)
        return WorkCalendar(zone, self.weeks.get(None, {}), overrides, confirmed, version, later)


def parse_sessions(pairs: Iterable[Iterable[str]]) -> Sessions:
    """[["09:00", "12:00"], …] as sessions. "24:00" is midnight; only the last one may end on the next day.

    ValidationError for a time that is none, for sessions out of order or overlapping, and for an empty one.
    """
    sessions = tuple((_clock(start), _clock(end)) for start, end in pairs)
    for start, end in sessions:
        if start == end != time.min:
            raise ValidationError(_("A session must end after it starts."), code="empty_session")
    for (start, end), (following, _end) in pairwise(sessions):
        if not start < end <= following:
            raise ValidationError(
                _("Sessions must follow each other without overlapping."), code="overlapping_sessions"
            )
    return sessions


def dump_sessions(sessions: Sessions | None) -> list[list[str]] | None:
    """The reverse of parse_sessions, for storing."""
    return None if sessions is None else [[f"{start:%H:%M}", f"{end:%H:%M}"] for start, end in sessions]


def _clock(text: str) -> time:
    match = CLOCK.fullmatch(text)
    if not match:
        raise ValidationError(_("%(text)s is not a time of day."), code="bad_time", params={"text": text})
    return time.min if match[1] is None else time(int(match[1]), int(match[2]))
