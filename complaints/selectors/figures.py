"""Rows behind the figures of the ledger, for reports and appraisal: by local days, both included (service figures §4)."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from complaints.choices import ADOPTED_ONES, FINAL_ONES, Kind, State
from complaints.models import Complaint, Cycle
from customers.models import ServiceRecord

NOT_OURS = (State.DECLINED, State.VOIDED)


def moments(start, end):
    """The aware moments (from, before) of the local days from ``start`` to ``end``."""
    day = [datetime.combine(one, time.min) for one in (start, end + timedelta(days=1))]
    return tuple(timezone.make_aware(one) for one in day)


def in_days(rows, column, start, end):
    since, before = moments(start, end)
    return rows.filter(**{f"{column}__gte": since, f"{column}__lt": before})


def of_units(rows, units, column="unit"):
    return rows if units is None else rows.filter(**{f"{column}__in": units})


def received(start, end, units=None, kind=None):
    """Records received in the days, without those that were not ours or entered in error."""
    rows = Complaint.objects.exclude(state__in=NOT_OURS)
    rows = rows.filter(kind=kind) if kind else rows
    return of_units(in_days(rows, "received_at", start, end), units)


def complaints_received(start, end, units=None):
    """Complaints received in the days: the numerator of the complaint rate."""
    return received(start, end, units, Kind.COMPLAINT)


def cases_served(start, end, units=None):
    """What was done for customers in the days: the base of the complaint rate."""
    return of_units(ServiceRecord.objects.between(start, end), units)


def suggestions_decided(start, end, units=None):
    """Suggestions decided in the days; a deferred one is not decided yet."""
    rows = Complaint.objects.filter(kind=Kind.SUGGESTION, decision__outcome__in=FINAL_ONES)
    rows = rows.exclude(state__in=[*NOT_OURS, State.WITHDRAWN])
    return of_units(in_days(rows, "decision__decided_at", start, end), units)


def suggestions_adopted(start, end, units=None):
    """Of those decided, the ones adopted, also in part."""
    return suggestions_decided(start, end, units).filter(decision__outcome__in=ADOPTED_ONES)


def first_cycles_due(start, end, units=None, kind=Kind.COMPLAINT):
    """First cycles whose result was due in the days: the cohort of timeliness. Out: what was withdrawn
    or merged before it was due.
    """
    rows = Cycle.objects.filter(n=1, complaint__kind=kind).exclude(complaint__state__in=NOT_OURS)
    rows = rows.exclude(outcome__in=["withdrawn", "merged"], replied_at=None, result_breached_at=None)
    return of_units(in_days(rows, "result_due", start, end), units, "complaint__unit")
