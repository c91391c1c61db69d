"""An automatic pause that is counted down, as history keeps it and every screen shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rollout_tui.domain.releases import Platform


class CountdownEnd(StrEnum):
    """How it ended. The first end that is written stands, whichever process writes it."""

    STOPPED = "stopped"
    """By a person."""
    CALLED_OFF = "called off"
    """By the program: the cause is over, or nothing is known of it any more."""
    PAUSED = "paused"
    """It was due, and the pause was begun; `said` tells how that ended."""


@dataclass(frozen=True, slots=True)
class Countdown:
    """A pause of one build that comes by itself at `due` (epoch seconds UTC) unless somebody stops it.

    `causes` are the ids of all that stands behind it, `told` says the first of them in a sentence. `said` is who
    stopped it, why it was called off, or how the pause ended; `failed` is None until that is known.
    """

    id: str
    platform: Platform
    build: str
    causes: tuple[str, ...]
    told: str
    began: float
    due: float
    ended_at: float | None = None
    ended: CountdownEnd | None = None
    said: str = ""
    failed: bool | None = None

    @property
    def runs(self) -> bool:
        """Whether it is still counted down."""
        return self.ended_at is None
