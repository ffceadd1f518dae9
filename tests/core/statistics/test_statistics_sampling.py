from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.statistics.intervals import mean_of
from core.statistics.results import Mean
from core.statistics.sampling import (
    allocate,
    answers_for_mean_change,
    answers_for_share_change,
    exact_sample_size,
    invitations,
    margin_of_error,
    power_of_share_change,
    sample_size,
    stratified_mean,
    stratified_variance,
    visible_rise,
)

KREJCIE_MORGAN = [(100, 80), (1200, 291), (1500, 306), (1000, 278), (10000, 370)]


@pytest.mark.parametrize(("population", "size"), KREJCIE_MORGAN)
def test_sample_size_against_the_published_table(population, size):
    exact = exact_sample_size(0.05, population=population, z=sqrt(3.841))
    assert round(exact) == size
    assert sample_size(0.05, population=population) - size in (0, 1)


def test_sample_size_is_rounded_up():
    assert sample_size(0.05) == 385
    assert sample_size(0.05, population=1200) == 292
    assert sample_size(0.05, population=120) == 92
    assert (sample_size(0.05, population=0), sample_size(0.05, population=1)) == (0, 1)
    with pytest.raises(ValueError, match="fractions"):
        sample_size(5)


@given(st.integers(1, 10**6), st.floats(0.01, 0.3))
def test_sample_size_keeps_its_margin(population, margin):
    size = sample_size(margin, population=population)
    assert size <= population
    assert margin_of_error(size, population=population) <= margin + 1e-9


def test_margin_of_error():
    assert margin_of_error(385) == pytest.approx(0.05, abs=1e-3)
    assert margin_of_error(0) is None
    assert margin_of_error(7, population=7) == margin_of_error(1, population=1) == 0
    assert margin_of_error(100, design_effect=4) == pytest.approx(2 * margin_of_error(100))
    with pytest.raises(ValueError, match="population"):
        margin_of_error(8, population=7)


def test_invitations():
    assert invitations(92, response_rate=0.4) == 230
    assert invitations(100, response_rate=0.5, design_effect=1.25) == 250
    with pytest.raises(ValueError, match="response rate"):
        invitations(10, response_rate=0)


def test_answers_that_show_a_change():
    assert answers_for_share_change(0.75, 0.80) == 1094
    assert answers_for_share_change(0.80, 0.75) == 1094
    assert answers_for_share_change(0.75, 0.75) is None
    assert answers_for_mean_change(1.0, 0.2) == 393
    assert answers_for_mean_change(1.0, 0) is None


def test_power_and_what_a_wave_can_see():
    assert power_of_share_change(1094, 0.75, 0.80) == pytest.approx(0.80, abs=1e-3)
    assert power_of_share_change(200, 0.75, 0.80) < 0.25
    assert power_of_share_change(0, 0.75, 0.80) is None
    rise = visible_rise(1094, 0.75)
    assert rise == pytest.approx(0.05, abs=1e-4)
    assert visible_rise(200, 0.75) > 0.1
    assert visible_rise(5, 0.95) is None
    assert visible_rise(0, 0.5) is None
    assert power_of_share_change(5, 0.0, 1.0) == 1


def test_allocation_with_cost():
    found = allocate(58, [1550, 620, 930], sds=[5, 15, 10], costs=[9, 9, 16])
    assert [round(x, 1) for x in found.exact] == [18.7, 22.5, 16.8]
    assert found.counts == (19, 22, 17)


def test_neyman_allocation_and_its_variance():
    sizes, sds = [500, 1000, 1500], [10, sqrt(200), 15]
    neyman, proportional = allocate(84, sizes, sds=sds), allocate(84, sizes)
    assert (neyman.counts, proportional.counts) == ((10, 29, 45), (14, 28, 42))
    variances = [stratified_variance(sizes, sds, n) for n in (neyman.exact, neyman.counts, proportional.counts)]
    assert [round(v, 4) for v in variances] == [2.2285, 2.2288, 2.2661]


def test_allocation_edges():
    assert allocate(40, [10, 1000], at_least=30).counts == (10, 30)
    assert allocate(10, [100, 100], at_least=30).counts == (30, 30)
    assert allocate(110, [10, 1000, 0], sds=[50, 1, 3]).counts == (10, 100, 0)
    assert allocate(10, [50, 50], sds=[0, 0]).counts == (5, 5)
    assert allocate(0, [5, 5]).counts == (0, 0)
    with pytest.raises(ValueError, match="cannot come from"):
        allocate(11, [5, 5])


@given(st.lists(st.integers(0, 500), min_size=1, max_size=8), st.data())
def test_allocation_adds_up_within_every_stratum(sizes, data):
    n = data.draw(st.integers(0, sum(sizes)))
    sds = data.draw(st.lists(st.floats(0, 9), min_size=len(sizes), max_size=len(sizes)))
    counts = allocate(n, sizes, sds=sds).counts
    assert sum(counts) == n
    assert all(0 <= count <= size for count, size in zip(counts, sizes, strict=True))


def test_stratified_mean_against_r_survey():
    strata = [(15, mean_of([2.8, 4.1, 6.8, 6.8, 9.2])), (12, mean_of([3.7, 6.6, 4.2]))]
    plain, finite = stratified_mean(strata, finite=False), stratified_mean(strata)
    assert (round(plain.mean, 4), round(plain.se, 4)) == (5.4481, 0.7413)
    assert (finite.n, round(finite.se, 4)) == (8, 0.6160)
    assert finite.low < finite.mean < finite.high


def test_stratified_mean_edges():
    one = stratified_mean([(10, mean_of([4, 5])), (10, mean_of([3]))])
    assert one == Mean(3, 3.75, None, None, None, None)
    assert stratified_mean([]) == Mean(0, None, None, None, None, None)
    census = stratified_mean([(2, mean_of([4, 5])), (1, mean_of([3]))])
    assert (census.mean, census.se, census.low, census.high) == (4, 0, 4, 4)
    assert stratified_mean([(9, mean_of([4, 4])), (9, mean_of([3, 3]))]).low is None
    with pytest.raises(ValueError, match="no answers"):
        stratified_mean([(10, mean_of([4, 5])), (5, mean_of([]))])
    with pytest.raises(ValueError, match="more answers than people"):
        stratified_mean([(1, mean_of([4, 5]))])
