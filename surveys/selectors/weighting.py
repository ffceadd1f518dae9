"""The figures of a wave weighted to its population, by one division (post-stratification) or by several (raking).

Nothing is weighted where a group, or a combination of groups that answered, is smaller than the threshold: totals that are
weighted in different ways could be solved for it. Only shares of whole groups and weighted totals are shown.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.statistics.weights import EffectiveBase, post_stratify, rake
from surveys.choices import Segment
from surveys.selectors import counts, results
from surveys.selectors.crosstabs import NotPossible, measure, population_by
from surveys.selectors.segments import labels_of

MOST = 3  # divisions at once
TRIM = (0.3, 3.0)
LIGHT, HEAVY = TRIM
COSTLY = 1.5  # design effect from which the reader is told


@dataclass(frozen=True)
class Margin:
    """A group: people in the population, valid answers; its share wanted (population), had (answers) and got (weighted)."""

    label: str
    population: int
    answers: int
    wanted: float
    had: float
    got: float

    @property
    def weight(self):
        """What one answer of the group weighs on average."""
        return self.got / self.had


@dataclass(frozen=True)
class Weighted:
    """``margins``: [(label of the division, [Margin])]; ``measures`` as in crosstabs; weights are 1 on average."""

    label: str
    margins: tuple
    base: EffectiveBase
    measures: tuple
    lightest: float
    heaviest: float
    trimmed: float
    gap: float
    converged: bool

    @property
    def is_raked(self):
        return len(self.margins) > 1

    @property
    def heaviest_words(self):
        return f"{self.heaviest:.2f}"


def weighted(wave, columns):
    """The figures of ``wave`` weighted by ``columns`` of Segment, at most MOST.

    Raises NotPossible with the reason where groups or their combinations are too small, or do not fit the population.
    """
    columns = list(dict.fromkeys(columns))[:MOST]
    cells = {tuple(key): n for key, n in counts.joint_sizes(wave.pk, columns).items()}
    targets = [
        {name: size for name, size in population_by(wave, column).items() if size} for column in columns
    ]  # fmt: skip
    for place, column in enumerate(columns):
        _check(column, _sums(cells, place), targets[place])
    if any(n < results.threshold() for n in cells.values()):
        raise NotPossible(
            _("Some combinations of these groups have fewer than %(n)s answers; a weighted total could give them away. Weigh by fewer divisions.")
            % {"n": results.threshold()}
        )  # fmt: skip
    if len(columns) == 1:
        found = post_stratify({key[0]: n for key, n in cells.items()}, targets[0])
        weights = {(name,): weight for name, weight in found.cells.items()}
    else:
        found = rake(cells, targets, trim=TRIM)
        weights = found.cells
    return Weighted(
        " × ".join(str(Segment(column).label) for column in columns),
        tuple(
            (str(Segment(column).label), _margins(column, cells, weights, place, targets[place]))
            for place, column in enumerate(columns)
        ),
        found.base, _measures(wave, columns, weights), min(weights.values()), max(weights.values()), found.trimmed, found.gap,
        found.converged,
    )  # fmt: skip


def _check(column, sizes, people):
    labels = labels_of(column, {*sizes, *people})
    few = [labels[name] for name in people if sizes.get(name, 0) < results.threshold()]
    outside = [labels[name] for name, n in sizes.items() if n and name not in people]
    if few:
        raise NotPossible(
            _("Too few answers in: %(groups)s. Weigh by a division with larger groups.") % {"groups": _(", ").join(few)}
        )
    if outside:
        raise NotPossible(
            _("Answers came from groups that are not in the population: %(groups)s.")
            % {"groups": _(", ").join(outside)}
        )


def _sums(cells, place, weights=None):
    found = {}
    for key, n in cells.items():
        found[key[place]] = found.get(key[place], 0) + n * (weights[key] if weights else 1)
    return found


def _margins(column, cells, weights, place, people):
    labels = labels_of(column, people)
    had, got = _sums(cells, place), _sums(cells, place, weights)
    whole, answers, weight = sum(people.values()), sum(had.values()), sum(got.values())
    return tuple(
        Margin(labels[name], size, had[name], size / whole, had[name] / answers, got[name] / weight)
        for name, size in sorted(people.items(), key=lambda row: -row[1])
    )


def _measures(wave, columns, weights):
    instrument = results.instrument_of(wave.questionnaire_version)
    buckets = results.buckets_of(instrument)
    groups = counts.composites([wave.pk], buckets, by=tuple(columns))
    whole = counts.composites([wave.pk], buckets).get((wave.pk, ""), {})
    per = {key: groups.get((wave.pk, key), {}) for key in weights}
    codes = [code for code in (counts.OVERALL, *instrument.dimensions) if code in whole]
    return tuple(row for row in (measure(code, whole[code], per, weights) for code in codes) if row)
