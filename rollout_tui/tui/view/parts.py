"""A part of the screen that cannot be drawn says so in its own place; the rest stays as it is (screens.md 13)."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Sequence
from functools import lru_cache

from rollout_tui.domain.words import plain_text
from rollout_tui.tui.ink import Pen, Row

_log = logging.getLogger(__name__)


def part(name: str, width: int, draw: Callable[[], Sequence[Row]]) -> list[Row]:
    """What `draw` makes; where it fails, one row that says so, and the reason in the log."""
    try:
        return list(draw())
    except Exception as error:  # noqa: BLE001  whatever is wrong with a part, pausing must stay possible
        _tell_once(name, traceback.format_exc())
        pen = Pen(width)
        pen.put(1, plain_text(f"? {name} cannot be shown: {type(error).__name__}, see the log", width - 2), "unk")
        return [pen.row()]


@lru_cache(maxsize=64)
def _tell_once(name: str, why: str) -> None:
    """Into the log, but not with every repaint."""
    _log.error("%s cannot be shown\n%s", name, why)
