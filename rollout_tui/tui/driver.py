"""Textual's driver with more manners: the first frame is not cleared, a slow line is noticed, one that is gone blocks
nobody, and no size is missed."""

from __future__ import annotations

import os
import signal
from threading import Lock
from typing import IO, Any

from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Resize
from textual.geometry import Size

from rollout_tui.tui import terminal

_ALTERNATE_SCREEN = "\x1b[?1049h"
_ENOUGH = 576
"""Characters on their way to the terminal that delay nobody: 50 ms of a line of 115,200 bit/s."""


class Outlet:
    """The terminal as Textual's writing thread sees it, and what it has not taken yet of what was handed to the thread.

    The thread itself cannot tell: what it is writing is in its queue no more.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._lock = Lock()
        self._handed = self._written = self._taken = 0

    @property
    def backlog(self) -> int:
        """Characters that the terminal has not taken."""
        return self._handed - self._taken

    def hand(self, characters: int) -> None:
        """So many are given to the thread, by whatever other thread."""
        with self._lock:
            self._handed += characters

    def begin(self) -> None:
        """A new writing thread: what the one before did not write is lost."""
        self._handed = self._written = self._taken = 0

    def fileno(self) -> int:
        """The terminal's."""
        return self._file.fileno()

    def write(self, text: str) -> None:
        """The thread writes."""
        self._file.write(text)
        self._written += len(text)

    def flush(self) -> None:
        """The thread has nothing more to write for now."""
        self._file.flush()
        self._taken = self._written


class Manners(LinuxDriver):
    """Enters the alternate screen unless the program is in it already; drops what nobody can see."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._outlet = Outlet(self._file)  # type: ignore[arg-type]  # there is one, or nothing was drawn
        self._file = self._outlet  # type: ignore[assignment]  # it is all that the thread asks of a file

    def start_application_mode(self) -> None:
        """As Textual does; what is given back while suspended is the terminal before the first frame, which echoes."""
        self._outlet.begin()
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's own
        handover = getattr(self._app, "handover", None)
        if handover is not None and self.attrs_before is not None:
            self.attrs_before = handover.settings

    def stop_application_mode(self) -> None:
        """As Textual does, on a line that takes it."""
        terminal.make_way(self._outlet.fileno(), lambda: self._outlet.backlog > 0)
        super().stop_application_mode()

    def write(self, data: str) -> None:
        """Hand on to the writing thread, which ends with its terminal: then its queue would fill up and block."""
        handover = getattr(self._app, "handover", None)
        if data == _ALTERNATE_SCREEN and handover is not None and not handover.taken:
            handover.taken = True
        elif not terminal.is_gone():
            self._outlet.hand(len(data))
            super().write(data)

    def suspend(self) -> None:
        """Give the terminal back and stand still, as after SIGTSTP; with all that the shell started as one job.

        A program that started this one would wait for it and keep the terminal from the shell.
        """
        self.suspend_application_mode()
        self._must_signal_resume = True
        os.killpg(0, signal.SIGSTOP)

    @property
    def is_behind(self) -> bool:
        """Whether another frame would wait for the line."""
        return self._outlet.backlog > _ENOUGH

    def look_at_size(self) -> None:
        """Tell the app a size that it missed: Linux signals a new size before it can be read everywhere."""
        size = Size(*self._get_terminal_size())
        if size != self._app.size:
            self._app.post_message(Resize(size, size))


def is_behind(driver: Driver | None) -> bool:
    """Whether another frame would wait for the line; never without a terminal."""
    return isinstance(driver, Manners) and driver.is_behind
