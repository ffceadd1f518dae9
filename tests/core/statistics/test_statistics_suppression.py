import pickle
from itertools import combinations
from random import Random

import numpy as np
import pytest

from core.statistics import suppression
from core.statistics.suppression import (
    ALL,
    TEXT_THRESHOLD,
    Reason,
    nested,
    suppress,
    suppress_groups,
    with_margins,
)


def leaks(cells, visible, threshold=5):
    """The attacker: every small union of cells that some sum and difference of visible figures yields."""
    people = {key: n for key, n in cells.items() if n}
    order = list(people)

    def vector(key):
        return [all(a is ALL or a == b for a, b in zip(key, cell, strict=True)) for cell in order]

    small = [cell for cell in order if people[cell] < threshold]
    unions = [
        union
        for size in range(1, threshold)
        for union in combinations(small, size)
        if sum(people[cell] for cell in union) < threshold
    ]
    if not unions or not visible:
        return []
    system = np.array([vector(key) for key in visible], dtype=float)
    targets = np.array([[cell in union for cell in order] for union in unions], dtype=float)
    solved = np.linalg.lstsq(system.T, targets.T, rcond=None)[0]
    reached = np.abs(system.T @ solved - targets.T).max(axis=0) < 1e-6
    return [union for union, hit in zip(unions, reached, strict=True) if hit]


def visible_of(shown, hidden):
    return [key for key in shown if key not in hidden]


def test_one_small_group_hides_a_second():
    assert suppress_groups({"a": 3, "b": 12, "c": 8}) == {"a": Reason.TOO_FEW, "c": Reason.COMPLEMENTARY}


def test_without_a_total_nothing_can_be_subtracted():
    assert suppress_groups({"a": 3, "b": 12, "c": 8}, total_shown=False) == {"a": Reason.TOO_FEW}


def test_two_small_groups_that_make_a_small_remainder():
    assert suppress_groups({"a": 1, "b": 2, "c": 20, "d": 9}) == {
        "a": Reason.TOO_FEW,
        "b": Reason.TOO_FEW,
        "d": Reason.COMPLEMENTARY,
    }


def test_two_small_groups_that_hide_each_other():
    assert set(suppress_groups({"a": 3, "b": 2, "c": 20})) == {"a", "b"}


def test_nothing_to_hide():
    assert suppress_groups({"a": 5, "b": 9, "c": 0}) == {}
    assert suppress_groups({}) == {}
    assert suppress({}) == {}
    assert suppress({("a",): 2}, shown=[]) == {}


def test_a_small_total_is_hidden_with_its_parts():
    assert suppress_groups({"a": 2, "b": 1}) == dict.fromkeys(["a", "b", ALL], Reason.TOO_FEW)


def test_a_lonely_group_takes_its_total_along():
    hidden = suppress_groups({"a": 3, "b": 0, "c": 6})
    assert hidden == {"a": Reason.TOO_FEW, "c": Reason.COMPLEMENTARY}
    assert suppress_groups({"a": 3}) == dict.fromkeys(["a", ALL], Reason.TOO_FEW)


def test_texts_have_a_higher_threshold():
    groups = {"a": 7, "b": 12, "c": 30}
    assert suppress_groups(groups) == {}
    assert set(suppress_groups(groups, threshold=TEXT_THRESHOLD)) == {"a", "b"}


def test_two_way_table_hides_a_rectangle():
    table = [[3, 20, 30], [10, 9, 40], [25, 35, 45]]
    cells = {(row, column): n for row, line in enumerate(table) for column, n in enumerate(line)}
    hidden = suppress(cells)
    assert hidden[0, 0] is Reason.TOO_FEW
    assert set(hidden) == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_margins_alone_can_betray_a_cell():
    cells = {("n", "a"): 8, ("s", "a"): 2, ("s", "b"): 9, ("n", "b"): 0}
    shown = [("n", ALL), ("s", ALL), (ALL, "a"), (ALL, "b")]
    assert leaks(cells, shown) == [(("s", "a"),)]
    hidden = suppress(cells, shown=shown)
    assert set(hidden.values()) == {Reason.COMPLEMENTARY}
    assert leaks(cells, visible_of(shown, hidden)) == []


def test_nested_totals():
    cells = {("north", "x"): 3, ("north", "y"): 9, ("south", "z"): 7, ("south", "w"): 30}
    assert (ALL, ALL) in nested(cells)
    assert (ALL, "x") not in nested(cells)
    assert suppress(cells, shown=nested(cells)) == {
        ("north", "x"): Reason.TOO_FEW,
        ("north", "y"): Reason.COMPLEMENTARY,
    }


def test_a_branch_with_one_small_department_is_hidden_too():
    cells = {("north", "x"): 3, ("south", "z"): 7, ("south", "w"): 30, ("east", "v"): 20, ("east", "u"): 8}
    shown = nested(cells)
    hidden = suppress(cells, shown=shown)
    assert hidden["north", ALL] is Reason.TOO_FEW
    assert leaks(cells, visible_of(shown, hidden)) == []


def test_impossible_tables_are_refused():
    with pytest.raises(ValueError, match="negative"):
        suppress_groups({"a": -1})


def test_the_margin_mark_survives_pickling():
    assert pickle.loads(pickle.dumps(ALL)) is ALL


def one_way(random):
    cells = {(group,): random.choice((0, 1, 2, 3, 4, 6, 9, 30)) for group in range(random.randint(1, 9))}
    return cells, with_margins(cells)


def two_way(random):
    rows, columns = random.randint(2, 5), random.randint(2, 4)
    cells = {(r, c): random.choice((0, 1, 2, 4, 5, 8, 12, 30)) for r in range(rows) for c in range(columns)}
    return cells, with_margins(cells)


def branches(random):
    departments = range(random.randint(2, 10))
    cells = {(random.randint(0, 3), d): random.choice((0, 1, 3, 4, 5, 9, 25)) for d in departments}
    return cells, nested(cells)


def filters_and_periods(random):
    """Two attributes by period, seen through every single and double filter, but never all three at once."""
    cells = {
        (group, kind, period): random.choice((0, 1, 2, 3, 6, 10, 20))
        for group in range(3)
        for kind in range(2)
        for period in range(2)
    }
    return cells, [key for key in with_margins(cells) if ALL in key]


@pytest.mark.parametrize("make", [one_way, two_way, branches, filters_and_periods])
def test_no_attacker_computes_a_small_group(make):
    random, attackable = Random(20240601), 0
    for _ in range(200):
        cells, shown = make(random)
        hidden = suppress(cells, shown=shown)
        primary = {key for key, reason in hidden.items() if reason is Reason.TOO_FEW}
        attackable += bool(leaks(cells, visible_of(shown, primary)))
        assert leaks(cells, visible_of(shown, hidden)) == []
        for key in hidden.keys() - primary:
            assert leaks(cells, visible_of(shown, hidden.keys() - {key})), "hidden without need"
    assert attackable >= 50


def test_a_search_cut_short_hides_more_never_less(monkeypatch):
    random = Random(11)
    tables = [two_way(random) for _ in range(40)]
    thorough = [len(suppress(cells, shown=shown)) for cells, shown in tables]
    monkeypatch.setattr(suppression, "SEARCH_LIMIT", 1)
    hasty = [suppress(cells, shown=shown) for cells, shown in tables]
    assert all(
        leaks(cells, visible_of(shown, hidden)) == [] for (cells, shown), hidden in zip(tables, hasty, strict=True)
    )
    assert sum(map(len, hasty)) >= sum(thorough)


def test_no_attacker_computes_a_small_group_of_texts():
    random = Random(7)
    for _ in range(50):
        cells = {(r, c): random.choice((0, 4, 6, 8, 11, 15)) for r in range(3) for c in range(3)}
        hidden = suppress(cells, threshold=10)
        assert leaks(cells, visible_of(with_margins(cells), hidden), threshold=10) == []
