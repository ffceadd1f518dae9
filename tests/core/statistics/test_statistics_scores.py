import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.statistics.results import Interval
from core.statistics.scores import (
    Band,
    Bands,
    Nps,
    nps,
    nps_of_counts,
    positional,
    rating,
    reverse,
    satisfaction_sum,
    share_from,
    tally,
    to_five,
    weighted_index,
)


@pytest.mark.parametrize(
    ("value", "full_mark", "five"),
    [
        (240, 300, 4.0),
        (210, 300, 3.5),
        (300, 300, 5.0),
        (0, 300, 0.0),
        (4, 5, 4.0),
        (3, 4, 3.75),
        (8, 10, 4.0),
    ],
)
def test_everything_is_converted_to_five_points(value, full_mark, five):
    assert to_five(value, full_mark=full_mark) == five


@pytest.mark.parametrize(("value", "full_mark"), [(301, 300), (-1, 5), (1, 0)])
def test_impossible_scores_are_refused(value, full_mark):
    with pytest.raises(ValueError, match="not a score"):
        to_five(value, full_mark=full_mark)


def test_options_count_by_their_place():
    assert [positional(place) for place in range(1, 6)] == [5, 4, 3, 2, 1]
    assert [positional(place, size=4) for place in range(1, 5)] == [4, 3, 2, 1]
    with pytest.raises(ValueError, match="no option 6"):
        positional(6)
    assert [reverse(score) for score in (1, 3, 5)] == [5, 3, 1]


def test_sum_indicator():
    found = satisfaction_sum([10, 5, 3, 1, 1])
    assert (found.n, found.total, found.mean, found.percent) == (20, 82, 4.1, pytest.approx(0.82))
    assert satisfaction_sum([0] * 5).percent is None


@pytest.mark.parametrize(
    ("total", "band"),
    [
        (240, Band.SATISFIED),
        (239, Band.BASICALLY_SATISFIED),
        (210, Band.BASICALLY_SATISFIED),
        (209, Band.NOT_SATISFIED),
    ],
)
def test_bands_of_the_300_point_form(total, band):
    assert Bands().of(total) == band


def test_band_shares_and_other_bounds():
    shares = Bands().shares([300, 240, 239, 100])
    assert [shares[band].count for band in Band] == [2, 1, 1]
    assert shares[Band.SATISFIED].estimate == 0.5
    assert Bands(full_mark=100, satisfied=80, basic=60).of(79.5) == Band.BASICALLY_SATISFIED
    assert Bands().shares([])[Band.SATISFIED].estimate is None


def test_bands_refuse_nonsense():
    with pytest.raises(ValueError, match="must rise"):
        Bands(full_mark=200)
    with pytest.raises(ValueError, match="not a total"):
        Bands().of(301)


def test_rating_of_a_five_point_item():
    item = rating([8, 12, 30, 90, 60])
    assert (item.n, item.mean.mean) == (200, pytest.approx(3.91))
    assert (round(item.mean.sd, 4), round(item.mean.se, 4)) == (1.0233, 0.0724)
    assert (round(item.mean.low, 3), round(item.mean.high, 3)) == (3.767, 4.053)
    assert (item.top.estimate, item.bottom.estimate) == (0.75, 0.10)
    assert (round(item.top.low, 3), round(item.top.high, 3)) == (0.686, 0.805)
    assert item.index.estimate == pytest.approx(72.75)
    assert item.index.low == pytest.approx((item.mean.low - 1) * 25)


def test_rating_without_valid_answers():
    item = rating(tally([None, None]))
    assert item.n == 0
    assert (item.mean.mean, item.top.estimate, item.bottom.low) == (None, None, None)
    assert item.index == Interval(None, None, None)


def test_rating_of_equal_answers_has_no_limits_for_the_mean():
    item = rating([0, 0, 0, 0, 7])
    assert (item.mean.mean, item.mean.low, item.top.high) == (5, None, 1)
    assert item.top.low == pytest.approx(0.6457, abs=1e-4)


@given(st.lists(st.integers(0, 40), min_size=5, max_size=5))
def test_boxes_and_middle_make_the_whole(counts):
    item = rating(counts)
    assert item.top.count + item.bottom.count + counts[2] == item.n


def test_boxes_must_fit():
    with pytest.raises(ValueError, match="boxes"):
        rating([1, 2, 3], top=2, bottom=2)


def test_tally():
    assert tally([5, 4, 4, None, 1]) == [1, 0, 0, 2, 1]
    assert tally([0, 10], points=11, lowest=0)[10] == 1
    with pytest.raises(ValueError, match="not on the scale"):
        tally([6])


def test_share_from_a_score():
    assert share_from([8, 12, 30, 90, 60], 4).count == 150
    assert share_from([1, 1, 1, 1, 2, 2, 2], 5).count == 6
    assert share_from([4, 1], 0, lowest=0).estimate == 1


def test_weighted_index():
    assert weighted_index([10, 10, 10]) == 100
    assert weighted_index([8.2, 7.5, 7.9]) == pytest.approx((7.2 + 6.5 + 6.9) / 27 * 100)
    assert weighted_index([10, 1], [3, 1]) == 75
    with pytest.raises(ValueError, match="weight"):
        weighted_index([5, 5], [1])


def test_nps_with_adjusted_wald():
    score = nps(50, 30, 20)
    assert (score.estimate, score.variance) == (pytest.approx(30), pytest.approx(0.61))
    assert (round(score.se, 2), round(score.se * 1.96, 1)) == (7.81, 15.3)
    assert (round(score.low, 2), round(score.high, 2)) == (14.05, 44.20)
    assert (score.low + score.high) / 2 == pytest.approx(29.13, abs=0.005)


def test_nps_is_never_certain():
    score = nps(10, 0, 0)
    assert (score.estimate, score.se) == (100, 0)
    assert (round(score.low, 1), score.high) == (47.5, 100)


def test_nps_edges():
    assert nps(0, 0, 0) == Nps(0, 0, 0, 0, None, None, None, None, None)
    assert nps_of_counts([1, 0, 0, 0, 0, 0, 2, 3, 4, 5, 6]) == nps(11, 7, 3)
    with pytest.raises(ValueError, match="0 to 10"):
        nps_of_counts([1] * 10)
    with pytest.raises(ValueError, match="negative"):
        nps(-1, 2, 3)
