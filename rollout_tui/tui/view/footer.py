"""The footer: keys of the moment, what cannot act faint; beside them a notice or how the last action ended."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rollout_tui.domain.cells import cells
from rollout_tui.domain.words import plain_text
from rollout_tui.tui.actions import FOOTER_ALWAYS, KeyAction
from rollout_tui.tui.ink import Pen, Row

_GAP = 3
_NARROW = 60
_LEAST = 16
"""Cells without which a remark says nothing."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What stands beside the keys, in which colour. A `brief` one stands for seconds, and has the room of the keys.

    `kept` are shorter forms of what a person must be able to read meanwhile: keys give way for the first of them.
    """

    text: str = ""
    tone: str = "mute"
    brief: bool = False
    kept: tuple[str, ...] = ()


NOTHING = Remark()


def footer_row(keys: Sequence[KeyAction], off: Collection[str], remark: Remark, width: int) -> Row:
    """`off` are ids of keys that cannot act. A remark has what the keys leave; some ask keys to go."""
    pen = Pen(width, "raise")
    room = width - 2
    needed = remark.text if remark.brief else next(iter(remark.kept), "")
    if needed:
        least = 0 if remark.brief else width // 2 - 1
        room = max(least, room - _GAP - cells(needed))
    x = 1
    for key in _fitting(keys, off, room, width):
        can_act = key.id not in off
        x = pen.put(x, key.shown, "accent" if can_act else "faint", bold=can_act) + 1
        x = pen.put(x, key.label, "text" if can_act else "faint") + _GAP
    left = width - x - 1
    told = next((form for form in (remark.text, *remark.kept) if cells(form) <= left), remark.text)
    if told and left >= (1 if remark.brief else min(cells(told), _LEAST)):
        pen.right(width - 1, plain_text(told, left), remark.tone)
    return pen.row()


def _fitting(keys: Sequence[KeyAction], off: Collection[str], room: int, width: int) -> list[KeyAction]:
    """The keys for which there is room: those that cannot act go first, pausing, help and the way out never do."""
    shown = [key for key in keys if width >= _NARROW or key.id in FOOTER_ALWAYS]
    spare = [key for key in reversed(shown) if key.id not in FOOTER_ALWAYS]
    spare.sort(key=lambda key: key.id not in off)
    for key in spare:
        if sum(cells(k.shown) + 1 + cells(k.label) + _GAP for k in shown) - _GAP <= room:
            break
        shown.remove(key)
    return shown
