"""The stored moments of a cycle, computed anew from what they follow from (T1)."""

from datetime import datetime, time

from django.utils import timezone

from complaints import clocks
from complaints.choices import Clock, PauseState
from complaints.selectors import policies
from core.worktime import remaining
from core.worktime.store import calendar_for


def facts_of(cycle):
    """What the due moments of a cycle follow from; reads its pauses unless they were fetched before."""
    rows = cycle.pauses.all() if cycle.pk else ()
    pauses = tuple((row.started_at, row.ended_at) for row in rows if row.started_at)
    return clocks.Facts(
        cycle.started_at, cycle.terms, pauses, cycle.extended_days, (cycle.response_floor, cycle.result_floor)
    )


def moments_of(cycle, calendar=None, *, told=None):
    """The columns that follow from the facts: due moments, the calendar's edition, when to look at it next.

    A first response that was given or is late already keeps its moment.
    """
    calendar = calendar or calendar_for(version=cycle.calendar_version)
    facts = facts_of(cycle)
    found = clocks.dues(facts, calendar)
    columns = {"result_due": found.result, "original_due": found.original, "calendar_version": found.calendar_version}
    if cycle.stopped_at(Clock.RESPONSE) is None and cycle.response_breached_at is None:
        columns["response_due"] = found.response
    return columns | {"next_alert_at": next_alert(cycle, facts, calendar, told=told)}


def running(cycle, facts, calendar):
    """The clocks of a cycle that somebody may have to be told of."""
    return [clock for clock in Clock if facts.limit_of(clock, calendar) and cycle.stopped_at(clock) is None]


def next_alert(cycle, facts, calendar, *, told=None):
    """When people are told next of a clock of the cycle; None when there is nothing to come."""
    if told is None:
        told = set(cycle.alerts.values_list("clock", "percent")) if cycle.pk else set()
    to_come = []
    for clock in running(cycle, facts, calendar):
        percent = next((one for one in clocks.PERCENTS if (clock.value, one) not in told), None)
        if percent is not None:
            to_come.append(facts.reminder(clock, percent, calendar))
    return min((at for at in to_come if at is not None), default=None)


def left_of(cycle, now, calendar=None):
    """Minutes left of the result at ``now``, as its limit counts."""
    calendar = calendar or calendar_for(version=cycle.calendar_version)
    facts = facts_of(cycle)
    found = remaining(calendar, facts.limit_of(Clock.RESULT, calendar), facts.start, now, facts.pauses)
    return round(found.minutes)


def opening_of(day, calendar):
    """The first working moment of a day or after it."""
    return calendar.next_open(timezone.make_aware(datetime.combine(day, time.min)))


def first_moments(cycle, calendar):
    """The moments of a new cycle that has no key yet."""
    found = clocks.dues(facts_of(cycle), calendar)
    cycle.response_due, cycle.result_due = found.response, found.result
    cycle.calendar_version = found.calendar_version
    cycle.next_alert_at = next_alert(cycle, facts_of(cycle), calendar, told=set())
    cycle.progress_due = progress_due(cycle, cycle.started_at, calendar)
    return cycle


def progress_due(cycle, since, calendar=None):
    """When the customer is to hear where things stand, after a word at ``since``; None where no report is owed."""
    if not cycle.progress_days:
        return None
    calendar = calendar or calendar_for(version=cycle.calendar_version)
    return calendar.add_working_days(since, cycle.progress_days)


def paused_minutes(cycle, calendar):
    """Working minutes of all pauses of a cycle that are over or run until their day."""
    rows = cycle.pauses.filter(state__in=[PauseState.RUNNING, PauseState.ENDED])
    spans = [(row.started_at, row.ended_at or max(row.resume_at, row.started_at)) for row in rows]
    return sum(calendar.between(*span) for span in spans)


def apply_terms(cycle, policy, kind):
    """Write the limits of a policy into a cycle, unsaved. Returns the columns."""
    terms = policies.terms_of(policy, kind)
    columns = {
        "policy": policy, "response_hours": terms.response and terms.response.amount, "result_days": terms.result.amount,
        "result_kind": str(terms.result.kind), "progress_days": terms.progress_days,
        **({"response_kind": str(terms.response.kind)} if terms.response else {}),
    }  # fmt: skip
    for name, value in columns.items():
        setattr(cycle, name, value)
    return columns
