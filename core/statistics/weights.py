"""Weights: post-stratification, raking with trimming, the effective base, weighted figures."""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from core.statistics.distributions import t_value
from core.statistics.intervals import wilson
from core.statistics.results import Mean, Share

EQUAL = 1e-12  # squared distance per answer below which sums say that all answers are equal


@dataclass(frozen=True)
class EffectiveBase:
    """How many equal answers the weighted ones are worth (Kish); None/0 where all weights are 0."""

    n: int
    n_eff: float
    design_effect: float | None


def effective_base(n: int, total: float, squares: float) -> EffectiveBase:
    """From stored sums: number of answers, Σw, Σw²."""
    if not n or not squares:
        return EffectiveBase(n, 0.0, None)
    return EffectiveBase(n, total * total / squares, n * squares / (total * total))


def kish(weights: Sequence[float]) -> EffectiveBase:
    """From the weights of the single answers."""
    if any(w < 0 for w in weights):
        raise ValueError("a weight is negative")
    return effective_base(len(weights), sum(weights), sum(w * w for w in weights))


@dataclass(frozen=True)
class Weights:
    """The weight of an answer by cell, mean 1 unless asked otherwise.

    `trimmed`: share of answers whose weight was cut. `gap`: the largest distance from a wanted margin, as a
    fraction of the population. `missing`: (margin, category) wanted but without any answer, left out.
    """

    cells: dict[Hashable, float]
    base: EffectiveBase
    trimmed: float = 0.0
    gap: float = 0.0
    converged: bool = True
    missing: tuple[tuple[int, Hashable], ...] = ()


def post_stratify(
    sample: Mapping[Hashable, int], population: Mapping[Hashable, int], *, mean_one: bool = True
) -> Weights:
    """Weights N/n per cell. A populated cell without answers, or answers outside the population, refuse."""
    empty = [cell for cell, size in population.items() if size and not sample.get(cell)]
    if empty:
        raise ValueError(f"no answers in {empty}: merge cells, or rake")
    unknown = [cell for cell, n in sample.items() if n and cell not in population]
    if unknown:
        raise ValueError(f"answers from outside the population: {unknown}")
    cells = {cell: population[cell] / n for cell, n in sample.items() if n}
    return _weights(cells, sample, mean_one)


def rake(
    sample: Mapping[tuple, int],
    margins: Sequence[Mapping[Hashable, float]],
    *,
    trim: tuple[float, float] | None = (0.3, 3.0),
    tolerance: float = 1e-9,
    rounds: int = 1000,
    mean_one: bool = True,
) -> Weights:
    """Fit answers per cell (key: one category per margin) to the population's margins.

    Margins are scaled to the first one's total. A wanted category without answers is reported in `missing`
    and left out; an answer in a category that no margin knows refuses. `trim` bounds the weights around
    their mean, the rest takes up what was cut; margins then hold only up to `gap`.
    """
    fitted = {cell: float(n) for cell, n in sample.items() if n}
    targets, missing = _targets(fitted, margins)
    converged = not fitted
    for _ in range(rounds if fitted else 0):
        if _rake_once(fitted, targets) < tolerance:
            converged = True
            break
    cells = {cell: value / sample[cell] for cell, value in fitted.items()}
    cells, trimmed = _trim(cells, sample, trim) if trim and cells else (cells, 0.0)
    gap = _gap({cell: weight * sample[cell] for cell, weight in cells.items()}, targets)
    return _weights(cells, sample, mean_one, trimmed=trimmed, gap=gap, converged=converged, missing=tuple(missing))


def weighted_mean(values: Sequence[float], weights: Sequence[float], *, level: float = 0.95) -> Mean:
    """A weighted mean, its error linearised. Answers of weight 0 take no part; `sd` is weighted."""
    pairs = [(x, w) for x, w in zip(values, weights, strict=True) if w]
    base = kish([w for _, w in pairs])
    if not base.n:
        return Mean(0, None, None, None, None, None, 0.0)
    n, total = base.n, sum(w for _, w in pairs)
    if len({x for x, _ in pairs}) == 1:
        spread = 0.0 if n > 1 else None
        return Mean(n, pairs[0][0], spread, spread, None, None, base.n_eff)
    mean = sum(w * x for x, w in pairs) / total
    sd = sqrt(sum(w * (x - mean) ** 2 for x, w in pairs) / total * n / (n - 1))
    se = sqrt(sum((w * (x - mean)) ** 2 for x, w in pairs) * n / (n - 1)) / total
    reach = t_value(n - 1, level) * se
    return Mean(n, mean, sd, se, mean - reach, mean + reach, base.n_eff)


def weighted_mean_of_sums(groups: Sequence[tuple[float, int, float, float]], *, level: float = 0.95) -> Mean:
    """`weighted_mean` where whole groups weigh the same, from (weight, n, Σx, Σx²) of each."""
    groups = [group for group in groups if group[0] and group[1]]
    n, total = sum(n for _, n, _, _ in groups), sum(w * n for w, n, _, _ in groups)
    base = effective_base(n, total, sum(w * w * n for w, n, _, _ in groups))
    if not n:
        return Mean(0, None, None, None, None, None, 0.0)
    mean = sum(w * x for w, _, x, _ in groups) / total
    around = [(w, max(0.0, squares - 2 * mean * x + n * mean * mean)) for w, n, x, squares in groups]
    if n == 1 or sum(spread for _, spread in around) < EQUAL * n:
        spread = 0.0 if n > 1 else None
        return Mean(n, mean, spread, spread, None, None, base.n_eff)
    sd = sqrt(sum(w * spread for w, spread in around) / total * n / (n - 1))
    se = sqrt(sum(w * w * spread for w, spread in around) * n / (n - 1)) / total
    reach = t_value(n - 1, level) * se
    return Mean(n, mean, sd, se, mean - reach, mean + reach, base.n_eff)


def weighted_share(count: int, n: int, *, hits: float, total: float, squares: float, level: float = 0.95) -> Share:
    """A weighted share with Wilson limits on the effective base, from sums: Σw of the hits, Σw, Σw²."""
    n_eff = effective_base(n, total, squares).n_eff
    interval = wilson(min(1.0, hits / total) * n_eff if n_eff else 0, n_eff, level=level)
    return Share(count, n, interval.estimate, interval.low, interval.high, n_eff)


def _weights(cells, sample, mean_one, **report) -> Weights:
    n = sum(sample[cell] for cell in cells)
    total = sum(weight * sample[cell] for cell, weight in cells.items())
    if mean_one and total:
        cells = {cell: weight * n / total for cell, weight in cells.items()}
    total = sum(weight * sample[cell] for cell, weight in cells.items())
    squares = sum(weight**2 * sample[cell] for cell, weight in cells.items())
    return Weights(cells, effective_base(n, total, squares), **report)


def _targets(fitted, margins):
    """What each category should weigh, and the wanted categories nobody answered."""
    seen = [{cell[axis] for cell in fitted} for axis in range(len(margins))]
    targets, missing = [], []
    for axis, margin in enumerate(margins):
        unknown = seen[axis] - margin.keys()
        if unknown:
            raise ValueError(f"margin {axis} does not know {sorted(map(str, unknown))}")
        missing += [(axis, category) for category in margin if margin[category] and category not in seen[axis]]
        kept = {category: size for category, size in margin.items() if category in seen[axis]}
        targets.append((kept, sum(kept.values())))
    if fitted and any(total <= 0 for _, total in targets):
        raise ValueError("a margin has no population")
    whole = sum(margins[0].values()) if margins else 0
    return [{c: size * whole / total for c, size in kept.items()} for kept, total in targets if kept], missing


def _sums(fitted, axis) -> dict:
    sums: dict = defaultdict(float)
    for cell, value in fitted.items():
        sums[cell[axis]] += value
    return sums


def _rake_once(fitted, targets) -> float:
    """One pass over all margins, in place; returns the largest relative change."""
    change = 0.0
    for axis, target in enumerate(targets):
        sums = _sums(fitted, axis)
        for cell in fitted:
            factor = target[cell[axis]] / sums[cell[axis]] if sums[cell[axis]] else 0.0
            change = max(change, abs(factor - 1) if fitted[cell] else 0.0)
            fitted[cell] *= factor
    return change


def _trim(cells, sample, trim):
    """Cut weights at low and high times their mean; the others are rescaled so that the mean stays.

    A weight of 0 means that the population has nobody there: it stays."""
    void = {cell: 0.0 for cell, weight in cells.items() if not weight}
    cells = {cell: weight for cell, weight in cells.items() if weight}
    n = sum(sample[cell] for cell in cells)
    mean = sum(weight * sample[cell] for cell, weight in cells.items()) / n
    low, high = trim[0] * mean, trim[1] * mean
    if not 0 <= low <= mean <= high:
        raise ValueError("the trimming bounds must enclose 1")
    cut: dict = {}
    for _ in range(len(cells) + 1):
        free = {cell: weight for cell, weight in cells.items() if cell not in cut}
        rest = mean * n - sum(weight * sample[cell] for cell, weight in cut.items())
        have = sum(weight * sample[cell] for cell, weight in free.items())
        free = {cell: weight * rest / have for cell, weight in free.items()} if have else free
        over = {c: min(high, max(low, w)) for c, w in free.items() if not low - 1e-12 <= w <= high + 1e-12}
        if not over:
            break
        cut |= over
    return free | cut | void, sum(sample[cell] for cell in cut) / n


def _gap(fitted, targets) -> float:
    worst = 0.0
    for axis, target in enumerate(targets):
        whole, sums = sum(target.values()), _sums(fitted, axis)
        worst = max(worst, *(abs(sums[c] - size) / whole for c, size in target.items()))
    return worst
