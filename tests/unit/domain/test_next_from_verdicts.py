"""NEXT from verdicts: pause what is proven, hold what is not decided, mend what is silent, promote what holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rollout_tui.domain.assess import assess
from rollout_tui.domain.evidence.finding import Ahead, Finding, Latch
from rollout_tui.domain.facts import RolloutFacts
from rollout_tui.domain.plan import BugScope, RolloutPlan
from rollout_tui.domain.quantities import Bare, Proportion
from rollout_tui.domain.readings import NoReading, Scope
from rollout_tui.domain.recommend import recommend
from rollout_tui.domain.releases import PhaseKind, Platform, StateWord
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Rollout, Urgency
from rollout_tui.domain.verdicts import Verdict
from tests.unit.domain.builders import (
    CONNECT_GATE,
    CRASH,
    CRASH_FREE_GATE,
    HOUR,
    IOS,
    NOW,
    android_facts,
    apple,
    good_quantity,
    play,
    reading,
)
from tests.unit.domain.test_advice import SIGNED

OVER = (play("0.1", NOW - 90 * HOUR), play("0.5", NOW - 49 * HOUR))
PASSED = Finding(Verdict.PASS, "", 0.001, 0.004, -5.0, 9.0, 4.605, 4.605, 1.0)
FAILED = Finding(Verdict.FAIL, "", 0.006, 0.009, 6.2, -5.0, 4.605, 4.605, -1.0, failed=Latch(NOW - 60, 6.2))
OPEN = Finding(
    Verdict.UNDECIDED, "", 0.001, 0.008, -3.0, 3.2, 4.605, 4.605, 0.7, ahead=Ahead(3000, 9000, 900, 4.2, 15.3, 900.0)
)


def android(crash: Finding = PASSED, bad: int = 39, **changes: object) -> Rollout:
    """Android 31 h into 48 with this evidence on its crashes since the phase began; the last hour is calm."""
    facts = android_facts()
    findings = dict.fromkeys(facts.findings, PASSED) | {CRASH_FREE_GATE.id: crash}
    counts = reading(CRASH, Proportion(bad, 7_930), scope=Scope.PHASE)
    given: dict[str, object] = {"findings": findings, "phase": {**facts.phase, CRASH.id: counts}, **changes}
    return assess(android_facts(**given), NOW)


def ios(
    plan: RolloutPlan = IOS, word: StateWord = StateWord.RUNNING, kind: PhaseKind = PhaseKind.TESTERS, **more: object
) -> Rollout:
    began = apple(kind, NOW - 30 * HOUR, word)
    facts = RolloutFacts(
        plan,
        "App Store",
        state=replace(began, as_of=NOW),
        states=(began,),
        recent={metric.id: reading(metric, good_quantity(metric), build="87") for metric in plan.metrics},
        phase={CRASH.id: reading(CRASH, Proportion(1, 212), scope=Scope.PHASE, build="87")},
    )
    return assess(replace(facts, **more), NOW)  # type: ignore[arg-type]  # RolloutFacts' own names


def test_a_proven_fail_asks_for_a_pause_though_the_last_hour_is_calm() -> None:
    advice = recommend([android(FAILED, 60)], NOW)
    assert (advice.urgency, advice.severity, advice.key) == (Urgency.ACT_NOW, Severity.WARNING, "p")
    assert advice.headline.startswith("Pause Android: press p, then y.")
    assert advice.detail == "Crash rate proven over 0.5 % since the phase began: 0.76 %, n 7,930."


def test_a_fail_that_a_restart_found_says_since_when_it_is_proven() -> None:
    advice = recommend([android(replace(FAILED, since=NOW - 1927))], NOW)
    assert advice.detail == (
        "Crash rate proven over 0.5 % at 14:31 by the sessions since 14:00. The phase now: 0.49 %, n 7,930."
    )


def test_a_fail_that_only_its_latch_holds_says_what_it_was_and_what_it_is() -> None:
    advice = recommend([android(replace(FAILED, log_fail=1.4))], NOW)
    assert advice.detail == (
        "Crash rate proven over 0.5 % at 14:31. The FAIL stays; evidence then 493:1, now 4.1:1. "
        "The phase now: 0.49 %, n 7,930."
    )


@pytest.mark.parametrize(("since", "proven"), [(None, ""), (NOW - 1927, " by the sessions since 14:00")])
def test_a_fail_whose_source_is_silent_says_what_was_proven_and_that_nothing_is_known_now(
    since: float | None, proven: str
) -> None:
    silent = NoReading(CRASH.id, Scope.PHASE, "4201", "Prometheus: HTTP 503", NOW, "prometheus")
    advice = recommend([android(replace(FAILED, since=since), phase={CRASH.id: silent})], NOW)
    assert advice.detail == f"Crash rate proven over 0.5 % at 14:31{proven}. The FAIL stays; no data now."


def test_a_critical_value_that_few_sessions_carry_is_looked_at_before_anything_is_paused() -> None:
    facts = android_facts()
    advice = recommend([android(OPEN, recent={**facts.recent, CRASH.id: reading(CRASH, Proportion(1, 10))})], NOW)
    assert (advice.urgency, advice.severity) == (Urgency.ACT_NOW, Severity.CRITICAL)
    assert advice.headline == "Look at Android: press i. Crash rate is beyond its critical line, not proven."
    assert advice.detail == (
        "Crash rate 10 % (1 of 10); critical > 2 %; over the limit, not proven. To pause: press p, then y."
    )


def test_a_critical_value_whose_sessions_nobody_counts_is_taken_at_its_word() -> None:
    facts = android_facts()
    advice = recommend([android(OPEN, recent={**facts.recent, CRASH.id: reading(CRASH, Bare(0.03))})], NOW)
    assert advice.headline.startswith("Pause Android: press p, then y.")


def test_undecided_after_the_minimum_time_is_held_with_what_is_missing_and_the_choices() -> None:
    held = android(OPEN, states=OVER, signoffs=(SIGNED,))
    advice = recommend([held], NOW)
    assert (advice.urgency, advice.severity, advice.key) == (Urgency.WAIT, Severity.INFO, None)
    assert advice.headline == "Hold Android: Crash-free ≥ 99.5 % is not decided."
    assert advice.detail == (
        "Wait 4–16 h at 900/h; or a waiver. 99.51 % [99.20–99.90 %], n 7,930: crash rate under 0.5 %, not proven."
    )


def test_undecided_while_the_minimum_time_runs_is_waited_for() -> None:
    advice = recommend([android(OPEN)], NOW)
    assert advice.headline.startswith("Nothing to do now. Android may go to 100 % in 17 h")
    assert advice.detail == "Open: crash rate (4–16 h more) and the maintainer sign-off."


def test_a_tester_group_that_can_prove_nothing_is_held_for_a_person_to_decide() -> None:
    advice = recommend([ios(findings={CRASH_FREE_GATE.id: replace(OPEN, ahead=None)})], NOW)
    assert advice.headline == "Hold iOS: TestFlight cannot prove Crash-free ≥ 99.5 %; a person decides."
    assert advice.detail == "At most 800 sessions expected, PASS needs 1,224: plan a longer test; or a waiver."


def test_what_a_phase_to_come_cannot_prove_is_said_before_it_begins() -> None:
    first = replace(IOS.phases[2], id="canary", kind=PhaseKind.REVIEW, minimum=None)
    plan = replace(IOS, phases=(first, *IOS.phases[:1]))
    waiting = ios(plan, StateWord.IN_REVIEW, PhaseKind.REVIEW, findings={CRASH_FREE_GATE.id: PASSED})
    assert recommend([waiting], NOW).detail == (
        "TestFlight cannot prove Crash-free ≥ 99.5 %: at most 800 sessions expected, PASS needs 1,224."
    )


def test_a_phase_beyond_its_longest_time_is_called_overdue_and_goes_on_all_the_same() -> None:
    began = apple(PhaseKind.TESTERS, NOW - 50 * HOUR)
    late = ios(state=replace(began, as_of=NOW), states=(began,), findings={CRASH_FREE_GATE.id: PASSED})
    advice = recommend([late], NOW)
    assert advice.headline == "Promote iOS to App Review: press n."
    assert advice.detail == "The one gate holds. Overdue: 50 h of at most 48 h."


def test_a_missing_sign_off_is_all_that_is_asked_for_when_the_rest_holds() -> None:
    advice = recommend([android(states=OVER)], NOW)
    assert advice.headline == "Hold Android: Maintainer sign-off is needed, none yet; mara or tom may give it."
    assert advice.detail == "5 of 6 gates hold."


@pytest.mark.parametrize(
    ("word", "then"),
    [
        (StateWord.IN_REVIEW, "p withdraws it from review; once approved, n stays off."),
        (StateWord.WAITING, "It is approved; n stays off."),
    ],
)
def test_a_gate_that_turns_while_app_review_looks_holds_the_release_back(word: StateWord, then: str) -> None:
    turned = ios(word=word, kind=PhaseKind.REVIEW, findings={CRASH_FREE_GATE.id: FAILED})
    advice = recommend([turned], NOW)
    assert advice.headline == f"Do not release iOS: the gate Crash-free ≥ 99.5 % fails. {then}"
    assert advice.detail.startswith("Crash rate proven over 0.5 % since the phase began: 0.47 %, n 212.")


def test_an_approved_release_with_an_open_gate_says_which_one() -> None:
    waiting = ios(word=StateWord.WAITING, kind=PhaseKind.REVIEW, findings={CRASH_FREE_GATE.id: OPEN})
    advice = recommend([waiting], NOW)
    assert advice.headline == "iOS is approved, not released."
    assert "Crash-free ≥ 99.5 %: 99.53 % [99.2–99.9 %], n 212: crash rate under 0.5 %, not proven." in advice.detail


def test_a_gate_without_data_is_mended_before_anything_is_held() -> None:
    gone = {
        **android_facts().phase,
        CRASH.id: NoReading(CRASH.id, Scope.PHASE, "4201", "Prometheus: HTTP 503", NOW, "p"),
    }
    advice = recommend([android(phase=gone, states=OVER, signoffs=(SIGNED,))], NOW)
    assert (advice.urgency, advice.severity) == (Urgency.BLIND, Severity.UNKNOWN)
    assert advice.headline == "Mend what Android's gate Crash-free ≥ 99.5 % rests on: it has no data."
    silent = recommend([android(bugs={BugScope.ANY: "GitHub: HTTP 502"})], NOW)
    assert silent.detail == "GitHub: HTTP 502. No data is never a pass."


@pytest.mark.parametrize("reason", ["not read yet", "history is being read"])
def test_what_comes_by_itself_needs_no_mending(reason: str) -> None:
    rollout = android()
    gates = tuple(
        replace(r, verdict=Verdict.NO_DATA, reason=reason) if r.gate.id == CONNECT_GATE.id else r for r in rollout.gates
    )
    advice = recommend([replace(rollout, gates=gates)], NOW)
    assert (advice.urgency, advice.severity) == (Urgency.WAIT, Severity.UNKNOWN)
    assert advice.headline.startswith("Wait: not all is read yet.")
    assert "Nothing to do now" not in f"{advice.headline} {advice.brief_headline}"


def test_what_the_other_platform_needs_is_kept_where_not_all_of_it_fits() -> None:
    other = android(states=OVER, signoffs=(SIGNED,))
    ready = replace(other, plan=replace(other.plan, platform=Platform.IOS, label="iOS"))
    advice = recommend([android(FAILED, 60), ready], NOW)
    assert advice.brief_detail == (
        "Crash rate proven over 0.5 % since the phase began: 0.76 %, n 7,930. "
        "Then iOS: promote iOS to Production 100 %: press n."
    )


def test_no_severity_is_changed_by_a_verdict_and_no_verdict_by_a_severity() -> None:
    failed = android(FAILED, 60)
    assert failed.metrics[0].severity is Severity.OK
    facts = android_facts()
    alarmed = android(PASSED, recent={**facts.recent, CRASH.id: reading(CRASH, Proportion(300, 7_930))})
    assert (alarmed.metrics[0].severity, alarmed.gates[0].verdict) == (Severity.CRITICAL, Verdict.PASS)
