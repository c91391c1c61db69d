"""Quitting while work is open: asked once, with what goes on and what stops."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.events import Key

from rollout_tui.tui.actions import BY_ID
from rollout_tui.tui.ink import Row
from rollout_tui.tui.keyguard import KeyClock, KeyGuard
from rollout_tui.tui.look import Look
from rollout_tui.tui.screens.dialog import Dialog
from rollout_tui.tui.view.quitting import OpenWork, quit_rows
from rollout_tui.tui.view.screen import LEAST_COLUMNS

_WIDTH = 76


class QuitDialog(Dialog[str | None]):
    """Gives "quit" after the key that opened it, pressed again; "pause", which is never more than two keys away; None.

    `work` is asked with every drawing: what is under way may end meanwhile.
    """

    leaving = ("escape",)

    def __init__(self, work: Callable[[], OpenWork], look: Look, clock: KeyClock) -> None:
        self._work = work
        self._clock = clock
        self._guard = KeyGuard(clock.now())
        super().__init__(look)

    def on_mount(self) -> None:
        """Count keys from when it can be seen."""
        super().on_mount()
        self.call_after_refresh(lambda: self._guard.restart(self._clock.now()))

    def counts(self, event: Key) -> bool:
        """Not what was typed before it could be read, nor what is held down."""
        return self._guard.takes(event.key, self._clock.arrived(event))

    def content(self, width: int, height: int) -> Sequence[Row]:
        """What goes on, what stops."""
        return quit_rows(self._work(), min(_WIDTH, width - (4 if width >= LEAST_COLUMNS else 0)), height)

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
