import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.statistics.crosstab import crosstab

PARTY = [(762, 327, 468), (484, 239, 477)]


def test_chi_square_with_v_and_residuals():
    found = crosstab(PARTY)
    assert (round(found.chi2, 3), found.df, round(found.cramers_v, 3)) == (30.070, 2, 0.104)
    assert found.p == pytest.approx(2.95e-07, rel=0.01)
    assert [round(residual, 2) for residual in found.residuals[0]] == [4.50, 0.70, -5.32]
    assert found.marked == ((0, 0), (0, 2), (1, 0), (1, 2))
    assert (found.sparse, found.fisher_p) == (False, None)


def test_weighted_table_is_corrected_by_the_design_effect():
    plain, weighted = crosstab(PARTY), crosstab(PARTY, design_effect=2)
    assert weighted.chi2 == pytest.approx(plain.chi2 / 2)
    assert weighted.residuals[0][0] == pytest.approx(plain.residuals[0][0] / 2**0.5)


def test_sparse_two_by_two_gets_fishers_p():
    found = crosstab([(3, 1), (1, 3)])
    assert found.sparse
    assert found.fisher_p == pytest.approx(0.4857, abs=1e-4)


@given(st.lists(st.lists(st.integers(0, 9), min_size=2, max_size=2), min_size=2, max_size=2))
def test_fisher_against_scipy(table):
    from scipy.stats import fisher_exact

    found = crosstab(table)
    if found.fisher_p is not None:
        assert found.fisher_p == pytest.approx(fisher_exact(table).pvalue)


@pytest.mark.parametrize("table", [[(0, 0), (0, 0)], [(3, 4), (0, 0)], [(3, 0), (4, 0)], [(1, 2)], []])
def test_without_two_rows_and_columns_there_is_no_test(table):
    found = crosstab(table)
    assert (found.chi2, found.df, found.p, found.cramers_v, found.marked) == (None, 0, None, None, ())


def test_empty_rows_are_left_out():
    with_empty, without = crosstab([*PARTY, (0, 0, 0)]), crosstab(PARTY)
    assert (with_empty.chi2, with_empty.df) == (pytest.approx(without.chi2), 2)
    assert with_empty.residuals[2] == (None, None, None)
