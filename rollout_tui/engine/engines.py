"""The engines of many configurations in one process: they share HTTP clients and do not begin in step."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from rollout_tui.config.providers import find
from rollout_tui.config.settings import Settings
from rollout_tui.domain.actions import Actor
from rollout_tui.engine.engine import Engine
from rollout_tui.engine.http import Clients
from rollout_tui.ports import Provider

_SPREAD = 30.0
"""Seconds over which many engines begin to poll: half an interval, so that they go on in turns."""
_LONGEST_TURN = 0.3


class Engines:
    """`start`, in the end `close`. Each engine keeps its own history, and the thread for it: a disk that hangs holds
    up one app alone, and a thread that waits costs no time.
    """

    def __init__(
        self,
        settings: Sequence[Settings],
        *,
        actor: Actor | None = None,
        read_only: str | None = None,
        clients: Clients | None = None,
        lookup: Callable[[str], Provider] = find,
    ) -> None:
        self._clients = clients or Clients()
        self._starting: asyncio.Task[None] | None = None
        self.all = tuple(
            Engine(one, actor=actor, read_only=read_only, clients=self._clients, lookup=lookup) for one in settings
        )

    async def start(self) -> None:
        """Begin; nobody waits for the last one."""
        self._starting = asyncio.create_task(self._start())

    async def begun(self) -> None:
        """Wait until the last one has begun to poll."""
        if self._starting is not None:
            await asyncio.shield(self._starting)

    async def close(self) -> None:
        """End them all, then the clients."""
        if self._starting is not None:
            self._starting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._starting
        await asyncio.gather(*(engine.close() for engine in self.all), return_exceptions=True)
        await self._clients.close()

    async def _start(self) -> None:
        """What is remembered is shown of all, then they poll one after the other."""
        for engine in self.all:
            engine.load()
            engine.announce()
            await asyncio.sleep(0)  # a key that was pressed meanwhile
        turn = min(_LONGEST_TURN, _SPREAD / len(self.all))
        for engine in self.all:
            await engine.start()
            await asyncio.sleep(turn)
