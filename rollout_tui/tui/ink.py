"""Rows of coloured text: what views make and the surface draws. A row is exactly as wide as it says."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from rollout_tui.domain.cells import cells, head, is_wide
from rollout_tui.domain.words import plain_text


@dataclass(frozen=True, slots=True)
class Ink:
    """Colour and ground as tokens of theme.py."""

    colour: str = "text"
    bold: bool = False
    ground: str = "bg"


Run = tuple[str, Ink]
Row = tuple[Run, ...]
"""Runs of text from left to right, a character for each cell: one that takes two cells is followed by `BEHIND`."""

BEHIND = "\ufdd0"
"""The second cell of a wide character. It stands for no character and is never written (`symbols.shown_in`)."""


class Pen:
    """Writes one row, cell by cell. What does not fit is cut, wide characters whole.

    What takes no cell of its own (marks that combine, control characters) becomes `·`.
    """

    def __init__(self, width: int, ground: str = "bg") -> None:
        self.width = width
        self._ground = ground
        self._text = [" "] * width
        self._inks = [_ink("text", False, ground)] * width
        self._wide = False
        """Whether a wide character was written."""

    def put(self, x: int, text: str, colour: str = "text", *, bold: bool = False, ground: str | None = None) -> int:
        """Write from column x; returns the column after the text."""
        written = _cell(text) if len(text) == 1 else _in_cells(text)
        if len(written) == 1:  # most of a screen: the cells of its charts
            if 0 <= x < self.width:
                self._text[x], self._inks[x] = written, _ink(colour, bold, ground or self._ground)
            return x + 1
        self._wide = self._wide or BEHIND in written
        end = x + len(written)
        first, last = max(0, x), min(self.width, end)
        if first < last:
            self._text[first:last] = written[first - x : last - x]
            self._inks[first:last] = [_ink(colour, bold, ground or self._ground)] * (last - first)
        return end

    def right(self, end: int, text: str, colour: str = "text", *, bold: bool = False, ground: str | None = None) -> int:
        """Write so that the text ends before column `end`; returns the column where it begins."""
        x = end - len(_in_cells(text))
        self.put(x, text, colour, bold=bold, ground=ground)
        return x

    def fill(self, start: int, end: int, character: str, colour: str = "rule") -> None:
        """Repeat a character from `start` to before `end`."""
        self.put(start, character * max(0, end - start), colour)

    def row(self) -> Row:
        """What was written."""
        if self._wide:
            self._mend()
        runs: list[Run] = []
        begin = 0
        for x in range(1, self.width + 1):
            # One ink is one object (see _ink), so that telling them apart costs nothing.
            if x == self.width or self._inks[x] is not self._inks[begin]:
                runs.append(("".join(self._text[begin:x]), self._inks[begin]))
                begin = x
        return tuple(runs)

    def _mend(self) -> None:
        """Half of a wide character, of which the other half was cut or written over, is no character."""
        for x, character in enumerate(self._text):
            if character == BEHIND:
                halved = x == 0 or not is_wide(self._text[x - 1])
            else:
                halved = is_wide(character) and self._text[x + 1 : x + 2] != [BEHIND]
            if halved:
                self._text[x] = " "


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
    """Text in lines of at most `width` cells, broken between words; within them where a script has no blanks."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        candidate = f"{line} {word}" if line else word
        if cells(candidate) <= width:
            line = candidate
            continue
        if line:
            lines.append(line)
        line = head(word, width)
        while any(map(is_wide, word)) and line and line != word:
            lines.append(line)
            word = word[len(line) :]
            line = head(word, width)
    return [*lines, line] if line else lines


@cache
def _ink(colour: str, bold: bool, ground: str) -> Ink:
    return Ink(colour, bold, ground)


def _in_cells(text: str) -> str:
    """A character for each cell that the text takes."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_cell, unicodedata.normalize("NFC", text)))


@lru_cache(maxsize=4096)
def _cell(character: str) -> str:
    """What stands for a character: itself, with `BEHIND` where it takes two cells, or `·`."""
    if character.isascii():
        return character if character.isprintable() else "·"
    from rich.cells import cell_len

    if not character.isprintable() or unicodedata.category(character).startswith("M"):
        return "·"
    taken = cell_len(character)
    if is_wide(character) and taken == 2:
        return character + BEHIND
    is_flag = "\U0001f1e6" <= character <= "\U0001f1ff"
    is_doubtful = is_flag or unicodedata.east_asian_width(character) in "WF" or taken != 1
    return "·" if is_doubtful else character
