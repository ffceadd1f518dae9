from core.statistics.fieldwork import Outcomes, response_rates
from core.statistics.quality import bursts, duplicate_texts, inconsistent, median, speeders, straight_line


def test_median():
    assert (median([]), median([3]), median([4, 1]), median([9, 1, 5])) == (None, 3, 2.5, 5)


def test_speeders_are_measured_on_their_own_route():
    short, long = [("short", 20)] * 10, [("long", 300)] * 10
    flags = speeders([*short, *long, ("long", 80), ("short", 80), ("long", None)])
    assert [place for place, flag in enumerate(flags) if flag] == [20]


def test_speeders_need_enough_times():
    assert speeders([("a", 100), ("a", 1)]) == [False, False]
    assert speeders([]) == []


def test_straight_line():
    assert straight_line([3, 3, 3, 3, 3])
    assert straight_line([3, None, 3, 3, 3, 3])
    assert not straight_line([3, 3, 3, 3])
    assert not straight_line([3, 3, 3, 3, 4])
    assert not straight_line([None] * 6)


def test_duplicate_texts():
    texts = ["服务很好,下次还会再来!", "服务很好，下次 还会再来", "好", "好", None, "", "Everything was late"]
    assert duplicate_texts(texts) == [True, True, False, False, False, False, False]


def test_bursts():
    assert bursts([0, 10, 20, 30, 40, 200, None]) == [False, True, True, True, False, False, False]
    assert bursts([0, 10, 20, 30, 61]) == [False] * 5
    assert bursts([0, 10], at_least=2, within=10) == [True, True]


def test_consistency_pair():
    assert inconsistent(5, 1)
    assert not inconsistent(5, 3)
    assert not inconsistent(None, 1)


def test_response_rates():
    rates = response_rates(Outcomes(complete=50, partial=10, refused=5, not_contacted=15, unknown=20))
    assert (rates.rr1.estimate, rates.rr2.estimate) == (0.5, 0.6)
    assert (rates.delivered.count, rates.delivered.n) == (65, 100)
    assert (rates.break_off.count, rates.break_off.n) == (10, 60)
    assert response_rates(Outcomes()).rr1.estimate is None
