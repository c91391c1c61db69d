"""The first frame, painted from history before Textual is imported: what is known is seen in half the time.

The terminal is put into its alternate screen, typed keys wait unseen, and Textual takes over what stands there
(driver.py). Whatever ends the program, the terminal is given back as it was.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import termios
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

from rollout_tui.engine.desk import Desk
from rollout_tui.tui.actions import BY_ID, FOOTER, reasons_against
from rollout_tui.tui.ink import Row
from rollout_tui.tui.look import Look
from rollout_tui.tui.scenery import first_focus, scene_of
from rollout_tui.tui.sgr import colour_depth, written
from rollout_tui.tui.symbols import shown_in
from rollout_tui.tui.terminal import ENDING
from rollout_tui.tui.theme import Depth
from rollout_tui.tui.view.footer import NOTHING, footer_row
from rollout_tui.tui.view.screen import screen_rows

_ENTER = "\x1b[?1049h\x1b[?25l"
_LEAVE = "\x1b[0m\x1b[?25h\x1b[?1049l"


@dataclass(slots=True)
class Handover:
    """What stands on the terminal, as (columns, rows of text). Once `taken`, Textual leaves the screen as well."""

    size: tuple[int, int]
    rows: Sequence[Row]
    settings: list[Any]
    """The terminal's settings as they were before."""
    taken: bool = False
    ended_by: int | None = None
    """The signal that came before Textual listened, if one did."""


@contextmanager
def first_frame(desk: Desk, look: Look) -> Iterator[Handover | None]:
    """Paint what the desk knows, and give the terminal back at the end. None where that is left to Textual."""
    depth = colour_depth(look.theme)
    if depth is None or not look.paint_changes or sys.__stderr__ is None or not sys.__stderr__.isatty():
        yield None
        return
    size = os.get_terminal_size(sys.__stderr__.fileno())
    rows = _rows(desk, look, size.columns, size.lines)
    with _settings_kept() as settings:
        handover = Handover((size.columns, size.lines), rows, settings)
        with _ended_in_order(handover), _left(handover):
            _write(_ENTER + _painted(handover.rows, look, depth))
            yield handover


@contextmanager
def _left(handover: Handover) -> Iterator[None]:
    try:
        yield
    finally:
        if not handover.taken:
            _write(_LEAVE)


def _rows(desk: Desk, look: Look, width: int, height: int) -> Sequence[Row]:
    scene = scene_of(desk, look, first_focus(desk.snapshot))
    off = reasons_against(desk.snapshot, scene.focused.plan.platform, desk.read_only, look.zone)
    return screen_rows(scene, width, height, footer_row([BY_ID[name] for name in FOOTER], off, NOTHING, width))


def _painted(rows: Sequence[Row], look: Look, depth: Depth) -> str:
    lines = []
    for y, row in enumerate(rows, 1):
        runs = ((shown_in(look.symbols, text), ink) for text, ink in row)
        lines.append(f"\x1b[{y};1H" + "".join(written(text, ink, look.theme, depth) for text, ink in runs))
    return "".join(lines) + "\x1b[0m"


@contextmanager
def _settings_kept() -> Iterator[list[Any]]:
    """No echo: a key that is typed before Textual listens waits for it, unseen."""
    number = sys.__stdin__.fileno() if sys.__stdin__ is not None else 0
    before = termios.tcgetattr(number)
    quiet = termios.tcgetattr(number)
    quiet[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
    termios.tcsetattr(number, termios.TCSANOW, quiet)
    try:
        yield before
    finally:
        with contextlib.suppress(termios.error, OSError):  # the terminal may be gone
            termios.tcsetattr(number, termios.TCSANOW, before)


@contextmanager
def _ended_in_order(handover: Handover) -> Iterator[None]:
    """A signal ends the program through all that gives things back, until Textual's loop listens to it.

    What it raises goes through whatever is imported meanwhile: Python makes another error of it in some places, and
    drops it in others. Which signal it was stays known.
    """

    def leave(number: int, _frame: FrameType | None) -> None:
        handover.ended_by = number
        raise SystemExit(128 + number)

    before = [(number, signal.signal(number, leave)) for number in ENDING]
    try:
        yield
    except Exception as error:
        if handover.ended_by is not None:
            raise SystemExit(128 + handover.ended_by) from error
        raise
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _write(text: str) -> None:
    """Straight to the terminal, which may be gone."""
    if sys.__stderr__ is not None:
        with contextlib.suppress(OSError, ValueError):
            sys.__stderr__.write(text)
            sys.__stderr__.flush()
