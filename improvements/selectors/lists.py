"""Rows of the lists, with what their tables show."""

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from improvements.choices import MeasureState
from improvements.models import Effect, ImprovementCase, Measure


def cases(user):
    """Cases the user sees, with ``measures_n`` that were not cancelled and ``ended_n`` of them."""
    counted = (
        Measure.objects.filter(case=OuterRef("pk")).exclude(state=MeasureState.CANCELLED).order_by().values("case")
    )
    closed = Count("pk", filter=Q(state=MeasureState.CLOSED))
    return (
        ImprovementCase.objects.visible_to(user).with_origin()
        .annotate(measures_n=Coalesce(Subquery(counted.annotate(n=Count("pk")).values("n")), 0),
                  ended_n=Coalesce(Subquery(counted.annotate(n=closed).values("n")), 0))
    )  # fmt: skip


def measures(user):
    """Measures the user sees, with ``due`` and the newest ``verdict``."""
    newest = Effect.objects.filter(measure=OuterRef("pk")).order_by("-pk").values("verdict")[:1]
    return (
        Measure.objects.visible_to(user).with_due().annotate(verdict=Subquery(newest))
        .select_related("case", "unit", "owner")
    )  # fmt: skip
