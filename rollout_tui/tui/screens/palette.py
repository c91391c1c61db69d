"""The command palette. It opens what a key opens; it confirms nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rollout_tui.tui.ink import Row
from rollout_tui.tui.look import Look
from rollout_tui.tui.screens.dialog import Dialog
from rollout_tui.tui.view.palette import matching, palette_rows

_WIDTH = 72
_LONGEST = 40


class PaletteDialog(Dialog[str | None]):
    """Gives the id of the chosen action, or None."""

    def __init__(self, why_not: Mapping[str, str], look: Look) -> None:
        super().__init__(look)
        self._why_not = why_not
        self._typed = ""
        self._chosen = 0
        self._keys: dict[str, Callable[[], object]] = {
            "escape": lambda: self.dismiss(None),
            "enter": self._take,
            "up": lambda: self._move(-1),
            "down": lambda: self._move(1),
            "shift+tab": lambda: self._move(-1),
            "tab": lambda: self._move(1),
            "backspace": lambda: self._type(self._typed[:-1]),
        }

    def content(self, width: int, height: int) -> Sequence[Row]:
        """The field and what it finds."""
        return palette_rows(self._typed, self._chosen, self._why_not, min(_WIDTH, width), height)

    def pressed(self, key: str, character: str | None) -> None:
        """Letters are text."""
        handler = self._keys.get(key)
        if handler is not None:
            handler()
        elif character is not None and character.isprintable():
            self._type(f"{self._typed}{character}")

    def _type(self, text: str) -> None:
        self._typed, self._chosen = text[:_LONGEST], 0
        self.draw()

    def _move(self, step: int) -> None:
        self._chosen = (self._chosen + step) % max(1, len(matching(self._typed)))
        self.draw()

    def _take(self) -> None:
        found = matching(self._typed)
        if found:
            self.dismiss(found[self._chosen].id)
