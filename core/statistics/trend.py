"""Trends with control limits: which period stands out, and where comparability ends."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import sqrt

from core.statistics.results import Mean

RUN_LENGTH = 8


class Signal(StrEnum):
    ABOVE = "above"
    BELOW = "below"
    RUN = "run"


@dataclass(frozen=True)
class ChartPoint:
    """One period. `segment` changes where comparability ends: draw no line and no limits across."""

    n: int
    estimate: float | None
    centre: float | None
    low: float | None
    high: float | None
    segment: int
    signal: Signal | None


def p_chart(
    periods: Sequence[tuple[int, int]], *, breaks: Collection[int] = (), run_length: int = RUN_LENGTH
) -> tuple[ChartPoint, ...]:
    """Control chart of a share from (count, n) per period; three-sigma limits by each period's own n.

    `breaks` are the places at which a new segment starts. A signal is a point outside its limits or the
    `run_length`-th point in a row on one side of the centre. A period without answers has no estimate and
    neither feeds nor ends a run. A segment with one filled period has no limits.
    """

    def limits(segment):
        n = sum(n for _, n in segment)
        centre = sum(count for count, _ in segment) / n
        return centre, sqrt(centre * (1 - centre))

    points = [(n, count / n if n else None) for count, n in periods]
    return _chart(points, list(periods), limits, breaks, run_length, scale=(0.0, 1.0))


def mean_chart(
    periods: Sequence[Mean],
    *,
    breaks: Collection[int] = (),
    scale: tuple[float, float] | None = None,
    run_length: int = RUN_LENGTH,
) -> tuple[ChartPoint, ...]:
    """Control chart of a mean: centre weighted by n, spread pooled within periods; otherwise as `p_chart`."""

    def limits(segment):
        centre = sum(m.n * m.mean for m in segment) / sum(m.n for m in segment)
        df = sum(m.n - 1 for m in segment)
        squares = sum((m.n - 1) * m.sd**2 for m in segment if m.sd is not None)
        return centre, sqrt(squares / df) if df else None

    points = [(m.n, m.mean) for m in periods]
    return _chart(points, list(periods), limits, breaks, run_length, scale)


def count_chart(
    counts: Sequence[int], *, breaks: Collection[int] = (), run_length: int = RUN_LENGTH
) -> tuple[ChartPoint, ...]:
    """Control chart of how often something happened in equal periods (Poisson); otherwise as `p_chart`."""

    def limits(segment):
        centre = sum(segment) / len(segment)
        return centre, sqrt(centre)

    points = [(1, float(count)) for count in counts]
    return _chart(points, list(counts), limits, breaks, run_length, scale=(0.0, float("inf")))


def _chart(points, periods, limits, breaks, run_length, scale):
    edges = sorted({0, len(points), *breaks})
    if edges[0] < 0 or edges[-1] > len(points):
        raise ValueError("a break lies outside the periods")
    chart = []
    for number, (start, end) in enumerate(pairwise(edges)):
        filled = [periods[i] for i in range(start, end) if points[i][0]]
        centre, sigma = limits(filled) if len(filled) > 1 else (None, None)
        chart += _segment(points[start:end], number, centre, sigma, run_length, scale)
    return tuple(chart)


def _segment(points, number, centre, sigma, run_length, scale):
    side = run = 0
    for n, estimate in points:
        if not n or centre is None:
            yield ChartPoint(n, estimate, centre, None, None, number, None)
            continue
        low, high = _limits(centre, sigma, n, scale)
        here = _side(estimate, centre)
        run = run + 1 if here == side and here else abs(here)
        side = here
        signal = _signal(estimate, low, high, run >= run_length)
        yield ChartPoint(n, estimate, centre, low, high, number, signal)


def _limits(centre, sigma, n, scale):
    if sigma is None:
        return None, None
    low, high = centre - 3 * sigma / sqrt(n), centre + 3 * sigma / sqrt(n)
    return (low, high) if scale is None else (max(low, scale[0]), min(high, scale[1]))


def _side(estimate: float, centre: float) -> int:
    distance = estimate - centre
    return 0 if abs(distance) < 1e-12 else (1 if distance > 0 else -1)


def _signal(estimate, low, high, long_run) -> Signal | None:
    if low is not None and estimate < low - 1e-12:
        return Signal.BELOW
    if high is not None and estimate > high + 1e-12:
        return Signal.ABOVE
    return Signal.RUN if long_run else None
