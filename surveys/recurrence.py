"""How often an activity of a plan takes place, as dated windows (SUR-13 to 19)."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from surveys.choices import Recurrence

MONTHS = {Recurrence.YEARLY: 12, Recurrence.HALF_YEARLY: 6, Recurrence.QUARTERLY: 3, Recurrence.MONTHLY: 1}


@dataclass(frozen=True)
class Window:
    """One time an activity is to take place: number and days, both included."""

    number: int
    first: date
    last: date


def windows(recurrence, starts_on, ends_on):
    """The Windows between two days: once, or each calendar year, half-year, quarter or month cut to those days.

    Empty for what an event makes due: per project, per milestone, on the day after a service, as needed.

    >>> [(w.first.isoformat(), w.last.isoformat()) for w in windows("quarterly", date(2026, 2, 1), date(2026, 8, 15))]
    [('2026-02-01', '2026-03-31'), ('2026-04-01', '2026-06-30'), ('2026-07-01', '2026-08-15')]
    """
    recurrence = Recurrence(recurrence)
    if recurrence == Recurrence.ONCE:
        return [Window(1, starts_on, ends_on)]
    months, found, first = MONTHS.get(recurrence), [], starts_on
    while months and first <= ends_on:
        last = min(_end_of(first, months), ends_on)
        found.append(Window(len(found) + 1, first, last))
        first = last + timedelta(days=1)
    return found


def _end_of(day, months):
    """Last day of the calendar period of so many months that holds ``day``."""
    month = (day.month - 1) // months * months + months
    return date(day.year, month, calendar.monthrange(day.year, month)[1])
