"""The clocks of the ledger: how long an answer may take, as pure functions over the working calendar (CMP-24)."""

from dataclasses import dataclass
from datetime import datetime

from complaints.choices import Kind
from core.worktime import Limit, LimitKind, due
from core.worktime.engine import WorkCalendar
from core.worktime.store import calendar_for

WARNINGS = (50, 80)  # percent of a clock at which people are told
BREACH = 100


@dataclass(frozen=True)
class Policy:
    """Hours, day and night, to the first response (None: no such clock), and working days to the result."""

    response_hours: int | None
    result_days: int


POLICIES = {
    Kind.COMPLAINT: Policy(24, 3),
    Kind.ENQUIRY: Policy(24, 3),
    Kind.SUGGESTION: Policy(None, 10),
    Kind.PRAISE: Policy(None, 5),
}


@dataclass(frozen=True)
class Dues:
    """When both clocks end, and by which edition of the calendar."""

    response: datetime | None
    result: datetime
    calendar_version: int


def dues(start, response_hours, result_days, calendar: WorkCalendar | None = None):
    """Both due moments of something that began at ``start``; the same input gives the same answer (T1)."""
    calendar = calendar or calendar_for()
    response = response_hours and due(calendar, Limit(LimitKind.ELAPSED_HOURS, response_hours), start).at
    return Dues(response, due(calendar, Limit(LimitKind.WORKING_DAYS, result_days), start).at, calendar.version)
