"""From news to Snapshots: a burst becomes one, and one that shows nothing new is told to nobody."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

from rollout_tui.domain.snapshot import Snapshot
from rollout_tui.engine.assessor import picture
from rollout_tui.engine.trouble import kind_and_place

_log = logging.getLogger(__name__)
_SETTLE = 0.05
"""Seconds in which arrivals gather into one Snapshot."""


class Publisher:
    """`assess` makes the Snapshot of this moment."""

    def __init__(self, assess: Callable[[], Snapshot]) -> None:
        self._assess = assess
        self._listeners: list[Callable[[Snapshot], None]] = []
        self._pending: asyncio.TimerHandle | None = None
        self._shown: tuple[object, ...] | None = None

    @property
    def waits(self) -> bool:
        """Whether something arrived that was not told yet."""
        return self._pending is not None

    def listen(self, on_snapshot: Callable[[Snapshot], None]) -> Callable[[], None]:
        """Call back with every Snapshot that shows something new; returns a function that ends it."""
        self._listeners.append(on_snapshot)

        def end() -> None:
            if on_snapshot in self._listeners:
                self._listeners.remove(on_snapshot)

        return end

    def arrived(self) -> None:
        """Something is new; it is told once the burst is over."""
        if self._pending is None:
            with contextlib.suppress(RuntimeError):  # before the loop runs there is nobody to tell
                self._pending = asyncio.get_running_loop().call_later(_SETTLE, self.publish)

    def publish(self) -> None:
        """Tell what is so now, if it shows anything new."""
        self.end()
        snapshot = self._assess()
        shown = picture(snapshot)
        if shown == self._shown:
            return
        self._shown = shown
        for listener in tuple(self._listeners):
            try:
                listener(snapshot)
            except Exception as error:  # noqa: BLE001  one listener's mistake must not silence the others
                _log.error("a listener failed: %s", kind_and_place(error))

    def end(self) -> None:
        """What arrived and was not told yet is told by nobody."""
        if self._pending is not None:
            self._pending.cancel()
            self._pending = None
