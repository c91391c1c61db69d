"""Frames at the pace of the line: none is written while the terminal has not taken the one before."""

from __future__ import annotations

from collections.abc import Callable

LOOK_AGAIN = 0.02
"""Seconds between looks whether a line that was behind has caught up."""


class Pacing:
    """Skips frames while the line `is_behind`, and then draws everything as it is by then.

    `later` calls something after LOOK_AGAIN. A stopped terminal thus blocks neither keys, polling nor pausing.
    """

    def __init__(
        self, is_behind: Callable[[], bool], later: Callable[[Callable[[], None]], object], redraw: Callable[[], object]
    ) -> None:
        self._is_behind = is_behind
        self._later = later
        self._redraw = redraw
        self._owes = False

    def may_draw(self) -> bool:
        """Whether a frame may be written now; if not, the newest picture follows by itself."""
        if not self._is_behind():
            return True
        if not self._owes:
            self._owes = True
            self._later(self._catch_up)
        return False

    def _catch_up(self) -> None:
        if self._is_behind():
            self._later(self._catch_up)
        else:
            self._owes = False
            self._redraw()
