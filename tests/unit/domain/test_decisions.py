"""A gate's evidence in words: what stands beside the needle, what it has so far, what would settle it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rollout_tui.domain.assess import assess
from rollout_tui.domain.decisions import decision
from rollout_tui.domain.evidence.finding import Ahead, Finding, Latch
from rollout_tui.domain.facts import RolloutFacts
from rollout_tui.domain.metrics import Metric
from rollout_tui.domain.plan import Phase
from rollout_tui.domain.quantities import Bare, Mean, Proportion, Quantity
from rollout_tui.domain.reasons import Case, case_of, interval, proof, remedy, standing
from rollout_tui.domain.releases import PhaseKind
from rollout_tui.domain.verdicts import GateResult, Verdict
from tests.evidence import fading
from tests.unit.domain.builders import (
    CONNECT,
    CONNECT_GATE,
    CONNECT_TIME,
    CRASH,
    CRASH_FREE_GATE,
    HOUR,
    IOS,
    NOW,
    TIME_LIMIT_GATE,
    android_facts,
    apple,
)

AHEAD = Ahead(37_000, 142_000, 30_000, 4.2, 15.3, 9_000.0, True)
OPEN = Finding(
    Verdict.UNDECIDED, "not proven yet", 0.0086, 0.0101, -3.0, 3.2, 4.605, 4.605, 0.7, ahead=AHEAD, polls=1800
)
PASSED = replace(OPEN, verdict=Verdict.PASS, log_pass=9.0, lean=1.0, ahead=None)
FAILED = replace(
    OPEN, verdict=Verdict.FAIL, log_fail=6.2, lean=-1.0, ahead=None, failed=Latch(NOW - 60, 4.7), low=0.0101, high=0.02
)
COUNTS = Proportion(2224, 239_100)
PHASE = Phase("closed", "Closed testing", PhaseKind.SHARE, (), 48 * HOUR)
GATES = {CRASH: CRASH_FREE_GATE, CONNECT: CONNECT_GATE, CONNECT_TIME: TIME_LIMIT_GATE}


def case(
    finding: Finding,
    quantity: Quantity | None = COUNTS,
    metric: Metric = CONNECT,
    phase: Phase = PHASE,
) -> Case:
    value = None if quantity is None else quantity.value()
    result = GateResult(GATES[metric], finding.verdict, finding.reason, quantity, value, NOW - 38, finding=finding)
    return Case(result, finding, metric, phase, NOW)


def told(finding: Finding, *rest: object) -> str:
    return decision(case(finding, *rest)).forms[0]  # type: ignore[arg-type]  # the order of case()


def test_what_is_proven_says_proven_on_either_side() -> None:
    assert told(PASSED) == told(FAILED) == "proven"
    assert standing(case(PASSED)) == "0.93 % [0.86–1.01 %], n 239,100: proven under"
    assert standing(case(FAILED, Proportion(3000, 239_100))).endswith("n 239,100: proven over")


def test_what_is_open_says_how_long_as_a_range_and_what_would_settle_it() -> None:
    assert decision(case(OPEN)).forms == ("in 4–16 h", "4–16 h")
    assert standing(case(OPEN)) == "0.93 % [0.86–1.01 %], n 239,100: under, not proven"
    assert remedy(case(OPEN)) == "wait 4–16 h at 9,000/h; or a waiver"


def test_without_a_far_end_the_least_that_is_needed_is_said_with_its_pace() -> None:
    few = Ahead(424, None, 424, 12.8, None, 33.0)
    assert remedy(case(replace(OPEN, ahead=few), Proportion(0, 800), CRASH)) == (
        "wait > 12 h at 33/h; at least 424 more sessions without a crash, 13 h at 33/h; or a waiver"
    )


def test_a_range_without_a_far_end_is_a_bound_and_without_hours_it_is_sessions() -> None:
    assert told(replace(OPEN, ahead=replace(AHEAD, slow=None, slow_hours=None))) == "> 4 h"
    assert told(replace(OPEN, ahead=Ahead(37_000, 142_000))) == "in 37k–142k more"
    assert told(replace(OPEN, ahead=None)) == "needs more connects"


def test_over_the_limit_without_a_proof_says_exactly_that_and_promises_no_clean_sessions() -> None:
    over = case(OPEN, Proportion(2_500, 239_100))
    assert standing(over).endswith("over the limit, not proven")
    assert "without" not in remedy(over)
    assert decision(over).told == "over the limit, not proven; decided in 4–16 h"


def test_a_tester_group_too_small_to_pass_is_too_few_with_the_numbers() -> None:
    group = replace(IOS.phases[0], maximum=48 * HOUR)
    open_case = case(replace(OPEN, ahead=None), Proportion(1, 212), CRASH, group)
    assert decision(open_case).forms == ("too few",)
    assert decision(open_case).told == "too few: at most 800 sessions expected, PASS needs 1,224"
    assert remedy(open_case) == ("at most 800 sessions expected, PASS needs 1,224: plan a longer test; or a waiver")


def test_a_group_that_gave_more_than_was_thought_is_not_called_too_small() -> None:
    assert told(OPEN, Proportion(2, 1_100), CRASH, IOS.phases[0]) == "in 4–16 h"


def test_what_does_not_fit_into_the_phase_is_too_few_as_well() -> None:
    assert told(replace(OPEN, ahead=replace(AHEAD, fits=False))) == "too few"
    assert told(replace(OPEN, ahead=Ahead(fits=False))) == "too few"


def test_a_fail_that_a_restart_found_says_when_it_was_decided_and_from_when_the_evidence_counts() -> None:
    found = decision(case(replace(FAILED, since=NOW - 1927)))
    assert (found.forms, found.needle) == (("proven at 14:31", "at 14:31", "proven"), True)
    assert found.told == "proven at 14:31 by the connects since 14:00"
    assert decision(case(replace(FAILED, since=NOW - 30 * HOUR))).told.endswith("since Tue 08:32")


def test_what_came_after_the_decision_is_not_told_as_what_decided_it() -> None:
    assert proof(case(replace(FAILED, since=NOW - 30))) == " at 14:31"
    assert proof(case(FAILED)) == ""


def test_the_day_of_both_moments_is_told_once() -> None:
    yesterday = replace(FAILED, failed=Latch(NOW - 26 * HOUR, 4.7), since=NOW - 27 * HOUR)
    assert proof(case(yesterday)) == " at Tue 12:32 by the connects since 11:32"


def test_a_part_of_the_phase_that_fails_is_never_told_as_proven_inside() -> None:
    assert standing(case(replace(FAILED, since=NOW - 1927))) == (
        "0.93 % [1.01–2.00 %], n 239,100: proven over at 14:31 by the connects since 14:00"
    )


def test_a_fail_whose_evidence_has_faded_says_then_and_now() -> None:
    faded = decision(case(fading(FAILED, NOW - 60)))
    assert faded.told == "FAIL at 14:31, evidence then 130:1, now 4.1:1"
    assert faded.forms == ("at 14:31", "14:31", "earlier")


def test_a_fail_stays_said_when_its_source_is_silent() -> None:
    assert told(FAILED, None) == "at 14:31, no data now"


@pytest.mark.parametrize("finding", [PASSED, OPEN])
def test_a_size_that_a_person_answers_for_is_said_with_every_verdict(finding: Finding) -> None:
    assert told(replace(finding, assumed=5_000), Bare(0.002)) in ("assumed n", "trend only")
    assert told(replace(PASSED, assumed=5_000), Bare(0.002)) == "assumed n"


def test_a_value_without_counts_is_a_trend_only() -> None:
    bare = replace(OPEN, low=None, high=None, ahead=None, trend="below in 6 of 6 hours")
    assert told(bare, Bare(8.1), CONNECT_TIME) == "trend only"
    assert decision(case(bare, Bare(8.1), CONNECT_TIME)).told == "trend only: below in 6 of 6 hours"
    assert standing(case(bare, Bare(8.1), CONNECT_TIME)) == "8.1 s, n unknown: below in 6 of 6 hours"
    assert remedy(case(bare, Bare(8.1), CONNECT_TIME)) == "a source with counts; or a waiver"


def test_a_mean_without_a_cap_says_that_it_needs_one_and_its_interval_is_approximate() -> None:
    uncapped = replace(CONNECT_TIME, cap=None)
    mean = replace(OPEN, low=4.05, high=4.31, log_fail=None, log_pass=None, ahead=None, approximate=True)
    result = GateResult(TIME_LIMIT_GATE, Verdict.UNDECIDED, "", Mean(42_000, 10_000), Mean(42_000, 10_000).value())
    open_case = Case(result, mean, uncapped, PHASE, NOW)
    assert decision(open_case).forms == ("needs a cap", "no cap")
    assert interval(open_case) == "4.0–4.3 s, approx."
    assert "set the metric's cap" in remedy(open_case)


def test_a_mean_whose_spread_is_not_known_yet_says_what_it_waits_for() -> None:
    early = Finding(Verdict.UNDECIDED, "not enough sessions: 484 of at least 600", approximate=True)
    open_case = case(early, Mean(1_900, 484), CONNECT_TIME)
    assert standing(open_case) == "3.9 s, n 484: not enough sessions: 484 of at least 600"
    assert decision(open_case).forms == ("needs more connects", "need more", "waiting")


def test_the_interval_of_a_gate_on_the_complement_is_turned_round() -> None:
    crash = replace(PASSED, low=0.0027, high=0.0036)
    assert (
        standing(case(crash, Proportion(664, 214_300), CRASH))
        == "99.69 % [99.64–99.73 %], n 214,300: crash rate proven under 0.5 %"
    )


def test_gates_on_other_things_and_gates_without_evidence_have_no_case() -> None:
    rollout = assess(android_facts(findings={}), NOW)
    assert all(case_of(result, rollout, NOW) is None for result in rollout.gates)
    review = assess(RolloutFacts(IOS, "App Store", state=apple(PhaseKind.REVIEW, NOW)), NOW)
    assert [case_of(result, review, NOW) for result in review.gates] == [None]
