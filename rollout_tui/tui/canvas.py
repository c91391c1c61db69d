"""What stands on the terminal: the first frame, and since then only the cells that changed (delta.py)."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType

from rollout_tui.tui.delta import Shadow, delta
from rollout_tui.tui.early import Handover
from rollout_tui.tui.ink import Row
from rollout_tui.tui.look import Look
from rollout_tui.tui.symbols import shown_in
from rollout_tui.tui.theme import style


class Canvas:
    """`handover` is the frame that stands there before Textual draws anything."""

    def __init__(self, look: Look, handover: Handover | None) -> None:
        self._look = look
        self._handover = handover
        self._shadow = Shadow()
        self._size = (0, 0)
        self._sizes = 0

    @property
    def is_begun(self) -> bool:
        """Whether an empty screen may be drawn: it must not replace the first frame."""
        return self._handover is None or self._size[0] > 0

    def forget(self) -> None:
        """Nobody knows what stands on the terminal: everything is written again."""
        self._shadow.forget()

    def resized(self) -> bool:
        """Whether the terminal lost cells; the first two sizes (Textual's, its driver's) are the one it began with."""
        self._sizes += 1
        if self._sizes <= 2:
            return False
        self.forget()
        return True

    def paint(self, renderable: RenderableType | None, size: tuple[int, int]) -> RenderableType | None:
        """What must be written for it on a terminal of that size."""
        if not self._look.paint_changes:
            return renderable
        if size != self._size:
            self._shadow.forget()
            if self._handover is not None and self._handover.size == size and not self._size[0]:
                self._know(self._handover.rows)
            self._size = size
        return delta(renderable, self._shadow)

    def _know(self, rows: Sequence[Row]) -> None:
        """The first frame stands on the terminal: only what is new since then must be written."""
        theme, symbols = self._look.theme, self._look.symbols
        for y, row in enumerate(rows):
            texts = ((shown_in(symbols, text), style(theme, ink)) for text, ink in row)
            self._shadow.remember(y, texts)
