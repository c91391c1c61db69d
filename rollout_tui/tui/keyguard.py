"""Keys that must not count: those typed before anybody could read the dialog, and repeats of a held key."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.events import Key

SETTLE = 0.4
"""Seconds after opening in which keys are dropped (screens.md 11)."""
HELD = 0.06
"""Two of the same key nearer than this are one held key."""
BURST = 0.01
"""Different keys nearer than this were pasted, not typed."""


@dataclass(frozen=True, slots=True)
class KeyClock:
    """A monotonic clock in seconds: the present, and when a key arrived.

    A key is stamped where it is read, so that keys which queued behind a slow line are judged as they were typed.
    """

    now: Callable[[], float] = time.monotonic
    arrived: Callable[[Key], float] = lambda event: event.time


class KeyGuard:
    """Judges the keys of one dialog that opened at `opened`; times are seconds of one KeyClock.

    `opened_by` is the key that opened it: it may still be held, so it does not count before another key was pressed.
    `inert` never counts.
    """

    def __init__(self, opened: float, opened_by: str | None = None, inert: str | None = None) -> None:
        self._opened = opened
        self._opened_by = opened_by
        self._inert = inert
        self._last_key = opened_by
        self._last_time = opened
        self._gap = SETTLE

    def takes(self, key: str, at: float) -> bool:
        """Whether the key counts."""
        self._gap = at - self._last_time
        held = key == self._last_key and self._gap < HELD
        self._last_key, self._last_time = key, at
        if key != self._opened_by:
            self._opened_by = None
        return key not in (self._inert, self._opened_by) and not held and self.is_settled(at)

    def is_settled(self, at: float) -> bool:
        """Whether somebody could have read by then what is shown."""
        return at - self._opened >= SETTLE

    def restart(self, at: float) -> None:
        """What is shown is new: keys count again only once somebody could have read it."""
        self._opened = at

    @property
    def is_burst(self) -> bool:
        """Whether the last key came as fast as only a paste does."""
        return self._gap < BURST
