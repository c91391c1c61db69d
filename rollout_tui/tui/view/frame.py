"""Frames and rows of text on the ground of dialogs: what all of them are made of."""

from __future__ import annotations

from collections.abc import Sequence

from rollout_tui.domain.words import plain_text
from rollout_tui.tui.ink import Ink, Pen, Row, blank, joined, wrapped

GROUND = "panel"
_LABEL = 14
"""Width of the column of labels."""
_ROOMY = 76
"""From this width on text stands two cells away from the frame."""


def inner_width(width: int) -> int:
    """Cells for the content of a frame that is `width` wide."""
    return width - 2 - 2 * _margin(width)


def frame(title: str, rows: Sequence[Row], width: int, colour: str) -> list[Row]:
    """Rows of `inner_width(width)` cells with a border and a title."""
    ink = Ink(colour, ground=GROUND)
    top = Pen(width, GROUND)
    top.fill(0, width, "─", colour)
    end = top.put(3, plain_text(title, width - 6), colour, bold=True)
    for x, sign in ((0, "╭"), (2, " "), (end, " "), (width - 1, "╮")):
        top.put(x, sign, colour)
    bottom: Row = (("╰" + "─" * (width - 2) + "╯", ink),)
    side: Row = (("│", ink),)
    gap = blank(_margin(width), GROUND)
    return [top.row(), *(joined(side, gap, row, gap, side) for row in rows), bottom]


def line(width: int, text: str = "", colour: str = "text", *, bold: bool = False) -> Row:
    """One row of text."""
    pen = Pen(width, GROUND)
    pen.put(0, text, colour, bold=bold)
    return pen.row()


def lines(width: int, text: str, colour: str = "text", *, bold: bool = False, indent: str = "") -> list[Row]:
    """Text in as many rows as it takes; `indent` stands before the first, as many blanks before the others."""
    parts = wrapped(plain_text(text), width - len(indent))
    return [
        line(width, f"{indent if number == 0 else ' ' * len(indent)}{part}", colour, bold=bold)
        for number, part in enumerate(parts)
    ]


def labelled(width: int, label: str, text: str, colour: str = "text") -> list[Row]:
    """A label, and beside it text in as many rows as it takes; a long label (a store's own word) stays whole."""
    rows, x = [], max(_LABEL, min(len(label) + 1, width // 2))
    for number, part in enumerate(wrapped(plain_text(text), width - x) or [""]):
        pen = Pen(width, GROUND)
        pen.put(0, plain_text(label, x - 1) if number == 0 else "", "mute")
        pen.put(x, part, colour)
        rows.append(pen.row())
    return rows


def rule(width: int) -> Row:
    """A line across."""
    pen = Pen(width, GROUND)
    pen.fill(0, width, "─")
    return pen.row()


def hints(width: int, parts: Sequence[tuple[str, str]]) -> Row:
    """Keys and what they do, as many as there is room for; a part without a key is a remark."""
    pen = Pen(width, GROUND)
    x = 0
    for key, text in parts:
        if x + len(f"{key} {text}".strip()) > width:
            break
        if key:
            x = pen.put(x, key, "accent", bold=True) + 1
        x = pen.put(x, text, "text" if key else "mute") + 4
    return pen.row()


def _margin(width: int) -> int:
    return 2 if width >= _ROOMY else 1
