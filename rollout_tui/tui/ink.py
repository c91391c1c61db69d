"""Rows of coloured text: what views make and the surface draws. A row is exactly as wide as it says."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from rollout_tui.domain.words import plain_text


@dataclass(frozen=True, slots=True)
class Ink:
    """Colour and ground as tokens of theme.py."""

    colour: str = "text"
    bold: bool = False
    ground: str = "bg"


Run = tuple[str, Ink]
Row = tuple[Run, ...]
"""Runs of text from left to right; every character is one cell wide."""


class Pen:
    """Writes one row, cell by cell. What does not fit is cut; wide and combining characters become `·`."""

    def __init__(self, width: int, ground: str = "bg") -> None:
        self.width = width
        self._ground = ground
        self._text = [" "] * width
        self._inks = [_ink("text", False, ground)] * width

    def put(self, x: int, text: str, colour: str = "text", *, bold: bool = False, ground: str | None = None) -> int:
        """Write from column x; returns the column after the text."""
        ink = _ink(colour, bold, ground or self._ground)
        for character in text:
            if 0 <= x < self.width:
                self._text[x] = _cell(character)
                self._inks[x] = ink
            x += 1
        return x

    def right(self, end: int, text: str, colour: str = "text", *, bold: bool = False, ground: str | None = None) -> int:
        """Write so that the text ends before column `end`; returns the column where it begins."""
        x = end - len(text)
        self.put(x, text, colour, bold=bold, ground=ground)
        return x

    def fill(self, start: int, end: int, character: str, colour: str = "rule") -> None:
        """Repeat a character from `start` to before `end`."""
        self.put(start, character * max(0, end - start), colour)

    def row(self) -> Row:
        """What was written."""
        runs: list[Run] = []
        begin = 0
        for x in range(1, self.width + 1):
            # One ink is one object (see _ink), so that telling them apart costs nothing.
            if x == self.width or self._inks[x] is not self._inks[begin]:
                runs.append(("".join(self._text[begin:x]), self._inks[begin]))
                begin = x
        return tuple(runs)


def text_of(row: Row) -> str:
    """The row's characters."""
    return "".join(text for text, _ in row)


def focus_place(rows: Sequence[Row], mark: str) -> tuple[int, int] | None:
    """Where the focus is, as (column, row): on a field's cursor, else where the last run of marked rows begins.

    The terminal's own cursor is put there, for screen readers and magnifiers (screens.md 14).
    """
    for y, row in enumerate(rows):
        x = 0
        for text, ink in row:
            if ink.ground == "cursor":
                return x, y
            x += len(text)
    marked = {y: x for y, row in enumerate(rows) if (x := text_of(row).find(mark)) >= 0}
    first = max(marked, default=None)
    if first is None:
        return None
    while first - 1 in marked:
        first -= 1
    return marked[first], first


def joined(*rows: Row) -> Row:
    """Rows side by side."""
    return tuple(run for row in rows for run in row)


def faint(row: Row) -> Row:
    """The row as it looks behind a dialog."""
    return tuple((text, Ink("faint")) for text, _ in row)


def blank(width: int, ground: str = "bg") -> Row:
    """An empty row."""
    return ((" " * width, Ink(ground=ground)),)


def outside(text: str, width: int) -> str:
    """Text from outside, harmless and cut to the width."""
    return plain_text(text, width)


def wrapped(text: str, width: int) -> list[str]:
    """Text in lines of at most `width` cells, broken between words."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        candidate = f"{line} {word}" if line else word
        if len(candidate) <= width:
            line = candidate
            continue
        if line:
            lines.append(line)
        line = word[:width]
    return [*lines, line] if line else lines


@cache
def _ink(colour: str, bold: bool, ground: str) -> Ink:
    return Ink(colour, bold, ground)


@lru_cache(maxsize=4096)
def _cell(character: str) -> str:
    """A character that takes exactly one cell."""
    if character.isascii():
        return character if character.isprintable() else "·"
    from rich.cells import cell_len

    if not character.isprintable() or unicodedata.category(character).startswith("M"):
        return "·"
    is_flag = "\U0001f1e6" <= character <= "\U0001f1ff"
    is_wide = is_flag or unicodedata.east_asian_width(character) in "WF" or cell_len(character) != 1
    return "·" if is_wide else character
