"""Several groups at once: overall test, corrected pairs, and which neighbours in a ranking do not differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from core.statistics.compare import share_difference, welch
from core.statistics.distributions import f_p
from core.statistics.results import Mean, Share


@dataclass(frozen=True)
class Anova:
    """Welch's analysis of variance; all None when fewer than two groups can be tested."""

    groups: int
    statistic: float | None
    df_between: float | None
    df_within: float | None
    p: float | None


def welch_anova(means: Sequence[Mean]) -> Anova:
    """Do more than two groups differ at all? Groups without spread cannot enter and are left out."""
    groups = [mean for mean in means if mean.n > 1 and mean.se]
    k = len(groups)
    if k < 2:
        return Anova(k, None, None, None, None)
    weights = [1 / mean.se**2 for mean in groups]
    total = sum(weights)
    centre = sum(w * mean.mean for w, mean in zip(weights, groups, strict=True)) / total
    between = sum(w * (mean.mean - centre) ** 2 for w, mean in zip(weights, groups, strict=True)) / (k - 1)
    lack = sum((1 - w / total) ** 2 / (mean.n - 1) for w, mean in zip(weights, groups, strict=True))
    statistic = between / (1 + 2 * (k - 2) / (k * k - 1) * lack)
    df_within = (k * k - 1) / (3 * lack)
    return Anova(k, statistic, k - 1, df_within, f_p(statistic, k - 1, df_within))


def games_howell(means: Sequence[Mean]) -> dict[tuple[int, int], float | None]:
    """p of every pair of groups after Welch's ANOVA, by their places; None where a pair has no test."""
    from scipy.stats import studentized_range

    p_values = {}
    for i, j in combinations(range(len(means)), 2):
        test = welch(means[i], means[j])
        q = None if test.statistic is None else abs(test.statistic) * 2**0.5
        p_values[i, j] = test.p if q is None else float(studentized_range.sf(q, len(means), test.df))
    return p_values


def holm(p_values: Sequence[float | None]) -> tuple[float | None, ...]:
    """p-values corrected for their number (Holm), in the given order; None is not counted."""
    tested = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    worst = 0.0
    for rank, (p, place) in enumerate(tested):
        worst = max(worst, min(1.0, p * (len(tested) - rank)))
        adjusted[place] = worst
    return tuple(adjusted)


@dataclass(frozen=True)
class Ranking:
    """Units from best to worst, and the longest runs of neighbours between whom nothing is proven."""

    order: tuple
    runs: tuple[tuple, ...]


def rank(units: Mapping[object, Mean | Share], *, level: float = 0.95, higher_is_better: bool = True) -> Ranking:
    """Sort units and bracket those that do not differ.

    Every pair is tested (Welch or Newcombe), p is corrected by Holm over all pairs. A run holds two units or
    more, no two of which are proven different; runs may overlap. Units without answers are not ranked.
    """
    order = sorted(
        (unit for unit, figure in units.items() if figure.estimate is not None),
        key=lambda unit: units[unit].estimate,
        reverse=higher_is_better,
    )
    pairs = list(combinations(range(len(order)), 2))
    adjusted = holm([_pair_p(units[order[i]], units[order[j]]) for i, j in pairs])
    differ = {pair for pair, p in zip(pairs, adjusted, strict=True) if p is not None and p < 1 - level}
    return Ranking(tuple(order), tuple(tuple(order[i : j + 1]) for i, j in _runs(len(order), differ)))


def _pair_p(a: Mean | Share, b: Mean | Share) -> float | None:
    return share_difference(a, b).p if isinstance(a, Share) else welch(a, b).p


def _runs(size: int, differ: set[tuple[int, int]]) -> list[tuple[int, int]]:
    runs, covered = [], 0
    for start in range(size):
        end = start
        while end + 1 < size and not any((i, end + 1) in differ for i in range(start, end + 1)):
            end += 1
        if end > start and end > covered:
            runs.append((start, end))
            covered = end
    return runs
