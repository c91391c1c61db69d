"""One metric, large: the chart with its lines, marks and the previous release, the numbers, and the gate in words."""

from __future__ import annotations

from collections.abc import Mapping

from rollout_tui.domain.events import Event
from rollout_tui.domain.metrics import Unit
from rollout_tui.domain.words import clock_time, plain_text, short_time, titled
from rollout_tui.tui.ink import Pen, Row, blank, joined, wrapped
from rollout_tui.tui.symbols import SEVERITY, verdict_of
from rollout_tui.tui.view.events import LOUD
from rollout_tui.tui.view.scene import Scene
from rollout_tui.tui.view.zoom_chart import chart_rows, reading_at
from rollout_tui.tui.view.zoom_numbers import number_rows
from rollout_tui.tui.view.zoom_words import sentences
from rollout_tui.tui.view.zoomed import Zoomed

_SIDE = 33
"""Columns of the numbers beside the chart."""
_WIDE = 100
_LEAST_CHART = 9
_ROOMY = 19
"""Rows from which on marks have rows of their own."""
_MOST_WORDS = 5
"""Rows of words beside them."""


def heading(zoomed: Zoomed, width: int) -> Row:
    """Platform and metric; severity now and the gate's verdict."""
    pen = Pen(width, "focus")
    label = zoomed.rollout.plan.label
    x = pen.put(1, titled(label), bold=True)
    pen.put(x + 2, plain_text(zoomed.metric.label, 40))
    x = width - 1
    if zoomed.gate is not None:
        sign, word, _ = verdict_of(zoomed.gate)
        x = pen.right(x, f" · {sign} {word}", bold=True)
    symbol, _ = SEVERITY[zoomed.standing.severity]
    pen.right(x, f"{symbol} {zoomed.standing.severity.value}", bold=True)
    return pen.row()


def chart_columns(width: int) -> int:
    """Columns that the chart has with the labels of its axis."""
    return width - _SIDE - 2 if width >= _WIDE else width - 1


def zoom_rows(scene: Scene, zoomed: Zoomed, width: int, height: int) -> list[Row]:
    """Legend, chart beside or above the numbers, marks, and what is proven in words; the chart has what is left."""
    spare = max(0, height - 1 - _LEAST_CHART)
    words = _told(scene, zoomed, width - 2, min(spare - 1, _MOST_WORDS if height >= _ROOMY + 8 else 2))
    spare -= len(words) + 1 if words else 0
    marks = zoomed.marks(spare - 2) if height >= _ROOMY + 8 else {}
    spare -= len(marks) + 1 if marks else 0
    numbers = number_rows(scene, zoomed, _SIDE)
    below = 0 if width >= _WIDE else min(4, max(0, spare))
    tail = [*_marks(scene, marks, width), *_words(words, width)]
    room = max(0, height - 1 - below - len(tail))
    chart = chart_rows(scene, zoomed, marks, chart_columns(width), room)
    if width >= _WIDE:
        side = [*numbers, *(blank(_SIDE) for _ in range(room - len(numbers)))]
        body = [joined(left, blank(2), right) for left, right in zip(chart, side, strict=False)]
    else:
        body = [joined(row, blank(1)) for row in chart]
        body += [joined(blank(1), row, blank(width - 1 - _SIDE)) for row in numbers[:below]]
    return [_legend(scene, zoomed, width), *body, *tail][:height]


def _told(scene: Scene, zoomed: Zoomed, width: int, most: int) -> list[str]:
    """As many whole sentences as `most` lines hold; of a first one that is longer as much as there is room for."""
    lines: list[str] = []
    for text in sentences(scene, zoomed):
        more = wrapped(plain_text(text), width)
        if len(lines) + len(more) > most:
            whole = lines or most < 1
            return lines if whole else [*more[: most - 1], plain_text(" ".join(more[most - 1 :]), width)]
        lines += more
    return lines


def _legend(scene: Scene, zoomed: Zoomed, width: int) -> Row:
    """What is drawn, and what stands under the cursor."""
    pen, metric = Pen(width), zoomed.metric
    x = pen.put(
        1, f"% of {metric.population}" if metric.unit is Unit.RATIO else f"mean over {metric.population}", "mute"
    )
    x = pen.put(x + 3, f"window {zoomed.span.label}", "mute")
    if zoomed.has_ghost:
        pen.put(x + 3, f"··· build {plain_text(zoomed.close_up.ghost_build, 16)} at the same hour of its phase", "mute")
    if zoomed.cursor is not None:
        at = short_time(zoomed.close_up.middle(zoomed.cursor), scene.zone)
        pen.right(width - 1, f"  at {at}  {reading_at(zoomed, zoomed.cursor)}", "accent", bold=True)
    return pen.row()


def _marks(scene: Scene, marks: Mapping[str, Event], width: int) -> list[Row]:
    rows = [_title("MARKS", width)] if marks else []
    for letter, event in marks.items():
        pen = Pen(width)
        pen.put(1, letter, "accent", bold=True)
        pen.put(4, clock_time(event.at, scene.zone), "mute")
        tone = "text"
        if event.level is not None:
            symbol, colour = SEVERITY[event.level]
            pen.put(14, symbol, colour)
            tone = colour if event.level in LOUD else tone
        pen.put(16, plain_text(event.text, width - 17), tone)
        rows.append(pen.row())
    return rows


def _words(lines: list[str], width: int) -> list[Row]:
    rows = [_title("IN WORDS", width)] if lines else []
    for line in lines:
        pen = Pen(width)
        pen.put(1, line)
        rows.append(pen.row())
    return rows


def _title(text: str, width: int) -> Row:
    pen = Pen(width)
    pen.fill(pen.put(1, text, "mute", bold=True) + 1, width - 1, "─")
    return pen.row()
