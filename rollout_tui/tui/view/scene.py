"""What the views look at: the Snapshot, the moment by which ages are told, and how this terminal shows things."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from rollout_tui.domain.snapshot import Rollout, Snapshot
from rollout_tui.tui.view.kept import Kept


@dataclass(frozen=True, slots=True)
class Focus:
    """The chosen pane, and in it the chosen row: metrics first, then gates."""

    pane: int = 0
    item: int = 0


@dataclass(frozen=True, slots=True)
class Scene:
    """Inputs of every view. `now` is the clock's time (epoch seconds UTC)."""

    snapshot: Snapshot
    now: float
    focus: Focus = Focus()
    who: str = ""
    read_only: bool = False
    rehearsal: str | None = None
    zone: tzinfo = UTC
    ascii_only: bool = False
    frozen_at: float | None = None
    """Since when the picture stands; None: it lives."""
    kept: Kept = field(default_factory=Kept, compare=False)
    """Rows that were drawn for this scene before."""

    @property
    def rollouts(self) -> tuple[Rollout, ...]:
        """The rollouts in the order of the panes."""
        return self.snapshot.rollouts

    @property
    def focused(self) -> Rollout:
        """The rollout of the chosen pane."""
        return self.rollouts[min(self.focus.pane, len(self.rollouts) - 1)]
