"""A program in a pseudo-terminal of its own: what it writes and when, what it costs, how fast it answers a key.

While the clock runs, the parent only reads, timestamps and answers the terminal's own queries, so that emulation never
delays a measurement. Linux only: CPU and memory come from /proc.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

_TICKS = os.sysconf("SC_CLK_TCK")
_QUERIES = re.compile(rb"\x1b\[\?(?P<mode>\d+)\$p|\x1b\[(?P<attributes>0?c)|\x1b\[(?P<status>[56])n")


@dataclass(slots=True)
class Terminal:
    """One running program. Use `open_terminal`; end it with `close`."""

    pid: int
    fd: int
    started: float
    chunks: list[tuple[float, bytes]] = field(default_factory=list)
    """(perf_counter, bytes) of every read."""
    ended: bool = False

    def read_until(self, deadline: float, *, quiet: float | None = None, expect: bytes | None = None) -> bool:
        """Collect output until the deadline (perf_counter), a quiet spell in seconds, or an expected text.

        Returns whether the text was seen; without `expect` always False.
        """
        last, tail = time.perf_counter(), b""
        while not self.ended and (now := time.perf_counter()) < deadline:
            if quiet is not None and now - last >= quiet:
                break
            wait = min(deadline - now, 0.05 if quiet is None else max(0.0, quiet - (now - last)))
            data = self._read(wait)
            if data is None:
                continue
            last = self.chunks[-1][0]
            if expect is not None:
                tail = (tail + data)[-20_000:]
                if expect in _letters(tail):
                    return True
        return False

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self.fd, keys.encode())

    def written(self, since: int = 0) -> int:
        """Bytes written after chunk `since`."""
        return sum(len(data) for _, data in self.chunks[since:])

    def cpu(self) -> float:
        """CPU seconds of the program so far, user and system."""
        with open(f"/proc/{self.pid}/stat", encoding="ascii", errors="replace") as stat:  # noqa: PTH123  /proc
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory(self) -> float:
        """Resident memory in MiB."""
        with open(f"/proc/{self.pid}/smaps_rollup", encoding="ascii") as rollup:  # noqa: PTH123  /proc
            rss = next(line for line in rollup if line.startswith("Rss:"))
        return int(rss.split()[1]) / 1024

    def close(self) -> int | None:
        """Ask it to end, then insist; returns the exit code."""
        code = None
        for number, patience in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 2.0)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)
            code = self._wait(patience)
            if code is not None:
                break
        os.close(self.fd)
        return code

    def _wait(self, patience: float) -> int | None:
        deadline = time.perf_counter() + patience
        while time.perf_counter() < deadline:
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status)
            self._read(0.02)
        return None

    def _read(self, wait: float) -> bytes | None:
        if self.ended:
            time.sleep(wait)
            return None
        ready, _, _ = select.select([self.fd], [], [], max(0.0, wait))
        if not ready:
            return None
        try:
            data = os.read(self.fd, 65536)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            data = b""
        if not data:
            self.ended = True
            return None
        self.chunks.append((time.perf_counter(), data))
        self._answer(data)
        return data

    def _answer(self, data: bytes) -> None:
        """What a modern terminal would say; programs wait for it."""
        for query in _QUERIES.finditer(data):
            if (mode := query.group("mode")) is not None:
                known = b"2" if mode == b"2026" else b"0"
                os.write(self.fd, b"\x1b[?" + mode + b";" + known + b"$y")
            elif query.group("attributes"):
                os.write(self.fd, b"\x1b[?62;22c")
            else:
                os.write(self.fd, b"\x1b[0n" if query.group("status") == b"5" else b"\x1b[1;1R")


def open_terminal(command: Sequence[str], columns: int = 120, rows: int = 40, **environment: str) -> Terminal:
    """Start the command on a terminal of that size, with true colour and UTF-8."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TEXTUAL", "TMUX", "NO_COLOR", "SSH_", "COLUMNS"))}
    kept |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"} | environment
    started = time.perf_counter()
    pid, fd = pty.fork()
    if pid == 0:
        try:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execvpe(command[0], list(command), kept)  # noqa: S606  the benchmark's own programs
        finally:
            os._exit(127)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    return Terminal(pid, fd, started)


_ESCAPES = re.compile(
    rb"\x1b(?:\[[0-9;:?<>=$ !\"']*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|P[^\x1b]*\x1b\\|[()][A-Z0-9]|[=>78])"
)


def _letters(data: bytes) -> bytes:
    """The text of the output without its control sequences."""
    return _ESCAPES.sub(b"", data)
