import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.statistics.results import Mean
from core.statistics.weights import (
    effective_base,
    kish,
    post_stratify,
    rake,
    weighted_mean,
    weighted_mean_of_sums,
    weighted_share,
)

SAMPLE = [(20, 50, 100, 30), (40, 140, 50, 100), (40, 310, 50, 70)]
POPULATION = [(80, 60, 170, 55), (40, 150, 60, 165), (55, 340, 200, 125)]


def cells(table):
    return {(row, column): n for column, counts in enumerate(table) for row, n in enumerate(counts)}


def margins(table):
    columns = {column: sum(counts) for column, counts in enumerate(table)}
    return [{row: sum(counts[row] for counts in table) for row in range(4)}, columns]


def columns_of(found):
    return [tuple(round(found.cells[row, column], 2) for row in range(4)) for column in range(3)]


def test_post_stratification_against_r_survey():
    found = post_stratify(cells(SAMPLE), cells(POPULATION), mean_one=False)
    assert columns_of(found) == [(4.00, 1.20, 1.70, 1.83), (1.00, 1.07, 1.20, 1.65), (1.38, 1.10, 4.00, 1.79)]
    assert (round(found.base.design_effect, 4), round(found.base.n_eff, 1)) == (1.2438, 804.0)


def test_raking_against_r_survey():
    found = rake(cells(SAMPLE), margins(POPULATION), trim=None, mean_one=False)
    assert columns_of(found) == [(1.81, 1.08, 2.20, 1.83), (1.45, 0.87, 1.76, 1.47), (2.02, 1.21, 2.45, 2.04)]
    assert (round(found.base.design_effect, 4), round(found.base.n_eff, 1)) == (1.0997, 909.4)
    assert (found.converged, found.missing, found.trimmed) == (True, (), 0)
    assert found.gap < 1e-9


def test_weights_have_mean_one():
    found = rake(cells(SAMPLE), margins(POPULATION))
    assert sum(found.cells[cell] * n for cell, n in cells(SAMPLE).items()) == pytest.approx(1000)


def test_trimming_is_bounded_and_reported():
    sample = {("a",): 1, ("b",): 99}
    found = rake(sample, [{"a": 50, "b": 50}])
    assert found.cells["a",] == pytest.approx(3)
    assert found.cells["b",] == pytest.approx(97 / 99)
    assert (found.trimmed, round(found.gap, 2)) == (0.01, 0.47)
    with pytest.raises(ValueError, match="enclose 1"):
        rake(sample, [{"a": 50, "b": 50}], trim=(2, 3))


def test_post_stratification_refuses_what_it_cannot_weight():
    with pytest.raises(ValueError, match="no answers in"):
        post_stratify({"a": 5, "b": 0}, {"a": 10, "b": 10})
    with pytest.raises(ValueError, match="outside the population"):
        post_stratify({"a": 5, "c": 1}, {"a": 10})
    assert post_stratify({"a": 5, "b": 5}, {"a": 10, "b": 0}).cells == {"a": 2, "b": 0}


def test_raking_warns_of_missing_categories():
    found = rake({("a", "x"): 5, ("b", "x"): 5}, [{"a": 30, "b": 10, "c": 60}, {"x": 50, "y": 50}], trim=None)
    assert found.missing == ((0, "c"), (1, "y"))
    assert found.cells == pytest.approx({("a", "x"): 1.5, ("b", "x"): 0.5})
    with pytest.raises(ValueError, match="does not know"):
        rake({("a",): 5}, [{"b": 5}])
    with pytest.raises(ValueError, match="no population"):
        rake({("a",): 5}, [{"a": 0}])


def test_raking_says_when_margins_cannot_be_met():
    found = rake({("a", "x"): 5, ("b", "y"): 5}, [{"a": 9, "b": 1}, {"x": 1, "y": 9}], rounds=50, trim=None)
    assert not found.converged
    assert found.gap > 0.5


def test_raking_of_nothing_and_of_a_category_without_population():
    empty = rake({}, [{"a": 1}])
    assert (empty.cells, empty.base.n_eff, empty.converged) == ({}, 0, True)
    found = rake({("a",): 5, ("b",): 5}, [{"a": 10, "b": 0}])
    assert found.cells == {("a",): 2, ("b",): 0}


@given(
    st.lists(st.integers(1, 60), min_size=6, max_size=6),
    st.lists(st.integers(1, 99), min_size=2, max_size=2),
    st.lists(st.integers(1, 99), min_size=3, max_size=3),
)
def test_raking_meets_margins_or_bounds(counts, rows, columns):
    sample = dict(zip([(r, c) for r in range(2) for c in range(3)], counts, strict=True))
    wanted = [dict(enumerate(rows)), dict(enumerate(columns))]
    assert rake(sample, wanted, trim=None).gap < 1e-6
    found = rake(sample, wanted)
    assert max(found.cells.values()) / min(found.cells.values()) <= 10 + 1e-6
    assert found.base.n_eff <= found.base.n + 1e-6


def test_effective_base():
    assert kish([1, 1, 1]).n_eff == 3
    assert kish([2, 2, 0]).n_eff == 2
    assert (kish([]).n_eff, kish([0, 0]).design_effect) == (0, None)
    assert effective_base(3, 4, 6).n_eff == pytest.approx(16 / 6)
    with pytest.raises(ValueError, match="negative"):
        kish([1, -1])


def test_weighted_mean_against_r_survey():
    y = [15, 143, 21, 51, 337, 50, 274, 145, 15, 86]
    w = [20, 200, 11, 25, 550, 30, 250, 100, 10, 55]
    plain, weighted = weighted_mean(y, [1] * 10), weighted_mean(y, w)
    assert (round(plain.mean, 3), round(plain.se, 3), plain.n_eff) == (113.700, 35.626, 10)
    assert (round(weighted.mean, 3), round(weighted.se, 3)) == (243.914, 48.752)
    assert (round(kish(w).design_effect, 3), round(weighted.n_eff, 2)) == (2.685, 3.72)


def test_weighted_mean_edges():
    assert weighted_mean([], []) == weighted_mean([4], [0]) == Mean(0, *[None] * 5, 0.0)
    assert weighted_mean([4, 9], [2, 0]) == Mean(1, 4, None, None, None, None, 1)
    assert weighted_mean([0.1] * 3, [1, 2, 3]).low is None
    assert weighted_mean([1, 5], [1, 1]).sd == pytest.approx(8**0.5)


@given(
    st.lists(st.tuples(st.floats(0.1, 5), st.lists(st.integers(1, 5), min_size=1, max_size=8)), min_size=1, max_size=5)
)
def test_groups_of_equal_weight_give_what_their_answers_give(groups):
    values = [x for _w, xs in groups for x in xs]
    weights = [w for w, xs in groups for _x in xs]
    one, other = (
        weighted_mean(values, weights),
        weighted_mean_of_sums([(w, len(xs), sum(xs), sum(x * x for x in xs)) for w, xs in groups]),
    )
    assert [figure is None for figure in vars(one).values()] == [figure is None for figure in vars(other).values()]
    assert [figure for figure in vars(other).values() if figure is not None] == pytest.approx(
        [figure for figure in vars(one).values() if figure is not None]
    )


def test_weighted_share():
    plain = weighted_share(18, 20, hits=18, total=20, squares=20)
    assert (plain.estimate, round(plain.low, 6), plain.n_eff) == (0.9, 0.698966, 20)
    half = weighted_share(18, 20, hits=18, total=20, squares=40)
    assert (half.n, half.n_eff, half.base) == (20, 10, 10)
    assert half.low < plain.low
    empty = weighted_share(0, 2, hits=0, total=0, squares=0)
    assert (empty.estimate, empty.n_eff) == (None, 0)
