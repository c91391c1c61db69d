"""Findings for invented counts, by the program's own rule: one poll each, as if all of it came evenly."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace

from rollout_tui.domain.evidence.case import Case
from rollout_tui.domain.evidence.finding import Finding, Latch
from rollout_tui.domain.evidence.question import Question, planned_seconds
from rollout_tui.domain.facts import RolloutFacts
from rollout_tui.domain.ladder import phase_clock
from rollout_tui.domain.plan import Gate, GateKind, Phase
from rollout_tui.domain.readings import Reading
from tests.unit.domain.builders import NOW


def by_evidence(facts: RolloutFacts, given: Container[str] = ()) -> RolloutFacts:
    """With what the counts of the phase so far come to, unless findings are `given`."""
    clock = phase_clock(facts.plan.phases, facts.states, NOW)
    if "findings" in given or clock is None or clock.counts_since is None:
        return facts
    phase = facts.plan.phases[clock.index]
    found = {gate.id: finding_of(gate, phase, facts, clock.counts_since) for gate in phase.gates}
    return replace(facts, findings={name: finding for name, finding in found.items() if finding is not None})


def finding_of(gate: Gate, phase: Phase, facts: RolloutFacts, began: float, at: float = NOW) -> Finding | None:
    """The evidence after one poll of a phase that began then; None for other gates and without counts."""
    answer = facts.phase.get(gate.metric or "")
    if gate.kind is not GateKind.METRIC or gate.line is None or not isinstance(answer, Reading):
        return None
    case = Case(Question(gate, facts.plan.metric(gate.metric or ""), gate.line, began, planned_seconds(phase)))
    case.judge(at, answer.quantity)
    return case.finding()


def fading(finding: Finding, at: float, then: float = 4.87, now: float = 1.4) -> Finding:
    """The same with a FAIL latched before, and less evidence now (natural logarithms)."""
    return replace(finding, failed=Latch(at, then), log_fail=now)
