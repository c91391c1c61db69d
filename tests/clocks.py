"""A clock that stands until a test moves it, and a wait for what happens on the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class ManualClock:
    """`advance` moves the time and wakes sleepers in their order; nothing ever waits for the wall."""

    def __init__(self, now: float) -> None:
        self._now = now
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> float:
        """Epoch seconds UTC."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Wait until somebody advances the clock that far."""
        sleeper = (self._now + seconds, asyncio.get_running_loop().create_future())
        self._sleepers.append(sleeper)
        try:
            await sleeper[1]
        finally:
            self._sleepers.remove(sleeper)

    @property
    def sleeping(self) -> int:
        """How many wait."""
        return len(self._sleepers)

    async def advance(self, seconds: float) -> None:
        """Move on, stopping at each sleeper's time and letting it run."""
        until = self._now + seconds
        while due := [s for s in self._sleepers if s[0] <= until and not s[1].done()]:
            first = min(due, key=lambda sleeper: sleeper[0])
            self._now = max(self._now, first[0])
            first[1].set_result(None)
            await breathe()
        self._now = until
        await breathe()


async def breathe() -> None:
    """Let everything run that can run without waiting."""
    for _ in range(30):
        await asyncio.sleep(0)


async def until(happened: Callable[[], object], what: str = "it", seconds: float = 60.0) -> None:
    """Wait until something is true that threads or the loop bring about; fail in words after `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            while not happened():  # noqa: ASYNC110  threads and subprocesses set no event
                await asyncio.sleep(0.002)
    except TimeoutError:
        raise AssertionError(f"{what} did not happen within {seconds:g} s") from None
