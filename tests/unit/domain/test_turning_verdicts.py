"""Events of gates: a verdict that turns, with its evidence; a fresh FAIL is never kept back; counts taken back."""

from __future__ import annotations

from dataclasses import replace

from rollout_tui.domain.assess import assess
from rollout_tui.domain.changes import changes
from rollout_tui.domain.events import EventKind
from rollout_tui.domain.evidence.finding import Finding, Latch
from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.readings import NoReading, Scope
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.verdicts import Verdict
from tests.unit.domain.builders import CONNECT, CONNECT_GATE, HOUR, NOW, android_facts, play, reading
from tests.unit.domain.test_next_from_verdicts import FAILED, OPEN, PASSED


def android(finding: Finding | None = PASSED, bad: int = 75, total: int = 12_900, **changed: object) -> Rollout:
    """Android with this evidence on its connect failures."""
    facts = android_facts()
    counts = {**facts.phase, CONNECT.id: reading(CONNECT, Proportion(bad, total), scope=Scope.PHASE)}
    findings = dict.fromkeys(facts.findings, PASSED) | ({} if finding is None else {CONNECT_GATE.id: finding})
    if finding is None:
        del findings[CONNECT_GATE.id]
    given: dict[str, object] = {"findings": findings, "phase": counts, **changed}
    return assess(android_facts(**given), NOW)


def told(before: Rollout, after: Rollout) -> list[tuple[EventKind, Severity | None, str]]:
    return [(event.kind, event.level, event.text) for event in changes(before, after, NOW)]


def test_a_gate_that_turns_says_from_what_to_what_and_by_which_counts() -> None:
    assert told(android(OPEN), android()) == [
        (
            EventKind.VERDICT,
            Severity.OK,
            "Gate Connect fail ≤ 1 %: UNDECIDED to PASS, proven under. 75 of 12,900",
        )
    ]
    [(kind, level, text)] = told(android(), android(FAILED, 200))
    assert (kind, level) == (EventKind.VERDICT, Severity.CRITICAL)
    assert text == "Gate Connect fail ≤ 1 %: PASS to FAIL, proven over. 200 of 12,900"


def test_a_fail_that_is_found_when_data_come_back_is_told_and_an_old_one_at_the_start_is_not() -> None:
    unread = android(None)
    assert unread.gates[1].verdict is Verdict.NO_DATA
    assert [text.split(",")[0] for _, _, text in told(unread, android(FAILED, 200))] == [
        "Gate Connect fail ≤ 1 %: NO DATA to FAIL"
    ]
    old = replace(FAILED, failed=Latch(NOW - 3 * HOUR, 6.2))
    assert told(unread, android(old, 200)) == []
    assert told(unread, android()) == []


def test_a_gate_that_loses_its_data_alone_is_told_and_with_its_metric_it_is_the_sources_event() -> None:
    facts = android_facts()
    gone = NoReading(CONNECT.id, Scope.PHASE, "4201", "sessions fell from 12,900 to 40: a reset", NOW, "p")
    alone = android(phase={**facts.phase, CONNECT.id: gone})
    assert told(android(), alone) == [
        (
            EventKind.VERDICT,
            Severity.UNKNOWN,
            "Gate Connect fail ≤ 1 %: PASS to NO DATA, sessions fell from 12,900 to 40: a reset",
        )
    ]
    both = android(phase={**facts.phase, CONNECT.id: gone}, recent={**facts.recent, CONNECT.id: gone})
    assert [kind for kind, _, _ in told(android(), both)] == [EventKind.SOURCE]


def test_a_new_phase_starts_from_nothing_and_turns_no_gate() -> None:
    before = android(state=play("0.1", NOW - 12), states=(play("0.1", NOW - 30 * HOUR),))
    assert [kind for kind, _, _ in told(before, android(OPEN))] == [EventKind.STATE, EventKind.STATE]


def test_sessions_that_a_source_takes_back_are_an_event_and_wavering_counts_are_none() -> None:
    assert told(android(), android(total=12_500)) == [
        (
            EventKind.SOURCE,
            Severity.INFO,
            "Connect failures: sessions of this phase corrected from 12,900 to 12,500",
        )
    ]
    assert told(android(), android(total=12_895)) == []
    assert told(android(), android(total=13_400)) == []
