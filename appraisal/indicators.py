"""The indicators of the customers' side: what is counted, over whom, and from which records (KPI-01, KPI-28).

``fetch(starts_on, ends_on, unit)`` reads the selectors of the apps that own the records and returns a Fact; nothing is
counted here a second way. Units are taken with everything below them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.selectors import subtree
from appraisal.choices import IndicatorCode
from appraisal.scoring import PRECISE
from core.statistics.intervals import mean_of_sums
from improvements.selectors import figures as improvements
from surveys.choices import Segment
from surveys.models import Wave
from surveys.selectors import results

EXACT = Decimal("0.000001")  # how exact a value is kept; points are computed from it


@dataclass(frozen=True)
class Fact:
    """``value`` is None where the cases are fewer than the minimum (K4). ``rows`` and ``base`` are the keys of the
    records in the numerator and in the denominator; ``current`` is a second figure shown beside."""

    numerator: Decimal | None
    denominator: Decimal
    value: Decimal | None
    minimum_n: int
    row_model: str
    base_model: str
    rows: tuple = ()
    base: tuple = ()
    current: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Indicator:
    """``higher_is_better`` says the direction; ``standard`` are the defaults (floor, target, fewest cases)."""

    code: str
    title: str
    unit: str
    numerator: str
    denominator: str
    cohort: str
    source: str
    higher_is_better: bool
    standard: tuple
    fetch: Callable

    @property
    def direction(self):
        return _("Higher is better") if self.higher_is_better else _("Lower is better")


def ratio(numerator, denominator, factor, minimum_n):
    """numerator ÷ denominator × factor, or None where the cases are too few."""
    if not denominator or denominator < minimum_n:
        return None
    return PRECISE.divide(Decimal(numerator) * factor, Decimal(denominator)).quantize(EXACT)


def _counted(rows, base, *, factor, minimum_n):
    """A Fact of two querysets, read as keys: the same rows are counted and kept."""
    counted = tuple(rows.order_by("pk").values_list("pk", flat=True).distinct())
    among = tuple(base.order_by("pk").values_list("pk", flat=True).distinct())
    return Fact(
        Decimal(len(counted)), Decimal(len(among)), ratio(len(counted), len(among), factor, minimum_n), minimum_n,
        rows.model._meta.label_lower, base.model._meta.label_lower, counted, among,
    )  # fmt: skip


# Satisfaction ----------------------------------------------------------------------------------------


def satisfaction(starts_on, ends_on, unit, minimum_n):
    """Mean of the respondents' overall scores as 0–100 over all waves that ended in the period and concern the unit.

    Figures of fewer answers than may be shown do not enter; the rows kept are waves, never answers. Beside it stands
    the 95 % interval of the mean, as {"low", "high"} on the same scale.
    """
    minimum_n = max(minimum_n, settings.SUPPRESSION_SCORES)
    means, waves = [], set()
    for wave, mean in means_of(starts_on, ends_on, unit):
        means.append(mean)
        waves.add(wave.pk)
    answers = sum(mean.n for mean in means)
    total = sum(((Decimal(str(mean.mean)) - 1) * 25 * mean.n for mean in means), Decimal(0)).quantize(EXACT)
    value = ratio(total, answers, 1, minimum_n)
    shown = total if value is not None else None
    label, kept = Wave._meta.label_lower, tuple(sorted(waves))
    interval = _interval(means) if value is not None else {}
    base = Decimal(answers if shown is not None else 0)
    return Fact(shown, base, value, minimum_n, label, label, kept, kept, interval)


def means_of(starts_on, ends_on, unit):
    """[(wave, Mean)] of confirmed waves that ended in the period. Whoever ran a wave with names: the groups that the
    unit, or one below it, served. Of anonymous ones, which know no groups, those the unit ran itself, whole."""
    since, until = improvements.moments(starts_on, ends_on)
    below = dict(subtree(unit).values_list("pk", "code"))
    codes = set(below.values())
    ended = Wave.objects.filter(state="confirmed", closes_at__gte=since, closes_at__lt=until)
    for wave in ended.select_related("questionnaire_version", "unit").order_by("pk"):
        if not wave.is_anonymous:
            rows = results.compare(wave, Segment.UNIT.value).rows
            found = [row.scores for row in rows if row.value in codes]
        else:
            found = [results.of_wave(wave).headline.scores] if wave.unit_id in below else []
        yield from ((wave, scores.mean) for scores in found if scores is not None)


def _interval(means):
    """The 95 % interval of the pooled mean on 0–100; empty where the answers allow none."""
    n = sum(mean.n for mean in means)
    total = sum(mean.mean * mean.n for mean in means)
    squares = sum((mean.sd or 0) ** 2 * (mean.n - 1) + mean.n * mean.mean**2 for mean in means)
    pooled = mean_of_sums(n, total, squares, bounds=(1, 5))
    if pooled.low is None:
        return {}
    return {"low": f"{25 * (pooled.low - 1):.2f}", "high": f"{25 * (pooled.high - 1):.2f}"}


# Counted from records --------------------------------------------------------------------------------


def complaint_rate(starts_on, ends_on, unit, minimum_n):
    from complaints.selectors import figures  # read late: the ledger is not needed to describe an indicator

    units = subtree(unit)
    return _counted(
        figures.complaints_received(starts_on, ends_on, units), figures.cases_served(starts_on, ends_on, units),
        factor=1000, minimum_n=minimum_n,
    )  # fmt: skip


def suggestion_adoption(starts_on, ends_on, unit, minimum_n):
    from complaints.selectors import figures  # as above

    units = subtree(unit)
    return _counted(
        figures.suggestions_adopted(starts_on, ends_on, units), figures.suggestions_decided(starts_on, ends_on, units),
        factor=100, minimum_n=minimum_n,
    )  # fmt: skip


def measure_completion(starts_on, ends_on, unit, minimum_n):
    """By the original date; the figure by the date in force stands beside (decision 16)."""
    units = subtree(unit)
    fact, current = (
        _counted(
            improvements.measures_done_in_time(starts_on, ends_on, units, by=by),
            improvements.measures_due(starts_on, ends_on, units, by=by), factor=100, minimum_n=minimum_n,
        )
        for by in ("original_due", "current_due")
    )  # fmt: skip
    beside = {
        "numerator": len(current.rows),
        "denominator": len(current.base),
        "value": None if current.value is None else str(current.value),
    }
    return Fact(
        fact.numerator, fact.denominator, fact.value, minimum_n, fact.row_model, fact.base_model, fact.rows, fact.base, beside,
    )  # fmt: skip


REGISTRY = {
    indicator.code: indicator
    for indicator in (
        Indicator(
            IndicatorCode.SATISFACTION.value, IndicatorCode.SATISFACTION.label, pgettext_lazy("indicator", "points"),
            _("sum of the respondents' overall scores, 1–5 turned into 0–100"), _("respondents with a valid answer"),
            _("Confirmed waves that ended in the period, whoever ran them: the customers whom the unit, or one below it, "
              "served. Figures of too few answers do not enter."),
            _("Surveys"), True, (Decimal(40), Decimal(90), 5), satisfaction,
        ),
        Indicator(
            IndicatorCode.COMPLAINT_RATE.value, IndicatorCode.COMPLAINT_RATE.label,
            pgettext_lazy("indicator", "per 1,000 served"),
            _("complaints received"), _("services given"),
            _("Complaints by the day they were received in the period, without those declined as not ours or entered in "
              "error; services by their day."),
            _("Ledger of complaints, service records"), False, (Decimal(20), Decimal(2), 10), complaint_rate,
        ),
        Indicator(
            IndicatorCode.SUGGESTION_ADOPTION.value, IndicatorCode.SUGGESTION_ADOPTION.label, "%",
            _("suggestions adopted, also in part"), _("suggestions decided"),
            _("Suggestions decided in the period; a deferred one counts when it is decided."),
            _("Ledger of suggestions"), True, (Decimal(0), Decimal(60), 1), suggestion_adoption,
        ),
        Indicator(
            IndicatorCode.MEASURE_COMPLETION.value, IndicatorCode.MEASURE_COMPLETION.label, "%",
            _("measures handed in by their original date and found carried out"), _("measures due by their original date"),
            _("Measures whose original due date lies in the period, also those extended later; without those cancelled before "
              "it. The time a verifier took does not count."),
            _("Measures"), True, (Decimal(50), Decimal(100), 1), measure_completion,
        ),
    )
}  # fmt: skip


def fetch(code, starts_on, ends_on, unit, *, minimum_n):
    """The Fact of an indicator for a unit over local days, both included."""
    return REGISTRY[code].fetch(starts_on, ends_on, unit, minimum_n)
