"""Calendars for the tests, written out from the notices for 2025 and 2026 and not from our own data file."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.worktime.engine import REST, USUAL, WorkCalendar

OFFICE = ((time(9), time(12)), (time(13), time(18)))
WEEK = dict.fromkeys(range(5), OFFICE)
HOLIDAYS = [
    ("2025-01-01", 1),
    ("2025-01-28", 8),
    ("2025-04-04", 3),
    ("2025-05-01", 5),
    ("2025-05-31", 3),
    ("2025-10-01", 8),
    ("2026-01-01", 3),
    ("2026-02-15", 9),
    ("2026-04-04", 3),
    ("2026-05-01", 5),
    ("2026-06-19", 3),
    ("2026-09-25", 3),
    ("2026-10-01", 7),
]
SHIFTED = [
    "2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11",
    "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
]  # fmt: skip


def china(more=None):
    rest = {date.fromisoformat(first) + timedelta(n): REST for first, days in HOLIDAYS for n in range(days)}
    work = {date.fromisoformat(day): USUAL for day in SHIFTED}
    return WorkCalendar("Asia/Shanghai", WEEK, rest | work | (more or {}), frozenset({2025, 2026}))


def at(text, zone="Asia/Shanghai"):
    """``2026-03-02 09:30`` on the wall clock of a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def said(moment, zone="Asia/Shanghai"):
    """The moment as a wall clock says it."""
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def works(calendar, moment):
    """Whether a minute is worked, decided from the wall clock alone: the slow second opinion."""
    local = moment.astimezone(ZoneInfo(calendar.zone))
    clock, today, yesterday = local.time(), local.date(), local.date() - timedelta(days=1)
    for start, end in calendar.sessions_on(today):
        if start <= clock and (clock < end or end <= start):
            return True
    return any(end <= start and clock < end for start, end in calendar.sessions_on(yesterday))


def brute_add(calendar, start, minutes):
    """Walk minute by minute."""
    moment = start.astimezone(UTC)
    while minutes:
        minutes -= works(calendar, moment)
        moment += timedelta(minutes=1)
    return moment


def brute_between(calendar, start, end):
    steps = int((end.astimezone(UTC) - start.astimezone(UTC)) / timedelta(minutes=1))
    return sum(works(calendar, start.astimezone(UTC) + timedelta(minutes=n)) for n in range(steps))
