"""Reliability of a scale: Cronbach's alpha."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Alpha:
    """`if_dropped[i]` is alpha without item i. None: fewer than two items or answers, or no spread."""

    n: int
    items: int
    alpha: float | None
    standardised: float | None
    if_dropped: tuple[float | None, ...]


def cronbach(rows: Sequence[Sequence[float | None]]) -> Alpha:
    """Alpha of complete rows (one per respondent, one column per item, reversed items already turned)."""
    import numpy as np

    complete = [row for row in rows if None not in row]
    n, items = len(complete), len(rows[0]) if rows else 0
    if n < 2 or items < 2:
        return Alpha(n, items, None, None, (None,) * items)
    covariance = np.cov(np.asarray(complete, dtype=float), rowvar=False)
    kept = [np.delete(np.delete(covariance, i, 0), i, 1) for i in range(items)]
    return Alpha(n, items, _alpha(covariance), _standardised(covariance), tuple(_alpha(c) for c in kept))


def _alpha(covariance) -> float | None:
    k, whole = len(covariance), float(covariance.sum())
    if k < 2 or whole <= 1e-12:
        return None
    return k / (k - 1) * (1 - float(covariance.trace()) / whole)


def _standardised(covariance) -> float | None:
    spread = covariance.diagonal() ** 0.5
    return _alpha(covariance / spread[:, None] / spread) if spread.min() > 0 else None
