"""No data is never a pass: what is missing, stale, foreign or flawed is UNKNOWN and NO DATA with its reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rollout_tui.domain.assess import assess, of_source
from rollout_tui.domain.metrics import Population
from rollout_tui.domain.plan import BugScope
from rollout_tui.domain.quantities import Bare, Proportion
from rollout_tui.domain.readings import Answer, NoReading, Scope
from rollout_tui.domain.releases import ReleaseState, StateWord, Trial
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.verdicts import Bug, BugCount, GateResult, SignOff, Verdict, Waiver
from tests.unit.domain.builders import CRASH, HOUR, NOW, android_facts, play, reading

SIGNED = SignOff("signoff:maintainer", "closed", "4.2.0", "4201", "mara", NOW - 9 * HOUR)


def judged(**changes: object) -> Rollout:
    return assess(android_facts(**changes), NOW)


def gate(rollout: Rollout, gate_id: str) -> GateResult:
    return next(result for result in rollout.gates if result.gate.id == gate_id)


def test_a_healthy_phase_holds_all_but_time_and_the_signature() -> None:
    rollout = judged()
    assert rollout.severity is Severity.OK
    assert {result.gate.id: result.verdict for result in rollout.gates} == {
        "crash_free_sessions": Verdict.PASS,
        "connect_failure_rate": Verdict.PASS,
        "avg_connection_time": Verdict.PASS,
        "critical_bugs": Verdict.PASS,
        "time": Verdict.UNDECIDED,
        "signoff:maintainer": Verdict.UNDECIDED,
    }
    assert (gate(rollout, "time").waits, gate(rollout, "time").left) == (True, 17 * HOUR)
    assert gate(rollout, "signoff:maintainer").waits
    assert rollout.holding == 4


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (None, "not read yet"),
        (
            NoReading("crash_rate", Scope.RECENT, "4201", "Prometheus: HTTP 503", NOW, "Prometheus"),
            "Prometheus: HTTP 503",
        ),
        (reading(CRASH, Proportion(23, 7930), as_of=NOW - 26 * 60), "STALE, 26 min old"),
        (
            reading(CRASH, Proportion(23, 7930), as_of=NOW + 3600),
            "Prometheus: its data is of the future; was this host's clock set back?",
        ),
        (reading(CRASH, Proportion(23, 7930), build="4200"), "Prometheus answered for build 4200, not 4201"),
        (
            replace(reading(CRASH, Proportion(23, 7930)), population=Population.USERS),
            "Prometheus counts users, not sessions",
        ),
        (reading(CRASH, Proportion(23, 0)), "Prometheus: no sessions counted"),
        (reading(CRASH, Proportion(float("nan"), 10)), "Prometheus: bad is not a number: nan"),
    ],
)
def test_an_unusable_answer_is_unknown_on_screen_and_no_data_for_its_gate(answer: Answer | None, reason: str) -> None:
    facts = android_facts()
    rollout = judged(recent={**facts.recent, "crash_rate": answer}, phase={**facts.phase, "crash_rate": answer})
    standing = rollout.metrics[0]
    assert (standing.severity, standing.problem) == (Severity.UNKNOWN, reason)
    assert (gate(rollout, "crash_free_sessions").verdict, gate(rollout, "crash_free_sessions").reason) == (
        Verdict.NO_DATA,
        reason,
    )
    assert rollout.severity is Severity.UNKNOWN
    assert gate(rollout, "connect_failure_rate").verdict is Verdict.PASS


def test_a_share_of_users_answers_for_sessions_only_where_a_person_lets_it() -> None:
    users = replace(reading(CRASH, Bare(0.03)), population=Population.USERS)
    plan = android_facts().plan
    for metric, problem in ((CRASH, True), (replace(CRASH, approximate_by=Population.USERS), False)):
        changed = replace(plan, metrics=(metric, *plan.metrics[1:]))
        standing = judged(plan=changed, recent={"crash_rate": users}).metrics[0]
        assert (standing.problem is not None) is problem
        assert standing.severity is (Severity.UNKNOWN if problem else Severity.CRITICAL)


def test_an_alarm_of_another_metric_outranks_the_missing_one() -> None:
    facts = android_facts()
    recent = {**facts.recent, "crash_rate": reading(CRASH, Proportion(300, 10_000)), "session_duration": None}
    assert judged(recent=recent).severity is Severity.CRITICAL


def test_the_last_known_value_stays_visible_but_is_not_judged() -> None:
    old = reading(CRASH, Proportion(500, 10_000), as_of=NOW - 1600)
    gone = NoReading("crash_rate", Scope.RECENT, "4201", "Prometheus: HTTP 503", NOW, "Prometheus")
    standing = judged(recent={"crash_rate": gone}, last_good={"crash_rate": old}).metrics[0]
    assert (standing.reading, standing.severity, standing.stale) == (old, Severity.UNKNOWN, True)


def test_how_old_is_too_old_is_told_by_the_source_that_answered_not_by_the_slowest_that_may() -> None:
    old = reading(CRASH, Proportion(23, 7930), as_of=NOW - 1800)
    limits = {CRASH.id: 72 * HOUR, of_source("vitals"): 72 * HOUR, of_source("prometheus"): 180.0}
    for source, severity in (("prometheus", Severity.UNKNOWN), ("vitals", Severity.OK), ("gone", Severity.OK)):
        told = replace(old, source=source)
        standing = judged(recent={CRASH.id: told}, last_good={CRASH.id: told}, stale_after=limits).metrics[0]
        assert (standing.severity, standing.stale) == (severity, severity is Severity.UNKNOWN)


@pytest.mark.parametrize(
    ("bugs", "verdict", "reason"),
    [
        ({}, Verdict.NO_DATA, "not read yet"),
        ({BugScope.ANY: "GitHub: HTTP 502"}, Verdict.NO_DATA, "GitHub: HTTP 502"),
        ({BugScope.ANY: BugCount(0, NOW - 16 * 60, "GitHub")}, Verdict.NO_DATA, "STALE, 16 min old"),
        (
            {BugScope.ANY: BugCount(0, NOW + 3600, "GitHub")},
            Verdict.NO_DATA,
            "GitHub: its data is of the future; was this host's clock set back?",
        ),
        ({BugScope.ANY: BugCount(1, NOW - 60, "GitHub", (Bug("#2214", ""),))}, Verdict.FAIL, "1 open"),
        ({BugScope.ANY: BugCount(0, NOW - 60, "GitHub")}, Verdict.PASS, "0 open"),
    ],
)
def test_a_tracker_that_does_not_answer_is_not_zero_bugs(bugs: object, verdict: Verdict, reason: str) -> None:
    result = gate(judged(bugs=bugs), "critical_bugs")
    assert (result.verdict, result.reason) == (verdict, reason)


def test_without_a_tracker_the_bug_gate_is_no_data() -> None:
    facts = android_facts()
    result = gate(judged(plan=replace(facts.plan, tracker=None)), "critical_bugs")
    assert (result.verdict, result.reason) == (Verdict.NO_DATA, "no tracker is configured")


@pytest.mark.parametrize(
    ("by", "build", "phase", "verdict"),
    [
        ("mara", "4201", "closed", Verdict.PASS),
        ("eve", "4201", "closed", Verdict.UNDECIDED),
        ("mara", "4200", "closed", Verdict.UNDECIDED),
        ("mara", "4201", "internal", Verdict.UNDECIDED),
    ],
)
def test_a_signature_counts_for_its_signer_build_and_phase_alone(
    by: str, build: str, phase: str, verdict: Verdict
) -> None:
    signed = SignOff("signoff:maintainer", phase, "4.2.0", build, by, NOW - 9 * HOUR)
    assert gate(judged(signoffs=(signed,)), "signoff:maintainer").verdict is verdict


def test_an_unread_store_leaves_every_gate_without_a_verdict() -> None:
    rollout = judged(state=None, states=())
    assert {result.verdict for result in rollout.gates} == {Verdict.NO_DATA}
    assert rollout.current is None


@pytest.mark.parametrize(
    ("state", "problem", "reason"),
    [
        (play("0.5", NOW), "HTTP 503", "Google Play cannot be read, so the phase is not known: HTTP 503"),
        (
            replace(play("0.5", NOW), word=StateWord.UNKNOWN, status="PUBLISHED", share=None),
            None,
            "Google Play says PUBLISHED, which tells no phase",
        ),
        (
            replace(play("0.5", NOW), word=StateWord.UNKNOWN, status="not on the track", share=None, kind=None),
            None,
            "Google Play says not on the track: this build is in no phase",
        ),
    ],
)
def test_where_the_store_tells_no_phase_no_gate_of_the_last_one_holds(
    state: ReleaseState, problem: str | None, reason: str
) -> None:
    open_bug = {BugScope.ANY: BugCount(1, NOW - 60, "GitHub")}
    facts = {"states": (play("0.5", NOW - 49 * HOUR),), "signoffs": (SIGNED,)}
    before = judged(**facts)
    assert before.holding == len(before.gates)
    rollout = judged(**facts, state=state, state_problem=problem)
    assert {(result.verdict, result.reason) for result in rollout.gates} == {(Verdict.NO_DATA, reason)}
    assert gate(judged(**facts, state=state, state_problem=problem, bugs=open_bug), "critical_bugs").reason == "1 open"
    assert gate(rollout, "signoff:maintainer").signoff == SIGNED, "what is known stays to be seen"


def test_a_waiver_lets_nobody_through_and_no_clock_runs_where_the_store_cannot_be_read() -> None:
    waived = tuple(
        Waiver("w", one.id, one.text, "closed", "4.2.0", "4201", "r", "mara", "jkim", NOW - 9, NOW + 9, Verdict.NO_DATA)
        for one in android_facts().plan.phases[1].gates
    )
    assert judged(waivers=waived).waivers
    rollout = judged(waivers=waived, state_problem="HTTP 503")
    assert (rollout.holding, rollout.waivers) == (0, ())
    assert {(result.waits, result.left) for result in rollout.gates} == {(False, None)}


def test_a_sign_off_names_what_testers_did_and_is_not_answered_by_it():
    seen = replace(play("0.5", NOW - 31 * HOUR), trial=Trial(4210, 1, 11, NOW))
    result = gate(judged(state=seen), "signoff:maintainer")
    assert (result.verdict, result.waits) == (Verdict.UNDECIDED, True)
    assert result.reason == "none yet; mara or tom may give it; testers: 1 crash in 4,210 sessions, 11 feedback"
