"""How figures become a score: worked examples of the requirements (KPI-05, KPI-07, KPI-08), absences, order, rounding."""

import random
from decimal import Decimal as D

import pytest

from appraisal import scoring
from appraisal.choices import Grade, Source
from appraisal.models import SchemeVersion

MIX = {Source.SELF: D(20), Source.SUPERIOR: D(30), Source.CUSTOMERS: D(50)}


def score(own, superior, indicators, missing_max=40):
    return scoring.score(
        MIX, {Source.SELF: own, Source.SUPERIOR: superior}, indicators, missing_max=D(missing_max)
    )  # fmt: skip


def test_self_80_superior_90_customers_70_make_78():
    assert score(D(80), D(90), {"satisfaction": (D(100), D(70))}).total == D("78.00")


@pytest.mark.parametrize(
    ("total", "grade", "bonus"),
    [("100", Grade.EXCELLENT, 3000), ("90", Grade.EXCELLENT, 3000), ("89.99", Grade.GOOD, 2400), ("80", Grade.GOOD, 2400),
     ("79.99", Grade.PASS, 2000), ("60", Grade.PASS, 2000), ("59.99", Grade.FAIL, 1600), ("0", Grade.FAIL, 1600)],
)  # fmt: skip
def test_bands_are_half_open_and_the_bonus_follows(total, grade, bonus):
    found, coefficient = scoring.grade_of(D(total), SchemeVersion().bands())
    assert found == grade
    assert scoring.bonus(D(2000), coefficient) == D(bonus)


def test_bands_cover_0_to_100_without_a_gap():
    bands = SchemeVersion().bands()
    assert [band[1:3] for band in bands] == [(90, None), (80, 90), (60, 80), (0, 60)]


@pytest.mark.parametrize(
    ("value", "floor", "target", "cap", "points"),
    [(65, 40, 90, 100, 50), (40, 40, 90, 100, 0), (10, 40, 90, 100, 0), (90, 40, 90, 100, 100), (100, 40, 90, 100, 100),
     (100, 40, 90, 120, 120), (11, 20, 2, 100, 50), (20, 20, 2, 100, 0), (2, 20, 2, 100, 100), (0, 20, 2, 100, 100)],
)  # fmt: skip
def test_points_go_from_the_floor_to_the_target_and_stop_at_the_cap(value, floor, target, cap, points):
    assert scoring.points(D(value), floor=D(floor), target=D(target), cap=D(cap)) == D(points)


def test_nothing_to_count_is_not_zero_points():
    assert scoring.points(None, floor=D(0), target=D(1)) is None


def test_an_absent_indicator_is_spread_over_the_others_of_its_side():
    found = score(D(80), D(90), {"a": (D(50), D(60)), "b": (D(30), None), "c": (D(20), D(95))})
    assert {line.code: line.effective for line in found.lines}["b"] == 0
    # customers' side: (50 × 60 + 20 × 95) ÷ 70 = 70
    assert found.missing == D(15)
    assert found.total == D("78.00")


def test_an_absent_side_is_spread_over_the_other_sides():
    assert score(None, D(90), {"a": (D(100), D(70))}).total == D("77.50")  # (30 × 90 + 50 × 70) ÷ 80


def test_more_than_40_percent_absent_is_too_little():
    found = score(D(80), D(90), {"a": (D(80), None), "b": (D(20), D(70))})
    assert found.missing == D(40)
    assert found.total is not None
    assert score(D(80), D(90), {"a": (D("80.02"), None), "b": (D("19.98"), D(70))}).is_insufficient
    assert score(D(80), D(90), {}).is_insufficient


def test_shares_after_spreading_are_100():
    found = score(None, D(90), {"a": (D(30), D(10)), "b": (D(30), D(20)), "c": (D(40), None)})
    assert sum(line.effective for line in found.lines).quantize(D("1e-20")) == 100


def test_the_same_digits_in_any_order():
    """K5."""
    rows = [(f"i{n}", (D(100) / 7, D(n * 13 % 101) / 3)) for n in range(7)]
    totals = set()
    for seed in range(20):
        random.Random(seed).shuffle(rows)
        found = score(D(81) / 7, D(97) / 3, dict(rows))
        totals.add((found.total, found.missing, found.lines))
    assert len(totals) == 1


def test_rounded_once_half_up():
    assert scoring.rounded(D("77.005")) == D("77.01")
    assert score(D("80.01"), D("80.01"), {"a": (D(100), D("80.02"))}).total == D("80.02")  # 80.015


def test_a_total_never_exceeds_100():
    assert score(D(100), D(100), {"a": (D(100), D(120))}).total == D(100)
