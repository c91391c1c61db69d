"""The footer: keys of the moment, what cannot act faint; on the right a notice or how the last action ended."""

from __future__ import annotations

from collections.abc import Sequence

from rollout_tui.domain.words import plain_text
from rollout_tui.tui.ink import Pen, Row


def footer_row(keys: Sequence[tuple[str, str, bool]], note: str, tone: str, width: int) -> Row:
    """`keys` are (key, label, can act). `note` takes the right half at most, or what is left beside the keys."""
    pen = Pen(width, "raise")
    x = 1
    limit = width - 1 if not note else width - min(len(note), width // 2) - 3
    for key, label, can_act in keys:
        if x + len(key) + 1 + len(label) > limit:
            break
        x = pen.put(x, key, "accent" if can_act else "faint", bold=can_act) + 1
        x = pen.put(x, label, "text" if can_act else "faint") + 3
    if note:
        pen.right(width - 1, plain_text(note, width - x - 1), tone)
    return pen.row()
