import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.statistics import coded

FIVE = {1: 5, 2: 4, 3: 3, 4: 2, 5: 1}


def test_rows_are_read_in_place():
    rows = coded.table(bytes([1, 2, 3, 4, 5, 6]), 3)
    assert rows.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert coded.column(rows, 1).tolist() == [2, 5]
    assert coded.column(rows, 0, 2).tolist() == [258, 1029]


def test_codes_are_counted_without_those_that_do_not_occur():
    assert coded.counted(np.array([1, 3, 3, 0], np.uint8)) == {0: 1, 1: 1, 3: 2}
    assert coded.counted(np.array([], np.uint8)) == {}
    assert coded.pairs(np.array([1, 1, 255], np.uint8), np.array([2, 2, 0], np.uint8)) == {(1, 2): 2, (255, 0): 1}
    assert coded.pairs(np.array([], np.uint8), np.array([], np.uint8)) == {}


def test_a_row_counts_once_however_much_it_chose():
    assert coded.any_chosen(np.array([[1, 1], [0, 0], [0, 1], [255, 0]], np.uint8), na=255) == 2


def test_means_of_rows_are_exact_at_the_limits():
    """5 and 3 make exactly 4 and count as satisfied; 5, 4 and 3 too; 4, 4 and 3 do not; a row without answers counts nowhere."""
    rows = np.array([[1, 3, 0], [1, 2, 3], [2, 2, 3], [0, 255, 0], [4, 4, 4]], np.uint8)
    sums = coded.sums_of_means(*coded.score_sums([(rows[:, n], FIVE) for n in range(3)]), top=4, bottom=2)
    assert (sums.n, sums.top, sums.bottom) == (4, 2, 1)
    assert sums.total == pytest.approx(4 + 4 + 11 / 3 + 2)
    assert coded.means(*coded.score_sums([(rows[:, n], FIVE) for n in range(3)]))[3] is None


@pytest.mark.parametrize(("score", "stored"), [(2.3335, 2334), (3.6667, 3667), (1, 1000), (10 / 3, 3333), (0.0005, 1)])
def test_scores_are_rounded_as_they_are_stored(score, stored):
    assert coded.thousandths(score) == stored


@given(
    st.lists(st.lists(st.integers(0, 5), min_size=3, max_size=3), min_size=1, max_size=60),
    st.sampled_from([1, 0.7, 1.333]),
)
def test_sums_equal_those_counted_one_by_one(lines, step):
    scores = {code: round(code * step, 3) for code in range(1, 6)}
    rows = np.array(lines, np.uint8)
    found = coded.sums_of_means(*coded.score_sums([(rows[:, n], scores) for n in range(3)]), top=4, bottom=2)
    means = [sum(scores[c] for c in line if c) / sum(map(bool, line)) for line in lines if any(line)]
    assert found.n == len(means)
    assert found.total == pytest.approx(sum(means))
    assert found.squares == pytest.approx(sum(mean * mean for mean in means))


def test_many_questions_are_sorted_instead_of_counted(monkeypatch):
    rows = np.array([[1, 3], [2, 0], [5, 5]], np.uint8)
    columns = [(rows[:, n], FIVE) for n in range(2)]
    counted = coded.sums_of_means(*coded.score_sums(columns), top=4, bottom=2)
    monkeypatch.setattr(coded, "ROOM", 0)
    assert coded.sums_of_means(*coded.score_sums(columns), top=4, bottom=2) == counted


def test_nothing_is_counted_of_nobody():
    empty = np.array([], np.uint8)
    assert coded.sums_of_means(*coded.score_sums([(empty, FIVE)]), top=4, bottom=2) == coded.Sums(0, 0, 0, 0, 0)
