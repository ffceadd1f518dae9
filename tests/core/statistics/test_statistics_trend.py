import pytest

from core.statistics.intervals import mean_of, mean_of_moments
from core.statistics.trend import Signal, mean_chart, p_chart

COMPLAINTS = [(count, 200) for count in (40, 44, 22, 34, 24, 32, 28, 32, 34, 30)]


def test_p_chart_of_the_textbook():
    points = p_chart(COMPLAINTS)
    assert points[0].centre == 0.16
    assert (round(points[0].low, 4), round(points[0].high, 4)) == (0.0822, 0.2378)
    assert [point.signal for point in points] == [None] * 10


def test_limits_follow_each_periods_own_n():
    small, large = p_chart([(8, 50), (320, 2000)])
    assert small.low < large.low < large.high < small.high
    assert p_chart([(1, 5), (1, 5)])[0].low == 0


def test_points_outside_the_limits_signal():
    points = p_chart([*COMPLAINTS, (80, 200), (2, 200)])
    assert [point.signal for point in points[-2:]] == [Signal.ABOVE, Signal.BELOW]


def test_a_long_run_on_one_side_signals():
    points = p_chart([(30, 200)] * 8 + [(34, 200)] * 8)
    assert [point.signal for point in points] == [None] * 7 + [Signal.RUN] + [None] * 7 + [Signal.RUN]
    assert all(point.signal is None for point in p_chart([(30, 200)] * 20))


def test_a_break_starts_a_new_centre_and_ends_the_run():
    points = p_chart([(30, 200)] * 4 + [(90, 200)] * 4, breaks=[4])
    assert [(point.segment, point.centre) for point in points] == [(0, 0.15)] * 4 + [(1, 0.45)] * 4
    assert all(point.signal is None for point in points)
    with pytest.raises(ValueError, match="break"):
        p_chart([(1, 2)], breaks=[5])


def test_empty_periods_neither_feed_nor_end_a_run():
    points = p_chart([(30, 200)] * 4 + [(0, 0)] + [(30, 200)] * 4 + [(60, 200)] * 8)
    assert (points[4].estimate, points[4].low, points[4].signal) == (None, None, None)
    assert points[8].signal == Signal.RUN


def test_one_filled_period_has_no_limits():
    assert p_chart([]) == ()
    (only,) = p_chart([(5, 10)])
    assert (only.estimate, only.centre, only.low, only.signal) == (0.5, None, None, None)


def test_a_share_that_never_moves():
    assert [(p.low, p.high, p.signal) for p in p_chart([(0, 9)] * 9)] == [(0, 0, None)] * 9


def test_mean_chart():
    points = mean_chart([mean_of_moments(100, mean, 0.8) for mean in (4.0, 4.1, 3.9, 4.0, 3.2)], scale=(1, 5))
    assert points[0].centre == pytest.approx(3.84)
    assert (points[0].low, points[0].high) == (pytest.approx(3.6), pytest.approx(4.08))
    assert points[-1].signal == Signal.BELOW
    assert points[1].signal == Signal.ABOVE


def test_mean_chart_without_spread_or_answers():
    single = mean_chart([mean_of([4]), mean_of([]), mean_of([5])])
    assert [(p.estimate, p.low, p.signal) for p in single] == [
        (4, None, None),
        (None, None, None),
        (5, None, None),
    ]
