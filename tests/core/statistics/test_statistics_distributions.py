import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from core.statistics.distributions import chi2_p, f_p, normal_p, t_p, t_value, z_value

dfs = st.floats(1, 1e6)


def close(expected):
    return pytest.approx(expected, rel=1e-7, abs=1e-13)


@given(st.floats(-30, 30), dfs)
def test_t(t, df):
    assert t_p(t, df) == close(2 * special.stdtr(df, -abs(t)))


@given(dfs, st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99, 0.999]))
def test_t_quantile(df, level):
    assert t_value(df, level) == close(special.stdtrit(df, (1 + level) / 2))


@given(st.floats(0, 100), st.integers(1, 40), dfs)
def test_f(f, df_between, df_within):
    assert f_p(f, df_between, df_within) == close(special.fdtrc(df_between, df_within, f))


@given(st.floats(0, 500), st.integers(1, 60))
def test_chi_square(chi2, df):
    assert chi2_p(chi2, df) == close(special.chdtrc(df, chi2))


def test_normal():
    assert z_value() == pytest.approx(1.959963984540054)
    assert normal_p(z_value(0.99)) == pytest.approx(0.01)
