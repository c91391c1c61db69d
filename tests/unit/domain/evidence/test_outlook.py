"""How much longer a gate needs, and what it takes at least to pass or to fail."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollout_tui.domain.evidence.bank import Bets
from rollout_tui.domain.evidence.outlook import FARTHEST, clean_sessions, least_bad, least_sessions, more_sessions
from tests.unit.domain.vectors import needed, vectors

NEEDED = 4.605170185988091
"""ln 100."""


@needed
@pytest.mark.parametrize("vector", vectors("eta"))
def test_the_range_until_a_decision_is_that_of_the_vectors(vector):
    told = more_sessions(vector["bad"], vector["total"], limit=vector["limit"])
    for sessions, wanted in zip(told, (vector["fast"], vector["slow"]), strict=True):
        if wanted is None:
            assert sessions is None
        else:
            assert sessions == pytest.approx(wanted, rel=vector["rel_tol"], abs=vector["abs_tol"])


@needed
@pytest.mark.parametrize("vector", vectors("min_sessions_for_pass"))
def test_the_fewest_sessions_for_a_pass_are_those_of_the_vectors(vector):
    assert least_sessions(limit=vector["limit"], bad=vector["bad"], beta=vector["alpha"]) == vector["total"]


@needed
@pytest.mark.parametrize("vector", vectors("min_bad_for_fail"))
def test_the_fewest_bad_for_a_fail_are_those_of_the_vectors(vector):
    assert least_bad(vector["total"], limit=vector["limit"], alpha=vector["alpha"]) == vector["bad"]


@pytest.mark.parametrize(
    ("limit", "bad", "sessions"),
    [
        (0.005, 0, 1224),
        (0.005, 1, 1807),
        (0.005, 2, 2262),
        (0.005, 5, 3398),
        (0.01, 0, 611),
        (0.01, 1, 902),
        (0.01, 3, 1331),
        (0.05, 0, 120),
        (0.001, 0, 6131),
    ],
)
def test_a_pass_needs_so_many_sessions_at_least(limit, bad, sessions):
    assert least_sessions(limit=limit, bad=bad) == sessions
    assert least_sessions(limit=float(1 - Fraction(repr(limit))), bad=bad, above=True) == sessions


@pytest.mark.parametrize(("sessions", "bad"), [(20, 3), (100, 5), (400, 9), (1000, 15), (5000, 45)])
def test_a_fail_needs_so_many_bad_at_least(sessions, bad):
    assert least_bad(sessions, limit=0.005) == bad
    assert least_bad(sessions, limit=0.995, above=True) == bad


def test_a_single_session_cannot_fail():
    assert least_bad(1, limit=0.005) > 1


def test_what_is_decided_needs_no_more_sessions():
    assert more_sessions(12, 8000, limit=0.005) == (0, 0)
    assert more_sessions(120, 8000, limit=0.005) == (0, 0)


def test_a_rate_within_two_per_cent_of_the_limit_is_never_told_from_it():
    assert more_sessions(5_000_000, 1_000_000_000, limit=0.00495) == (None, None)


def test_a_rate_so_near_is_not_told_from_the_limit_even_where_it_could_be():
    assert more_sessions(50_725, 10_000_000, limit=0.005) == (None, None)  # 1.5 % over the limit, at most 1.9 %


def test_what_lies_too_far_away_is_not_in_sight():
    assert more_sessions(320, 100_000_000, limit=0.000003) == (None, None)


def test_a_share_that_must_stay_above_is_reckoned_on_what_falls_short():
    assert more_sessions(4969, 5000, limit=0.995, above=True) == more_sessions(31, 5000, limit=0.005)
    assert clean_sessions(800, 800, limit=0.995, above=True) == 424


def test_bursts_need_more_sessions():
    for f in (2.0, 5.0):
        assert least_sessions(limit=0.005, dispersion=f) == pytest.approx(f * 1224, abs=f)
        assert least_bad(1000, limit=0.005, dispersion=f) > least_bad(1000, limit=0.005)
        fast, _ = more_sessions(2, 2000, limit=0.005, dispersion=f)
        assert fast is not None
        assert fast > 332 * f


def test_bursts_scale_counts_and_sessions_alike():
    assert more_sessions(4, 4000, limit=0.005, dispersion=2.0) == (
        pytest.approx(2 * 332, rel=0.01),
        pytest.approx(2 * 1148, rel=0.01),
    )


def test_the_hard_floor_is_zero_once_passed_and_nothing_once_failed():
    assert clean_sessions(0, 800, limit=0.005) == 424
    assert clean_sessions(12, 8000, limit=0.005) == 0
    assert clean_sessions(120, 8000, limit=0.005) is None


@given(
    total=st.floats(1, 1e9),
    share=st.floats(0, 1),
    limit=st.sampled_from([0.001, 0.005, 0.01, 0.05, 0.2]),
    dispersion=st.sampled_from([1.0, 2.5, 5.0]),
)
def test_the_hard_floor_is_the_first_number_of_clean_sessions_that_passes(total, share, limit, dispersion):
    bad = share * total * min(1.0, 3 * limit)
    bets = Bets(limit)
    clean = clean_sessions(bad, total, limit=limit, dispersion=dispersion)
    if clean is None:
        assert bets.above(bad / dispersion, total / dispersion) >= NEEDED
        return
    assert bets.below(bad / dispersion, (total + clean) / dispersion) >= NEEDED - 1e-9
    if clean:
        assert bets.below(bad / dispersion, (total + clean - 1) / dispersion) < NEEDED


@given(bad=st.integers(0, 60), total=st.integers(60, 20_000), limit=st.sampled_from([0.001, 0.005, 0.05]))
def test_a_range_begins_before_it_ends_and_never_before_the_hard_floor_of_a_pass(bad, total, limit):
    fast, slow = more_sessions(bad, total, limit=limit)
    if fast is None:
        assert slow is None
        return
    assert fast <= FARTHEST
    assert slow is None or fast <= slow
    clean = clean_sessions(bad, total, limit=limit)
    if clean is not None and slow is not None and bad / total < limit:
        assert fast >= clean
