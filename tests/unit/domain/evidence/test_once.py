"""One look without a history."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollout_tui.domain.evidence.gate import SPOKEN
from rollout_tui.domain.evidence.once import Look, look
from rollout_tui.domain.evidence.wording import bound, odds
from rollout_tui.domain.verdicts import Verdict
from tests.unit.domain.evidence.polls import RUBBISH
from tests.unit.domain.vectors import needed, vectors


@needed
@pytest.mark.parametrize("vector", vectors("gate_once"), ids=lambda v: f"{v['bad']} of {v['total']}")
def test_one_look_says_what_the_vectors_say(vector):
    asked = {key: vector[key] for key in ("limit", "direction", "alpha", "dispersion") if key in vector}
    seen = look(vector["bad"], vector["total"], **asked)
    assert SPOKEN[seen.verdict] == vector["verdict"]
    assert seen.point_ok == vector["point_ok"]
    for told, wanted in ((seen.log_e_fail, vector["log_e_fail"]), (seen.log_e_pass, vector["log_e_pass"])):
        assert told == (None if wanted is None else pytest.approx(wanted, rel=vector["rel_tol"], abs=vector["abs_tol"]))


@needed
@pytest.mark.parametrize("vector", vectors("interval"), ids=lambda v: f"{v['bad']} of {v['total']}")
def test_its_interval_is_that_of_the_vectors(vector):
    asked = {key: vector[key] for key in ("direction", "dispersion") if key in vector}
    seen = look(vector["bad"], vector["total"], limit=0.995 if "direction" in vector else 0.005, **asked)
    assert seen.low == pytest.approx(vector["low"], abs=vector["abs_tol"])
    assert seen.high == pytest.approx(vector["high"], abs=vector["abs_tol"])


@pytest.mark.parametrize(
    ("bad", "total", "words"),
    [
        (31, 5000, "over the limit, not proven (0.6:1 of 100:1)"),
        (1, 10, "1 bad session proves nothing; 3 in the first 20 sessions would FAIL"),
        (120, 8000, "proven over, more than 1,000,000:1"),
        (12, 8000, "proven under, 140,728:1"),
        (0, 800, "not enough sessions: at least 424 more without a bad one"),
        (20, 6000, "under the limit, not proven (2.4:1 of 100:1)"),
        (50, 10_000, "on the limit: neither side is proven"),
    ],
)
def test_every_answer_has_its_reason_in_plain_words(bad, total, words):
    assert look(bad, total, limit=0.005).reason == words


def test_a_share_that_must_stay_above_says_the_sides_the_other_way_round():
    assert look(9995, 10_000, limit=0.995, direction="above").reason.startswith("proven over")
    assert look(9880, 10_000, limit=0.995, direction="above").reason.startswith("proven under")


@pytest.mark.parametrize(("bad", "total"), [*RUBBISH, (Decimal("sNaN"), 5), (Decimal("Infinity"), Decimal("Infinity"))])
def test_counts_that_cannot_be_used_are_no_data_with_the_reason(bad, total):
    seen = look(bad, total, limit=0.005)
    assert seen.verdict is Verdict.NO_DATA
    assert seen.reason
    assert (seen.point, seen.point_ok, seen.low, seen.high, seen.log_e_fail, seen.log_e_pass) == (None,) * 6
    assert seen.more_sessions == (None, None)
    assert seen.clean_sessions_to_pass is None
    assert seen.log_e_fail_needed == pytest.approx(math.log(100))


@pytest.mark.parametrize(
    ("bad", "total", "limit", "direction", "ok"),
    [
        (199, 39_800, Decimal("0.005"), "below", True),
        (Decimal("199.0000001"), 39_800, Decimal("0.005"), "below", False),
        (199, 39_800, 0.005, "below", True),
        (39_601, 39_800, Decimal("0.995"), "above", True),
        (39_600, 39_800, 0.995, "above", False),
        (3, 10, 0.3, "below", True),
        (Decimal("0.3"), 1, 0.3, "below", True),
    ],
)
def test_the_point_is_compared_exactly_as_written_boundary_included(bad, total, limit, direction, ok):
    assert look(bad, total, limit=limit, direction=direction).point_ok is ok


def test_beta_is_alpha_where_it_is_not_given():
    assert look(0, 1300, limit=0.005).verdict is Verdict.PASS
    assert look(0, 1300, limit=0.005, alpha=0.001).verdict is Verdict.UNDECIDED
    seen = look(0, 1300, limit=0.005, alpha=0.001, beta=0.01)
    assert seen.verdict is Verdict.PASS
    assert seen.log_e_fail_needed == pytest.approx(math.log(1000))
    assert seen.log_e_pass_needed == pytest.approx(math.log(100))


def test_what_is_missing_is_reckoned_with_both_bounds():
    seen = look(0, 800, limit=0.005, alpha=0.0001, beta=0.01)
    assert seen.clean_sessions_to_pass == seen.more_sessions[0] == 424


def test_what_is_decided_needs_nothing_more():
    passed, failed = look(12, 8000, limit=0.005), look(120, 8000, limit=0.005)
    assert (passed.more_sessions, passed.clean_sessions_to_pass) == ((0, 0), 0)
    assert (failed.more_sessions, failed.clean_sessions_to_pass) == ((0, 0), None)


@given(
    st.integers(1, 10**9),
    st.floats(0, 1),
    st.sampled_from([Decimal("0.001"), Decimal("0.005"), Decimal("0.3"), Decimal("0.995")]),
    st.sampled_from(["below", "above"]),
    st.sampled_from([1.0, 4.0]),
)
def test_a_verdict_is_one_of_four_and_agrees_with_the_value_and_the_interval(
    total, share, limit, direction, dispersion
):
    seen: Look = look(round(share * total), total, limit=limit, direction=direction, dispersion=dispersion)
    assert seen.point is not None
    assert seen.low is not None
    assert seen.high is not None
    assert seen.low <= seen.point <= seen.high
    line = float(limit)
    if seen.verdict is Verdict.UNDECIDED:
        assert seen.low <= line * (1 + 1e-6) + 1e-9
        assert seen.high >= line * (1 - 1e-6) - 1e-9
        assert seen.more_sessions != (0, 0)
    else:
        passed = seen.verdict is Verdict.PASS
        assert seen.point_ok is passed
        outside = seen.high <= line * (1 + 1e-6) if passed is (direction == "below") else seen.low >= line * (1 - 1e-6)
        assert outside
        assert seen.more_sessions == (0, 0)


def test_odds_are_rounded_for_people_and_capped():
    told = [odds(math.log(number)) for number in (0.01, 0.5, 3.14, 9.96, 140.4, 999_999, 1_000_001, 1e200)]
    assert told == ["below 0.1:1", "0.5:1", "3.1:1", "10:1", "140:1", "999,999:1", *["more than 1,000,000:1"] * 2]
    assert odds(-5000.0) == "below 0.1:1"
    assert bound(math.log(100)) == "100:1"
