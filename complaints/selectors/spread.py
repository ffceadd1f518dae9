"""How long things take and wait: medians and ninth tenths, computed in the database over all rows."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Aggregate, Count, DateTimeField, DurationField, ExpressionWrapper, F, Min, Q, Value
from django.db.models.functions import Coalesce

from complaints.choices import Kind, State
from complaints.models import Complaint, Cycle
from complaints.selectors.indicators import population


class Quantile(Aggregate):
    """The smallest value below which lies at least ``share`` of them."""

    function = "PERCENTILE_DISC"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s %(order)s)"

    def __init__(self, expression, share, order="ASC", **extra):
        super().__init__(expression, share=share, order=order, **extra)


@dataclass(frozen=True)
class Ages:
    """Open complaints and suggestions: how many, and for how many working days they wait."""

    count: int
    median: int | None = None
    p90: int | None = None
    longest: int | None = None


@dataclass(frozen=True)
class Waits:
    """Elapsed time; ``open`` of ``count`` still wait, and count with at least what they waited so far."""

    count: int
    open: int
    median: timedelta | None = None
    p90: timedelta | None = None


def ageing(scope):
    """Ages of what is open at ``scope.as_of``, whenever it was received. Working days grow with the time since receipt, so
    the quantile of the ages is the age of the quantile.
    """
    at = scope.as_of
    rows = population(scope, Complaint, "received_at").open().exclude(state=State.DEFERRED)
    rows = rows.filter(kind__in=[Kind.COMPLAINT, Kind.SUGGESTION], received_at__lte=at)
    told = rows.aggregate(
        n=Count("pk"), half=Quantile("received_at", "0.5", "DESC"), most=Quantile("received_at", "0.9", "DESC"), first=Min("received_at"),
    )  # fmt: skip
    calendar = scope.calendar
    today = calendar.local_day(at)
    days = [
        None if moment is None else calendar.working_days_between(calendar.local_day(moment), today)
        for moment in (told["half"], told["most"], told["first"])
    ]
    return Ages(told["n"], *days)


def waits(scope):
    """(Waits for the first word of a person, Waits for the reply) of complaints received in the scope; one query."""
    since, until = scope.span
    rows = population(scope, Cycle, "replied_at").filter(
        n=1, complaint__kind=Kind.COMPLAINT, complaint__received_at__gte=since, complaint__received_at__lt=until
    )
    rows = rows.exclude(Q(outcome__in=["withdrawn", "merged"], replied_at=None))
    ends = {"response": Coalesce("first_response_at", "replied_at"), "answer": F("replied_at")}
    rows = rows.annotate(**{f"{name}_at": end for name, end in ends.items()})
    rows = rows.annotate(**{name: _took(f"{name}_at", scope.as_of) for name in ends})
    wanted = {"n": Count("pk")}
    for name in ends:
        wanted[f"{name}_open"] = Count("pk", filter=Q(**{f"{name}_at": None}))
        wanted |= {f"{name}_half": Quantile(name, "0.5"), f"{name}_most": Quantile(name, "0.9")}
    found = rows.aggregate(**wanted)
    return tuple(Waits(found["n"], *(found[f"{name}_{key}"] for key in ("open", "half", "most"))) for name in ends)


def _took(column, at):
    until_now = Coalesce(F(column), Value(at), output_field=DateTimeField())
    return ExpressionWrapper(until_now - F("complaint__received_at"), output_field=DurationField())


def working_minutes(scope):
    """[(cycle id, working minutes to the first response or None)] of complaints received in the scope, by the calendar."""
    since, until = scope.span
    calendar = scope.calendar
    rows = population(scope, Cycle, "replied_at").filter(
        n=1, complaint__kind=Kind.COMPLAINT, complaint__received_at__gte=since, complaint__received_at__lt=until
    )
    rows = rows.annotate(stopped=Coalesce("first_response_at", "replied_at")).order_by("pk")
    return [
        (pk, None if stopped is None else calendar.between(received, stopped))
        for pk, received, stopped in rows.values_list("pk", "complaint__received_at", "stopped")
    ]
