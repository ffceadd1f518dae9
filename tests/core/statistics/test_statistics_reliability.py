import pytest

from core.statistics.reliability import cronbach


def test_alpha_by_hand():
    rows = [[int(digit) for digit in row] for row in ("454", "334", "555", "232", "443", "344")]
    assert cronbach(rows).alpha == pytest.approx(198 / 221)


def test_alpha_of_attitude(read_table):
    names, rows = read_table("attitude")
    found = cronbach(rows)
    assert (found.n, found.items) == (30, 7)
    assert (round(found.alpha, 4), round(found.standardised, 4)) == (0.8431, 0.8391)
    assert round(found.if_dropped[names.index("critical")], 4) == 0.8639


def test_alpha_needs_items_answers_and_spread():
    assert cronbach([]).alpha is None
    assert cronbach([(3, 4)]).if_dropped == (None, None)
    assert cronbach([(3,), (4,)]).alpha is None
    assert cronbach([(3, 3)] * 5).alpha is None
    constant = cronbach([(3, 1, 5), (3, 2, 4), (3, 4, 4)])
    assert constant.alpha is not None
    assert constant.standardised is None
    assert cronbach([(3, 4), (None, 2), (4, 5)]).n == 2
