"""One action per platform at a time, across the processes of this host."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType


class LeaseHeld(Exception):
    """Another process acts on this platform; says which."""


class Lease:
    """A lock file beside the history; the lock goes with the process that holds it, however that ends.

    Where the file cannot be made (a full or read-only disk) the action goes on without: pausing must work.
    """

    def __init__(self, path: Path, platform: str) -> None:
        self._path = path.with_name(f"{path.name}.{platform}.lease")
        self._platform = platform
        self._file: int | None = None

    def __enter__(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            return
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(file, 100).decode("utf-8", "replace").strip() or "another process"
            os.close(file)
            raise LeaseHeld(f"an action on {self._platform} is under way by {holder}; wait for it") from error
        self._file = file
        try:
            os.ftruncate(file, 0)
            os.write(file, f"process {os.getpid()}".encode())
        except OSError:
            # The name of the holder is a courtesy; the lock itself stands.
            return

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
