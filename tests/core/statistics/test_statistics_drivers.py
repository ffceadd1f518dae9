import pytest

from core.statistics.drivers import Quadrant, drivers_of_correlations, importance_performance, key_drivers
from core.statistics.drivers import _johnson as johnson
from core.statistics.intervals import mean_of, mean_of_moments


def test_two_drivers_by_hand():
    found = drivers_of_correlations(["a", "b"], [0.6, 0.5], [[1, 0.4], [0.4, 1]], n=100)
    assert found.r2 == pytest.approx(0.37 / 0.84)
    assert [driver.beta for driver in found.drivers] == pytest.approx([0.476190, 0.309524], abs=1e-6)
    assert [driver.share for driver in found.drivers] == pytest.approx([0.275238, 0.165238], abs=1e-6)
    assert sum(driver.importance.estimate for driver in found.drivers) == pytest.approx(1)


def test_johnson_agrees_for_two_drivers():
    import numpy as np

    shares = johnson(np.array([[[1, 0.4], [0.4, 1]]]), np.array([[0.6, 0.5]]))[0]
    assert list(shares) == pytest.approx([0.275238, 0.165238], abs=1e-6)


def test_shapley_shares_of_swiss(read_table):
    names, rows = read_table("swiss")
    found = key_drivers(rows, names[1:])
    assert (found.n, found.method, round(found.r2, 4)) == (47, "lmg", 0.7067)
    assert [round(driver.share, 4) for driver in found.drivers] == [0.0571, 0.1712, 0.2601, 0.1056, 0.1128]


def test_sign_flip_in_attitude_is_marked(read_table):
    names, rows = read_table("attitude")
    found = key_drivers(rows, names[1:], resamples=50)
    drivers = {driver.name: driver for driver in found.drivers}
    complaints, advance = drivers["complaints"], drivers["advance"]
    assert round(found.r2, 4) == 0.7326
    assert (round(complaints.share, 3), complaints.flipped) == (0.371, False)
    assert (round(advance.r, 3), round(advance.share, 3), advance.flipped) == (0.155, 0.028, True)
    assert complaints.importance.low < complaints.importance.estimate < complaints.importance.high
    assert found == key_drivers(rows, names[1:], resamples=50)


def test_many_drivers_use_johnson():
    import numpy as np

    random = np.random.default_rng(1)
    data = random.integers(1, 6, (200, 14)).astype(float)
    data[:, 0] += data[:, 1]
    found = key_drivers(data.tolist(), [str(j) for j in range(13)])
    assert found.method == "johnson"
    assert max(found.drivers, key=lambda driver: driver.share).name == "0"


def test_too_few_answers_or_no_spread():
    assert key_drivers([], ["a"]).r2 is None
    assert key_drivers([(1, 2), (2, 1)], ["a"]).drivers[0].share is None
    assert key_drivers([(3, x) for x in range(9)], ["a"]).r2 is None
    assert key_drivers([(x, 3) for x in range(9)], ["a"]).r2 is None
    assert key_drivers([(x, None) for x in range(9)], ["a"]).n == 0


def test_constant_and_identical_drivers():
    rows = [(y, x, 3, x) for y, x in zip((1, 2, 2, 4, 5, 5), (1, 1, 3, 3, 5, 4), strict=True)]
    first, flat, twin = key_drivers(rows, ["first", "flat", "twin"]).drivers
    assert (flat.r, flat.share) == (None, None)
    assert first.share == pytest.approx(twin.share)


def found_with_importance():
    rows = [(a + a + b, a, b, c) for a in range(4) for b in range(4) for c in range(4)]
    return key_drivers(rows, ["a", "b", "c"])


def test_importance_performance_map():
    low, high = mean_of_moments(200, 3.2, 0.5), mean_of_moments(200, 4.6, 0.5)
    found = importance_performance(found_with_importance(), {"a": low, "b": high, "c": low, "x": high})
    assert found.performance_line == pytest.approx(11 / 3)
    assert found.importance_line == pytest.approx(1 / 3)
    assert {point.name: point.quadrant for point in found.points} == {
        "a": Quadrant.FIX_FIRST,
        "b": Quadrant.MORE_THAN_NEEDED,
        "c": Quadrant.LOW_PRIORITY,
    }


def test_a_point_on_the_line_is_not_called_a_weakness():
    wide = mean_of_moments(6, 3.6, 1.2)
    found = importance_performance(found_with_importance(), {"a": wide, "b": mean_of([5]), "c": mean_of([])})
    assert [point.quadrant for point in found.points] == [Quadrant.UNCLEAR, Quadrant.UNCLEAR]
    assert importance_performance(found_with_importance(), {}).points == ()
