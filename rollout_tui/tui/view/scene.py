"""What the views look at: the Snapshot, the moment by which ages are told, and how this terminal shows things."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from typing import Protocol, Self

from rollout_tui.domain.snapshot import Recommendation, Rollout, Snapshot
from rollout_tui.tui.view.kept import Kept


@dataclass(frozen=True, slots=True)
class Focus:
    """The chosen pane, and in it the chosen row: metrics first, then gates."""

    pane: int = 0
    item: int = 0


class Picture(Protocol):
    """What every whole screen tells of what it shows, one app or many."""

    @property
    def title(self) -> str:
        """What is watched."""
        ...

    @property
    def at(self) -> float:
        """When it was so."""
        ...

    @property
    def recommendation(self) -> Recommendation:
        """What to do now."""
        ...

    @property
    def answered_at(self) -> float | None:
        """When any source or store last answered."""
        ...

    @property
    def poll_interval(self) -> float:
        """Seconds between two answers."""
        ...

    @property
    def alarm(self) -> str | None:
        """Why nothing is remembered, where that is so."""
        ...


class Watched(Protocol):
    """What every whole screen needs of its scene: the picture, the moment, who watches in which mode."""

    @property
    def snapshot(self) -> Picture:
        """What is shown."""
        ...

    @property
    def now(self) -> float:
        """The clock's time."""
        ...

    @property
    def who(self) -> str:
        """Who watches."""
        ...

    @property
    def read_only(self) -> bool:
        """Whether no key changes a store."""
        ...

    @property
    def rehearsal(self) -> str | None:
        """Which rehearsal it is, if it is one."""
        ...

    @property
    def recording(self) -> str:
        """The host of which a recording is looked at; empty where the present is."""
        ...

    @property
    def zone(self) -> tzinfo:
        """In which times are told."""
        ...

    @property
    def frozen_at(self) -> float | None:
        """Since when the picture stands; None: it lives."""
        ...

    def at(self, now: float) -> Self:
        """The same with ages as they are told then."""
        ...


@dataclass(frozen=True, slots=True)
class Scene:
    """Inputs of every view. `now` is the clock's time (epoch seconds UTC)."""

    snapshot: Snapshot
    now: float
    focus: Focus = Focus()
    who: str = ""
    read_only: bool = False
    rehearsal: str | None = None
    recording: str = ""
    """The host of which a recording is looked at; empty where the present is."""
    zone: tzinfo = UTC
    ascii_only: bool = False
    frozen_at: float | None = None
    """Since when the picture stands; None: it lives."""
    named: bool = False
    """One of several apps: what is asked of a person names it."""
    kept: Kept = field(default_factory=Kept, compare=False)
    """Rows that were drawn for this scene before."""

    def at(self, now: float) -> Scene:
        """The same with ages as they are told then."""
        return replace(self, now=now)

    @property
    def rollouts(self) -> tuple[Rollout, ...]:
        """The rollouts in the order of the panes."""
        return self.snapshot.rollouts

    @property
    def focused(self) -> Rollout:
        """The rollout of the chosen pane."""
        return self.rollouts[min(self.focus.pane, len(self.rollouts) - 1)]
