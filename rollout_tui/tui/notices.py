"""What the right half of the footer says: a notice for some seconds, else how the last action ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from rollout_tui.domain.actions import Ending, Outcome

_NOTICE = 5.0
"""Seconds that a notice stands."""
_UNDO = 60.0
"""Seconds for which a pause says how it is taken back."""

_TONE = {
    Ending.DONE: "ok",
    Ending.ALREADY: "ok",
    Ending.DIFFERS: "warn",
    Ending.REFUSED: "warn",
    Ending.ASKED: "info",
    Ending.UNCONFIRMED: "crit",
}


class Timer(Protocol):
    """What can be called off."""

    def stop(self) -> None:
        """Call it off."""
        ...


class Notices:
    """`later` calls back after seconds, `changed` draws. An outcome stays until the next action begins."""

    def __init__(self, changed: Callable[[], None], later: Callable[[float, Callable[[], None]], Timer]) -> None:
        self._changed = changed
        self._later = later
        self._notice: tuple[str, str] | None = None
        self._outcome: Outcome | None = None
        self._of = ""
        self._timer: Timer | None = None
        self._undo: Timer | None = None

    def now(self) -> tuple[str, str]:
        """What to show, and in which colour."""
        if self._notice is not None:
            return self._notice
        if self._outcome is None:
            return "", "mute"
        outcome = self._outcome
        told = f"{self._of}{outcome.told}"
        undo = "" if self._undo is None else f"undo {_UNDO:.0f} s: r y · "
        return f"{undo}{told}", _TONE[outcome.ending]

    def tell(self, text: str, tone: str) -> None:
        """A notice in that colour, for five seconds."""
        self._notice = (text, tone)
        self._changed()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._later(_NOTICE, self._untell)

    def ended(self, outcome: Outcome | None, *, undo: bool = False, of: str = "") -> None:
        """How an action ended; None when the next one begins. `undo` offers for a minute to take it back.

        `of` names whose it was, where that is not seen.
        """
        self._outcome, self._of = outcome, of
        if self._undo is not None:
            self._undo.stop()
        self._undo = self._later(_UNDO, self._too_late) if undo else None
        self._changed()

    def _too_late(self) -> None:
        self._undo = None
        self._changed()

    def _untell(self) -> None:
        self._notice = None
        self._changed()
