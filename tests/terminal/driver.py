"""A program in a pseudo-terminal of its own, and what a person would see of it.

Output is fed to an emulated screen; every wait has a deadline and ends with the thing that was waited for.
"""

from __future__ import annotations

import errno
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyte

from tests.rehearsal.serving import Served, hear_signals

PATIENCE = 120.0
"""Seconds of wall time after which a test gives up: far beyond what anything takes on a busy machine."""

PROGRAM = (sys.executable, "-m", "rollout_tui")
_QUERIES = re.compile(rb"\x1b\[\?(?P<mode>\d+)\$p|\x1b\[(?P<attributes>0?c)|\x1b\[(?P<status>[56])n")
_UNFINISHED = re.compile(rb"\x1b(?:\[[0-9;:?<=>$ ]*|\][^\x07\x1b]*|P[^\x1b]*)?\Z")
_BEYOND_PYTE = re.compile(rb"\x1b\[[<=>][0-9;]*[a-zA-Z]|\x1b\[\?\d+\$p|\x1bP[^\x1b]*\x1b\\|\x1b\[[0-9;]* q")
_LEFT_ON = {
    "the alternate screen": (b"\x1b[?1049h", b"\x1b[?1049l"),
    "the mouse": (b"\x1b[?1000h", b"\x1b[?1000l"),
    "bracketed paste": (b"\x1b[?2004h", b"\x1b[?2004l"),
    "the hidden cursor": (b"\x1b[?25l", b"\x1b[?25h"),
    "the kitty keyboard": (b"\x1b[>1u", b"\x1b[<u"),
}
"""What a program turns on, and how it is turned off."""


def _controlled() -> None:
    """In the child: the terminal of its standard input is the one that it belongs to."""
    hear_signals()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Program:
    """One running program; `started` makes and ends it."""

    def __init__(
        self, command: Sequence[str], columns: int, rows: int, environment: Mapping[str, str], *, controls: bool = True
    ) -> None:
        """`controls`: whether the terminal is the one whose end the kernel tells the program with a signal."""
        self.master, self._slave = pty.openpty()
        self._size(columns, rows)
        self._manners = termios.tcgetattr(self._slave)
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._held = b""
        self.written = bytearray()
        """Every byte that the program wrote."""
        self.process = subprocess.Popen(
            list(command),
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env=environment,
            start_new_session=True,
            preexec_fn=_controlled if controls else hear_signals,
        )

    # --- looking ---------------------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """The screen as rows of text."""
        return "\n".join(self._screen.display)

    def wait_for(self, *texts: str, gone: str | None = None) -> str:
        """Wait until all these texts are on the screen, and `gone` is not; the screen."""

        def seen() -> bool:
            return all(text in self.text for text in texts) and (gone is None or gone not in self.text)

        self.wait_until(seen, f"{texts} on the screen" + (f" without {gone!r}" if gone else ""))
        return self.text

    def wait_until(self, happened: Callable[[], Any], what: str, patience: float = PATIENCE) -> None:
        """Wait, reading what the program writes, until something is true; fail with the screen if it never is."""
        if not self._read_until(happened, patience):
            state = "still runs" if self.process.poll() is None else f"ended with {self.process.returncode}"
            raise AssertionError(f"no {what} within {patience:g} s; the program {state}; the screen is\n{self.text}")

    def settle(self) -> None:
        """Read until it has written nothing for half a second."""
        self.wait_until(lambda: not self._read(0.5), "half a second of silence")

    def ended(self) -> int:
        """Wait for the end of the program; its exit code."""
        self.wait_until(lambda: self.process.poll() is not None, "end of the program")
        self._read_until(lambda: False, 0.0)
        return self.process.returncode

    def left_on(self) -> list[str]:
        """What the program changed of the terminal and did not change back."""
        data = bytes(self.written)
        found = [name for name, (on, off) in _LEFT_ON.items() if data.rfind(on) > data.rfind(off)]
        return found + (["the line settings"] if termios.tcgetattr(self._slave) != self._manners else [])

    # --- doing -----------------------------------------------------------------------------------------------------

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self.master, keys.encode())

    def press_until(self, key: str, happened: Callable[[], Any], what: str) -> None:
        """Type a key again, as slowly as a person, until it counts: dialogs drop keys that come at once."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            self.press(key)
            if self._read_until(happened, 0.25):
                return
        raise AssertionError(f"{key!r} brought no {what}; the screen is\n{self.text}")

    def resize(self, columns: int, rows: int) -> None:
        """Give the window another size."""
        self._screen.resize(rows, columns)
        self._screen.reset()
        self._size(columns, rows)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program alone."""
        self.process.send_signal(number)

    def stop_output(self) -> None:
        """Take nothing more from the program, as a terminal does after ctrl+s."""
        termios.tcflow(self._slave, termios.TCOOFF)

    def is_stopped(self) -> bool:
        """Whether it stands still after SIGTSTP: a SIGCONT before that would be lost."""
        return Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(") ")[2].startswith("T")

    def hang_up(self) -> None:
        """Close the terminal under the program, as a lost line does."""
        os.close(self.master)
        self.master = -1

    def close(self) -> None:
        """End it in any case."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)
        for number in (self.master, self._slave):
            if number >= 0:
                os.close(number)
        self.master = self._slave = -1

    # --- inside ----------------------------------------------------------------------------------------------------

    def _size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _read_until(self, happened: Callable[[], Any], patience: float) -> bool:
        deadline = time.monotonic() + patience
        while not happened():
            left = deadline - time.monotonic()
            if not self._read(min(0.05, max(0.0, left))) and left <= 0:
                return False
        return True

    def _read(self, wait: float) -> bool:
        """Feed what was written to the screen; whether there was something."""
        if self.master < 0:
            time.sleep(wait)
            return False
        ready, _, _ = select.select([self.master], [], [], wait)
        if not ready:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            return False
        self.written += data
        self._answer(data)
        self._feed(data)
        return True

    def _feed(self, data: bytes) -> None:
        data = self._held + data
        unfinished = _UNFINISHED.search(data)
        self._held = b"" if unfinished is None else unfinished[0]
        whole = data[: len(data) - len(self._held)]
        self._stream.feed(_BEYOND_PYTE.sub(b"", whole))

    def _answer(self, data: bytes) -> None:
        """What a modern terminal would say to the program's questions."""
        for query in _QUERIES.finditer(data):
            if (mode := query.group("mode")) is not None:
                self.press(f"\x1b[?{mode.decode()};{2 if mode == b'2026' else 0}$y")
            elif query.group("attributes"):
                self.press("\x1b[?62;22c")
            else:
                self.press("\x1b[0n" if query.group("status") == b"5" else "\x1b[1;1R")


@contextmanager
def started(
    *arguments: str,
    command: Sequence[str] = PROGRAM,
    columns: int = 120,
    rows: int = 40,
    controls: bool = True,
    **environment: str,
) -> Iterator[Program]:
    """`rollout-tui ARGUMENTS`, or another command, on a terminal of that size, for the length of a test."""
    unwanted = ("TEXTUAL", "TMUX", "NO_COLOR", "SSH_", "COLUMNS", "LINES", "ROLLOUT_TUI")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    kept |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
    program = Program([*command, *arguments], columns, rows, kept | environment, controls=controls)
    try:
        yield program
    finally:
        program.close()


def watch(serving: Served, *arguments: str, columns: int = 120, rows: int = 40, **environment: str) -> Any:
    """The screen on what a process serves."""
    return started("watch", "--config", str(serving.config), *arguments, columns=columns, rows=rows, **environment)


def confirm_pause(program: Program) -> None:
    """`p`, then `y`, as a person types them."""
    program.press("p")
    program.wait_for("PAUSE ANDROID", "halted")
    program.press_until("y", lambda: "PAUSE ANDROID" not in program.text, "end of the dialog")
