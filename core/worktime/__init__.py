"""Working time: ``engine`` (calendars), ``limits`` (due, remaining), ``store`` (in force), ``words``."""

from core.worktime.engine import CalendarError, DayKind, WorkCalendar
from core.worktime.limits import Due, Limit, LimitKind, Remaining, due, elapsed, remaining, reminder_at

__all__ = [
    "CalendarError", "DayKind", "Due", "Limit", "LimitKind", "Remaining", "WorkCalendar",
    "due", "elapsed", "remaining", "reminder_at",
]  # fmt: skip
