"""The bank of bets: its numbers, its directions, its interval."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rollout_tui.domain.evidence.bank import GRID, WEIGHTS, Bets, interval, mirrored_limit
from tests.unit.domain.vectors import FILE, needed, vectors

rates = st.floats(1e-6, 0.999)
totals = st.one_of(st.integers(1, 1_000_000_000), st.floats(0.01, 1e9))
shares = st.floats(0, 1)
NEEDED = math.log(100)


def slack(*numbers: float) -> float:
    """What rounding may move a logarithm of that size."""
    return 1e-9 + 1e-12 * max(abs(number) for number in numbers)


def evidence(rate: float, k: float, n: float) -> tuple[float, float]:
    bets = Bets(rate)
    return bets.above(k, n), bets.below(k, n)


@needed
def test_the_grid_and_its_weights_are_those_of_the_design():
    import json

    document = json.loads(FILE.read_text())
    assert pytest.approx(document["grid"], rel=1e-12) == GRID
    assert pytest.approx(document["weights"], rel=1e-12) == WEIGHTS


@needed
@pytest.mark.parametrize("vector", vectors("log_evidence"))
def test_the_evidence_is_that_of_the_vectors(vector):
    up, down = evidence(vector["limit"], vector["bad"], vector["total"])
    assert up == pytest.approx(vector["log_e_up"], rel=vector["rel_tol"], abs=vector["abs_tol"])
    assert down == pytest.approx(vector["log_e_dn"], rel=vector["rel_tol"], abs=vector["abs_tol"])


@needed
@pytest.mark.parametrize("vector", vectors("interval"))
def test_the_interval_is_that_of_the_vectors(vector):
    low, high = interval(vector["bad"], vector["total"], dispersion=vector.get("dispersion", 1.0))
    assert low == pytest.approx(vector["low"], abs=vector["abs_tol"])
    assert high == pytest.approx(vector["high"], abs=vector["abs_tol"])


@needed
@pytest.mark.parametrize("vector", vectors("other_interval"))
def test_the_interval_overlaps_that_of_another_method_and_both_hold_the_value(vector):
    low, high = interval(vector["bad"], vector["total"])
    other_low, other_high = vector["beta_binomial_98"]
    assert max(low, other_low) <= vector["bad"] / vector["total"] <= min(high, other_high)


def test_a_stake_is_spread_over_sixteen_bets():
    assert len(GRID) == len(WEIGHTS) == 16
    assert sum(WEIGHTS) == pytest.approx(1, abs=1e-15)
    assert math.exp(GRID[0]) == pytest.approx(1.03, abs=0.001)
    assert math.exp(GRID[-1]) == pytest.approx(228, abs=1)


@given(totals, shares, rates, rates)
def test_evidence_above_falls_and_evidence_below_rises_with_the_limit(n, share, one, other):
    lower, higher = sorted((one, other))
    (up, down), (up_then, down_then) = evidence(lower, share * n, n), evidence(higher, share * n, n)
    assert up_then <= up + slack(up, up_then)
    assert down_then >= down - slack(down, down_then)


@given(totals, shares, shares, rates)
def test_more_bad_sessions_are_more_evidence_above_and_less_below(n, one, other, rate):
    fewer, more = sorted((one, other))
    (up, down), (up_then, down_then) = evidence(rate, fewer * n, n), evidence(rate, more * n, n)
    assert up_then >= up - slack(up, up_then)
    assert down_then <= down + slack(down, down_then)


@given(totals, totals, shares, rates)
def test_more_good_sessions_are_less_evidence_above_and_more_below(one, other, share, rate):
    fewer, more = sorted((float(one), float(other)))
    (up, down), (up_then, down_then) = evidence(rate, share * fewer, fewer), evidence(rate, share * fewer, more)
    assert up_then <= up + slack(up, up_then)
    assert down_then >= down - slack(down, down_then)


@given(totals, shares, rates)
def test_evidence_of_a_hundred_to_one_means_a_value_on_that_side(n, share, rate):
    up, down = evidence(rate, share * n, n)
    assert up < NEEDED or share > rate
    assert down < NEEDED or share < rate


@given(totals, shares, rates)
def test_the_mirrored_counts_give_the_mirrored_evidence(n, share, rate):
    k = share * n
    up, down = evidence(rate, k, n)
    up_mirrored, down_mirrored = evidence(1 - rate, n - k, n)
    assert up_mirrored == pytest.approx(down, rel=1e-6, abs=1e-6 * (1 + n * 1e-6))
    assert down_mirrored == pytest.approx(up, rel=1e-6, abs=1e-6 * (1 + n * 1e-6))


@given(
    st.integers(1, 100_000_000),
    shares,
    rates,
    st.sampled_from([1.0, 2.0, 5.0]),
    st.sampled_from([0.05, 0.01, 0.0001]),
)
def test_the_interval_agrees_with_the_verdict_of_one_look(n, share, rate, f, alpha):
    k = round(share * n)
    up, down = evidence(rate, k / f, n / f)
    assume(min(abs(up + math.log(alpha)), abs(down + math.log(alpha))) > 1e-4)
    low, high = interval(k, n, dispersion=f, alpha=alpha)
    assert low <= k / n <= high
    assert (low >= rate) == (up >= -math.log(alpha))
    assert (high <= rate) == (down >= -math.log(alpha))


@given(st.integers(1, 1_000_000), shares)
def test_the_interval_of_what_is_left_over_is_the_mirrored_one(n, share):
    k = round(share * n)
    low, high = interval(k, n)
    assert interval(n - k, n) == (pytest.approx(1 - high, abs=1e-9), pytest.approx(1 - low, abs=1e-9))


def test_the_complement_of_a_limit_is_taken_in_decimals():
    assert mirrored_limit(0.995) == 0.005
    assert 1 - 0.995 != 0.005


@pytest.mark.parametrize("rate", [1e-9, 0.005, 0.5, 0.999999])
@pytest.mark.parametrize(("k", "n"), [(0, 10**9), (10**9, 10**9), (0.25, 0.5), (5e6, 1e9)])
def test_nothing_overflows(rate, k, n):
    assert all(math.isfinite(number) for number in (*evidence(rate, k, n), *interval(k, n)))
