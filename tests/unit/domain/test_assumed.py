"""A bare rate judged with a sample size that a person answers for."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollout_tui.domain.evidence.assumed import assumed_sessions
from rollout_tui.domain.evidence.bank import Bets
from rollout_tui.domain.evidence.gate import Rule
from rollout_tui.domain.verdicts import Verdict

CRASH = Rule(0.005)


def test_every_reason_names_the_assumption() -> None:
    assert assumed_sessions(0.0001, 5000, CRASH).reason == "proven under, assumed n 5,000"
    assert assumed_sessions(0.02, 5000, CRASH).reason == "proven over, assumed n 5,000"
    assert assumed_sessions(0.0061, 5000, CRASH).reason == "over the limit, not proven, assumed n 5,000"
    assert assumed_sessions(0.0041, 5000, CRASH).reason == "under the limit, not proven, assumed n 5,000"
    assert assumed_sessions(0.005, 5000, CRASH).reason == "on the limit, not proven, assumed n 5,000"
    assert assumed_sessions(math.nan, 5000, CRASH).reason == "value is not a number: nan, assumed n 5,000"


def test_the_rate_is_rounded_against_either_verdict() -> None:
    judged = assumed_sessions(Decimal("0.00333"), 1000, CRASH)
    assert (judged.fewest, judged.most) == (3, 4)
    assert judged.log_e_fail == Bets(0.005).above(3, 1000)
    assert judged.log_e_pass == Bets(0.005).below(4, 1000)


def test_decimals_are_exact() -> None:
    """0.29 * 100 is 28.999999999999996 in binary floats."""
    judged = assumed_sessions(0.29, 100, Rule(0.5))
    assert (judged.fewest, judged.most) == (29, 29)


def test_a_limit_from_below_is_judged_on_the_mirrored_counts() -> None:
    rule = Rule(0.8, above=True)
    good = assumed_sessions(0.95, 1000, rule)
    assert (good.verdict, good.fewest, good.most) == (Verdict.PASS, 50, 50)
    assert good.reason == "proven over, assumed n 1,000"
    assert assumed_sessions(0.6, 1000, rule).reason == "proven under, assumed n 1,000"


def test_dispersion_takes_from_the_sample() -> None:
    assert assumed_sessions(0, 1300, CRASH).verdict is Verdict.PASS
    assert assumed_sessions(0, 1300, Rule(0.005, dispersion=2)).verdict is Verdict.UNDECIDED


@pytest.mark.parametrize("rate", [math.nan, math.inf, -0.1, 1.01, None, "0.1", True])
def test_what_is_no_rate_is_no_data(rate: Any) -> None:
    judged = assumed_sessions(rate, 5000, CRASH)
    assert (judged.verdict, judged.log_e_pass) == (Verdict.NO_DATA, None)


@given(st.floats(0, 1), st.integers(1, 10**7))
def test_a_verdict_agrees_with_the_side_on_which_the_rate_is(rate: float, sessions: int) -> None:
    judged = assumed_sessions(rate, sessions, CRASH)
    if judged.verdict is Verdict.PASS:
        assert rate <= 0.005
    if judged.verdict is Verdict.FAIL:
        assert rate > 0.005
