"""The clocks: the wall's, and a rehearsal's that runs faster."""

from __future__ import annotations

import asyncio
import time

from rollout_tui.config.settings import ClockSettings
from rollout_tui.ports import Clock


class WallClock:
    """Real time."""

    def now(self) -> float:
        """Epoch seconds UTC."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class ScaledClock:
    """A rehearsal's time: `origin` + (wall - `anchor`) * `speed`."""

    def __init__(self, settings: ClockSettings) -> None:
        self._settings = settings

    def now(self) -> float:
        """Epoch seconds UTC, the rehearsal's."""
        settings = self._settings
        return settings.origin + (time.time() - settings.anchor) * settings.speed

    async def sleep(self, seconds: float) -> None:
        """Wait that many of the rehearsal's seconds."""
        await asyncio.sleep(seconds / self._settings.speed)


def make_clock(settings: ClockSettings) -> Clock:
    """The wall's clock unless the configuration is a rehearsal's."""
    if settings.speed == 1.0 and settings.origin == settings.anchor:
        return WallClock()
    return ScaledClock(settings)
