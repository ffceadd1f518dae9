"""What the ledger gives a periodic report: figures of the period as plain JSON, kept as they were."""

from collections import Counter
from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from complaints.choices import FINAL_ONES, Kind, State
from complaints.models import CallBack, Complaint
from complaints.selectors import indicators
from complaints.selectors.indicators import OUT, Scope
from core import periods
from core.worktime.store import calendar_for


def collect(period, unit=None):
    """Figures of what arrived, fell due, was answered and decided between the cut-offs; {} when the ledger was silent."""
    span = periods.bounds(period)
    mine = {"unit": unit} if unit else {}
    ours = Complaint.objects.filter(**mine).exclude(state__in=OUT)
    received = within(ours, "received_at", span)
    if not received.exists() and not ours.open().exists():
        return {}
    return {
        "kinds": _count(received, "kind"),
        "before": _count(within(ours, "received_at", periods.bounds(periods.previous(period))), "kind"),
        "categories": _count(received.filter(kind=Kind.COMPLAINT).exclude(category=""), "category"),
        "served": indicators.served(_scope(span, unit)).count(),
        "clocks": {clock: _kept(clock, span, unit) for clock in ("response", "result")},
        "verdicts": _count(_answered(span, unit).exclude(verdict=""), "verdict"),
        "call_backs": _call_backs(_answered(span, unit)),
        "decisions": _count(
            within(ours.filter(kind=Kind.SUGGESTION, decision__outcome__in=FINAL_ONES), "decision__decided_at", span),
            "decision__outcome",
        ),
        "ages": _ages(ours, span),
    }


def within(rows, column, span):
    since, until = span
    return rows.filter(**{f"{column}__gte": since, f"{column}__lt": until})


def _count(rows, column):
    return dict(Counter(rows.order_by().values_list(column, flat=True)))


def _scope(span, unit):
    """The days between two cut-offs, which fall on midnights."""
    first, last = (timezone.localdate(moment) for moment in span)
    return Scope(first, last - timedelta(days=1), [unit.pk] if unit else None)


def _kept(clock, span, unit):
    """Complaints whose clock ended in the period, and of those the ones in time: {"due", "kept"}."""
    found = indicators.figure(f"{clock}_in_time", _scope(span, unit))
    return {"due": found.denominator, "kept": found.numerator}


def _answered(span, unit):
    return indicators.rows("called_back", _scope(span, unit))


def _call_backs(cycles):
    """Of the cycles answered in the period: called back, reached, resolved, and the marks given."""
    reached = CallBack.objects.filter(cycle=OuterRef("pk"), reached=True)
    found = cycles.filter(Exists(reached))
    scores = CallBack.objects.filter(cycle__in=cycles, score__isnull=False).order_by().values_list("score", flat=True)
    return {
        "due": cycles.count(), "reached": found.count(), "resolved": found.filter(Exists(reached.filter(resolved=True))).count(),
        "scores": sorted(scores),
    }  # fmt: skip


def _ages(rows, span):
    """[working days waited, past its clock] of each complaint and suggestion that is open when the report is made."""
    calendar, now = calendar_for(), min(timezone.now(), span[1])
    waiting = rows.open().filter(kind__in=[Kind.COMPLAINT, Kind.SUGGESTION], received_at__lt=now)
    waiting = waiting.exclude(state__in=[State.DEFERRED]).select_related("cycle")
    return [
        [
            calendar.working_days_between(calendar.local_day(row.received_at), calendar.local_day(now)),
            row.cycle.is_overdue,
        ]
        for row in waiting.order_by("received_at")
    ]
