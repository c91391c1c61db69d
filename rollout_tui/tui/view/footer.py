"""The footer: keys of the moment, what cannot act faint; on the right a notice or how the last action ended."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rollout_tui.domain.cells import cells
from rollout_tui.domain.words import plain_text
from rollout_tui.tui.actions import FOOTER_ALWAYS, KeyAction
from rollout_tui.tui.ink import Pen, Row

_GAP = 3
_NARROW = 60


def footer_row(keys: Sequence[KeyAction], off: Collection[str], note: str, tone: str, width: int) -> Row:
    """`off` are ids of keys that cannot act. `note` has the right half, or what is left beside the keys."""
    pen = Pen(width, "raise")
    room = width - 2 if not note else width - 2 - min(cells(note), width // 2) - _GAP
    x = 1
    for key in _fitting(keys, off, room, width):
        can_act = key.id not in off
        x = pen.put(x, key.shown, "accent" if can_act else "faint", bold=can_act) + 1
        x = pen.put(x, key.label, "text" if can_act else "faint") + _GAP
    if note:
        pen.right(width - 1, plain_text(note, width - x - 1), tone)
    return pen.row()


def _fitting(keys: Sequence[KeyAction], off: Collection[str], room: int, width: int) -> list[KeyAction]:
    """The keys for which there is room: those that cannot act go first, pausing, help and the way out never do."""
    shown = [key for key in keys if width >= _NARROW or key.id in FOOTER_ALWAYS]
    spare = [key for key in reversed(shown) if key.id not in FOOTER_ALWAYS]
    spare.sort(key=lambda key: key.id not in off)
    for key in spare:
        if sum(len(k.shown) + 1 + len(k.label) + _GAP for k in shown) - _GAP <= room:
            break
        shown.remove(key)
    return shown
