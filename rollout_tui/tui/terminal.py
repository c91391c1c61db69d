"""Terminal manners: signals end the program in order, and a terminal that is gone ends it too (performance.md)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rollout_tui.domain.words import plain_text

CHECK_EVERY = 1.0
"""Seconds between looks whether the terminal still exists."""
_WAITS, _DROPS = 2.0, 1.0
"""Seconds that a line has to take what is on its way at the end; seconds for which what it did not take is dropped."""

ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
"""Signals that end the program. ctrl+c and ctrl+\\ typed on its screen are keys and send none."""


def on_signals(leave: Callable[[int], None]) -> Callable[[], None]:
    """Call `leave(128 + n)` for each of ENDING, so that the terminal is restored. Returns what ends that."""
    loop = asyncio.get_running_loop()
    for number in ENDING:
        loop.add_signal_handler(number, leave, 128 + number)

    def end() -> None:
        for number in ENDING:
            loop.remove_signal_handler(number)

    return end


def stand_no_stop() -> None:
    """For the rest of this process: ctrl+z on a terminal that was given back does not stop what still goes out.

    A terminal that is closed sends SIGCONT after SIGHUP, and Textual would take that for the end of a stop.
    """
    signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    signal.signal(signal.SIGCONT, signal.SIG_DFL)


def title(text: str) -> str:
    """What gives the terminal's window that title; nothing where such a sequence would be shown as text."""
    return "" if _has_no_title() else f"\x1b]2;{plain_text(text)}\x07"


@contextmanager
def own_title() -> Iterator[None]:
    """Keep the window's title, and give it back at the end (a stack in xterm and those that follow it)."""
    _write("\x1b[22;2t")
    try:
        yield
    finally:
        _write("\x1b[23;2t")


def _write(sequence: str) -> None:
    # The terminal may be gone by now; then nothing is left to give back.
    with contextlib.suppress(OSError, ValueError):
        if not _has_no_title():
            sys.stdout.write(sequence)
            sys.stdout.flush()


def _has_no_title() -> bool:
    return os.environ.get("TERM", "").startswith("linux")


def over_ssh() -> bool:
    """Whether every movement of the mouse would travel over a line."""
    return "SSH_CONNECTION" in os.environ or "SSH_TTY" in os.environ


def has_shell() -> bool:
    """Whether a shell started this program as a job of its own: else nobody could bring it back once it has stopped."""
    return os.getpgrp() != os.getsid(0)


def is_gone() -> bool:
    """Whether the terminal was closed under us."""
    try:
        termios.tcgetattr(sys.__stdin__.fileno() if sys.__stdin__ is not None else 0)
    except (termios.error, OSError, ValueError):
        return True
    return False


def make_way(line: int, is_full: Callable[[], bool]) -> None:
    """Bring a line that takes nothing any more to where it takes what restores the terminal. For the end alone: blocks.

    What still waits there after two seconds is dropped, and a line that was stopped goes on.
    """
    began = time.monotonic()
    while is_full() and not is_gone() and (waited := time.monotonic() - began) < _WAITS + _DROPS:
        if waited >= _WAITS:
            with contextlib.suppress(termios.error):
                termios.tcflush(line, termios.TCOFLUSH)
                termios.tcflow(line, termios.TCOOFF)  # who waits there is woken by the change from off to on alone
                termios.tcflow(line, termios.TCOON)
        time.sleep(0.02)


def refusal() -> str | None:
    """Why this terminal cannot show the screen; None when it can."""
    if os.environ.get("TERM", "") in ("dumb", ""):
        return "this terminal (TERM=dumb) cannot show the screen; `rollout-tui status --watch` prints plain lines"
    if not sys.stdout.isatty() or not sys.stdin.isatty():
        return "there is no terminal here; `rollout-tui status` prints plain lines"
    return None
