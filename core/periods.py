"""Periods: which month, quarter, half-year or year a day belongs to, and when its books close (decision 5)."""

import calendar
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from core.choices import PeriodKind
from core.models import Period

MONTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.HALF_YEAR: 6, PeriodKind.YEAR: 12}
CUT_OFF_DAY = 28  # of the period's last month, end of the day; drafts on day 29, issue by day 30


def of(kind, day):
    """The period of ``kind`` that holds the local date ``day``, not stored."""
    months = MONTHS[PeriodKind(kind)]
    first = (day.month - 1) // months * months + 1
    last = first + months - 1
    ends_on = date(day.year, last, calendar.monthrange(day.year, last)[1])
    cut_off = timezone.make_aware(datetime.combine(date(day.year, last, CUT_OFF_DAY) + timedelta(days=1), time.min))
    return Period(kind=kind, starts_on=date(day.year, first, 1), ends_on=ends_on, cut_off=cut_off)


def containing(kind, day):
    """The stored period of ``kind`` that holds the local date ``day``; made when it does not exist yet."""
    found = of(kind, day)
    defaults = {"ends_on": found.ends_on, "cut_off": found.cut_off}
    return Period.objects.get_or_create(kind=kind, starts_on=found.starts_on, defaults=defaults)[0]


def previous(period):
    """The period of the same kind just before."""
    return containing(period.kind, period.starts_on - timedelta(days=1))


def bounds(period):
    """(from, until) as aware moments: what arrived after the last cut-off and before this one."""
    return previous(period).cut_off, period.cut_off


def label(period):
    """Name in the reader's language, for example 2026年第三季度 / Q3 2026."""
    year, month = period.starts_on.year, period.starts_on.month
    if period.kind == PeriodKind.YEAR:
        return _("Year %(year)s") % {"year": year}
    if period.kind == PeriodKind.HALF_YEAR:
        return (_("First half of %(year)s") if month == 1 else _("Second half of %(year)s")) % {"year": year}
    if period.kind == PeriodKind.QUARTER:
        return _("Q%(quarter)s %(year)s") % {"year": year, "quarter": (month - 1) // 3 + 1}
    return _("%(year)s-%(month)02d") % {"year": year, "month": month}


def months_before(day, months):
    """The same day so many months earlier; the last of its month where that day does not exist.

    >>> months_before(date(2026, 8, 31), 6)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
