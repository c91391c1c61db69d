"""One edit per package at a time on this host: two inserts within seconds may get the same edit (stores.md G4).

A package at another address is another store: two rehearsals on one host have nothing to do with each other.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import time
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from rollout_tui.domain.words import plain_text
from rollout_tui.ports import ProviderError, Unreachable

_TRY_EVERY = 0.05
"""Seconds between two tries to get the lock."""


class NoLock(ProviderError):
    """The lock file cannot be made on this host; nothing was sent."""


class Busy(Unreachable):
    """Another edit of this host's is open; nothing was sent. `holder` says whose, as it signed the lock file."""

    def __init__(self, holder: str, package: str) -> None:
        super().__init__(
            f"{holder} has an edit of {package} open on this host; nothing was sent",
            "wait until it is through, then try again",
        )
        self.holder = holder


class PackageLock:
    """A file lock across processes, for the package at `address`; the file names its holder while it is held."""

    def __init__(self, folder: Path, package: str, address: str) -> None:
        self._path = folder / f"play-{_safe(address.partition('://')[2])}-{_safe(package)}.lock"
        self._package = package

    @asynccontextmanager
    async def held(self, purpose: str, deadline: float) -> AsyncIterator[None]:
        """Hold the lock. Raises Busy, naming the holder, after `deadline` seconds; NoLock where none can be."""
        handle = self._open()
        try:
            await self._take(handle, deadline)
            _sign(handle, purpose)
            yield
        finally:
            os.close(handle)

    def _open(self) -> int:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._path.parent.stat().st_uid != os.getuid():
                raise PermissionError(errno.EPERM, "its folder belongs to another user")
            return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise NoLock(
                f"the lock file {self._path} cannot be made: {error.strerror}", "make its folder writable"
            ) from error

    async def _take(self, handle: int, deadline: float) -> None:
        end = time.monotonic() + deadline
        while not _try_lock(handle):
            if time.monotonic() >= end:
                holder = plain_text(os.pread(handle, 200, 0).decode("utf-8", "replace")) or "another process"
                raise Busy(holder, self._package)
            await asyncio.sleep(_TRY_EVERY)


def default_folder() -> Path:
    """Where the locks of this user lie: the runtime folder, emptied at every start of the host."""
    import platformdirs

    with warnings.catch_warnings():
        # It may warn that it falls back to a temporary folder, and a warning would be written over the screen.
        warnings.simplefilter("ignore")
        return Path(platformdirs.user_runtime_dir("rollout-tui"))


def _safe(text: str) -> str:
    return "".join(character if character.isalnum() or character in "._-" else "_" for character in text)


def _try_lock(handle: int) -> bool:
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return False
        raise NoLock(
            f"this host cannot lock files: {error.strerror}", "use a local folder for XDG_RUNTIME_DIR"
        ) from error
    return True


def _sign(handle: int, purpose: str) -> None:
    """Name the holder for whoever waits; a full disk must not stop anybody."""
    with contextlib.suppress(OSError):
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"process {os.getpid()} ({purpose})".encode(), 0)
