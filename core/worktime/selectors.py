"""The calendar to be looked at: a year, the days of a clock, what is missing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.utils import timezone

from core.models import CalendarVersion
from core.worktime.content import Content, Year
from core.worktime.engine import DayKind, Sessions, WorkCalendar
from core.worktime.store import edition_for

ALARM = (11, 15)  # notices come in November; from this day the next year is missed


@dataclass(frozen=True, slots=True)
class DayView:
    """One day: its kind, its hours, its name in both languages, its place in a clock."""

    date: date
    kind: DayKind
    sessions: Sessions
    label_zh: str = ""
    label_en: str = ""
    number: int | None = None  # the n-th working day of a clock; None = does not count
    is_receipt: bool = False
    is_due: bool = False


@dataclass(frozen=True, slots=True)
class YearView:
    number: int
    year: Year
    months: list[list[DayView]]
    working_days: int


def versions(code: str):
    """Versions of a calendar, newest first, with who made them."""
    return CalendarVersion.objects.filter(calendar__code=code).select_related("made_by").order_by("-no")


def year_view(year: int, code: str | None = None, *, version: int | None = None) -> YearView:
    """A year by months, for the settings page."""
    content, calendar = edition_for(code, version=version)
    days = _days(content, calendar, date(year, 1, 1), date(year, 12, 31))
    months = [[day for day in days if day.date.month == month] for month in range(1, 13)]
    working = sum(calendar.is_working_day(day.date) for day in days)
    return YearView(year, content.years.get(year, Year()), months, working)


def strip(start: datetime, due_at: datetime, code: str | None = None, *, version: int | None = None) -> list[DayView]:
    """The days of a clock from receipt to due, working days numbered; the day of receipt does not count."""
    content, calendar = edition_for(code, version=version)
    first, last = calendar.local_day(start), calendar.local_day(due_at)
    return [
        replace(
            day,
            number=calendar.working_days_between(first, day.date) if day.sessions and n else None,
            is_receipt=day.date == first,
            is_due=day.date == last,
        )
        for n, day in enumerate(_days(content, calendar, first, last))
    ]


def unconfirmed_years(today: date | None = None, code: str | None = None) -> list[int]:
    """Years whose holidays should be known and are not: this one, and the next one from 15 November."""
    today = today or timezone.localdate()
    expected = [today.year] + [today.year + 1] * ((today.month, today.day) >= ALARM)
    content, _calendar = edition_for(code)
    return [year for year in expected if not content.years.get(year, Year()).is_confirmed]


def _days(content: Content, calendar: WorkCalendar, first: date, last: date) -> list[DayView]:
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [DayView(day, calendar.kind_of(day), calendar.sessions_on(day), *_labels(content, day)) for day in days]


def _labels(content: Content, day: date) -> tuple[str, str]:
    special = content.days.get(day)
    return (special.label_zh, special.label_en) if special else ("", "")
