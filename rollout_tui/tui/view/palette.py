"""The command palette: everything in the table of keys, found by typing a part of its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rollout_tui.domain.cells import cells, padded, tail
from rollout_tui.domain.words import plain_text
from rollout_tui.tui.actions import ACTIONS, KeyAction
from rollout_tui.tui.ink import Pen, Row
from rollout_tui.tui.view.frame import frame

_MOST = 14


def matching(typed: str) -> Sequence[KeyAction]:
    """What holds all the typed words, in the order of the table; the palette itself is left out."""
    words = typed.lower().split()
    return [
        action
        for action in ACTIONS
        if action.id != "palette" and all(word in f"{action.label} {action.about}".lower() for word in words)
    ]


def palette_rows(typed: str, chosen: int, why_not: Mapping[str, str], width: int, height: int) -> list[Row]:
    """The palette, framed, always as high as it is when nothing is typed."""
    inner = width - 4
    found = matching(typed)
    most = max(1, min(_MOST, len(matching("")), height - 5))
    first = max(0, min(chosen - most + 1, len(found) - most))
    field = Pen(inner, "panel")
    shown = tail(typed, inner - 2)
    field.put(0, padded(f" {shown}", inner), ground="raise")
    field.put(1 + cells(shown), " ", ground="cursor")
    if not typed:
        field.put(3, "type a part of a name", "mute", ground="raise")
    rows = [field.row(), *(_line(found, first + n, chosen, why_not, inner) for n in range(most)), _hint(inner)]
    return frame("COMMANDS", rows, width, "accent")


def _line(found: Sequence[KeyAction], number: int, chosen: int, why_not: Mapping[str, str], width: int) -> Row:
    marked = number == chosen
    pen = Pen(width, "focus" if marked else "panel")
    if number < len(found):
        action = found[number]
        reason = why_not.get(action.id)
        colour = "text" if reason is None or marked else "faint"
        x = pen.put(0, f"{'►' if marked else ' '} {action.label}", colour, bold=True)
        end = pen.right(width, f"  {action.shown} ", colour)
        about, x = f"off: {reason}" if reason is not None else action.about, max(18, x + 1)
        pen.put(x, plain_text(about, max(1, end - x)), colour)
    elif number == 0:
        pen.put(2, "nothing has such a name", "mute")
    return pen.row()


def _hint(width: int) -> Row:
    pen = Pen(width, "panel")
    pen.put(0, "enter do it    ↑ ↓ choose    esc close", "mute")
    return pen.row()
