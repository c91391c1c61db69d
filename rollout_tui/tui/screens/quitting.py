"""Quitting while work is open: asked once, with what goes on and what stops."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rollout_tui.tui.actions import BY_ID
from rollout_tui.tui.ink import Row
from rollout_tui.tui.keyguard import KeyClock
from rollout_tui.tui.look import Look
from rollout_tui.tui.screens.dialog import columns
from rollout_tui.tui.screens.guarded import GuardedDialog
from rollout_tui.tui.view.quitting import OpenWork, quit_rows

_WIDTH = 76


class QuitDialog(GuardedDialog[str | None]):
    """Gives "quit" after the key that opened it, pressed again; "pause", which is never more than two keys away; None.

    `work` is asked with every drawing: what is under way may end meanwhile.
    """

    leaving = ("escape",)

    def __init__(self, work: Callable[[], OpenWork], look: Look, clock: KeyClock) -> None:
        self._work = work
        super().__init__(look, clock)

    def content(self, width: int, height: int) -> Sequence[Row]:
        """What goes on, what stops."""
        return quit_rows(self._work(), columns(_WIDTH, width), height)

    def pressed(self, key: str, _character: str | None) -> None:
        """The same key again quits; enter and esc stay."""
        answers = {
            **dict.fromkeys(BY_ID["quit"].keys, "quit"),
            **dict.fromkeys(BY_ID["pause"].keys, "pause"),
            "escape": None,
            "enter": None,
        }
        if key in answers:
            self.dismiss(answers[key])
