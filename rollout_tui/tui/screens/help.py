"""The help page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rollout_tui.tui.ink import Row
from rollout_tui.tui.look import Look
from rollout_tui.tui.screens.dialog import Dialog
from rollout_tui.tui.view.help import help_rows

_WIDTH = 104


class HelpDialog(Dialog[None]):
    """Closed by esc, ? or q."""

    def __init__(self, why_not: Mapping[str, str], look: Look, clock: Callable[[], float]) -> None:
        super().__init__(look, clock)
        self._why_not = why_not

    def content(self, width: int, height: int) -> Sequence[Row]:
        """As wide as it may be."""
        return help_rows(self._why_not, min(_WIDTH, width), height)

    def pressed(self, key: str, _character: str | None) -> None:
        """Close."""
        if key in ("escape", "question_mark", "q", "enter"):
            self.dismiss(None)
