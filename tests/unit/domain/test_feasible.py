"""What a phase can decide at all, said before it begins."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from rollout_tui.domain.evidence.bank import Bets
from rollout_tui.domain.evidence.feasible import cannot_pass, expected_sessions, least_for_pass, notes
from rollout_tui.domain.metrics import Direction, Line, Operator, Population
from tests.unit.domain.builders import (
    BUGS_GATE,
    CONNECT,
    CONNECT_GATE,
    CONNECT_TIME,
    CRASH,
    CRASH_FREE_GATE,
    DURATION,
    IOS,
    TIME_LIMIT_GATE,
)

TESTFLIGHT, REVIEW, _ = IOS.phases


def test_a_group_of_testers_gives_testers_times_sessions_times_the_longest_days() -> None:
    assert expected_sessions(TESTFLIGHT) == 800
    assert expected_sessions(replace(TESTFLIGHT, sessions_per_tester_per_day=2.5)) == 500
    assert expected_sessions(replace(TESTFLIGHT, maximum=None)) == 400
    assert expected_sessions(replace(TESTFLIGHT, maximum=None, minimum=None)) is None
    assert expected_sessions(REVIEW) is None


def test_a_gate_that_cannot_pass_says_so_with_both_numbers() -> None:
    assert cannot_pass(TESTFLIGHT, CRASH_FREE_GATE, CRASH) == (
        "at most 800 sessions expected, PASS needs 1,224: "
        "this gate will end undecided, plan a waiver or a longer test (or a sign-off)"
    )
    assert cannot_pass(replace(TESTFLIGHT, testers=153), CRASH_FREE_GATE, CRASH) is None  # 1,224 sessions
    assert cannot_pass(replace(TESTFLIGHT, testers=152), CRASH_FREE_GATE, CRASH) is not None
    assert cannot_pass(TESTFLIGHT, CONNECT_GATE, CONNECT) is None  # 611 of 800
    assert cannot_pass(REVIEW, CRASH_FREE_GATE, CRASH) is None


def test_testers_count_once_where_people_are_counted() -> None:
    crashed = replace(CRASH, population=Population.TESTERS)
    assert (cannot_pass(TESTFLIGHT, CRASH_FREE_GATE, crashed) or "").startswith("at most 100 testers expected")


@pytest.mark.parametrize(
    ("limit", "needed"),
    [(Fraction(1, 200), 1224), (Fraction(1, 100), 611), (Fraction(5, 100), 120), (Fraction(1, 1000), 6131)],
)
def test_the_fewest_sessions_for_a_pass_are_the_designs(limit: Fraction, needed: int) -> None:
    line = Line(Operator.LE, limit)
    assert least_for_pass(CRASH_FREE_GATE, line, CRASH) == needed
    upward = replace(CRASH, better=Direction.HIGHER)
    assert least_for_pass(CRASH_FREE_GATE, Line(Operator.GE, 1 - limit), upward) == needed


def test_dispersion_and_a_stricter_promise_ask_for_more() -> None:
    line = Line(Operator.LE, Fraction(1, 200))
    assert least_for_pass(CRASH_FREE_GATE, line, replace(CRASH, dispersion=2)) == pytest.approx(2448, abs=2)
    strict = least_for_pass(replace(CRASH_FREE_GATE, beta=0.001), line, CRASH)
    assert strict is not None
    assert Bets(0.005).below(0, strict) >= 6.907 > Bets(0.005).below(0, strict - 1)


def test_a_limit_of_nothing_is_never_proven() -> None:
    none_at_all = replace(CRASH_FREE_GATE, line=Line(Operator.LE, Fraction(0)))
    assert "no number of sessions proves a rate of 0 %" in (cannot_pass(REVIEW, none_at_all, CRASH) or "")


def test_a_mean_that_must_stay_low_needs_a_cap() -> None:
    assert "no mean is proven under 10 s" in (
        cannot_pass(REVIEW, TIME_LIMIT_GATE, replace(CONNECT_TIME, cap=None)) or ""
    )
    capped = replace(CONNECT_TIME, cap=30.0)
    assert cannot_pass(REVIEW, TIME_LIMIT_GATE, capped) is None
    few = replace(TESTFLIGHT, testers=10)
    assert "80 sessions expected, PASS needs 600" in (cannot_pass(few, TIME_LIMIT_GATE, capped) or "")
    longer = replace(TIME_LIMIT_GATE, line=Line(Operator.GE, Fraction(60)))
    assert cannot_pass(REVIEW, longer, DURATION) is None


def test_a_ladder_is_searched_for_gates_that_cannot_pass() -> None:
    ladder = replace(IOS, phases=(replace(TESTFLIGHT, gates=(CRASH_FREE_GATE, BUGS_GATE)), *IOS.phases[1:]))
    assert [(note.phase.id, note.gate.id) for note in notes(ladder)] == [("testflight", "crash_free_sessions")]
