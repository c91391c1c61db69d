"""A lock file that other users of the host may share. Nobody is tricked into writing through a link."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_PEEKS = 0.05
"""Wall seconds for which a lock is tried: whoever only looks at who holds it has it for a moment."""
_BETWEEN_TRIES = 0.01
_LONGEST = 2000
"""Bytes of a note."""


class Busy(Exception):
    """Another process holds the lock."""


class Unusable(Exception):
    """The file cannot be opened or locked, in words."""


class Lockfile:
    """An advisory lock on a file that stays; its text says who holds it, or held it last."""

    def __init__(self, path: Path, mode: int) -> None:
        self.path = path
        self._mode = mode

    @contextmanager
    def held(self, text: str) -> Iterator[Callable[[str], None]]:
        """Hold it with that text in it; gives a function that writes another. Raises Busy, Unusable."""
        file = self._locked()
        try:
            _write(file, text)
            yield lambda new: _write(file, new)
        finally:
            os.close(file)

    def is_held(self) -> bool:
        """Whether some process holds it at this moment."""
        try:
            file = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        finally:
            os.close(file)
        return False

    def text(self) -> str:
        """What stands in it."""
        try:
            file = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError:
            return ""
        try:
            return os.pread(file, _LONGEST, 0).decode("utf-8", "replace")
        except OSError:
            return ""
        finally:
            os.close(file)

    def _locked(self) -> int:
        until = time.monotonic() + _PEEKS
        while True:
            file = self._open()
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                os.close(file)
                if time.monotonic() > until:
                    raise Busy from error
                time.sleep(_BETWEEN_TRIES)
                continue
            except OSError as error:
                os.close(file)
                raise Unusable(f"{self.path} cannot be locked: {error.strerror}") from error
            if self._stands(file):
                return file
            os.close(file)
            if time.monotonic() > until:
                raise Unusable(f"the lock file {self.path} is replaced again and again; see by whom")
            time.sleep(_BETWEEN_TRIES)

    def _open(self) -> int:
        """Open without making it first: where the kernel protects shared folders, making what exists is forbidden."""
        flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        try:
            with contextlib.suppress(FileNotFoundError):
                return self._trusted(os.open(self.path, flags))
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with contextlib.suppress(FileExistsError):
                file = os.open(self.path, flags | os.O_CREAT | os.O_EXCL, self._mode)
                os.fchmod(file, self._mode)  # whatever the umask takes away
                return file
            return self._trusted(os.open(self.path, flags))
        except OSError as error:
            raise Unusable(f"the lock file {self.path} cannot be used: {error.strerror}; remove it") from error

    def _trusted(self, file: int) -> int:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
            os.close(file)
            raise Unusable(f"the lock file {self.path} is no file of its own; remove it")
        return file

    def _stands(self, file: int) -> bool:
        """Whether the file that was locked is still the one that others find there."""
        try:
            return os.path.samestat(os.fstat(file), os.lstat(self.path))
        except OSError:
            return False


def _write(file: int, text: str) -> None:
    """A courtesy for whoever waits; the lock stands without it, on a full disk too."""
    with contextlib.suppress(OSError):
        os.ftruncate(file, 0)
        os.pwrite(file, text.encode(), 0)
