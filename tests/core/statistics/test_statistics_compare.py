import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.statistics.compare import (
    check_effect,
    mann_whitney,
    mean_difference,
    newcombe,
    nps_difference,
    paired_difference,
    share_difference,
    welch,
)
from core.statistics.intervals import mean_of, mean_of_counts, mean_of_moments, share
from core.statistics.results import Difference, Interval, Verdict
from core.statistics.scores import nps, tally

DRUG_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
DRUG_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
NOTHING = Difference(None, None, None, None, Verdict.NOT_PROVEN)


def test_newcombe_1998():
    interval = newcombe(56, 70, 48, 80)
    assert interval.estimate == pytest.approx(0.20)
    assert (round(interval.low, 4), round(interval.high, 4)) == (0.0524, 0.3339)
    extreme = newcombe(10, 10, 0, 20)
    assert (extreme.estimate, round(extreme.low, 4), extreme.high) == (1, 0.6791, 1)
    assert newcombe(0, 0, 1, 2) == Interval(None, None, None)


def test_effect_check():
    baseline = share(150, 200)
    better = check_effect(baseline, share(168, 200), smallest=0.05)
    assert better.difference.verdict == Verdict.IMPROVED
    assert [round(100 * x, 1) for x in (better.difference.low, better.difference.high)] == [1.1, 16.8]
    assert (better.worth_having, better.needed) == (True, 1094)
    unproven = check_effect(baseline, share(156, 200), smallest=0.05)
    assert unproven.difference.verdict == Verdict.NOT_PROVEN
    assert [round(100 * x, 1) for x in (unproven.difference.low, unproven.difference.high)] == [-5.3, 11.3]
    assert not unproven.worth_having


def test_effect_check_where_less_is_better():
    effect = check_effect(share(60, 200), share(30, 200), smallest=0.1, higher_is_better=False)
    assert effect.difference.estimate == pytest.approx(-0.15)
    assert (effect.difference.verdict, effect.worth_having) == (Verdict.IMPROVED, True)
    assert effect.needed == check_effect(share(60, 200), share(60, 200), smallest=-0.1).needed


def test_effect_check_of_a_mean_and_of_nothing():
    before, after = mean_of_counts([8, 12, 30, 90, 60]), mean_of_counts([2, 6, 20, 92, 80])
    effect = check_effect(before, after, smallest=0.2)
    assert (effect.difference.verdict, effect.worth_having, effect.needed) == (Verdict.IMPROVED, True, 411)
    empty = check_effect(share(0, 0), share(1, 2), smallest=0.1)
    assert (empty.difference, empty.worth_having, empty.needed) == (NOTHING, False, None)
    assert check_effect(mean_of([]), before, smallest=0.1).needed is None


counts = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts, counts)
def test_interval_p_and_verdict_never_contradict(a, b):
    found = share_difference(share(*a), share(*b))
    assert -1 <= found.low <= found.estimate <= found.high <= 1
    assert (found.p < 0.05) == (found.verdict != Verdict.NOT_PROVEN)
    other = share_difference(share(*b), share(*a))
    assert (other.low, other.high) == pytest.approx((-found.high, -found.low), abs=1e-12)


def test_share_p_is_close_to_the_usual_test():
    assert share_difference(share(150, 200), share(168, 200)).p == pytest.approx(0.0259, abs=0.003)
    assert share_difference(share(5, 10), share(10, 20)).p == 1


def test_welch_on_sleep():
    test = welch(mean_of(DRUG_2), mean_of(DRUG_1))
    assert (round(test.statistic, 4), round(test.df, 3), round(test.p, 4)) == (-1.8608, 17.776, 0.0794)
    found = mean_difference(mean_of(DRUG_1), mean_of(DRUG_2))
    assert found.verdict == Verdict.NOT_PROVEN
    assert (found.low, found.high) == pytest.approx((-0.2055, 3.3655), abs=1e-4)


def test_paired_t_on_sleep():
    found = paired_difference(DRUG_1, DRUG_2)
    assert (round(found.estimate, 2), round(found.p, 4)) == (1.58, 0.0028)
    assert found.verdict == Verdict.IMPROVED
    assert paired_difference(DRUG_1, DRUG_2, higher_is_better=False).verdict == Verdict.WORSENED


def test_paired_edges():
    assert paired_difference([], []) == NOTHING
    assert paired_difference([3], [4]) == Difference(1, None, None, None)
    assert paired_difference([3, 4], [3, 4]) == Difference(0, None, None, 1.0)
    assert paired_difference([3] * 8, [4] * 8) == Difference(1, None, None, 2**-7, Verdict.IMPROVED)


def test_means_without_enough_answers_prove_nothing():
    assert mean_difference(mean_of([]), mean_of([1, 2])) == NOTHING
    assert mean_difference(mean_of([1]), mean_of([4, 5])) == Difference(3.5, None, None, None)


def test_means_without_spread_use_the_permutation_p():
    five_each = mean_difference(mean_of([4] * 5), mean_of([5] * 5))
    assert five_each == Difference(1, None, None, 2 / 252, Verdict.IMPROVED)
    assert mean_difference(mean_of([4] * 2), mean_of([5] * 2)).verdict == Verdict.NOT_PROVEN
    assert mean_difference(mean_of([4] * 5), mean_of([4] * 6)) == Difference(0, None, None, 1.0)


def test_welch_survives_tiny_spreads():
    found = mean_difference(mean_of_moments(9, 1.0, 1e-120), mean_of_moments(9, 1.0, 1e-120))
    assert (found.estimate, found.p) == (0, 1)


def test_two_nps():
    found = nps_difference(nps(180, 120, 100), nps(216, 112, 72))
    assert (found.estimate, round(found.p, 4)) == (pytest.approx(16), 0.0042)
    assert (round(found.low, 1), round(found.high, 1)) == (5.0, 27.0)
    assert found.verdict == Verdict.IMPROVED


def test_two_nps_without_spread():
    same = nps_difference(nps(10, 0, 0), nps(10, 0, 0))
    assert (same.estimate, same.p, same.verdict) == (0, 1, Verdict.NOT_PROVEN)
    assert nps_difference(nps(0, 0, 9), nps(9, 0, 0)).verdict == Verdict.IMPROVED
    assert nps_difference(nps(0, 0, 0), nps(9, 0, 0)) == NOTHING


@given(st.lists(st.integers(1, 5), min_size=2, max_size=30), st.lists(st.integers(1, 5), min_size=2, max_size=30))
def test_mann_whitney_against_scipy(before, after):
    from scipy.stats import mannwhitneyu

    found = mann_whitney(tally(before), tally(after))
    reference = mannwhitneyu(after, before, method="asymptotic")
    assert found.superiority == pytest.approx(reference.statistic / len(before) / len(after))
    if found.z is not None:
        assert found.p == pytest.approx(min(1, reference.pvalue))


def test_mann_whitney_edges():
    assert mann_whitney([0] * 5, [1] * 5).p is None
    assert mann_whitney([0, 3], [0, 4]).p == 1
    with pytest.raises(ValueError, match="different scales"):
        mann_whitney([1], [1, 2])
