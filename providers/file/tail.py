"""Following a file that something else appends to: whole new lines, whatever is done to the file in between.

Rotation by renaming (the rest of the old file is read first) and by copying and truncating are known by the file and by
what it holds, never by times. Called from one thread at a time.
"""

from __future__ import annotations

import gzip
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_BLOCK = 1 << 18
_AT_ONCE = 16 << 20
"""Bytes that one call reads; the rest is read by the next."""
_LONGEST = 1 << 20
"""Bytes of a line; longer ones are none."""
_ANCHOR = 256
"""Bytes before the place up to which was read, by which the file is known again."""
FILE = b"\x00"
"""Stands between lines for: a file begins, perhaps with a header of its own. No line holds a zero."""


class Tail:
    """One path. `lines` gives what is new; marks stand between them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._offset = 0
        self._anchor = b""
        self._part = b""
        self._skipping = False

    @property
    def seen(self) -> bool:
        """Whether the file ever was there."""
        return self._file is not None

    @property
    def left(self) -> int:
        """Bytes that are still to be read."""
        return 0 if self._file is None else max(0, os.fstat(self._file.fileno()).st_size - self._offset)

    def lines(self) -> Iterator[bytes]:
        """New whole lines without their ends, and marks. Raises OSError where the file cannot be opened at first."""
        budget = _AT_ONCE
        if self._file is None:
            self._open()
            yield FILE
        while budget > 0:
            replaced = self._replaced()  # before the rest is read, so that nothing comes after it
            if self._truncated():
                self._rewind()
                yield FILE
            for block in self._blocks(budget):
                budget -= len(block)
                yield from self._split(block)
            if not replaced or budget <= 0:
                return
            self._open()
            yield FILE

    def close(self) -> None:
        """Let the file go."""
        if self._file is not None:
            self._file.close()

    def _open(self) -> None:
        if not stat.S_ISREG(self._path.stat().st_mode):
            raise IsADirectoryError(0, "it is no plain file")
        file = self._path.open("rb")
        if self._file is not None:
            self._file.close()
        self._file = file
        self._rewind()

    def _rewind(self) -> None:
        # A line that was not finished when the file was put away never will be: half a number is no number.
        self._offset, self._anchor, self._part, self._skipping = 0, b"", b"", False

    def _blocks(self, budget: int) -> Iterator[bytes]:
        file = self._file
        while file is not None and budget > 0:
            file.seek(self._offset)
            block = file.read(_BLOCK)
            if not block:
                return
            self._offset += len(block)
            budget -= len(block)
            self._anchor = (self._anchor + block)[-_ANCHOR:]
            yield block

    def _split(self, block: bytes) -> Iterator[bytes]:
        # A writer that goes on where it was in a truncated file leaves a hole of zeros before it.
        *whole, rest = (self._part + block.replace(b"\x00", b"")).split(b"\n")
        self._part = rest
        for line in whole:
            if self._skipping:
                self._skipping = False
            else:
                yield line.removesuffix(b"\r")
        if len(rest) > _LONGEST:
            self._part, self._skipping = b"", True

    def _truncated(self) -> bool:
        """Whether what was read is not there any more."""
        file = self._file
        if file is None or self._offset == 0:
            return False
        if os.fstat(file.fileno()).st_size < self._offset:
            return True
        file.seek(self._offset - len(self._anchor))
        return file.read(len(self._anchor)) != self._anchor

    def _replaced(self) -> bool:
        """Whether another file stands at the path, and is written to: until then the old one may still be."""
        if self._file is None:
            return False
        ours = os.fstat(self._file.fileno())
        try:
            there = self._path.stat()
        except OSError:
            return False
        return (ours.st_dev, ours.st_ino) != (there.st_dev, there.st_ino) and there.st_size > 0


def whole(path: Path) -> Iterator[bytes]:
    """All lines of a rotated file, which may be packed. Raises OSError, EOFError."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        yield FILE
        for line in file:
            if line.endswith(b"\n"):
                yield line.rstrip(b"\r\n")
