"""The clocks of the ledger: how long an answer may take, as pure functions over the working calendar (CMP-24)."""

from dataclasses import dataclass, replace
from datetime import datetime

from complaints.choices import Clock, Kind
from core.worktime import Limit, LimitKind, due, reminder_at
from core.worktime.engine import WorkCalendar

WARNINGS = (50, 80)  # percent of a clock at which people are told
BREACH = 100
ESCALATED = 120  # percent: whoever manages the service is told as well
PERCENTS = (*WARNINGS, BREACH, ESCALATED)


@dataclass(frozen=True)
class Terms:
    """Limits of the first response (None: no such clock) and of the result, and working days between progress reports."""

    response: Limit | None
    result: Limit
    progress_days: int | None = None


def _usual(hours, days, progress_days=5):
    response = Limit(LimitKind.ELAPSED_HOURS, hours) if hours else None
    return Terms(response, Limit(LimitKind.WORKING_DAYS, days), progress_days)


# What holds until somebody sets a policy; shipped as the first version of each kind.
SHIPPED = {
    Kind.COMPLAINT: _usual(24, 3),
    Kind.ENQUIRY: _usual(24, 3),
    Kind.SUGGESTION: _usual(None, 10),
    Kind.PRAISE: _usual(None, 5),
}


@dataclass(frozen=True)
class Facts:
    """All that due moments follow from, beside the calendar (T1). ``days`` are those that extensions granted; ``floors`` of
    response and result are moments before which a change of policy does not make them due.
    """

    start: datetime
    terms: Terms
    pauses: tuple = ()
    days: int = 0
    floors: tuple = (None, None)

    def limit_of(self, clock, calendar):
        if clock == Clock.RESPONSE:
            return self.terms.response
        return longer(self.terms.result, self.days, calendar)

    def pauses_of(self, clock):
        """The first response is owed while the result is paused."""
        return () if clock == Clock.RESPONSE else self.pauses

    def due(self, clock, calendar):
        """When the clock ends; None without one, and while it is paused."""
        limit, floor = self.limit_of(clock, calendar), self.floors[clock == Clock.RESULT]
        at = limit and due(calendar, limit, self.start, self.pauses_of(clock)).at
        return max(at, floor) if at and floor else at

    def reminder(self, clock, percent, calendar):
        """When ``percent`` of the clock is used, in working time; None while it is paused."""
        if percent == BREACH:
            return self.due(clock, calendar)
        limit, floor = self.limit_of(clock, calendar), self.floors[clock == Clock.RESULT]
        at = limit and reminder_at(calendar, limit, self.start, percent, self.pauses_of(clock))
        return max(at, floor) if at and floor and percent > BREACH else at


@dataclass(frozen=True)
class Dues:
    """When both clocks end, by which edition of the calendar; ``original`` is the result without its extensions."""

    response: datetime | None
    result: datetime | None
    original: datetime | None
    calendar_version: int


def longer(limit: Limit, days: int, calendar: WorkCalendar) -> Limit:
    """A limit with ``days`` more, counted as it counts."""
    per_day = {LimitKind.WORKING_MINUTES: round(calendar.minutes_per_day), LimitKind.ELAPSED_HOURS: 24}
    return replace(limit, amount=limit.amount + days * per_day.get(limit.kind, 1)) if days else limit


def dues(facts: Facts, calendar: WorkCalendar) -> Dues:
    """Both due moments; the same input gives the same answer (T1)."""
    original = replace(facts, days=0).due(Clock.RESULT, calendar) if facts.days else None
    return Dues(facts.due(Clock.RESPONSE, calendar), facts.due(Clock.RESULT, calendar), original, calendar.version)
