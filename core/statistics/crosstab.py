"""Cross-tables: do two answers, or an answer and a group, hang together, and in which cells?"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from math import comb, sqrt

from core.statistics.distributions import chi2_p

MARK = 1.96


@dataclass(frozen=True)
class Crosstab:
    """χ² with Cramér's V and adjusted residuals.

    `residuals` has the shape of the table, None in empty rows and columns. `sparse`: an expected count is
    below 5, so merge categories or, in a 2 × 2 table, use `fisher_p`. All None without two rows and columns.
    """

    n: float
    chi2: float | None
    df: int
    p: float | None
    cramers_v: float | None
    residuals: tuple[tuple[float | None, ...], ...]
    sparse: bool
    fisher_p: float | None

    @property
    def marked(self) -> tuple[tuple[int, int], ...]:
        """The cells that stand out, as (row, column)."""
        return tuple(
            (i, j)
            for i, row in enumerate(self.residuals)
            for j, residual in enumerate(row)
            if residual is not None and abs(residual) > MARK
        )


def crosstab(table: Sequence[Sequence[float]], *, design_effect: float = 1.0) -> Crosstab:
    """Test a table of counts. Weighted tables: pass weighted counts scaled to n and the design effect, which
    divides χ² (first-order Rao–Scott)."""
    rows = [sum(row) for row in table]
    columns = [sum(column) for column in zip(*table, strict=True)]
    n = sum(rows)
    df = (sum(r > 0 for r in rows) - 1) * (sum(c > 0 for c in columns) - 1)
    if n <= 0 or df < 1:
        blank = tuple(tuple(None for _ in columns) for _ in rows)
        return Crosstab(n, None, 0, None, None, blank, False, None)
    expected = [[r * c / n for c in columns] for r in rows]
    cells = list(zip(chain(*table), chain(*expected), strict=True))
    chi2 = sum((o - e) ** 2 / e for o, e in cells if e) / design_effect
    sparse = any(0 < e < 5 for _, e in cells)
    return Crosstab(
        n=n,
        chi2=chi2,
        df=df,
        p=chi2_p(chi2, df),
        cramers_v=sqrt(chi2 / n / min(sum(r > 0 for r in rows) - 1, sum(c > 0 for c in columns) - 1)),
        residuals=tuple(
            tuple(_residual(o, r, c, n, design_effect) for o, c in zip(line, columns, strict=True))
            for line, r in zip(table, rows, strict=True)
        ),
        sparse=sparse,
        fisher_p=_fisher_p(table) if sparse and len(rows) == len(columns) == 2 else None,
    )


def _residual(observed: float, row: float, column: float, n: float, design_effect: float) -> float | None:
    variance = row * column / n * (1 - row / n) * (1 - column / n) * design_effect
    return (observed - row * column / n) / sqrt(variance) if variance > 0 else None


def _fisher_p(table: Sequence[Sequence[float]]) -> float | None:
    """Fisher's exact two-sided p of a 2 × 2 table of whole numbers."""
    (a, b), (c, d) = table
    if any(x != int(x) for x in (a, b, c, d)):
        return None
    a, row, other, column = int(a), int(a + b), int(c + d), int(a + c)
    possible = range(max(0, column - other), min(row, column) + 1)
    ways = [comb(row, x) * comb(other, column - x) for x in possible]
    observed = comb(row, a) * comb(other, column - a)
    return sum(w for w in ways if w <= observed) / sum(ways)
