"""What a file has told so far about the builds that somebody asks for, and which of its lines cannot be read."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from providers.file.options import FileOptions
from providers.file.rows import BadLine, Reader, Row
from providers.file.sums import Growth, Sums, Values
from providers.file.tail import FILE, Tail, whole
from rollout_tui.ports import Denied, Misconfigured, Unreachable

_PATIENCE = 5.0
"""Seconds that one poll waits for another that still reads, as after a time-out."""
Key = tuple[str, str, str]
"""Platform, build, metric."""


class Book:
    """One file. Everything is looked at inside of `up_to_date`."""

    def __init__(self, options: FileOptions) -> None:
        self._options = options
        self._busy = threading.Lock()
        self._builds: frozenset[tuple[str, str]] = frozenset()
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._tail = Tail(Path(self._options.path).expanduser())
        self._reader = Reader(self._options)
        self._first = b""
        self._at_start = True
        self.line = 0
        self.bad = 0
        self.complaint = ""
        self._forget()

    def _forget(self) -> None:
        self._sums: dict[Key, Sums] = {}
        self._values: dict[Key, Values] = {}
        self._growth = Growth()

    @property
    def left(self) -> int:
        """Bytes that are still to be read."""
        return self._tail.left

    def rows(self, platform: str, build: str, metric: str) -> Sums | Values | None:
        """What is known of a metric; None without any row."""
        key = (platform, build, metric)
        return self._sums.get(key) or self._values.get(key)

    @contextmanager
    def up_to_date(self, builds: Iterable[tuple[str, str]]) -> Iterator[None]:
        """Read what is new for these platforms and builds; while it is looked at, nobody reads on.

        Called in threads. Raises ProviderError.
        """
        if not self._busy.acquire(timeout=_PATIENCE):
            raise Unreachable(f"{self._options.path} is still being read")
        try:
            self._read(builds)
            yield
        finally:
            self._busy.release()

    def close(self) -> None:
        """Let the file go."""
        self._tail.close()

    def _read(self, builds: Iterable[tuple[str, str]]) -> None:
        if not self._builds.issuperset(builds):
            self._builds |= frozenset(builds)
            self._tail.close()
            self._begin_anew()
        path = self._options.path
        try:
            self._read_on()
        except FileNotFoundError:
            raise Unreachable(f"{path} is not there", "is its writer running? is the path right?") from None
        except PermissionError:
            raise Denied(f"{path} cannot be read: permission denied", "let this user read it") from None
        except IsADirectoryError:
            raise Misconfigured(f"{path} is no plain file", "set path to the file itself") from None
        except OSError as error:
            raise Unreachable(f"{path} cannot be read: {error.strerror or type(error).__name__}") from None

    def _read_on(self) -> None:
        beginning = not self._tail.seen
        lines = self._tail.lines()
        if beginning:
            head = next(lines)  # holds the file, so that a rotation between it and the older ones loses nothing
            for path in self._options.older:
                self._take_older(Path(path).expanduser())
            self._take(head)
        for line in lines:
            self._take(line)

    def _take_older(self, path: Path) -> None:
        try:
            for line in whole(path):
                self._take(line)
        except FileNotFoundError:
            pass  # not rotated yet
        except (OSError, EOFError) as error:
            self._complain(f"{path.name}: {getattr(error, 'strerror', None) or 'it is damaged'}")

    def _take(self, line: bytes) -> None:
        if line == FILE:
            self.line, self._at_start = 0, True
            return
        self.line += 1
        try:
            row = self._reader.row(line)
        except BadLine as error:
            self._complain(f"line {self.line}: {error}")
            return
        if row is None:
            return
        if self._at_start:
            self._at_start = False
            if line == self._first:
                self._forget()  # the same file, written anew: its rows must not count twice
            self._first = line
        for platform, build in self._builds:
            if row.build == build and row.platform in (None, platform):
                self._count(row, platform)

    def _count(self, row: Row, platform: str) -> None:
        for metric, numbers in row.numbers.items():
            key = (platform, row.build, metric)
            if self._options.metrics[metric].value is not None:
                self._values.setdefault(key, Values()).add(row.time, numbers[0])
                continue
            sums = self._sums.setdefault(key, Sums(len(numbers)))
            if self._options.rows == "intervals":
                sums.add(row.time, numbers)
            else:
                self._add_growth(sums, (*key, row.series), row.time, numbers)

    def _add_growth(self, sums: Sums, counter: Hashable, time: float, numbers: tuple[float, ...]) -> None:
        if sums.since is None:
            sums.since = time
        grown = self._growth.of(counter, time, numbers)
        if grown is not None:
            sums.add(time, grown)

    def _complain(self, words: str) -> None:
        self.bad += 1
        self.complaint = words
