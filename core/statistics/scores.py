"""Scores: scales and their conversion to the 5-point basis, ratings, indices, NPS, bands."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from core.statistics.distributions import z_value
from core.statistics.intervals import mean_of_counts, share
from core.statistics.results import Interval, Mean, Share


def to_five(value: float, *, full_mark: float) -> float:
    """A score on the common 5-point basis: value × 5 / full mark (240 of 300 → 4.0; 4 of 5 → 4.0)."""
    if full_mark <= 0 or not 0 <= value <= full_mark:
        raise ValueError(f"{value} is not a score out of {full_mark}")
    return value * 5 / full_mark


def positional(position: int, *, size: int = 5) -> int:
    """The coefficient of an option by its place: the first of five counts 5, the last 1."""
    if not 1 <= position <= size:
        raise ValueError(f"there is no option {position} of {size}")
    return size + 1 - position


def reverse(value: float, *, points: int = 5) -> float:
    """The score of an item that is worded the other way round."""
    return points + 1 - value


def tally(scores: Iterable[int | None], *, points: int = 5, lowest: int = 1) -> list[int]:
    """Answers per score, lowest first. None ("don't know", not asked) is left out."""
    found = Counter(score for score in scores if score is not None)
    counts = [found.pop(lowest + step, 0) for step in range(points)]
    if found:
        raise ValueError(f"not on the scale: {sorted(found)}")
    return counts


@dataclass(frozen=True)
class Rating:
    """One rated item. `index` is the mean on 0–100; `top` and `bottom` are shares of the outer boxes."""

    n: int
    counts: tuple[int, ...]
    mean: Mean
    top: Share
    bottom: Share
    index: Interval


def rating(
    counts: Sequence[int],
    *,
    top: int = 2,
    bottom: int = 2,
    population: int | None = None,
    level: float = 0.95,
) -> Rating:
    """Everything about one item from its answers per score, lowest first (1, 2, … points).

    `top` and `bottom` say how many outer scores form a box; keep the rule with the item. No answers: n 0 and
    None throughout.
    """
    if len(counts) < 2 or top + bottom > len(counts):
        raise ValueError("the boxes do not fit the scale")
    n, span = sum(counts), len(counts) - 1
    mean = mean_of_counts(counts, population=population, level=level)
    index = (None if x is None else (x - 1) / span * 100 for x in (mean.mean, mean.low, mean.high))
    return Rating(
        n=n,
        counts=tuple(counts),
        mean=mean,
        top=share(sum(counts[len(counts) - top :]), n, population=population, level=level),
        bottom=share(sum(counts[:bottom]), n, population=population, level=level),
        index=Interval(*index),
    )


def share_from(
    counts: Sequence[int], score: int, *, lowest: int = 1, population: int | None = None, level: float = 0.95
) -> Share:
    """The share of answers of at least `score`: satisfaction rate and CSAT (4 of 5), CES (5 of 7)."""
    count = sum(counts[max(0, score - lowest) :])
    return share(count, sum(counts), population=population, level=level)


def weighted_index(means: Sequence[float], weights: Sequence[float] | None = None, *, points: int = 10) -> float:
    """A 0–100 index of several items' means (ACSI: three 10-point items); without weights all count equally.

    Only a complete index is an index: leave it out where an item has no mean.
    """
    weights = [1.0] * len(means) if weights is None else weights
    total = sum(weights)
    if len(weights) != len(means) or total <= 0 or min(weights) < 0:
        raise ValueError("an index needs one weight per item and a positive total")
    return sum(w * (m - 1) for w, m in zip(weights, means, strict=True)) / (points - 1) / total * 100


@dataclass(frozen=True)
class Nps:
    """Net promoter score in points. `variance` and `se` describe the sample, the limits are adjusted Wald."""

    promoters: int
    passives: int
    detractors: int
    n: int
    estimate: float | None
    variance: float | None
    se: float | None
    low: float | None
    high: float | None


def nps(promoters: int, passives: int, detractors: int, *, level: float = 0.95) -> Nps:
    """NPS with the adjusted Wald interval (three answers added), cut at ±100; se in points."""
    if min(promoters, passives, detractors) < 0:
        raise ValueError("a count is negative")
    n = promoters + passives + detractors
    if not n:
        return Nps(0, 0, 0, 0, None, None, None, None, None)
    estimate, variance = net_moments(promoters, detractors, n)
    centre, spread = net_moments(promoters + 0.75, detractors + 0.75, n + 3)
    reach = z_value(level) * sqrt(spread / (n + 3))
    return Nps(
        promoters,
        passives,
        detractors,
        n,
        100 * estimate,
        variance,
        100 * sqrt(variance / n),
        max(-100.0, 100 * (centre - reach)),
        min(100.0, 100 * (centre + reach)),
    )


def nps_of_counts(counts: Sequence[int], *, level: float = 0.95) -> Nps:
    """NPS from the eleven counts of the scores 0 … 10."""
    if len(counts) != 11:
        raise ValueError("the scale runs from 0 to 10")
    return nps(sum(counts[9:]), sum(counts[7:9]), sum(counts[:7]), level=level)


def net_moments(promoters: float, detractors: float, n: float) -> tuple[float, float]:
    """Net share and variance of one answer that counts +1, 0 or −1."""
    net = (promoters - detractors) / n
    return net, max(0.0, (promoters + detractors) / n - net * net)


@dataclass(frozen=True)
class Satisfaction:
    """The sum indicator 5a + 4b + 3c + 2d + 1e, with its mean (1–5) and that mean as a fraction of 5."""

    n: int
    total: int
    mean: float | None
    percent: float | None


def satisfaction_sum(counts: Sequence[int]) -> Satisfaction:
    """The sum indicator from the counts of the first … last option: best option first, unlike elsewhere."""
    size, n = len(counts), sum(counts)
    total = sum(positional(place, size=size) * count for place, count in enumerate(counts, start=1))
    return Satisfaction(n, total, total / n if n else None, total / n / size if n else None)


class Band(StrEnum):
    SATISFIED = "satisfied"
    BASICALLY_SATISFIED = "basically_satisfied"
    NOT_SATISFIED = "not_satisfied"


@dataclass(frozen=True)
class Bands:
    """The bands of a form's total, as lower bounds that belong to the band they open."""

    full_mark: float = 300
    satisfied: float = 240
    basic: float = 210

    def __post_init__(self) -> None:
        if not 0 <= self.basic <= self.satisfied <= self.full_mark:
            raise ValueError("band bounds must rise up to the full mark")

    def of(self, total: float) -> Band:
        """The band of one form."""
        if not 0 <= total <= self.full_mark:
            raise ValueError(f"{total} is not a total out of {self.full_mark}")
        if total >= self.satisfied:
            return Band.SATISFIED
        return Band.BASICALLY_SATISFIED if total >= self.basic else Band.NOT_SATISFIED

    def shares(self, totals: Iterable[float], *, level: float = 0.95) -> dict[Band, Share]:
        """The share of forms in each band."""
        found = Counter(self.of(total) for total in totals)
        return {band: share(found[band], found.total(), level=level) for band in Band}
