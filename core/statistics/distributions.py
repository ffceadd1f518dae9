"""The four distributions behind tests and intervals: normal, t, F, χ².

Written out because they are on the way of every results page: the library that has them takes longer to load
than all other modules of the portal together. Compared with it in the tests.
"""

from functools import lru_cache
from math import erfc, exp, lgamma, log, pi, sqrt


@lru_cache(maxsize=64)
def z_value(level: float = 0.95) -> float:
    """The two-sided normal quantile: 1.96 for 95 %."""
    from statistics import NormalDist  # the standard library's module is slow to load as well

    return NormalDist().inv_cdf((1 + level) / 2)


def normal_p(z: float) -> float:
    """The chance of a normal statistic at least this far from zero."""
    return erfc(abs(z) / sqrt(2))


def t_p(t: float, df: float) -> float:
    """The chance of Student's t at least this far from zero."""
    return _beta(df / (df + t * t), t * t / (df + t * t), df / 2, 0.5)


@lru_cache(maxsize=1024)
def t_value(df: float, level: float = 0.95) -> float:
    """The two-sided quantile of Student's t."""
    t = z_value(level)
    scale = lgamma((df + 1) / 2) - lgamma(df / 2) - log(df * pi) / 2
    for _ in range(100):  # Newton from below on a convex function: no step overshoots
        density = exp(scale - (df + 1) / 2 * log(1 + t * t / df))
        step = (t_p(t, df) - (1 - level)) / (2 * density)
        t += step
        if abs(step) < 1e-12 * t:
            break
    return t


def f_p(f: float, df_between: float, df_within: float) -> float:
    """The chance of an F at least this large."""
    whole = df_within + df_between * f
    return _beta(df_within / whole, df_between * f / whole, df_within / 2, df_between / 2)


def chi2_p(chi2: float, df: int) -> float:
    """The chance of a χ² at least this large."""
    half = chi2 / 2
    if half <= 0:
        return 1.0
    p = erfc(sqrt(half)) if df % 2 else exp(-half)
    for k in range(2 - df % 2, df, 2):
        p += exp(k / 2 * log(half) - half - lgamma(k / 2 + 1))
    return min(1.0, p)


def _beta(x: float, rest: float, a: float, b: float) -> float:
    """The regularised incomplete beta function at x = 1 − rest; both are given to keep what is small."""
    if x <= 0 or rest <= 0:
        return 0.0 if x <= 0 else 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(rest))
    if x < (a + 1) / (a + b + 2):
        return front / (a * _fraction(x, a, b))
    return 1 - front / (b * _fraction(rest, b, a))


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of the incomplete beta function (DLMF 8.17.22), evaluated after Lentz."""
    value, upper, lower = 1.0, 1.0, 0.0
    for step in range(1, 100_000):
        m = step // 2
        if step % 2:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        lower = 1 / (1 + term * lower or 1e-300)
        upper = 1 + term / upper or 1e-300
        value *= upper * lower
        if abs(upper * lower - 1) < 1e-15:
            break
    return value
