"""Working time as a pure function of a calendar: no database, no clock, no Django.

All moments are aware; results are in UTC. Minutes may be fractions, so nothing shorter than a minute is lost.
A session belongs to the local day it starts on, also where it ends after midnight.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

Session = tuple[time, time]  # start, end on the wall clock; end <= start means the end is on the next day
Sessions = tuple[Session, ...]
Week = Mapping[int, Sessions]  # 0 = Monday; a weekday that is not there rests
Window = tuple[datetime, datetime]

REST: Sessions = ()
USUAL = None  # an override that says "a working day like the others"

ZERO, MINUTE, DAY = timedelta(0), timedelta(minutes=1), timedelta(days=1)
HORIZON = timedelta(days=400)  # a calendar without work for longer is a mistake, not a long wait


class CalendarError(Exception):
    """The calendar cannot answer: no working time within 400 days."""


class DayKind(StrEnum):
    WORK = "work"  # as every week
    REST = "rest"  # as every week
    HOLIDAY = "holiday"  # rests although, or where, a notice or decision says so
    SHIFTED = "shifted"  # works on a weekly rest day
    SHORT = "short"  # works at other hours than usual


@dataclass(frozen=True)
class WorkCalendar:
    """When work is done. ``overrides`` beat the week, whichever way: sessions, REST, or USUAL (None).

    ``later_weeks`` are (first day, week) in order: the week pattern from that day on. ``years_loaded`` are
    the years whose holidays are announced; what touches another year is provisional.
    """

    zone: str
    week: Week
    overrides: Mapping[date, Sessions | None] = field(default_factory=dict)
    years_loaded: frozenset[int] = frozenset()
    version: int = 0
    later_weeks: tuple[tuple[date, Week], ...] = ()
    _years: dict[int, _Year] = field(default_factory=dict, init=False, repr=False, compare=False)

    # ── days ──

    def week_on(self, day: date) -> Week:
        """The week pattern in force on a day."""
        return next((week for first, week in reversed(self.later_weeks) if first <= day), self.week)

    def sessions_on(self, day: date) -> Sessions:
        """Wall-clock sessions that start on a day; () when it rests."""
        week = self.week_on(day)
        weekly = week.get(day.weekday(), REST)
        sessions = self.overrides.get(day, weekly)
        return (weekly or usual(week)) if sessions is USUAL else sessions

    def windows(self, day: date) -> tuple[Window, ...]:
        """UTC windows of the sessions that start on a day: in order, never empty, never overlapping."""
        reach = max((ends for _, ends in self._spans(day - DAY)), default=None)
        windows = []
        for starts, ends in self._spans(day):
            if reach is not None and reach > starts:
                starts = reach
            if ends > starts:
                windows.append((starts, ends))
                reach = ends
        return tuple(windows)

    def _spans(self, day: date) -> Iterator[Window]:
        zone = ZoneInfo(self.zone)
        for start, end in self.sessions_on(day):
            last = day + DAY if end <= start else day
            yield (
                datetime.combine(day, start, zone).astimezone(UTC),
                datetime.combine(last, end, zone).astimezone(UTC),
            )

    def kind_of(self, day: date) -> DayKind:
        """How a day stands against its week, to be shown and explained."""
        sessions, weekly = self.sessions_on(day), self.week_on(day).get(day.weekday(), REST)
        if not sessions:
            return DayKind.HOLIDAY if day in self.overrides else DayKind.REST
        if not weekly:
            return DayKind.SHIFTED
        return DayKind.WORK if sessions == weekly else DayKind.SHORT

    def is_working_day(self, day: date) -> bool:
        return day in self._year(day.year).closes

    def is_holiday(self, day: date) -> bool:
        """Rests by notice or decision, not merely as every week."""
        return self.kind_of(day) == DayKind.HOLIDAY

    def working_days_between(self, first: date, last: date) -> int:
        """Working days after ``first`` up to and with ``last``. ValueError when ``last`` comes first."""
        if last < first:
            raise ValueError(f"{last} is before {first}")
        return sum(self._year(year).days_between(first, last) for year in range(first.year, last.year + 1))

    def nth_working_day(self, day: date, n: int) -> date:
        """The n-th working day after ``day``, n >= 1."""
        for year in self._forward(self._midnight(day)):
            done = bisect_right(year.days, day)
            if done + n <= len(year.days):
                return year.days[done + n - 1]
            n -= len(year.days) - done
        raise CalendarError("The calendar ends.")

    def close_of(self, day: date) -> datetime:
        """Close of business on a working day, the end of the day on any other."""
        return self._year(day.year).closes.get(day) or self._midnight(day + DAY)

    @property
    def minutes_per_day(self) -> float:
        """Working minutes of a usual day, to say a long time in days; 24 hours where the week is empty."""
        day = date(2024, 1, 1)
        sessions = usual(self.later_weeks[-1][1] if self.later_weeks else self.week)
        spans = (
            datetime.combine(day + DAY * (end <= start), end) - datetime.combine(day, start) for start, end in sessions
        )
        return (sum(spans, ZERO) or DAY) / MINUTE

    # ── moments ──

    def local_day(self, moment: datetime) -> date:
        return utc(moment).astimezone(ZoneInfo(self.zone)).date()

    def add(self, start: datetime, minutes: float) -> datetime:
        """The first moment at which ``minutes`` of working time have passed; 0 gives ``start`` itself.

        ValueError when negative, CalendarError when 400 days hold no working time.
        """
        need, start = not_negative(minutes) * MINUTE, utc(start)
        if not need:
            return start
        for year in self._forward(start):
            target = year.worked(start) + need
            if target <= year.total:
                return year.moment(target)
            need = target - year.total
        raise CalendarError("The calendar ends.")

    def between(self, start: datetime, end: datetime) -> float:
        """Minutes of working time from ``start`` to ``end``. ValueError when ``end`` is before ``start``."""
        start, end = utc(start), utc(end)
        if end < start:
            raise ValueError(f"{end} is before {start}")
        years = map(self._year, range(self._first_year(start), self.local_day(end).year + 1))
        return sum((year.worked(end) - year.worked(start) for year in years), ZERO) / MINUTE

    def add_working_days(self, start: datetime, days: int) -> datetime:
        """Close of business on the n-th working day after the day of ``start``; 0 gives ``start`` itself."""
        if not not_negative(days):
            return utc(start)
        return self.close_of(self.nth_working_day(self.local_day(start), days))

    def add_calendar_days(self, start: datetime, days: int, *, weekends_rest: bool = True) -> datetime:
        """End of the n-th day after the local day of ``start``; 0 gives ``start`` itself.

        Where that day rests, the day after the rest. With ``weekends_rest=False`` only holidays move it. It
        ends at the close of business where there is one.
        """
        if not not_negative(days):
            return utc(start)
        day = self.local_day(start) + days * DAY
        if weekends_rest:
            return self.close_of(self.nth_working_day(day - DAY, 1))
        last = day + HORIZON
        while self.is_holiday(day):
            if (day := day + DAY) > last:
                raise CalendarError(f"Nothing but holidays up to {last}.")
        return self.close_of(day)

    def is_open(self, moment: datetime) -> bool:
        """Whether work is being done at a moment."""
        return self.next_open(moment) == utc(moment)

    def next_open(self, moment: datetime) -> datetime:
        """The moment itself in working time, otherwise the next opening."""
        moment = utc(moment)
        for year in self._forward(moment):
            if (opens := year.next_start(moment)) is not None:
                return max(opens, moment)
        raise CalendarError("The calendar ends.")

    def is_provisional(self, *moments: datetime) -> bool:
        """Whether the span over these moments touches a year whose holidays are not announced."""
        years = [self.local_day(moment).year for moment in moments]
        return not self.years_loaded.issuperset(range(min(years), max(years) + 1))

    # ── years, computed once ──

    def _year(self, year: int) -> _Year:
        if year not in self._years:
            days = (date(year, 1, 1) + n * DAY for n in range(date(year, 12, 31).timetuple().tm_yday))
            self._years[year] = _Year.of({day: self.windows(day) for day in days})
        return self._years[year]

    def _first_year(self, moment: datetime) -> int:
        return self.local_day(moment - 2 * DAY).year  # a session of 31 December may still run

    def _forward(self, moment: datetime) -> Iterator[_Year]:
        """The years from a moment on; CalendarError as soon as 400 days hold no window."""
        last = moment
        for number in range(self._first_year(moment), MAXYEAR):
            year = self._year(number)
            opens = year.next_start(last)
            if (opens or self._midnight(date(number + 1, 1, 1))) - last > HORIZON:
                raise CalendarError(f"No working time within {HORIZON.days} days from {moment:%Y-%m-%d}.")
            if opens:
                last = year.ends[-1]
            yield year

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, ZoneInfo(self.zone)).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class _Year:
    """The windows that start in one year, with the working time reached at the end of each."""

    starts: list[datetime]
    ends: list[datetime]
    reached: list[timedelta]
    closes: dict[date, datetime]  # working day → close of business
    days: list[date]

    @classmethod
    def of(cls, windows: Mapping[date, tuple[Window, ...]]) -> _Year:
        flat = [window for day in windows.values() for window in day]
        reached, sum_ = [], ZERO
        for start, end in flat:
            sum_ += end - start
            reached.append(sum_)
        closes = {day: spans[-1][1] for day, spans in windows.items() if spans}
        return cls([start for start, _ in flat], [end for _, end in flat], reached, closes, list(closes))

    @property
    def total(self) -> timedelta:
        return self.reached[-1] if self.reached else ZERO

    def worked(self, moment: datetime) -> timedelta:
        """Working time of this year before a moment."""
        i = bisect_right(self.starts, moment) - 1
        return ZERO if i < 0 else self.reached[i] - max(self.ends[i] - moment, ZERO)

    def moment(self, worked: timedelta) -> datetime:
        """The first moment at which so much (more than 0, at most the total) has been worked."""
        i = bisect_left(self.reached, worked)
        return self.ends[i] - (self.reached[i] - worked)

    def next_start(self, moment: datetime) -> datetime | None:
        """Start of the first window that ends after a moment."""
        i = bisect_right(self.ends, moment)
        return self.starts[i] if i < len(self.starts) else None

    def days_between(self, first: date, last: date) -> int:
        return bisect_right(self.days, last) - bisect_right(self.days, first)


def usual(week: Week) -> Sessions:
    """The sessions of a week's first working day: what a make-up day works."""
    return next((week[day] for day in sorted(week) if week[day]), REST)


def utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(UTC)


def not_negative(amount):
    if amount < 0:
        raise ValueError(f"{amount} is negative")
    return amount
