import subprocess
import sys
from math import isfinite
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import core.statistics
from core.statistics.intervals import (
    mean_of,
    mean_of_counts,
    mean_of_moments,
    mean_of_sums,
    share,
    wilson,
)
from core.statistics.results import Interval, Mean, Share

MODULES = sorted(path.stem for path in Path(core.statistics.__path__[0]).glob("[a-z]*.py"))


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [
        (18, 20, 0.6989663548, 0.9721335188),
        (4, 20, 0.0806576626, 0.4160174323),
        (4, 200, 0.0078044264, 0.0502870869),
        (190, 200, 0.9104218519, 0.9726173544),
        (0, 30, 0, 0.1135133932),
    ],
)
def test_wilson_against_r_binom(count, n, low, high):
    assert wilson(count, n).low == pytest.approx(low, abs=5e-11)
    assert wilson(count, n).high == pytest.approx(high, abs=5e-11)


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_against_newcombe_1998(count, n, low, high):
    interval = wilson(count, n)
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


def test_wilson_never_leaves_the_unit_interval():
    assert wilson(29, 30).high < 1
    assert wilson(30, 30).high == 1
    assert wilson(0, 30).low == 0


@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_its_estimate_and_mirrors(pair):
    count, n = pair
    interval, mirror = wilson(count, n), wilson(n - count, n)
    assert 0 <= interval.low <= interval.estimate <= interval.high <= 1
    assert interval.low == pytest.approx(1 - mirror.high, abs=1e-9)


def test_share_without_answers():
    assert wilson(0, 0) == Interval(None, None, None)
    assert share(0, 0) == Share(0, 0, None, None, None)
    assert share(0, 0, population=0) == Share(0, 0, None, None, None)


def test_share_of_one_answer_is_wide():
    one = share(1, 1)
    assert (one.estimate, round(one.low, 4), one.high) == (1.0, 0.2065, 1.0)


def test_finite_population_narrows_down_to_nothing():
    plain, finite, census = share(60, 92), share(60, 92, population=120), share(60, 92, population=92)
    assert plain.low < finite.low < finite.estimate < finite.high < plain.high
    assert (census.low, census.high) == (census.estimate, census.estimate)


@pytest.mark.parametrize(("count", "n"), [(-1, 5), (6, 5)])
def test_impossible_shares_are_refused(count, n):
    with pytest.raises(ValueError, match="not a share"):
        share(count, n)


def test_more_answers_than_people_are_refused():
    with pytest.raises(ValueError, match="population of 10"):
        share(5, 20, population=10)
    with pytest.raises(ValueError, match="population of 10"):
        mean_of_moments(20, 4, 1, population=10)


def test_mean_three_ways_agree():
    values = [1] * 8 + [2] * 12 + [3] * 30 + [4] * 90 + [5] * 60
    counted = mean_of_counts([8, 12, 30, 90, 60])
    for other in (mean_of(values), mean_of_sums(len(values), sum(values), sum(v * v for v in values))):
        assert other.n == counted.n
        assert (other.mean, other.sd, other.low, other.high) == pytest.approx(
            (counted.mean, counted.sd, counted.low, counted.high)
        )


def test_mean_of_nothing_of_one_and_of_equal_answers():
    assert mean_of([]) == mean_of_counts([0] * 5) == mean_of_sums(0, 0, 0) == Mean(0, *[None] * 5)
    assert mean_of([4]) == mean_of_counts([0, 0, 0, 1, 0]) == Mean(1, 4, None, None, None, None)
    assert mean_of([0.1] * 3) == Mean(3, 0.1, 0, 0, None, None)
    assert mean_of_sums(3, 0.1 * 3, 0.1 * 0.1 * 3).low is None


def test_mean_of_a_census_is_exact():
    census = mean_of([3, 4, 5], population=3)
    assert (census.se, census.low, census.high) == (0, 4, 4)
    assert mean_of([3], population=1) == Mean(1, 3, None, 0, 3, 3)


def test_limits_stay_on_the_scale():
    crowded = mean_of_counts([0, 0, 0, 1, 3])
    assert crowded.high == 5
    assert mean_of([4, 5, 5, 5]).high > 5


@given(st.lists(st.integers(0, 50), min_size=2, max_size=11))
def test_no_counts_give_anything_but_numbers_or_none(counts):
    mean = mean_of_counts(counts)
    numbers = [x for x in (mean.mean, mean.sd, mean.se, mean.low, mean.high) if x is not None]
    assert all(isfinite(x) for x in numbers)
    if mean.low is not None:
        assert 1 <= mean.low <= mean.mean <= mean.high <= len(counts)


def test_negative_counts_are_refused():
    with pytest.raises(ValueError, match="negative"):
        mean_of_counts([3, -1])


def test_importing_the_modules_loads_neither_numpy_nor_scipy():
    imports = "; ".join(f"import core.statistics.{module}" for module in MODULES)
    check = f"import sys; {imports}; print([m for m in ('numpy', 'scipy', 'django') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
