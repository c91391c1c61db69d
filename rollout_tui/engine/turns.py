"""Whose turn it is in this process: one action at a time, and a pause does not wait for what only looks."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

T = TypeVar("T")


class Taken(Exception):
    """Another action is under way."""


class Urged(Exception):
    """A pause wants the turn: what was waited for is given up."""


class Turns:
    """One for each rollout."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._urged = asyncio.Event()
        self._pausing = False

    @property
    def taken(self) -> bool:
        """Whether somebody has the turn."""
        return self._lock.locked()

    @asynccontextmanager
    async def of(self, *, pausing: bool) -> AsyncIterator[None]:
        """Have the turn. Raises Taken, except that a pause urges others to end and comes next."""
        if self._pausing or (self._lock.locked() and not pausing):
            raise Taken
        self._pausing = pausing
        if pausing and self._lock.locked():
            self._urged.set()
        try:
            async with self._lock:
                self._urged.clear()
                yield
        finally:
            if pausing:
                self._pausing = False
                self._urged.clear()

    async def unless_urged(self, work: Coroutine[Any, Any, T], grace: float = 0.0) -> T:
        """Wait for it, or until a pause wants the turn and `grace` wall seconds more. Then raises Urged."""
        task, urged = asyncio.ensure_future(work), asyncio.ensure_future(self._urged.wait())
        try:
            await asyncio.wait({task, urged}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done() and grace:
                await asyncio.wait({task}, timeout=grace)
            if task.done():
                return task.result()
            raise Urged
        finally:
            urged.cancel()
            if not task.done():
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, Exception):
                    await task
