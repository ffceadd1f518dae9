"""What improvements know about a survey: whether its findings led to measures, and whether those are carried out (SUR-12, REM-09)."""

from django.db.models import Count, Max, Q

from improvements.choices import CaseState, MeasureState
from improvements.models import ImprovementCase, Measure
from surveys import facts
from surveys.choices import Fact, FindingState, WaveState
from surveys.models import Finding

LIVING = Q(measures__state__in=set(MeasureState.values) - {MeasureState.DRAFT.value, MeasureState.CANCELLED.value})


def register():
    facts.add_fact(Fact.MEASURES_PLANNED, planned)
    facts.add_fact(Fact.MEASURES_DONE, done)


def planned(wave):
    """When the last measure was issued, once every confirmed finding has one or was dismissed as a case."""
    if wave.state != WaveState.CONFIRMED:
        return None
    confirmed = Finding.objects.filter(wave=wave, state=FindingState.CONFIRMED)
    cases = ImprovementCase.objects.filter(finding__in=confirmed).annotate(living=Count("measures", filter=LIVING))
    answered = cases.filter(Q(living__gt=0) | Q(state=CaseState.DISMISSED)).count()
    if answered < confirmed.count():
        return None
    return _measures(confirmed).aggregate(at=Max("issued_at"))["at"] or wave.confirmed_at


def done(wave):
    """When the last of them was carried out."""
    since = planned(wave)
    if since is None:
        return None
    rows = _measures(Finding.objects.filter(wave=wave, state=FindingState.CONFIRMED))
    if rows.filter(implemented_at=None).exists():
        return None
    return rows.aggregate(at=Max("implemented_at"))["at"] or since


def _measures(findings):
    rows = Measure.objects.filter(case__finding__in=findings)
    return rows.exclude(state__in=(MeasureState.DRAFT, MeasureState.CANCELLED))
