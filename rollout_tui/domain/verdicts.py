"""Verdicts of gates, and the interface behind which they are decided."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol

from rollout_tui.domain.plan import Gate
from rollout_tui.domain.quantities import Quantity, flaw
from rollout_tui.domain.readings import Answer, NoReading

if TYPE_CHECKING:
    from rollout_tui.domain.evidence.finding import Finding


class Verdict(StrEnum):
    """PASS / FAIL / UNDECIDED / NO DATA of one gate; WAIVED where an override is in force."""

    PASS = "PASS"
    FAIL = "FAIL"
    UNDECIDED = "UNDECIDED"
    NO_DATA = "NO DATA"
    WAIVED = "WAIVED"


LETS_THROUGH = frozenset({Verdict.PASS, Verdict.WAIVED})
"""Only these permit a promotion (design.md, rule 1)."""


@dataclass(frozen=True, slots=True)
class BugCount:
    """A tracker's answer: how many such bugs are open; `newest` holds up to three of their titles."""

    open: int
    as_of: float
    source: str
    newest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignOff:
    """A named person's answer for one version, build and phase. Void for a new build."""

    gate: str
    phase: str
    version: str
    build: str
    by: str
    at: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class GateResult:
    """A gate's verdict with what it rests on.

    `value` is the metric's own value (not the complement); `reason` one plain sentence, for NO DATA the cause.
    `waits` marks a gate that only waits for time or a person, shown as NOT YET. `left` seconds until a time gate
    holds. `as_of` epoch seconds UTC of the data.
    """

    gate: Gate
    verdict: Verdict
    reason: str
    quantity: Quantity | None = None
    value: Fraction | None = None
    as_of: float | None = None
    waits: bool = False
    left: float | None = None
    elapsed: float | None = None
    bugs: BugCount | None = None
    signoff: SignOff | None = None
    finding: Finding | None = None
    """The evidence under the verdict, for a gate on a metric."""

    @property
    def holds(self) -> bool:
        """Whether this gate permits a promotion."""
        return self.verdict in LETS_THROUGH


class Judge(Protocol):
    """Decides a gate on a metric from the latest answer about the phase so far."""

    def judge(self, gate: Gate, answer: Answer | None) -> GateResult:
        """The verdict; NO DATA for a missing, stale or flawed answer."""
        ...


class PointJudge:
    """Judges by the point value alone: PASS or FAIL as the line is written, NO DATA where there is none."""

    def judge(self, gate: Gate, answer: Answer | None) -> GateResult:
        """Compare the value of the phase so far with the gate's line, exactly."""
        if gate.line is None:
            raise ValueError(f"gate {gate.id} has no line to compare with")
        if answer is None:
            return GateResult(gate, Verdict.NO_DATA, "not read yet")
        if isinstance(answer, NoReading):
            return GateResult(gate, Verdict.NO_DATA, answer.reason)
        problem = flaw(answer.quantity)
        if problem is not None:
            return GateResult(gate, Verdict.NO_DATA, f"{answer.source}: {problem}", as_of=answer.as_of)
        value = answer.quantity.value()
        holds = gate.line.holds(value)
        return GateResult(
            gate,
            Verdict.PASS if holds else Verdict.FAIL,
            "inside the limit" if holds else "outside the limit",
            quantity=answer.quantity,
            value=value,
            as_of=answer.as_of,
        )
