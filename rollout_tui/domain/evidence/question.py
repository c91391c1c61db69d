"""What a gate asks in one phase: the line, its metric's settings, when the phase began and how long it is planned."""

from __future__ import annotations

from dataclasses import dataclass

from rollout_tui.domain.metrics import Line, Metric, Operator
from rollout_tui.domain.plan import Gate, Phase

_LONGEST = 48 * 3600.0


@dataclass(frozen=True, slots=True)
class Question:
    """`began` epoch seconds UTC, `planned` seconds: the upper figure of a range, 48 h where there is none."""

    gate: Gate
    metric: Metric
    line: Line
    began: float
    planned: float = _LONGEST

    @property
    def above(self) -> bool:
        """Whether the metric's own value must stay above the limit."""
        return self.line.operator in (Operator.GT, Operator.GE)

    @property
    def limit(self) -> float:
        """The limit in the metric's unit."""
        return float(self.line.limit)


def planned_seconds(phase: Phase) -> float:
    """How long a phase is planned to last (gates.md 3, H)."""
    return phase.maximum or phase.minimum or _LONGEST
