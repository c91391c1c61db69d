"""The rehearsal's time: `origin` + (wall - `anchor`) * `speed`, the same arithmetic as the program's own clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RehearsalClock:
    """Epoch seconds UTC that run `speed` times as fast as the wall's since `anchor`."""

    speed: float
    origin: float
    anchor: float
    wall: Callable[[], float] = time.time

    def now(self) -> float:
        """The rehearsal's time."""
        return self.origin + (self.wall() - self.anchor) * self.speed
