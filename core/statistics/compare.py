"""Two groups or two waves: is the difference proven? And the check whether a measure had an effect."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, hypot, sqrt

from core.statistics.distributions import normal_p, t_p, t_value, z_value
from core.statistics.intervals import mean_of, wilson_limits
from core.statistics.results import Difference, Interval, Mean, Share, Significance, Verdict, verdict_of
from core.statistics.sampling import answers_for_mean_change, answers_for_share_change
from core.statistics.scores import Nps, net_moments


def newcombe(count: float, n: float, other_count: float, other_n: float, *, level: float = 0.95) -> Interval:
    """Newcombe's interval (method 10) of count/n − other_count/other_n; None where a side has no answers."""
    if not n or not other_n:
        return Interval(None, None, None)
    low, high = _newcombe_limits(count / n, n, other_count / other_n, other_n, z_value(level))
    return Interval(count / n - other_count / other_n, low, high)


def _newcombe_limits(p: float, n: float, q: float, m: float, z: float) -> tuple[float, float]:
    p_low, p_high = wilson_limits(p, n, z)
    q_low, q_high = wilson_limits(q, m, z)
    return p - q - hypot(p - p_low, q_high - q), p - q + hypot(p_high - p, q - q_low)


def share_difference(before: Share, after: Share, *, level: float = 0.95, higher_is_better: bool = True) -> Difference:
    """After − before of two shares, as a fraction.

    p is the error level at which Newcombe's interval would just touch zero, so interval, p and verdict never
    contradict each other. Weighted shares enter with their effective base; a finite population is ignored.
    """
    if not before.base or not after.base:
        return Difference(None, None, None, None)
    sides = (after.estimate, after.base, before.estimate, before.base)
    low, high = _newcombe_limits(*sides, z_value(level))
    verdict = verdict_of(low, high, higher_is_better=higher_is_better)
    return Difference(after.estimate - before.estimate, low, high, _newcombe_p(*sides), verdict)


def _newcombe_p(p: float, n: float, q: float, m: float) -> float:
    if p == q:
        return 1.0
    if p < q:
        p, n, q, m = q, m, p, n
    inside, outside = 40.0, 0.0  # the interval is a point at z = 0 and grows with z
    for _ in range(50):
        z = (inside + outside) / 2
        if _newcombe_limits(p, n, q, m, z)[0] > 0:
            outside = z
        else:
            inside = z
    return normal_p(outside)


def welch(before: Mean, after: Mean) -> Significance:
    """Welch's t of after − before.

    Without spread on both sides t is undefined: equal means give p 1, unequal ones the exact permutation p.
    """
    if not _testable(before, after):
        return Significance(None, None, None)
    variance = before.se**2 + after.se**2
    if variance == 0:
        same = before.mean == after.mean
        return Significance(None, None, 1.0 if same else _permutation_p(before.n, after.n))
    t, df = (after.mean - before.mean) / sqrt(variance), _welch_df(before, after)
    return Significance(t, df, t_p(t, df))


def _testable(*means: Mean) -> bool:
    return all(mean.n > 1 and mean.se is not None for mean in means)


def _welch_df(a: Mean, b: Mean) -> float:
    # scaled by the larger error: fourth powers of tiny spreads would vanish
    scale = max(a.se, b.se)
    x, y = (a.se / scale) ** 2, (b.se / scale) ** 2
    return (x + y) ** 2 / (x * x / (a.n - 1) + y * y / (b.n - 1))


def _permutation_p(n: int, m: int) -> float:
    # both groups constant and different: only this split and, if the sizes allow, its mirror are as extreme
    return (2 if n == m else 1) / comb(n + m, n)


def mean_difference(before: Mean, after: Mean, *, level: float = 0.95, higher_is_better: bool = True) -> Difference:
    """After − before of two independent means (Welch). Fewer than two answers on a side: nothing proven."""
    if not before.n or not after.n:
        return Difference(None, None, None, None)
    estimate = after.mean - before.mean
    test = welch(before, after)
    if test.df is None:
        return _without_spread(estimate, test.p, level, higher_is_better)
    reach = t_value(test.df, level) * hypot(before.se, after.se)
    verdict = verdict_of(estimate - reach, estimate + reach, higher_is_better=higher_is_better)
    return Difference(estimate, estimate - reach, estimate + reach, test.p, verdict)


def _without_spread(estimate: float | None, p: float | None, level: float, higher_is_better: bool) -> Difference:
    proven = p is not None and p < 1 - level
    verdict = verdict_of(estimate, estimate, higher_is_better=higher_is_better) if proven else Verdict.NOT_PROVEN
    return Difference(estimate, None, None, p, verdict)


def paired_difference(
    before: Sequence[float], after: Sequence[float], *, level: float = 0.95, higher_is_better: bool = True
) -> Difference:
    """After − before when the same customers answered twice, in the same order (paired t).

    If everybody changed by the same amount, p is that of the sign test.
    """
    change = mean_of((b - a for a, b in zip(before, after, strict=True)), level=level)
    if change.low is None:
        p = 2.0 ** (1 - change.n) if change.mean else 1.0
        return _without_spread(change.mean, p if change.n > 1 else None, level, higher_is_better)
    verdict = verdict_of(change.low, change.high, higher_is_better=higher_is_better)
    p = t_p(change.mean / change.se, change.n - 1)
    return Difference(change.mean, change.low, change.high, p, verdict)


def nps_difference(before: Nps, after: Nps, *, level: float = 0.95) -> Difference:
    """After − before of two NPS, in points. Without any spread the adjusted counts supply the variance."""
    if not before.n or not after.n:
        return Difference(None, None, None, None)
    se = hypot(before.se, after.se) or hypot(_adjusted_se(before), _adjusted_se(after))
    estimate, reach = after.estimate - before.estimate, z_value(level) * se
    low, high = max(-200.0, estimate - reach), min(200.0, estimate + reach)
    return Difference(estimate, low, high, normal_p(estimate / se), verdict_of(low, high))


def _adjusted_se(score: Nps) -> float:
    _, variance = net_moments(score.promoters + 0.75, score.detractors + 0.75, score.n + 3)
    return 100 * sqrt(variance / (score.n + 3))


@dataclass(frozen=True)
class Ordinal:
    """Mann–Whitney: the chance that a random answer after lies above one before (ties count half)."""

    superiority: float | None
    z: float | None
    p: float | None


def mann_whitney(before: Sequence[int], after: Sequence[int]) -> Ordinal:
    """The ordinal check of two rated groups from their counts per score (normal, corrected for ties)."""
    n, m = sum(before), sum(after)
    if len(before) != len(after):
        raise ValueError("two groups on different scales")
    if not n or not m:
        return Ordinal(None, None, None)
    wins = below = 0.0
    for b, a in zip(before, after, strict=True):
        wins += a * (below + b / 2)
        below += b
    size = n + m
    ties = sum((a + b) ** 3 - (a + b) for a, b in zip(before, after, strict=True))
    variance = n * m / 12 * (size + 1 - ties / (size * (size - 1)))
    if variance <= 0:
        return Ordinal(wins / (n * m), None, 1.0)
    distance = wins - n * m / 2
    z = max(0.0, abs(distance) - 0.5) / sqrt(variance) * (1 if distance > 0 else -1)
    return Ordinal(wins / (n * m), z, normal_p(z))


@dataclass(frozen=True)
class Effect:
    """What a measure achieved.

    `worth_having`: the change reaches the smallest one worth having (proven or not). `needed`: answers per
    wave that would show such a change with 80 % power, None if none was named.
    """

    difference: Difference
    smallest: float
    worth_having: bool
    needed: int | None


def check_effect(
    before: Share | Mean,
    after: Share | Mean,
    *,
    smallest: float = 0.0,
    higher_is_better: bool = True,
    level: float = 0.95,
) -> Effect:
    """Compare the wave after a measure with its baseline: improved, worsened or not proven, with interval.

    `smallest` is the smallest change worth having, in the unit of the figure and without sign.
    """
    compare = share_difference if isinstance(before, Share) else mean_difference
    difference = compare(before, after, level=level, higher_is_better=higher_is_better)
    gain = 0.0 if difference.estimate is None else difference.estimate * (1 if higher_is_better else -1)
    return Effect(
        difference=difference,
        smallest=smallest,
        worth_having=difference.estimate is not None and gain >= smallest,
        needed=_needed(before, smallest if higher_is_better else -smallest, level),
    )


def _needed(before: Share | Mean, change: float, level: float) -> int | None:
    if not change or before.estimate is None:
        return None
    if isinstance(before, Mean):
        return answers_for_mean_change(before.sd, change, level=level) if before.sd else None
    target = min(1.0, max(0.0, before.estimate + change))
    return answers_for_share_change(before.estimate, target, level=level)
