import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.statistics.compare import welch
from core.statistics.groups import games_howell, holm, rank, welch_anova
from core.statistics.intervals import mean_of, mean_of_moments, share


def test_welch_anova_of_two_groups_is_the_squared_t():
    a, b = mean_of([1, 2, 4, 5]), mean_of([3, 4, 5, 5, 5, 9])
    test, overall = welch(a, b), welch_anova([a, b])
    assert overall.statistic == pytest.approx(test.statistic**2)
    assert (overall.df_between, overall.df_within) == (1, pytest.approx(test.df))
    assert overall.p == pytest.approx(test.p)


def test_welch_anova_and_games_howell_against_scipy():
    from scipy.stats import f_oneway, tukey_hsd

    groups = [[1, 2, 4, 5, 3], [3, 4, 5, 5, 5, 9], [7, 8, 6, 9, 2, 5, 5]]
    means = [mean_of(group) for group in groups]
    overall = welch_anova(means)
    assert overall.p == pytest.approx(f_oneway(*groups, equal_var=False).pvalue)
    reference = tukey_hsd(*groups, equal_var=False).pvalue
    for (i, j), p in games_howell(means).items():
        assert p == pytest.approx(reference[i, j], abs=1e-6)


def test_overall_test_needs_two_groups_with_spread():
    assert welch_anova([mean_of([1, 2]), mean_of([3]), mean_of([]), mean_of([4, 4])]).p is None
    assert games_howell([mean_of([1, 2]), mean_of([3])]) == {(0, 1): None}


def test_holm():
    assert holm([0.01, 0.04, None, 0.03]) == pytest.approx((0.03, 0.06, None, 0.06), nan_ok=True)
    assert holm([]) == ()
    assert holm([None]) == (None,)


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_only_raises_and_keeps_the_order(p_values):
    adjusted = holm(p_values)
    assert all(p <= q <= 1 for p, q in zip(p_values, adjusted, strict=True))
    pairs = sorted(zip(p_values, adjusted, strict=True))
    assert [q for _, q in pairs] == sorted(adjusted)


def test_ranking_brackets_what_does_not_differ():
    means = {"east": 4.6, "north": 4.5, "west": 4.3, "south": 3.2}
    found = rank({unit: mean_of_moments(60, mean, 0.7) for unit, mean in means.items()})
    assert found.order == ("east", "north", "west", "south")
    assert found.runs == (("east", "north", "west"),)


def test_runs_may_overlap():
    found = rank({unit: mean_of_moments(60, mean, 0.6) for unit, mean in zip("abc", (4.5, 4.3, 4.1), strict=True)})
    assert found.runs == (("a", "b"), ("b", "c"))


def test_ranking_of_shares_and_of_units_with_few_answers():
    units = {"a": share(90, 100), "b": share(50, 100), "c": share(0, 0), "d": share(1, 1)}
    found = rank(units)
    assert found.order == ("d", "a", "b")
    assert found.runs == (("d", "a"),) or found.runs == (("d", "a"), ("d", "b"))
    assert rank({}).order == ()
    assert rank({"a": mean_of([1, 2]), "b": mean_of([5])}, higher_is_better=False).runs == (("a", "b"),)


def test_ranking_without_any_difference_is_one_run():
    found = rank({unit: mean_of([3, 4, 5]) for unit in "abcd"})
    assert found.runs == (("a", "b", "c", "d"),)
