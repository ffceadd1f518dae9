"""Rows behind figures by their older names, for reports, appraisal and the home page: local days, both included.

What they mean stands in ``indicators``; nothing is counted here a second way.
"""

from complaints.choices import Kind
from complaints.models import Complaint, Cycle
from complaints.selectors import indicators
from complaints.selectors.indicators import OUT, Scope, moments

NOT_OURS = OUT
__all__ = ["NOT_OURS", "moments"]


def in_days(rows, column, start, end):
    since, before = moments(start, end)
    return rows.filter(**{f"{column}__gte": since, f"{column}__lt": before})


def of_units(rows, units, column="unit"):
    return rows if units is None else rows.filter(**{f"{column}__in": units})


def received(start, end, units=None, kind=None):
    """Records received in the days, without those that were not ours or entered in error."""
    rows = indicators.population(Scope(start, end, units), Complaint, "received_at")
    return in_days(rows.filter(kind=kind) if kind else rows, "received_at", start, end)


def complaints_received(start, end, units=None):
    """Complaints received in the days: the numerator of the complaint rate."""
    return indicators.rows("complaint_rate", Scope(start, end, units))


def cases_served(start, end, units=None):
    """What was done for customers in the days: the base of the complaint rate."""
    return indicators.served(Scope(start, end, units))


def suggestions_decided(start, end, units=None):
    """Suggestions decided in the days; a deferred one is not decided yet."""
    return indicators.rows("adoption", Scope(start, end, units))


def suggestions_adopted(start, end, units=None):
    """Of those decided, the ones adopted, also in part."""
    return indicators.rows("adoption", Scope(start, end, units), "counted")


def first_cycles_due(start, end, units=None, kind=Kind.COMPLAINT):
    """First cycles whose result fell due in the days: the cohort of timeliness. Out: what was withdrawn
    or merged before it was due."""
    if kind == Kind.COMPLAINT:
        return indicators.rows("result_in_time", Scope(start, end, units))
    rows = indicators.population(Scope(start, end, units), Cycle, "result_due").filter(n=1, complaint__kind=kind)
    return in_days(
        rows.exclude(outcome__in=["withdrawn", "merged"], replied_at=None, result_breached_at=None),
        "result_due",
        start,
        end,
    )
