"""What the footer says beside its keys: a notice for some seconds, else how the last action ended."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from rollout_tui.domain.actions import Ending, Outcome
from rollout_tui.domain.releases import Platform
from rollout_tui.tui.view.footer import NOTHING, Remark

_NOTICE = 5.0
"""Seconds that a notice stands."""
_UNDO, _STEP = 60, 10
"""Seconds for which a pause says how it is taken back, and by how many at a time they are counted down."""

_ENDS = re.compile(r"(?:;|(?<=\D)\.) ")
"""Where a text that is too long for its room may end."""

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


class Tell(Protocol):
    """Shows a notice in that colour for some seconds; without room it ends at a semicolon or a full stop."""

    def __call__(self, text: str, tone: str, page: object = None) -> None:
        """`page` is the screen that it is about, and ends with; None: what was done, wherever one looks."""
        ...


class Notices:
    """`later` calls back after seconds; `changed` draws, and `aged` where nothing but time has passed.

    An outcome is a notice at first; then it stays, where the keys leave room for it, until the next action begins.
    """

    def __init__(
        self,
        changed: Callable[[], None],
        aged: Callable[[], None],
        later: Callable[[float, Callable[[], None]], Timer],
    ) -> None:
        self._changed = changed
        self._aged = aged
        self._later = later
        self._notice: Remark | None = None
        self._page: object = None
        self._outcome: Outcome | None = None
        self._of = ""
        self._is_new = False
        self._timer: Timer | None = None
        self._undo: Timer | None = None
        self._left = 0

    def now(self, resumes: Platform | None, front: object = None) -> Remark:
        """What to show on the screen in `front`.

        `resumes` is the platform that `r` resumes where it is shown; None: it does not act there.
        """
        if self._notice is not None and self._page in (None, front):
            return self._notice
        if self._outcome is None:
            return NOTHING
        outcome = self._outcome
        told = f"{self._of}{outcome.told}"
        tone = _TONE[outcome.ending]
        if self._undo is None or outcome.platform is not resumes:
            return Remark(told, tone, self._is_new)
        undo = f"undo {self._left} s: r y"
        first = told.split(". ", 1)[0].removesuffix(".")
        return Remark(f"{undo} · {told}", tone, self._is_new, (f"{undo} · {first}.", undo, "undo: r y"))

    def tell(self, text: str, tone: str, page: object = None) -> None:
        """A notice in that colour, for five seconds; one about a `page` no longer than that is in front."""
        shorter = tuple(text[: end.start()] for end in reversed([*_ENDS.finditer(text)]))
        self._notice, self._page, self._is_new = Remark(text, tone, brief=True, kept=shorter), page, False
        self._give_way_later()
        self._changed()

    def ended(self, outcome: Outcome | None, *, undo: bool = False, of: str = "") -> None:
        """How an action ended; None when the next one begins. `undo` offers for a minute to take it back.

        `of` names whose it was, where that is not seen.
        """
        self._outcome, self._of = outcome, of
        if self._undo is not None:
            self._undo.stop()
        self._left, self._undo = (_UNDO, self._later(_STEP, self._count_down)) if undo else (0, None)
        if outcome is not None:
            self._notice, self._is_new = None, True
            self._give_way_later()
        self._changed()

    def _count_down(self) -> None:
        self._left -= _STEP
        self._undo = self._later(_STEP, self._count_down) if self._left > 0 else None
        self._aged()

    def _give_way_later(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._later(_NOTICE, self._give_way)

    def _give_way(self) -> None:
        self._notice, self._is_new = None, False
        self._aged()
