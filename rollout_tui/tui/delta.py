"""Painting changed cells only: a shadow of the terminal, and updates that write where it differs.

Textual rewrites every dirty region whole, each part with a full colour code (performance.md). This wraps its updates at
the one place where they become bytes. It rests on two private classes of the pinned Textual: `LayoutUpdate` (a region)
and `ChopsUpdate` (spans of lines). Anything else, and any text with characters of no width, is written as Textual does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate

Cell = tuple[str, Style | None]
_NEAR = 3
"""Unchanged cells between two changed ones that are written again: shorter than another cursor move."""


class Shadow:
    """What the terminal shows, as far as this program wrote it."""

    def __init__(self) -> None:
        self._cells: dict[int, dict[int, Cell]] = {}

    def forget(self) -> None:
        """The terminal may show anything: after a resize, a suspend, or when asked to repaint."""
        self._cells.clear()

    def forget_line(self, y: int) -> None:
        """This line may show anything."""
        self._cells.pop(y, None)

    def remember(self, y: int, segments: Iterable[tuple[str, Style]]) -> None:
        """This line shows these texts already."""
        self._cells[y] = dict(enumerate((cell, style) for text, style in segments for cell in in_cells(text) or ()))

    def changed(self, y: int, x: int, cells: list[Cell]) -> Iterator[tuple[int, list[Cell]]]:
        """Runs (column, cells) that the terminal does not show yet; they count as shown from now on."""
        line = self._cells.setdefault(y, {})
        run: list[Cell] = []
        begin = 0
        kept = 0
        for column, cell in enumerate(cells, x):
            if line.get(column) == cell:
                kept += 1
                if run and kept <= _NEAR:
                    run.append(cell)
                continue
            if run and kept > _NEAR:
                yield begin, run[: len(run) - _NEAR]
                run = []
            if not run:
                begin = column
                if not cell[0] and column > x:
                    # Its second half alone cannot be written.
                    begin, run = column - 1, [cells[column - x - 1]]
            kept = 0
            run.append(cell)
            line[column] = cell
        if run:
            yield begin, run[: len(run) - min(kept, _NEAR)]


class DeltaUpdate(CompositorUpdate):
    """An update of Textual's that writes changed cells only."""

    def __init__(self, update: LayoutUpdate | ChopsUpdate, shadow: Shadow) -> None:
        self._update = update
        self._shadow = shadow

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """As Textual draws it, for anybody who asks for segments instead of bytes."""
        yield from self._update.__rich_console__(console, options)

    def render_segments(self, console: Console) -> str:
        """The bytes. The shadow is advanced here, where they are really written."""
        written: list[str] = []
        for y, x, segments in _parts(self._update):
            parts = [(in_cells(segment.text), segment.style) for segment in segments]
            if any(text is None for text, _ in parts):
                self._shadow.forget_line(y)
                written.append(_move(x, y) + _paint([(s.text, s.style) for s in segments], console))
                continue
            cells: list[Cell] = [(cell, style) for text, style in parts for cell in text or ()]
            for column, run in self._shadow.changed(y, x, cells):
                written.append(_move(column, y) + _paint(run, console))
        return "".join(written)


def delta(update: RenderableType | None, shadow: Shadow) -> RenderableType | None:
    """The update as one that writes changed cells only, where its kind is known."""
    if isinstance(update, LayoutUpdate | ChopsUpdate):
        return DeltaUpdate(update, shadow)
    if update is not None:
        shadow.forget()
    return update


def _parts(update: LayoutUpdate | ChopsUpdate) -> Iterator[tuple[int, int, list[Segment]]]:
    """(line, column, segments) of everything that the update would write."""
    if isinstance(update, LayoutUpdate):
        for y, strips in enumerate(update.strips, update.region.y):
            yield y, update.region.x, _plain(segment for strip in strips for segment in strip)
        return
    for y, start, end in update.spans:
        for x, strip in update.chops[y].items():
            if strip is None:
                continue
            first, last = max(start, x), min(end, x + strip.cell_length)
            if first < last:
                yield y, first, _plain(strip.crop(first - x, last - x))


@lru_cache(maxsize=2048)
def in_cells(text: str) -> Sequence[str] | None:
    """The text cell by cell; behind a character that takes two there is an empty one.

    None where a character takes no cell.
    """
    if text.isascii():
        return text
    widths = [cell_len(character) for character in text]
    if 0 in widths:
        return None
    if len(text) == sum(widths):
        return text
    return [cell for character, width in zip(text, widths, strict=True) for cell in (character, *[""] * (width - 1))]


def _plain(segments: Iterable[Segment]) -> list[Segment]:
    return [segment for segment in segments if segment.text and not segment.control]


def _move(x: int, y: int) -> str:
    return f"\x1b[{y + 1};{x + 1}H"


def _paint(cells: list[Cell], console: Console) -> str:
    """Cells with one colour code for each run of one style."""
    painted = []
    for style, run in groupby(cells, key=lambda cell: cell[1]):
        text = "".join(character for character, _ in run)
        painted.append(text if style is None else style.render(text, color_system=console._color_system))
    return "".join(painted)
