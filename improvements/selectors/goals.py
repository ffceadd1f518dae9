"""Goals that are survey figures: what can be one, its baseline, and what a later wave says about it."""

from dataclasses import dataclass
from decimal import Decimal
from math import sqrt

from django.utils.translation import gettext as _

from core.i18n import pick
from core.statistics.compare import check_effect
from core.statistics.results import Mean, Share
from improvements.choices import GoalIndicator
from improvements.models import Measure
from surveys.choices import ChangeClass, Segment, WaveState
from surveys.models import Question, QuestionnaireVersion, Wave
from surveys.selectors import results
from surveys.selectors.questionnaires import instrument_of
from surveys.selectors.segments import label_of

WAVES = 6  # of how many ended waves the figures are offered


@dataclass(frozen=True)
class Figure:
    """One number of a wave for one group: a share as a fraction or a mean on 1–5; ``sd`` only of a mean."""

    n: int
    value: float
    low: float | None
    high: float | None
    count: int | None = None
    sd: float | None = None


def figure(wave, indicator, *, question=None, dimension="", segment=None):
    """The Figure, or None where the group is too small to be shown."""
    scores = results.baseline(wave, question=question, dimension=dimension, segment=segment or None)
    if scores is None:
        return None
    if indicator == GoalIndicator.TOP2:
        top = scores.top
        return Figure(top.n, top.estimate, top.low, top.high, count=top.count)
    mean = scores.mean
    return Figure(mean.n, mean.mean, mean.low, mean.high, sd=mean.sd)


def statistic(indicator, found):
    """A Figure, or the stored baseline of a measure, as core.statistics takes it."""
    if indicator == GoalIndicator.TOP2:
        return Share(found.count, found.n, found.count / found.n, found.low, found.high)
    sd = found.sd
    return Mean(found.n, found.value, sd, None if sd is None else sd / sqrt(found.n), found.low, found.high)


def baseline_of(measure):
    """The baseline as it was stored."""
    return Figure(
        measure.baseline_n, float(measure.baseline_value), _float(measure.baseline_low), _float(measure.baseline_high),
        count=measure.baseline_count, sd=_float(measure.baseline_sd),
    )  # fmt: skip


def compare(indicator, before, after, smallest):
    """core.statistics' Effect of two Figures; ``smallest`` is the change worth having, in the figure's unit."""
    return check_effect(statistic(indicator, before), statistic(indicator, after), smallest=float(smallest))


def answers_needed(indicator, before, smallest):
    """Answers per wave that would prove the smallest change worth having with 80 % power, or None."""
    return compare(indicator, before, before, smallest).needed


def deciding_wave(measure):
    """The first ended wave of the goal's series that opened after the measure was carried out and has no Effect in
    this cycle, or None: so long as nothing is proven and the window was not extended, one wave decides.
    """
    known = measure.effects.filter(cycle=measure.cycle)
    if not measure.has_figure or known.count() > (1 if measure.extended_at else 0):
        return None
    return (
        series_of(measure)
        .filter(state__in=WaveState.ended(), opened_at__gte=measure.submitted_at)
        .exclude(pk__in=known.values("wave"))
        .order_by("closes_at", "pk")
        .first()
    )


def series_of(measure):
    """Waves of the same questionnaire and unit that still compare with the baseline."""
    base = measure.baseline_wave
    version = base.questionnaire_version
    breaking = QuestionnaireVersion.objects.filter(
        questionnaire=version.questionnaire_id, change_class=ChangeClass.BREAKING, no__gt=version.no
    ).exclude(state="draft")  # fmt: skip
    first = breaking.order_by("no").values_list("no", flat=True).first()
    rows = Wave.objects.filter(questionnaire_version__questionnaire=version.questionnaire_id, unit=base.unit_id)
    rows = rows.exclude(pk=base.pk).select_related("questionnaire_version")
    return rows if first is None else rows.filter(questionnaire_version__no__lt=first)


def figure_after(measure, wave):
    """The goal's Figure in ``wave``; None where the group is too small or the question was not asked."""
    question = None
    if measure.question_id:
        question = Question.objects.filter(
            questionnaire_version=wave.questionnaire_version_id, uid=measure.question.uid
        ).first()
        if question is None:
            return None
    return figure(wave, measure.indicator, question=question, dimension=measure.dimension, segment=measure.segment)


def measures_decided_by(wave):
    """Measures under observation whose series ``wave`` belongs to."""
    version = wave.questionnaire_version
    return (
        Measure.objects.filter(
            state="observing", baseline_wave__unit=wave.unit_id,
            baseline_wave__questionnaire_version__questionnaire=version.questionnaire_id,
        )
        .select_related("case", "baseline_wave__questionnaire_version", "question", "owner")
        .order_by("pk")
    )  # fmt: skip


# What can be chosen ----------------------------------------------------------------------------------


def choices(case):
    """Grouped choices of a form: per wave its scored questions and dimensions, keys ``wave:q:id`` and ``wave:d:code``."""
    found = []
    for wave in _waves(case):
        instrument = instrument_of(wave.questionnaire_version)
        rows = [
            (f"{wave.pk}:d:{code}", pick({"t": section.titles}, "t")) for code, section in instrument.dimensions.items()
        ]
        rows += [(f"{wave.pk}:q:{item.id}", item.title) for item in instrument.questions if item.is_scored]
        found.append((str(wave), rows))
    return found


def _waves(case):
    rows = Wave.objects.filter(state__in=WaveState.ended()).select_related("questionnaire_version")
    if case.finding_id:
        wave = case.finding.wave
        rows = rows.filter(
            questionnaire_version__questionnaire=wave.questionnaire_version.questionnaire_id, unit=wave.unit_id
        )
    return rows.order_by("-closes_at", "-pk")[:WAVES]


def key_of(row):
    """The key of a Finding's or Measure's figure."""
    wave = row.baseline_wave_id if isinstance(row, Measure) else row.wave_id
    return f"{wave}:q:{row.question_id}" if row.question_id else f"{wave}:d:{row.dimension}"


def chosen(key):
    """{"wave", "question", "dimension"} of a key of ``choices``."""
    wave, kind, name = key.split(":", 2)
    question = Question.objects.get(pk=name) if kind == "q" else None
    found = Wave.objects.select_related("questionnaire_version").get(pk=wave)
    return {"wave": found, "question": question, "dimension": "" if question else name}


def segment_choices(case):
    """Everybody, the customers of the owning unit, and the group of the finding."""
    groups = {"": {}, f"{Segment.UNIT}={case.unit.code}": {Segment.UNIT.value: case.unit.code}}
    if case.finding_id and case.finding.segment:
        groups[segment_key(case.finding.segment)] = case.finding.segment
    return [(key, segment_words(segment)) for key, segment in groups.items()]


def segment_key(segment):
    return ";".join(f"{column}={value}" for column, value in sorted((segment or {}).items()))


def segment_of(key):
    return dict(part.split("=", 1) for part in key.split(";")) if key else {}


def segment_words(segment):
    if not segment:
        return _("everybody")
    return "、".join(f"{Segment(column).label}: {label_of(column, value)}" for column, value in segment.items())


def decimal(value, places=5):
    return None if value is None else Decimal(str(round(value, places)))


def _float(value):
    return None if value is None else float(value)
