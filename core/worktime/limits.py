"""How long something may take, when it is due, and how much is left: pure functions over a calendar."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from core.worktime.engine import MINUTE, ZERO, WorkCalendar, not_negative, utc

Pause = tuple[datetime, datetime | None]  # from, until; None = still going on
FOREVER = datetime.max.replace(tzinfo=UTC)


class LimitKind(StrEnum):
    ELAPSED_HOURS = "elapsed_hours"
    WORKING_MINUTES = "working_minutes"
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"


@dataclass(frozen=True, slots=True)
class Limit:
    """How long something may take: so many hours, minutes or days of one kind. ValueError when negative.

    ``weekends_rest`` counts for calendar days alone: whether a last day on an ordinary weekend moves on.
    """

    kind: LimitKind
    amount: int
    weekends_rest: bool = True

    def __post_init__(self):
        object.__setattr__(self, "kind", LimitKind(self.kind))
        not_negative(self.amount)

    @property
    def counts_working_time(self) -> bool:
        """Whether what is left is said in working time; otherwise by the clock on the wall."""
        return self.kind in (LimitKind.WORKING_MINUTES, LimitKind.WORKING_DAYS)


@dataclass(frozen=True, slots=True)
class Due:
    """When a limit ends. ``at`` is None while a pause goes on: nothing can be said before it ends."""

    at: datetime | None
    provisional: bool


@dataclass(frozen=True, slots=True)
class Remaining:
    """Minutes left (negative: over), counted as the limit counts, and how many make a day."""

    minutes: float
    minutes_per_day: float
    is_stopped: bool

    @property
    def is_over(self) -> bool:
        return self.minutes < 0


def due(calendar: WorkCalendar, limit: Limit, start: datetime, pauses: Iterable[Pause] = ()) -> Due:
    """When ``limit`` ends for something begun at ``start``.

    Every pause after ``start`` moves it by what the limit counts inside the pause, overlaps counted once;
    one in lunch, at night or over a holiday moves a working limit by nothing. Limits in days move by the
    days after the one on which the pause began, up to the day it ended; they end at close of business, and
    the day of ``start`` does not count; no days at all end at ``start``, pause or not. A pause that began after the limit moves it too: a breach is a fact
    its owner has stored.
    """
    start = utc(start)
    stops = merged(pauses, start, FOREVER)
    if stops and stops[-1][1] == FOREVER:
        return Due(None, provisional=limit.kind != LimitKind.ELAPSED_HOURS and calendar.is_provisional(start))
    match limit.kind:
        case LimitKind.WORKING_DAYS | LimitKind.CALENDAR_DAYS if not limit.amount:
            at = start
        case LimitKind.ELAPSED_HOURS:
            at = start + timedelta(hours=limit.amount) + sum((end - begin for begin, end in stops), ZERO)
            return Due(at, provisional=False)
        case LimitKind.WORKING_MINUTES:
            at = calendar.add(start, limit.amount + sum(calendar.between(*stop) for stop in stops))
        case LimitKind.WORKING_DAYS:
            days = [tuple(map(calendar.local_day, stop)) for stop in stops]
            at = calendar.add_working_days(
                start, limit.amount + sum(calendar.working_days_between(*day) for day in days)
            )
        case LimitKind.CALENDAR_DAYS:
            days = [tuple(map(calendar.local_day, stop)) for stop in stops]
            total = limit.amount + sum((last - first).days for first, last in days)
            at = calendar.add_calendar_days(start, total, weekends_rest=limit.weekends_rest)
    return Due(at, provisional=calendar.is_provisional(start, at))


def elapsed(
    calendar: WorkCalendar, limit: Limit, start: datetime, now: datetime, pauses: Iterable[Pause] = ()
) -> float:
    """Minutes used from ``start`` to ``now`` without the pauses, counted as the limit counts."""
    start, now = utc(start), utc(now)
    stops = merged(pauses, start, now)
    return _count(calendar, limit, start, now) - sum(_count(calendar, limit, *stop) for stop in stops)


def remaining(
    calendar: WorkCalendar, limit: Limit, start: datetime, now: datetime, pauses: Iterable[Pause] = ()
) -> Remaining:
    """What is left at ``now``. While a pause goes on the clock is stopped and this stays as it was."""
    start, now = utc(start), utc(now)
    stops = merged(pauses, start, FOREVER)
    stopped_at = next((begin for begin, end in stops if begin <= now < end), None)
    now = stopped_at or now
    at = due(calendar, limit, start, merged(stops, start, max(start, now))).at
    minutes = _count(calendar, limit, now, at) if at >= now else -_count(calendar, limit, at, now)
    return Remaining(minutes, calendar.minutes_per_day if limit.counts_working_time else 24 * 60, bool(stopped_at))


def reminder_at(
    calendar: WorkCalendar, limit: Limit, start: datetime, percent: int, pauses: Iterable[Pause] = ()
) -> datetime | None:
    """When ``percent`` of the clock is used; outside working time, the next opening. None while paused. Only the pauses
    before that moment move it.
    """
    at = due(calendar, limit, start, pauses := list(pauses)).at
    if at is None:
        return None
    start, stops = utc(start), merged(pauses, start, FOREVER)
    paused = sum(_count(calendar, limit, *stop) for stop in stops)
    minutes = (_count(calendar, limit, start, at) - paused) * not_negative(percent) / 100
    reached = _after(calendar, limit, start, minutes)
    for begin, end in stops:
        if begin >= reached:
            break
        minutes += _count(calendar, limit, begin, end)
        reached = _after(calendar, limit, start, minutes)
    return reached if limit.counts_working_time else calendar.next_open(reached)


def _after(calendar: WorkCalendar, limit: Limit, start: datetime, minutes: float) -> datetime:
    return calendar.add(start, minutes) if limit.counts_working_time else start + minutes * MINUTE


def merged(pauses: Iterable[Pause], start: datetime, now: datetime) -> list[tuple[datetime, datetime]]:
    """Pauses inside start … now as separate intervals in order; one that still goes on ends at ``now``.

    ValueError for a pause that ends before it begins.
    """
    start, result = utc(start), []
    for begin, end in sorted((utc(begin), utc(end) if end else FOREVER) for begin, end in pauses):
        if end < begin:
            raise ValueError(f"The pause ends at {end}, before it begins at {begin}")
        begin, end = max(begin, start), min(end, now)
        if result and begin <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        elif begin < end:
            result.append((begin, end))
    return result


def _count(calendar: WorkCalendar, limit: Limit, start: datetime, end: datetime) -> float:
    return calendar.between(start, end) if limit.counts_working_time else (utc(end) - utc(start)) / MINUTE
