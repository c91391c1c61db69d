"""One task per provider: interval, jitter, timeout, back-off. A slow or broken one delays nobody else."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Awaitable, Callable

from rollout_tui.ports import Clock, Denied, Misconfigured, Unreachable

JITTER = 0.05
"""Share of the interval by which polls are spread, so that they do not run in step."""
LEAST_REST = 0.1
"""Share of the interval for which a provider is left alone, however long it takes to answer."""
LONGEST = 300.0
"""Seconds between tries of a provider that fails (screens.md: one attempt every 5 min)."""
_DOUBLINGS = 16
"""Enough to reach the longest pause from any interval."""

_LONGEST_WAIT = 3600.0
"""Seconds that a server may ask to be left alone: an absurd wish must not silence a source for ever."""


class Poller:
    """Calls `poll` for ever.

    Times are the injected clock's seconds, but `timeout` is the wall's: networks do not speed up. `at_most` is an
    interval that is asked for now, shorter than the usual one: where a waiver is in force, people promised to watch.
    """

    def __init__(
        self,
        name: str,
        poll: Callable[[], Awaitable[None]],
        failed: Callable[[BaseException], None],
        *,
        interval: float,
        timeout: float,
        clock: Clock,
        at_most: Callable[[], float] = lambda: math.inf,
    ) -> None:
        self.name = name
        self._poll = poll
        self._failed = failed
        self._interval = interval
        self._timeout = timeout
        self._clock = clock
        self._at_most = at_most
        self.due: float | None = None
        """When the next poll begins, or the one under way began; None while it does not run."""
        self._failures = 0
        self._poked = asyncio.Event()
        self._random = random.Random(name)  # noqa: S311  spreads polls, guards nothing

    def poke(self) -> None:
        """Poll now; while a poll is under way, once more after it. A server's own "retry after" is waited for first."""
        self._poked.set()

    async def run(self) -> None:
        """Poll until cancelled."""
        try:
            await self._run()
        finally:
            self.due = None

    async def _run(self) -> None:
        while True:
            self._poked.clear()
            began = self.due = self._clock.now()
            error = await self.poll_once()
            asked_for = error.retry_after if isinstance(error, Unreachable) else None
            if asked_for is not None:
                asked_for = min(asked_for, _LONGEST_WAIT) if asked_for >= 0 else None  # a NaN is no wish
            if asked_for is not None:
                self.due = self._clock.now() + asked_for
                await self._clock.sleep(asked_for)
            # From beginning to beginning: on a fast clock a slow answer is old when it comes.
            spent = (asked_for or 0.0) if error is not None else self._clock.now() - began
            rest = self._pause_after(error)
            rest = max(LEAST_REST * min(self._interval, rest), rest - spent)
            self.due = self._clock.now() + rest
            await self._rest(rest)

    async def poll_once(self) -> BaseException | None:
        """One poll; what went wrong is told to `failed` and returned, never raised."""
        try:
            await self._poll_in_time()
        except Exception as error:  # noqa: BLE001  a provider's mistake is its own status, never the program's end
            self._failures += 1
            self._failed(error)
            return error
        self._failures = 0
        return None

    async def _poll_in_time(self) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                await self._poll()
        except TimeoutError as error:
            raise Unreachable(f"no answer within {self._timeout:g} s") from error

    def _pause_after(self, error: BaseException | None) -> float:
        if error is None:
            pause = min(self._interval, self._at_most())
        elif isinstance(error, Denied | Misconfigured):
            pause = max(self._interval, LONGEST)
        else:
            doubled = self._interval * 2 ** min(self._failures - 1, _DOUBLINGS)
            pause = min(max(self._interval, LONGEST), doubled)
        return pause * (1 + JITTER * (2 * self._random.random() - 1))

    async def _rest(self, seconds: float) -> None:
        """Wait that long, or until poked."""
        sleep = asyncio.ensure_future(self._clock.sleep(seconds))
        poked = asyncio.ensure_future(self._poked.wait())
        try:
            await asyncio.wait((sleep, poked), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiter in (sleep, poked):
                waiter.cancel()
            # Whoever ends the poller just now must not be taken for a waiter that ended.
            await asyncio.gather(sleep, poked, return_exceptions=True)
