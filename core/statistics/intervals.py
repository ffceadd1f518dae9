"""Confidence intervals of one share (Wilson) and of one mean (t)."""

from collections.abc import Iterable, Sequence
from math import sqrt

from core.statistics.distributions import t_value, z_value
from core.statistics.results import Interval, Mean, Share


def wilson_limits(share: float, base: float, z: float) -> tuple[float, float]:
    """Wilson's limits of a share resting on `base` > 0 answers; exact at 0 and 1."""
    centre = share + z * z / (2 * base)
    reach = z * sqrt(share * (1 - share) / base + z * z / (4 * base * base))
    scale = 1 + z * z / base
    low = 0.0 if share <= 0 else (centre - reach) / scale
    high = 1.0 if share >= 1 else (centre + reach) / scale
    return low, high


def wilson(count: float, n: float, *, level: float = 0.95) -> Interval:
    """The Wilson interval of count/n. Without answers all three are None."""
    if count < 0 or count > n:
        raise ValueError(f"{count} of {n} is not a share")
    if n == 0:
        return Interval(None, None, None)
    return Interval(count / n, *wilson_limits(count / n, n, z_value(level)))


def share(count: int, n: int, *, population: int | None = None, level: float = 0.95) -> Share:
    """A share with Wilson limits; `population` narrows them (finite correction), to nothing for a census."""
    interval = wilson(count, n, level=level)
    if n and population is not None:
        _fits(n, population)
        if n == population:
            interval = Interval(count / n, count / n, count / n)
        else:
            base = n * (population - 1) / (population - n)
            interval = Interval(count / n, *wilson_limits(count / n, base, z_value(level)))
    return Share(count, n, interval.estimate, interval.low, interval.high)


def mean_of_moments(
    n: int,
    mean: float | None,
    sd: float | None,
    *,
    population: int | None = None,
    bounds: tuple[float, float] | None = None,
    level: float = 0.95,
) -> Mean:
    """A mean with its t-interval, cut at the ends of the scale (`bounds`).

    One answer has neither spread nor limits. Equal answers have spread 0 and no limits, because nothing in
    them tells how far the mean may be off. If all of the `population` answered, the limits are the mean.
    """
    if not n or mean is None:
        return Mean(0, None, None, None, None, None)
    if population is not None:
        _fits(n, population)
    census = n == population
    if census or n < 2 or sd is None:
        edge = mean if census else None
        return Mean(n, mean, sd if n > 1 else None, 0.0 if census else None, edge, edge)
    se = sd / sqrt(n) * (sqrt(1 - n / population) if population else 1)
    if se == 0:
        return Mean(n, mean, sd, se, None, None)
    reach = t_value(n - 1, level) * se
    return Mean(n, mean, sd, se, *_cut(mean - reach, mean + reach, bounds))


def mean_of(values: Iterable[float], **options) -> Mean:
    """The mean of raw values; options as in `mean_of_moments`."""
    values = list(values)
    n = len(values)
    if not n:
        return mean_of_moments(0, None, None)
    # equal values must not get a spread from rounding
    mean = values[0] if min(values) == max(values) else sum(values) / n
    return mean_of_moments(n, mean, _sd(sum((x - mean) ** 2 for x in values), n), **options)


def mean_of_counts(counts: Sequence[int], *, lowest: int = 1, **options) -> Mean:
    """The mean of answers counted per score, from `lowest` upwards, cut at the ends of that scale."""
    if any(count < 0 for count in counts):
        raise ValueError("a count is negative")
    n = sum(counts)
    if not n:
        return mean_of_moments(0, None, None)
    scores = range(lowest, lowest + len(counts))
    mean = sum(score * count for score, count in zip(scores, counts, strict=True)) / n
    squares = sum(count * (score - mean) ** 2 for score, count in zip(scores, counts, strict=True))
    options.setdefault("bounds", (scores[0], scores[-1]))
    return mean_of_moments(n, mean, _sd(squares, n), **options)


def mean_of_sums(n: int, total: float, squares: float, **options) -> Mean:
    """The mean from stored sums: number of answers, sum of values, sum of squared values."""
    if not n:
        return mean_of_moments(0, None, None)
    deviations = squares - total * total / n
    deviations = deviations if deviations > 1e-12 * squares else 0.0  # what rounding leaves of equal values
    return mean_of_moments(n, total / n, _sd(deviations, n), **options)


def _sd(squared_deviations: float, n: int) -> float | None:
    return sqrt(squared_deviations / (n - 1)) if n > 1 else None


def _cut(low: float, high: float, bounds: tuple[float, float] | None) -> tuple[float, float]:
    return (low, high) if bounds is None else (max(low, bounds[0]), min(high, bounds[1]))


def _fits(n: int, population: int) -> None:
    if n > population:
        raise ValueError(f"{n} answers from a population of {population}")
