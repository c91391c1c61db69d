"""What the zoom page shows: one metric of one rollout, its gate, its past, and how a person looks at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rollout_tui.domain.closeup import CloseUp, Span
from rollout_tui.domain.events import Event
from rollout_tui.domain.metrics import Metric
from rollout_tui.domain.snapshot import MetricStanding, Rollout
from rollout_tui.domain.verdicts import GateResult

_MOST_MARKS = 5


@dataclass(frozen=True, slots=True)
class Zoomed:
    """`top` is the upper end of the scale in the metric's base unit, `cursor` a bucket of the close-up.

    `ready` is False while what draws the chart is being imported.
    """

    rollout: Rollout
    standing: MetricStanding
    gate: GateResult | None
    span: Span
    close_up: CloseUp
    top: float
    ghost: bool = True
    cursor: int | None = None
    ready: bool = True

    @property
    def metric(self) -> Metric:
        """The metric that is shown."""
        return self.standing.metric

    @property
    def has_ghost(self) -> bool:
        """Whether the build before is drawn."""
        return self.ghost and bool(self.close_up.ghost)

    def marks(self, most: int = _MOST_MARKS) -> Mapping[str, Event]:
        """The newest events of the window by their letter, oldest first."""
        events = self.close_up.marks[-most:] if most > 0 else ()
        return {chr(ord("A") + number): event for number, event in enumerate(events)}
