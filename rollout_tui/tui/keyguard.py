"""Keys that must not count: those typed before anybody could read the dialog, and repeats of a held key."""

from __future__ import annotations

from collections.abc import Callable

SETTLE = 0.4
"""Seconds after opening in which keys are dropped (screens.md 11)."""
HELD = 0.06
"""Two of the same key nearer than this are one held key."""
BURST = 0.01
"""Different keys nearer than this were pasted, not typed."""


class KeyGuard:
    """Judges the keys of one dialog. `clock` is monotonic, in seconds.

    `opened_by` is the key that opened it: it may still be held, so it does not count before another key was pressed.
    `inert` never counts.
    """

    def __init__(self, clock: Callable[[], float], opened_by: str | None = None, inert: str | None = None) -> None:
        self._clock = clock
        self._opened = clock()
        self._opened_by = opened_by
        self._inert = inert
        self._last_key = opened_by
        self._last_time = self._opened

    def takes(self, key: str) -> bool:
        """Whether the key counts."""
        now = self._clock()
        held = key == self._last_key and now - self._last_time < HELD
        self._last_key, before, self._last_time = key, self._last_time, now
        self._gap = now - before
        if key != self._opened_by:
            self._opened_by = None
        return key not in (self._inert, self._opened_by) and not held and now - self._opened >= SETTLE

    def restart(self) -> None:
        """What is shown was replaced: keys count again only once somebody could have read it."""
        self._opened = self._clock()

    @property
    def is_burst(self) -> bool:
        """Whether the last key came as fast as only a paste does."""
        return self._gap < BURST

    _gap = 1.0
