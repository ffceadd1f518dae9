"""Planning a sample: size, precision, power, allocation to strata; and the stratified mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, sqrt

from core.statistics.distributions import normal_p, t_value, z_value
from core.statistics.results import Mean


def exact_sample_size(
    margin: float, *, share: float = 0.5, population: int | None = None, z: float | None = None
) -> float:
    """Cochran's sample size before rounding: z²p(1−p)/e², corrected for a finite population; z is 1.96."""
    if not 0 < margin < 1 or not 0 <= share <= 1:
        raise ValueError("margin and share are fractions")
    size = ((z or z_value()) / margin) ** 2 * share * (1 - share)
    if population is None:
        return size
    return size * population / (population + size - 1) if population else 0.0


def sample_size(margin: float, *, share: float = 0.5, population: int | None = None, level: float = 0.95) -> int:
    """Answers needed for a share to be known to ± `margin`; 0 in an empty population."""
    return _up(exact_sample_size(margin, share=share, population=population, z=z_value(level)))


def invitations(answers: int, *, response_rate: float, design_effect: float = 1.0) -> int:
    """Invitations needed for so many answers."""
    if not 0 < response_rate <= 1:
        raise ValueError("the response rate is a fraction above 0")
    return _up(answers * design_effect / response_rate)


def margin_of_error(
    n: float,
    *,
    share: float = 0.5,
    population: int | None = None,
    design_effect: float = 1.0,
    level: float = 0.95,
) -> float | None:
    """The half-width to plan with; None without answers, 0 when everybody answered."""
    if n <= 0:
        return None
    if population is not None and n > population:
        raise ValueError(f"{n} answers from a population of {population}")
    finite = 1.0 if population is None else (population - n) / (population - 1) if population > 1 else 0.0
    return z_value(level) * sqrt(share * (1 - share) * design_effect / n * finite)


def answers_for_share_change(before: float, after: float, *, power: float = 0.8, level: float = 0.95) -> int | None:
    """Answers per wave that show a change between two shares (two-sided); None if there is no change."""
    if before == after:
        return None
    middle = (before + after) / 2
    chance = z_value(level) * sqrt(2 * middle * (1 - middle))
    effect = z_value(2 * power - 1) * sqrt(before * (1 - before) + after * (1 - after))
    return _up(((chance + effect) / (after - before)) ** 2)


def answers_for_mean_change(sd: float, change: float, *, power: float = 0.8, level: float = 0.95) -> int | None:
    """Answers per wave that show a change of a mean; None if there is no change."""
    if not change:
        return None
    return max(2, _up(2 * ((z_value(level) + z_value(2 * power - 1)) * sd / change) ** 2))


def power_of_share_change(n: int, before: float, after: float, *, level: float = 0.95) -> float | None:
    """The chance that waves of n answers each prove the change; None without answers."""
    if n <= 0:
        return None
    middle = (before + after) / 2
    spread = sqrt(before * (1 - before) + after * (1 - after))
    distance = abs(after - before) * sqrt(n) - z_value(level) * sqrt(2 * middle * (1 - middle))
    if spread == 0:
        return 1.0 if distance > 0 else 0.0
    beyond = normal_p(distance / spread) / 2
    return 1 - beyond if distance > 0 else beyond


def visible_rise(n: int, before: float, *, power: float = 0.8, level: float = 0.95) -> float | None:
    """The smallest rise of a share that waves of n answers each would show; None if not even 100 % would."""
    if n <= 0 or before >= 1 or power_of_share_change(n, before, 1.0, level=level) < power:
        return None
    low, high = before, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        if power_of_share_change(n, before, middle, level=level) < power:
            low = middle
        else:
            high = middle
    return high - before


@dataclass(frozen=True)
class Allocation:
    """Answers per stratum: as the rule gives them, and as whole numbers that add up to the sample."""

    exact: tuple[float, ...]
    counts: tuple[int, ...]


def allocate(
    n: int,
    sizes: Sequence[int],
    *,
    sds: Sequence[float] | None = None,
    costs: Sequence[float] | None = None,
    at_least: int = 0,
) -> Allocation:
    """Divide a sample among strata of these sizes.

    Proportional by size; with `sds` by size × spread (Neyman); with `costs` also by 1/√cost. Every stratum
    gets `at_least` so many and none more than it has, even if the floors alone exceed n.
    """
    if n < 0 or n > sum(sizes):
        raise ValueError(f"{n} answers cannot come from {sum(sizes)}")
    sds = sds or [1.0] * len(sizes)
    costs = costs or [1.0] * len(sizes)
    merit = [size * sd / sqrt(cost) for size, sd, cost in zip(sizes, sds, costs, strict=True)]
    merit = merit if sum(merit) else [float(size) for size in sizes]
    exact = _between(n, merit, [min(at_least, size) for size in sizes], list(sizes))
    return Allocation(tuple(exact), tuple(_whole(exact, max(n, round(sum(exact))), sizes)))


def _between(n: float, merit: list[float], floors: list[int], caps: list[int]) -> list[float]:
    """Shares of n by merit, kept between floor and cap: fix those outside, divide the rest again."""
    fixed: dict[int, float] = {}
    while True:
        free = [i for i in range(len(merit)) if i not in fixed]
        rest = max(0.0, n - sum(fixed.values()))
        total = sum(merit[i] for i in free)
        given = {i: rest * merit[i] / total if total else rest / len(free) for i in free}
        low = {i: floors[i] for i in free if given[i] < floors[i]}
        high = {i: caps[i] for i in free if given[i] > caps[i]}
        if not low and not high:
            return [fixed.get(i, given.get(i, 0.0)) for i in range(len(merit))]
        # fix the side with the larger violation first; the other side may become free again
        lack, excess = sum(low[i] - given[i] for i in low), sum(given[i] - high[i] for i in high)
        fixed |= low if lack >= excess else high


def _whole(exact: list[float], n: int, caps: Sequence[int]) -> list[int]:
    counts = [floor(x + 1e-9) for x in exact]
    for i in sorted(range(len(exact)), key=lambda i: counts[i] - exact[i]):
        if sum(counts) < n and counts[i] < caps[i]:
            counts[i] += 1
    return counts


def stratified_variance(
    sizes: Sequence[int], sds: Sequence[float], sample: Sequence[float], *, finite: bool = True
) -> float | None:
    """The variance of the stratified mean; None if a stratum has nobody in it or no answers."""
    total = sum(sizes)
    if not total or min(sizes) <= 0 or min(sample) <= 0:
        return None
    return sum(
        (size / total) ** 2 * ((1 - n / size) if finite else 1) * sd * sd / n
        for size, sd, n in zip(sizes, sds, sample, strict=True)
    )


def stratified_mean(strata: Sequence[tuple[int, Mean]], *, finite: bool = True, level: float = 0.95) -> Mean:
    """The mean of the whole population from (population, mean) per stratum, t-limits with n − H.

    `finite` counts every stratum's population as finite; pass plain means, corrected here. A stratum that
    nobody answered is refused. One answer in a stratum leaves the spread open: no se and no limits.
    """
    strata = [(size, mean) for size, mean in strata if size]
    if any(not mean.n for _, mean in strata):
        raise ValueError("a stratum of the population has no answers: merge it with another")
    if any(mean.n > size for size, mean in strata):
        raise ValueError("a stratum has more answers than people")
    total, n = sum(size for size, _ in strata), sum(mean.n for _, mean in strata)
    if not total:
        return Mean(0, None, None, None, None, None)
    estimate = sum(size * mean.mean for size, mean in strata) / total
    if any(mean.sd is None and not (finite and mean.n == size) for size, mean in strata):
        return Mean(n, estimate, None, None, None, None)
    sizes, means = zip(*strata, strict=True)
    se = sqrt(stratified_variance(sizes, [m.sd or 0.0 for m in means], [m.n for m in means], finite=finite))
    if finite and n == total:
        return Mean(n, estimate, None, 0.0, estimate, estimate)
    if se == 0:
        return Mean(n, estimate, None, 0.0, None, None)
    reach = t_value(n - len(strata), level) * se
    return Mean(n, estimate, None, se, estimate - reach, estimate + reach)


def _up(size: float) -> int:
    return ceil(size - 1e-9)
