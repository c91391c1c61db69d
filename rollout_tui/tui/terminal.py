"""Terminal manners: signals end the program in order, and a terminal that is gone ends it too (performance.md)."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import termios
from collections.abc import Callable

CHECK_EVERY = 1.0
"""Seconds between looks whether the terminal still exists."""

_ENDING = (signal.SIGTERM, signal.SIGHUP)


def on_signals(leave: Callable[[int], None]) -> None:
    """Call `leave(128 + n)` for SIGTERM and SIGHUP, so that the terminal is restored."""
    loop = asyncio.get_running_loop()
    for number in _ENDING:
        loop.add_signal_handler(number, leave, 128 + number)


def is_gone() -> bool:
    """Whether the terminal was closed under us."""
    try:
        termios.tcgetattr(sys.__stdin__.fileno() if sys.__stdin__ is not None else 0)
    except (termios.error, OSError, ValueError):
        return True
    return False


def refusal() -> str | None:
    """Why this terminal cannot show the screen; None when it can."""
    if os.environ.get("TERM", "") in ("dumb", ""):
        return "this terminal (TERM=dumb) cannot show the screen; `rollout-tui status --watch` prints plain lines"
    if not sys.stdout.isatty() or not sys.stdin.isatty():
        return "there is no terminal here; `rollout-tui status` prints plain lines"
    return None
