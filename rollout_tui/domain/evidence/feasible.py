"""What a gate can decide at all in a phase, said before the phase begins (gates.md 4). Pure, over the plan's values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import floor

from rollout_tui.domain.evidence.means import LEAST_OBSERVATIONS
from rollout_tui.domain.evidence.outlook import least_sessions
from rollout_tui.domain.metrics import Direction, Kind, Line, Metric, Population
from rollout_tui.domain.plan import Gate, GateKind, Phase, RolloutPlan
from rollout_tui.domain.words import limit

DAY = 86400.0
_HEADS = (Population.USERS, Population.TESTERS)
"""Populations in which a tester counts once, however often the app is used."""


@dataclass(frozen=True, slots=True)
class Note:
    """A gate that cannot pass by evidence, and what to do about it, in one sentence."""

    phase: Phase
    gate: Gate
    words: str


def expected_sessions(phase: Phase) -> int | None:
    """Sessions that a group of testers gives at most while the phase is planned to last; None where nobody can say."""
    longest = phase.maximum or phase.minimum
    if phase.testers is None or longest is None:
        return None
    return floor(phase.testers * phase.sessions_per_tester_per_day * longest / DAY)


def cannot_pass(phase: Phase, gate: Gate, metric: Metric) -> str | None:
    """Why the gate on this metric will not pass in the phase by evidence; None where it may.

    An attempt to connect is counted like a session: one per session is the least, and more cannot be planned with.
    """
    if gate.line is None:
        return None
    if metric.kind is Kind.MEAN and metric.better is Direction.LOWER and metric.cap is None:
        return (
            f"needs a cap: without the longest time after which the app gives up, no mean is proven under "
            f"{limit(gate.line, metric.unit)}; this gate will end undecided, set the cap or plan a waiver"
        )
    heads = metric.population in _HEADS
    expected = phase.testers if heads else expected_sessions(phase)
    needed = least_for_pass(gate, gate.line, metric)
    if needed is None:
        return (
            f"no number of sessions proves a rate of {limit(gate.line, metric.unit)}: "
            "this gate will end undecided, plan a waiver or another limit"
        )
    if expected is None or expected >= needed:
        return None
    return (
        f"at most {expected:,} {'testers' if heads else 'sessions'} expected, PASS needs {needed:,}: "
        "this gate will end undecided, plan a waiver or a longer test (or a sign-off)"
    )


def least_for_pass(gate: Gate, line: Line, metric: Metric) -> int | None:
    """The fewest sessions from which the gate can pass, all of them good; None where none are enough (limit 0 %).

    For means those before any verdict.
    """
    if metric.kind is Kind.MEAN:
        return LEAST_OBSERVATIONS
    above = metric.better is Direction.HIGHER
    if line.limit == (1 if above else 0):
        return None
    return least_sessions(limit=float(line.limit), above=above, dispersion=metric.dispersion, beta=gate.beta)


def notes(rollout: RolloutPlan) -> Iterator[Note]:
    """Every gate of a ladder that cannot pass by evidence, in its order."""
    for phase in rollout.phases:
        for gate in phase.gates:
            if gate.kind is not GateKind.METRIC or gate.metric is None:
                continue
            words = cannot_pass(phase, gate, rollout.metric(gate.metric))
            if words is not None:
                yield Note(phase, gate, words)
