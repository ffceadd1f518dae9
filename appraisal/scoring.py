"""How figures become a score: pure functions in Decimal, points in 0–100, rounded once at the end, half up.

Points and shares stay unrounded inside; the same inputs give the same digits in whatever order they come (K5).
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

from appraisal.choices import Source

CENT = Decimal("0.01")
HUNDRED = Decimal(100)
PRECISE = Context(prec=40, rounding=ROUND_HALF_UP)


def rounded(number, step=CENT):
    """Half up to ``step``; None stays None."""
    return None if number is None else number.quantize(step, ROUND_HALF_UP)


def points(value, *, floor, target, cap=HUNDRED):
    """0 at the floor, 100 at the target, linear between and beyond, at most ``cap``. A floor above the target means
    that less is better. None (not applicable) stays None (K4)."""
    if value is None:
        return None
    with localcontext(PRECISE):
        reached = (Decimal(value) - floor) / (Decimal(target) - floor) * HUNDRED
        return min(max(reached, Decimal(0)), Decimal(cap))


@dataclass(frozen=True)
class Line:
    """One line of a score. ``weight`` is its share of the whole in percent, ``effective`` the share after the absent
    ones were spread, ``points`` 0–100 (up to its cap) or None, ``contribution`` what it adds to the total."""

    code: str
    group: str
    weight: Decimal
    effective: Decimal
    points: Decimal | None
    contribution: Decimal


@dataclass(frozen=True)
class Result:
    """``total`` is rounded to cents, None where more than the allowed share (``missing``, percent) is absent."""

    total: Decimal | None
    missing: Decimal
    lines: tuple

    @property
    def is_insufficient(self):
        return self.total is None


def score(mix, ratings, indicators, *, missing_max):
    """The Result of one unit.

    ``mix`` {Source: share in percent}, ``ratings`` {Source: points or None} of self and superior, ``indicators``
    {code: (weight in percent of the customers' side, points or None)}. An absent indicator is spread over the others
    of its side, an absent side over the other sides; an absence is never a zero.
    """
    with localcontext(PRECISE):
        rows = [
            (source.value, source.value, mix[source], ratings.get(source)) for source in (Source.SELF, Source.SUPERIOR)
        ]
        rows += [
            (code, Source.CUSTOMERS.value, mix[Source.CUSTOMERS] * weight / HUNDRED, found)
            for code, (weight, found) in sorted(indicators.items())
        ]
        missing = sum((weight for _code, _group, weight, found in rows if found is None), Decimal(0))
        if not indicators:
            missing += mix[Source.CUSTOMERS]
        lines = tuple(_lines(rows, mix))
        total = sum((line.contribution for line in lines), Decimal(0))
        is_short = missing > missing_max or not any(line.effective for line in lines)
        return Result(None if is_short else min(rounded(total), HUNDRED), missing, lines)


def _lines(rows, mix):
    """Lines with the shares of the absent ones spread, first inside a side, then over the sides."""
    present = {}  # side: weight that has points
    for _code, group, weight, found in rows:
        present[group] = present.get(group, Decimal(0)) + (weight if found is not None else 0)
    sides = sum((mix[Source(group)] for group, weight in present.items() if weight), Decimal(0))
    for code, group, weight, found in rows:
        effective = Decimal(0)
        if found is not None and present[group]:
            effective = weight / present[group] * mix[Source(group)] / sides * HUNDRED
        yield Line(code, group, weight, effective, found, effective * (found or 0) / HUNDRED)


def grade_of(total, bands):
    """(grade, coefficient) of a rounded total; bands are half-open, the best first (KPI-07)."""
    if total is None:
        return None, None
    return next((grade, coefficient) for grade, floor, _below, coefficient in bands if total >= floor)


def bonus(base, coefficient):
    """Base × coefficient in yuan (KPI-08)."""
    return None if coefficient is None else rounded(base * coefficient)
