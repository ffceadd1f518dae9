"""The shapes in which figures travel. None in a field means: these answers do not allow the statement."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    IMPROVED = "improved"
    WORSENED = "worsened"
    NOT_PROVEN = "not_proven"


@dataclass(frozen=True)
class Interval:
    """An estimate between its lower and upper confidence limit."""

    estimate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Share:
    """`count` of `n` answers as a fraction with Wilson limits. `n_eff` only where answers are weighted."""

    count: int
    n: int
    estimate: float | None
    low: float | None
    high: float | None
    n_eff: float | None = None

    @property
    def base(self) -> float:
        """The number of answers the precision rests on."""
        return self.n if self.n_eff is None else self.n_eff


@dataclass(frozen=True)
class Mean:
    """A mean with spread and t-limits. One answer has no spread; equal answers have no limits."""

    n: int
    mean: float | None
    sd: float | None
    se: float | None
    low: float | None
    high: float | None
    n_eff: float | None = None

    @property
    def estimate(self) -> float | None:
        return self.mean


@dataclass(frozen=True)
class Difference:
    """After minus before. The verdict follows the interval, or p where spread is missing on both sides."""

    estimate: float | None
    low: float | None
    high: float | None
    p: float | None
    verdict: Verdict = Verdict.NOT_PROVEN


@dataclass(frozen=True)
class Significance:
    """A test statistic, its degrees of freedom (None for a normal statistic) and the two-sided p."""

    statistic: float | None
    df: float | None
    p: float | None


def verdict_of(low: float | None, high: float | None, *, higher_is_better: bool = True) -> Verdict:
    """Read a difference off its limits: proven only when both lie on the same side of zero."""
    if low is None or high is None or low <= 0 <= high:
        return Verdict.NOT_PROVEN
    return Verdict.IMPROVED if (low > 0) == higher_is_better else Verdict.WORSENED
