"""Pictures as text: every cell of a screen, and below it what each run of cells is drawn with.

Text rather than images: a picture is some kilobytes, a difference reads like one in code, nothing depends on fonts or
on how a library writes SVG, and the pure views need no app. In the dark theme runs are told by their tokens (theme.py
says what these are in every other theme); elsewhere by what the theme makes of them.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from rollout_tui.tui.ink import Ink, Row, text_of
from rollout_tui.tui.symbols import ascii_text
from rollout_tui.tui.theme import Theme, paint

FOLDER = Path(__file__).parent / "pictures"
WRITE = "ROLLOUT_TUI_WRITE_PICTURES"
"""Environment variable that writes the pictures anew; look at the difference before it is committed."""


def assert_pictured(name: str, rows: Sequence[Row], theme: Theme = Theme.DARK, *, ascii_only: bool = False) -> None:
    """The rows are those of the picture of that name."""
    drawn = picture(rows, theme, ascii_only=ascii_only)
    path = FOLDER / f"{name}.txt"
    if os.environ.get(WRITE):
        path.parent.mkdir(exist_ok=True)
        path.write_text(drawn, encoding="utf-8")
    assert path.exists(), f"{path.name} is not there; {WRITE}=1 writes it"
    assert drawn == path.read_text(encoding="utf-8"), f"{name} looks different; {WRITE}=1 writes it anew"


def picture(rows: Sequence[Row], theme: Theme, *, ascii_only: bool) -> str:
    """Both halves, told apart by a line of equals signs."""
    texts = [f"{ascii_text(text_of(row)) if ascii_only else text_of(row)}|" for row in rows]
    inks = [f"{number:>2}: {_runs(row, theme)}" for number, row in enumerate(rows)]
    return "\n".join([*texts, "=" * 20, *inks, ""])


def _runs(row: Row, theme: Theme) -> str:
    told = ((_told(ink, theme), len(text)) for text, ink in row)
    return " ".join(f"{sum(length for _, length in same)}{ink}" for ink, same in groupby(told, lambda run: run[0]))


def _told(ink: Ink, theme: Theme) -> str:
    if theme is Theme.DARK:
        ground = "" if ink.ground == "bg" else f"@{ink.ground}"
        return f"{ink.colour}{'+' if ink.bold else ''}{ground}"
    found = paint(theme, ink)
    ways = [name for name in ("bold", "dim", "reverse") if getattr(found, name)]
    colours = [] if found.colour is None else [f"{found.colour}@{found.ground}"]
    return ",".join([*colours, *ways]) or "plain"
