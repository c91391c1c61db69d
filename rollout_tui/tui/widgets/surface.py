"""The one widget that draws: rows of text in, changed cells out (performance.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from rollout_tui.tui.ink import BEHIND, Ink, Row, blank
from rollout_tui.tui.symbols import SymbolSet, shown_in
from rollout_tui.tui.theme import Theme, style

_NEAR = 6
"""Unchanged cells between two changed ones that are repainted with them: cheaper than another cursor move."""


class Surface(Widget):
    """Shows rows. Compares new rows with the drawn ones and repaints only the cells that differ."""

    DEFAULT_CSS = "Surface { width: 100%; height: 100%; }"

    def __init__(self, theme: Theme, *, symbols: SymbolSet = SymbolSet.UNICODE, ground: str = "bg") -> None:
        super().__init__()
        self._theme = theme
        self._symbols = symbols
        self._ground = ground
        self._rows: list[Row] = []

    @property
    def rows(self) -> Sequence[Row]:
        """What is shown."""
        return self._rows

    def show(self, rows: Sequence[Row]) -> None:
        """Show these rows from now on."""
        before, self._rows = self._rows, list(rows)
        if len(before) != len(self._rows):
            self.refresh()
            return
        regions = [
            Region(start, y, end - start, 1)
            for y, (old, new) in enumerate(zip(before, self._rows, strict=True))
            if old != new
            for start, end in changed_spans(old, new)
        ]
        if regions:
            self.refresh(*regions)

    def show_row(self, y: int, row: Row) -> None:
        """Show one row anew."""
        if 0 <= y < len(self._rows):
            self.show([*self._rows[:y], row, *self._rows[y + 1 :]])

    def render_line(self, y: int) -> Strip:
        """One row as the terminal draws it."""
        row = self._rows[y] if y < len(self._rows) else blank(self.size.width, self._ground)
        segments = [Segment(shown_in(self._symbols, text), style(self._theme, ink)) for text, ink in row]
        return Strip(segments).adjust_cell_length(self.size.width, style(self._theme, Ink(ground=self._ground)))


def changed_spans(old: Row, new: Row) -> Iterator[tuple[int, int]]:
    """The columns [start, end) in which two rows differ, near ones together; wide characters whole."""
    before, after = list(_cells(old)), list(_cells(new))
    for start, end in _spans(before, after):
        yield start - _is_behind(start, before, after), end + _is_behind(end, before, after)


def _is_behind(x: int, *rows: Sequence[tuple[str, Ink]]) -> bool:
    """Whether a wide character of one of them goes over this border."""
    return any(x < len(row) and row[x][0] == BEHIND for row in rows)


def _spans(before: Sequence[tuple[str, Ink]], after: Sequence[tuple[str, Ink]]) -> Iterator[tuple[int, int]]:
    width = max(len(before), len(after))
    start: int | None = None
    last = 0
    for x in range(width):
        same = x < len(before) and x < len(after) and before[x] == after[x]
        if same:
            continue
        if start is not None and x - last > _NEAR:
            yield start, last + 1
            start = None
        start = x if start is None else start
        last = x
    if start is not None:
        yield start, last + 1


def _cells(row: Row) -> Iterator[tuple[str, Ink]]:
    for text, ink in row:
        for character in text:
            yield character, ink
