"""What moves overall satisfaction: shares of R² per driver, and the importance–performance map."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import factorial

from core.statistics.results import Interval, Mean

SHAPLEY_LIMIT = 12  # 2^12 regressions take part of a second; beyond, Johnson's weights stand in
FLAT = 1e-12


@dataclass(frozen=True)
class Driver:
    """One driver. `r`: correlation with the outcome; `beta`: standardised coefficient beside the others.

    `share` is its part of R² and `importance` that part as a fraction of R². `flipped`: r and beta have
    opposite signs, so the coefficient corrects other drivers and must not be read as harm. A driver without
    spread has r and beta None and no share.
    """

    name: str
    r: float | None
    beta: float | None
    share: float | None
    importance: Interval
    flipped: bool


@dataclass(frozen=True)
class Drivers:
    """`method` is "lmg" (Shapley) or "johnson". r2 None: too few answers, or no spread in the outcome."""

    n: int
    r2: float | None
    method: str
    drivers: tuple[Driver, ...]


def key_drivers(
    rows: Sequence[Sequence[float | None]], names: Sequence[str], *, resamples: int = 0, level: float = 0.95
) -> Drivers:
    """Drivers of the outcome in the first column; the other columns are the drivers in order of `names`.

    Rows with a None are left out (n tells how many remain). With `resamples` the importance gets a bootstrap
    interval, the same on every call.
    """
    import numpy as np

    complete = [row for row in rows if None not in row]
    data = np.asarray(complete, dtype=float).reshape(len(complete), len(names) + 1)
    if len(data) <= len(names) + 1 or data[:, 0].std() < FLAT:
        return _nothing(len(data), names)
    live = [j for j in range(len(names)) if data[:, j + 1].std() >= FLAT]
    if not live:
        return _nothing(len(data), names)
    kept = data[:, [0, *(j + 1 for j in live)]]
    matrix = np.corrcoef(kept, rowvar=False)
    found = drivers_of_correlations([names[j] for j in live], matrix[0, 1:], matrix[1:, 1:], n=len(data))
    if resamples and found.r2:
        found = replace(found, drivers=_with_intervals(found, kept, resamples, level))
    by_name = {driver.name: driver for driver in found.drivers}
    return replace(found, drivers=tuple(by_name.get(name, _flat(name)) for name in names))


def drivers_of_correlations(
    names: Sequence[str], with_outcome: Sequence[float], between: Sequence[Sequence[float]], *, n: int
) -> Drivers:
    """The same from correlations: of each driver with the outcome, and of the drivers with each other."""
    import numpy as np

    r, matrix = np.asarray(with_outcome, dtype=float), np.asarray(between, dtype=float)
    betas = np.linalg.pinv(matrix, hermitian=True) @ r
    method = "lmg" if len(names) <= SHAPLEY_LIMIT else "johnson"
    shares = (_lmg if method == "lmg" else _johnson)(matrix[None], r[None])[0]
    r2 = float(min(1.0, max(0.0, shares.sum())))
    return Drivers(
        n,
        r2,
        method,
        tuple(
            Driver(
                name=name,
                r=float(r[j]),
                beta=float(betas[j]),
                share=float(shares[j]),
                importance=Interval(float(shares[j]) / r2 if r2 > FLAT else None, None, None),
                flipped=bool(r[j] * betas[j] < -FLAT),
            )
            for j, name in enumerate(names)
        ),
    )


def _flat(name: str) -> Driver:
    return Driver(name, None, None, None, Interval(None, None, None), False)


def _nothing(n: int, names: Sequence[str]) -> Drivers:
    return Drivers(n, None, "lmg" if len(names) <= SHAPLEY_LIMIT else "johnson", tuple(map(_flat, names)))


def _lmg(matrices, r):
    """Shapley shares of R² for a stack of correlation matrices (b, k, k) and vectors (b, k)."""
    import numpy as np

    b, k = r.shape
    explained = np.zeros((2**k, b))
    for mask in range(1, 2**k):
        members = [j for j in range(k) if mask >> j & 1]
        inverse = np.linalg.pinv(matrices[:, members][:, :, members], hermitian=True)
        explained[mask] = np.einsum("bi,bij,bj->b", r[:, members], inverse, r[:, members])
    shares = np.zeros((b, k))
    for mask in range(2**k):
        size = mask.bit_count()
        for j in range(k):
            if not mask >> j & 1:
                weight = factorial(size) * factorial(k - size - 1) / factorial(k)
                shares[:, j] += weight * (explained[mask | 1 << j] - explained[mask])
    return shares


def _johnson(matrices, r):
    """Johnson's relative weights, for more drivers than all orders can be tried for."""
    import numpy as np

    values, vectors = np.linalg.eigh(matrices)
    roots = np.sqrt(np.clip(values, 0, None))
    loading = np.einsum("bij,bj,bkj->bik", vectors, roots, vectors)
    inverse = np.where(roots > 1e-6, 1 / np.where(roots > 1e-6, roots, 1), 0)
    beta = np.einsum("bij,bj,bkj,bk->bi", vectors, inverse, vectors, r)
    return np.einsum("bij,bj->bi", loading**2, beta**2)


def _with_intervals(found: Drivers, data, resamples: int, level: float) -> tuple[Driver, ...]:
    import numpy as np

    random = np.random.default_rng(0)
    stacks = (data[random.integers(0, len(data), len(data))] for _ in range(resamples))
    usable = [np.corrcoef(stack, rowvar=False) for stack in stacks if stack.std(axis=0).min() >= FLAT]
    if len(usable) < resamples / 2:
        return found.drivers
    matrices = np.stack(usable)
    shares = (_lmg if found.method == "lmg" else _johnson)(matrices[:, 1:, 1:], matrices[:, 0, 1:])
    parts = shares / np.maximum(shares.sum(axis=1, keepdims=True), FLAT)
    low, high = np.quantile(parts, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return tuple(
        replace(driver, importance=Interval(driver.importance.estimate, float(low[j]), float(high[j])))
        for j, driver in enumerate(found.drivers)
    )


class Quadrant(StrEnum):
    FIX_FIRST = "fix_first"
    KEEP_UP = "keep_up"
    LOW_PRIORITY = "low_priority"
    MORE_THAN_NEEDED = "more_than_needed"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class MapPoint:
    name: str
    importance: Interval
    performance: Mean
    quadrant: Quadrant


@dataclass(frozen=True)
class ImportanceMap:
    """Cross-hairs stand at the means of the points; None without points."""

    importance_line: float | None
    performance_line: float | None
    points: tuple[MapPoint, ...]


def importance_performance(found: Drivers, performance: Mapping[str, Mean]) -> ImportanceMap:
    """Place every driver that has importance and performance; an interval across a line makes it unclear."""
    rated = {name: mean for name, mean in performance.items() if mean.n}
    placed = [
        (driver, rated[driver.name])
        for driver in found.drivers
        if driver.importance.estimate is not None and driver.name in rated
    ]
    if not placed:
        return ImportanceMap(None, None, ())
    x_line = sum(driver.importance.estimate for driver, _ in placed) / len(placed)
    y_line = sum(mean.mean for _, mean in placed) / len(placed)
    return ImportanceMap(
        x_line,
        y_line,
        tuple(
            MapPoint(driver.name, driver.importance, mean, _quadrant(driver.importance, mean, x_line, y_line))
            for driver, mean in placed
        ),
    )


def _quadrant(importance: Interval, mean: Mean, x_line: float, y_line: float) -> Quadrant:
    important = _above(importance, x_line, open_ended=False)
    performing = _above(Interval(mean.mean, mean.low, mean.high), y_line, open_ended=mean.n < 2)
    return {
        (True, False): Quadrant.FIX_FIRST,
        (True, True): Quadrant.KEEP_UP,
        (False, False): Quadrant.LOW_PRIORITY,
        (False, True): Quadrant.MORE_THAN_NEEDED,
    }.get((important, performing), Quadrant.UNCLEAR)


def _above(value: Interval, line: float, *, open_ended: bool) -> bool | None:
    """On which side of the line; None if its interval crosses it or is not known."""
    low, high = (value.estimate, value.estimate) if value.low is None else (value.low, value.high)
    return None if open_ended or low <= line <= high else low > line
