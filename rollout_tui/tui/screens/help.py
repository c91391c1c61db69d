"""The help page."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rollout_tui.tui.actions import BY_ID
from rollout_tui.tui.ink import Row
from rollout_tui.tui.look import Look
from rollout_tui.tui.screens.dialog import Dialog
from rollout_tui.tui.view.help import Subject, help_rows, hidden_rows

_WIDTH = 104


class HelpDialog(Dialog[str | None]):
    """Closed by esc, ? or q; pausing is never more than its two keys away, so p closes it and asks.

    Gives the id of what is to be done next, or None.
    """

    def __init__(self, subject: Subject, look: Look) -> None:
        super().__init__(look)
        self._subject = subject
        self._top = 0
        leaving = ("escape", "enter", *BY_ID["help"].keys, *BY_ID["quit"].keys)
        self._keys: dict[str, Callable[[], object]] = {
            **dict.fromkeys(leaving, lambda: self.dismiss(None)),
            **dict.fromkeys(BY_ID["pause"].keys, lambda: self.dismiss("pause")),
            "up": lambda: self._scroll(-1),
            "down": lambda: self._scroll(1),
            "pageup": lambda: self._scroll(-10),
            "pagedown": lambda: self._scroll(10),
        }

    def content(self, width: int, height: int) -> Sequence[Row]:
        """As wide as it may be."""
        return help_rows(self._subject, min(_WIDTH, width), height, self._top)

    def pressed(self, key: str, _character: str | None) -> None:
        """Close, or scroll where the page is longer than the window."""
        if key in self._keys:
            self._keys[key]()

    def _scroll(self, step: int) -> None:
        width, height = self.app.size
        hidden = hidden_rows(self._subject, min(_WIDTH, width), height)
        self._top = max(0, min(self._top + step, hidden))
        self.draw()
