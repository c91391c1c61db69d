"""Verdicts of gates, and what each rests on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from rollout_tui.domain.plan import Gate
from rollout_tui.domain.quantities import Quantity
from rollout_tui.domain.readings import Answer, NoReading
from rollout_tui.domain.releases import Trial

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
class Bug:
    """An open bug as its tracker calls it: `#2214`, `APP-17`. `link` leads a person to it, `opened` epoch seconds UTC.

    Texts are plain already; empty or None what the tracker does not say.
    """

    id: str
    title: str
    link: str = ""
    opened: float | None = None


@dataclass(frozen=True, slots=True)
class BugCount:
    """A tracker's answer: how many such bugs are open, and those that it lists, newest first (up to `LISTED`)."""

    open: int
    as_of: float
    source: str
    listed: tuple[Bug, ...] = ()

    @property
    def newest(self) -> tuple[str, ...]:
        """Up to three of them in words: `#2214 Crash on reconnect`."""
        return tuple(f"{bug.id} {bug.title}".strip() for bug in self.listed[:_NEWEST])


LISTED = 20
"""Bugs that a count brings along at most: enough to read, whatever their number."""
_NEWEST = 3


@dataclass(frozen=True, slots=True)
class SignOff:
    """A named person's answer for one version, build and phase. Void for a new build, and once `withdrawn` later."""

    gate: str
    phase: str
    version: str
    build: str
    by: str
    at: float
    note: str = ""
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Waiver:
    """A manual override of one gate, for one version, build and phase, until a moment (rollout-plan.md 9.6).

    `text` is the condition as the plan wrote it: another limit is another gate. `found` is what the gate said when it
    was given, `open` how many bugs were open then. `confirmed` says how the approver agreed himself; empty where the
    operator named him. `ended_at` and `ended` (why) stand once it is over. Times are epoch seconds UTC.
    """

    id: str
    gate: str
    text: str
    phase: str
    version: str
    build: str
    reason: str
    approver: str
    operator: str
    given_at: float
    expires_at: float
    found: Verdict
    open: int | None = None
    confirmed: str = ""
    ended_at: float | None = None
    ended: str = ""


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
    trial: Trial | None = None
    """Beside a sign-off in a tester phase: what testers did. It does not answer the question (rollout-plan.md 9.4)."""
    finding: Finding | None = None
    """The evidence under the verdict, for a gate on a metric."""
    waiver: Waiver | None = None
    """The override in force, where the verdict is WAIVED; `found` is the verdict that it overrides."""
    found: Verdict | None = None

    @property
    def holds(self) -> bool:
        """Whether this gate permits a promotion."""
        return self.verdict in LETS_THROUGH


def judged(gate: Gate, answer: Answer, finding: Finding | None) -> GateResult:
    """A gate on a metric: the value of the phase so far, and the verdict of its evidence.

    Without a usable answer it is NO DATA, whatever was found before; but a FAIL that is latched stays (gates.md 3).
    """
    if finding is not None and finding.failed is not None and isinstance(answer, NoReading):
        return GateResult(gate, Verdict.FAIL, f"{finding.reason}; no data now: {answer.reason}", finding=finding)
    if isinstance(answer, NoReading):
        return GateResult(gate, Verdict.NO_DATA, answer.reason)
    if finding is None:
        return GateResult(gate, Verdict.NO_DATA, "history is being read")
    return GateResult(
        gate,
        finding.verdict,
        finding.reason,
        quantity=answer.quantity,
        value=answer.quantity.value(),
        as_of=answer.as_of,
        finding=finding,
    )
