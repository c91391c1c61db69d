"""The newest events, both platforms together."""

from __future__ import annotations

from rollout_tui.domain.events import Event
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.words import clock_time, plain_text
from rollout_tui.tui.ink import Pen, Row
from rollout_tui.tui.symbols import SEVERITY
from rollout_tui.tui.view.scene import Scene

LOUD = (Severity.WARNING, Severity.CRITICAL, Severity.UNKNOWN)
"""Levels whose text has their colour too."""


def event_rows(scene: Scene, width: int, height: int) -> list[Row]:
    """A title where there is room for more than two rows, then the newest first."""
    rows = [_title(scene, width)] if height > 2 else []
    events = scene.snapshot.events[: height - len(rows)]
    rows += [_event(scene, event, width) for event in events]
    if not events and height > len(rows):
        pen = Pen(width)
        pen.put(1, "nothing has happened yet", "mute")
        rows.append(pen.row())
    while len(rows) < height:
        rows.append(Pen(width).row())
    return rows


def _title(scene: Scene, width: int) -> Row:
    pen = Pen(width)
    x = pen.put(1, "EVENTS", "mute", bold=True) + 1
    if scene.snapshot.alarm is not None:
        x = pen.put(x, plain_text(scene.snapshot.alarm, width - x - 8), "crit", bold=True) + 1
    pen.fill(x, width - 7, "─")
    pen.right(width - 1, "e all", "mute")
    return pen.row()


def _event(scene: Scene, event: Event, width: int) -> Row:
    pen = Pen(width)
    pen.put(1, clock_time(event.at, scene.zone), "mute")
    pen.put(11, "both" if event.platform is None else event.platform.value, "mute")
    tone = "text"
    if event.level is not None:
        symbol, colour = SEVERITY[event.level]
        pen.put(20, symbol, colour)
        tone = colour if event.level in LOUD else tone
    pen.put(22, plain_text(event.text, width - 23), tone)
    return pen.row()
