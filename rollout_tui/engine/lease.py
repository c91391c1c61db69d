"""One action per platform at a time, across the processes and users of this host; a pause goes before all others.

Two lock files stand for a release at its store. Who acts holds the first; who pauses holds the second as well, and
whoever is about to send something else yields to it. A lock goes with its process, however that ends; the note in the
file says who holds it, until when, and what the store will show.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import stat
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rollout_tui.domain.actions import Expectation
from rollout_tui.engine.leasenote import SETTLING, Note
from rollout_tui.engine.lockfile import Busy, Lockfile, Unusable

_BETWEEN_TRIES = 0.1
"""Wall seconds."""
_SHARED = ("/run/lock", "/tmp")  # noqa: S108  only where nobody can remove or replace another user's file
_FOR_ALL, _FOR_ONE = 0o666, 0o600
__all__ = ["SETTLING", "Hold", "Lease", "LeaseHeld", "NoLease"]


class LeaseHeld(Exception):
    """Somebody else acts on this platform; says who."""


class NoLease(LeaseHeld):
    """Nobody can know who acts: the file cannot be used."""


@dataclass(slots=True)
class Hold:
    """Somebody's turn. `before` is who had it last, or still has it where a pause went past them."""

    before: Note | None
    until: float
    _tell: Callable[[], None]

    def sent(self) -> None:
        """The change is out: what remains is looking at the store, and a pause need not wait for that."""
        self._tell()

    @property
    def expired(self) -> bool:
        """Whether this process slept for so long that others went on without it."""
        return time.time() > self.until


class Lease:
    """The lease of one release at its store.

    Where its file cannot be used a pause goes on without; nothing else does.
    """

    def __init__(self, path: Path, platform: str, by: str, *, shared: bool = False) -> None:
        mode = _FOR_ALL if shared else _FOR_ONE
        self._lock = Lockfile(path, mode)
        self._pause = Lockfile(path.with_name(f"{path.name}.pause"), mode)
        self._platform = platform
        self._by = by

    @classmethod
    def of(cls, controls: str, history: Path, platform: str, by: str) -> Lease:
        """That of everybody on this host who controls the same; beside the history where no place is for all."""
        folder = _for_everybody() if controls else None
        if folder is None:
            return cls(history.with_name(f"{history.name}.{platform}.lease"), platform, by)
        name = hashlib.sha256(f"{controls} {platform}".encode()).hexdigest()[:24]
        return cls(folder / f"rollout-tui-{name}.lease", platform, by, shared=True)

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self._lock.path

    def holder(self) -> Note | None:
        """Who acts now in another process of this host."""
        for lock in (self._pause, self._lock):
            note = Note.read(lock.text()) if lock.is_held() else None
            if note is not None and note.pid != os.getpid() and note.action != SETTLING:
                return note
        return None

    def pausing(self) -> Note | None:
        """Who pauses now."""
        return Note.read(self._pause.text()) if self._pause.is_held() else None

    @contextmanager
    def held(self, action: str, seconds: float, expects: Expectation | None = None) -> Iterator[Hold]:
        """Hold it for at most `seconds` of the wall. Raises LeaseHeld where another process does, or one pauses."""
        pausing = self.pausing()
        if pausing is not None:
            raise LeaseHeld(self._in_words(pausing))
        with self._taken(action, seconds, expects) as hold:
            yield hold

    @asynccontextmanager
    async def held_to_pause(
        self, seconds: float, patience: float, expects: Expectation | None = None
    ) -> AsyncIterator[Hold]:
        """Hold it, or go on without after `patience` wall seconds; at once where another only looks at the store."""
        until = asyncio.get_running_loop().time() + patience
        note = self._note("pause", seconds, expects)
        with contextlib.ExitStack() as stack:
            with contextlib.suppress(Busy, Unusable):
                stack.enter_context(self._pause.held(note.text()))
            while True:
                before = Note.read(self._lock.text())
                try:
                    hold = stack.enter_context(self._taken("pause", seconds, expects))
                except LeaseHeld as error:
                    goes_past = isinstance(error, NoLease) or (before is not None and before.only_looks)
                    if not goes_past and asyncio.get_running_loop().time() < until:
                        await asyncio.sleep(_BETWEEN_TRIES)
                        continue
                    hold = Hold(before, note.until, lambda: None)
                break
            yield hold

    @contextmanager
    def _taken(self, action: str, seconds: float, expects: Expectation | None) -> Iterator[Hold]:
        note = self._note(action, seconds, expects)
        before = Note.read(self._lock.text())
        try:
            with self._lock.held(note.text()) as write:
                yield Hold(before, note.until, lambda: write(note.after_sending().text()))
        except Busy as error:
            # What was read first may be the note of whoever held it last, not of who has just taken it.
            before = Note.read(self._lock.text())
            if before is not None and before.over:
                # It must have ended long ago by its own deadlines, and looks at its lease before it sends.
                yield Hold(before, note.until, lambda: None)
                return
            raise LeaseHeld(self._in_words(before)) from error
        except Unusable as error:
            raise NoLease(str(error)) from error

    def _note(self, action: str, seconds: float, expects: Expectation | None) -> Note:
        return Note(self._by, os.getpid(), action, time.time() + seconds, False, expects)

    def _in_words(self, note: Note | None) -> str:
        if note is None:
            return f"an action on {self._platform} is under way by another process; wait for it"
        return (
            f"an action on {self._platform} is under way by {note.by}, process {note.pid} ({note.action}); wait for it"
        )


def _for_everybody() -> Path | None:
    """A folder in which every user may make files and nobody may touch another's: it belongs to root, with the bit."""
    for name in _SHARED:
        with contextlib.suppress(OSError):
            found = Path(name).stat()
            free = stat.S_ISDIR(found.st_mode) and found.st_mode & 0o1002 == 0o1002
            if free and found.st_uid in (0, os.getuid()):
                return Path(name)
    return None
