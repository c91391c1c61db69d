"""One action per platform at a time, across the processes of this host."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

_BETWEEN_TRIES = 0.1
"""Wall seconds."""


class LeaseHeld(Exception):
    """Another process acts on this platform; says which."""


class Lease:
    """A lock file beside the history; the lock goes with the process that holds it, however that ends.

    Where the file cannot be made (a full or read-only disk) the action goes on without: pausing must work, and every
    other action is refused for want of a journal.
    """

    def __init__(self, path: Path, platform: str, holder: str) -> None:
        self._path = path.with_name(f"{path.name}.{platform}.lease")
        self._platform = platform
        self._holder = holder

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold it. Raises LeaseHeld where another process does."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            yield
            return
        try:
            self._lock(file)
            yield
        finally:
            os.close(file)

    @asynccontextmanager
    async def held_or_passed(self, patience: float) -> AsyncIterator[None]:
        """Hold it, or go on without after `patience` wall seconds: a pause is not stopped by another's read-back."""
        until = asyncio.get_running_loop().time() + patience
        with contextlib.ExitStack() as stack:
            while True:
                try:
                    stack.enter_context(self.held())
                except LeaseHeld:
                    if asyncio.get_running_loop().time() < until:
                        await asyncio.sleep(_BETWEEN_TRIES)
                        continue
                break
            yield

    def _lock(self, file: int) -> None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(file, 100).decode("utf-8", "replace").strip() or "another process"
            raise LeaseHeld(f"an action on {self._platform} is under way by {holder}; wait for it") from error
        # The name of the holder is a courtesy; the lock itself stands.
        with contextlib.suppress(OSError):
            os.ftruncate(file, 0)
            os.write(file, f"{self._holder}, process {os.getpid()}".encode())
