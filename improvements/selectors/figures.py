"""Figures of measures for reports and appraisal: which rows count, by which due date."""

from datetime import datetime, time, timedelta

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.utils import timezone

from improvements.choices import MeasureState, VerificationResult
from improvements.models import Effect, Measure, Verification


def moments(start, end):
    """(first moment of ``start``, first moment after ``end``) of local dates."""
    return (
        timezone.make_aware(datetime.combine(start, time.min)),
        timezone.make_aware(datetime.combine(end + timedelta(days=1), time.min)),
    )


def measures_due(start, end, units=None, *, by="original_due"):
    """Issued measures whose due day lies in the period, except those cancelled before it (``by``: or ``current_due``)."""
    since, until = moments(start, end)
    rows = Measure.objects.filter(issued_at__isnull=False, **{f"{by}__gte": since, f"{by}__lt": until})
    rows = rows.exclude(state=MeasureState.CANCELLED, cancelled_at__lt=F(by))
    return rows if units is None else rows.filter(unit__in=units)


def measures_done_in_time(start, end, units=None, *, by="original_due"):
    """Those of ``measures_due`` handed in by then and found carried out; time the verifier took does not count.

    What a later cycle did changes nothing here: the first accepted hand-in is kept with its verification.
    """
    accepted = Verification.objects.filter(measure=OuterRef("pk"), result=VerificationResult.ACCEPTED, cycle=1)
    handed_in = Subquery(accepted.values("submitted_at")[:1])
    return measures_due(start, end, units, by=by).annotate(done_at=handed_in).filter(done_at__lte=F(by))


def effects_known(start, end, units=None):
    """Effects computed in the period, newest first, with everything a table says about them."""
    since, until = moments(start, end)
    rows = Effect.objects.filter(computed_at__gte=since, computed_at__lt=until).select_related(
        "measure__case__finding",
        "measure__unit",
        "measure__question",
        "wave",
        "measure__baseline_wave__questionnaire_version",
    )
    return rows if units is None else rows.filter(measure__unit__in=units)


def open_measures(at=None, units=None):
    """Measures that were issued and have not ended, the oldest first."""
    rows = Measure.objects.running().with_due().select_related("case", "unit", "owner").order_by("issued_at")
    return rows if units is None else rows.filter(unit__in=units)


def counts_by_case(cases):
    """{case: (measures, ended, overdue)} of several cases, in one query."""
    now = timezone.now()
    late = Q(state__in=MeasureState.pending()) | Q(state=MeasureState.ACCEPTANCE, submitted_at__gt=F("due"))
    rows = (
        Measure.objects.filter(case__in=cases).exclude(state=MeasureState.CANCELLED).with_due().values("case")
        .annotate(n=Count("pk"), ended=Count("pk", filter=Q(state=MeasureState.CLOSED)),
                  late=Count("pk", filter=late & Q(due__lt=now)))
        .order_by()
    )  # fmt: skip
    return {row["case"]: (row["n"], row["ended"], row["late"]) for row in rows}
