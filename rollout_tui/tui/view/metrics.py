"""The metrics: how bad is it now. Name, value, severity, n, and the small chart against both lines."""

from __future__ import annotations

from rollout_tui.domain.cells import cells
from rollout_tui.domain.quantities import exact
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import MetricStanding, Rollout
from rollout_tui.domain.words import (
    age,
    covered,
    day_and_time,
    limit,
    measured,
    plain_text,
    short_time,
    value,
)
from rollout_tui.tui.ink import Pen, Row
from rollout_tui.tui.symbols import SEVERITY
from rollout_tui.tui.view.basis import basis, basis_beside
from rollout_tui.tui.view.cause import cause, cause_forms
from rollout_tui.tui.view.chart import chart, line_rows
from rollout_tui.tui.view.scene import Scene

CHART_AT = 34
"""Column of the chart; everything right of it is chart."""
_WIDEST = 96
"""Cells of a chart: a day of buckets, which is what a Snapshot carries."""
_WIDE_CHART_AT = 54
_DAY = 86400.0
_LATE = 3600.0
"""Seconds from which on a value that is late by design says when its data ends (screens.md 8)."""
_VALUE = 7
"""Cells of a value, also of one that needs more digits than others (`0.499 %`)."""
_TEXT = 20
"""Cells for text where the labels of the lines stand beside it."""


def metrics_title(scene: Scene, rollout: Rollout, width: int) -> Row:
    """`METRICS last 60 min · 41 s old ─── 6 h ago ──── now`."""
    pen = Pen(width)
    pen.put(0, "METRICS", "mute", bold=True)
    windows = {covered(standing.metric, standing.reading) for standing in rollout.metrics}
    note = f"last {windows.pop()}" if len(windows) == 1 else "last window"
    x = pen.put(8, note, "mute")
    if rollout.metrics_as_of is not None:
        old = age(scene.now - rollout.metrics_as_of)
        x = pen.put(x, f" · STALE {old}" if rollout.stale else f" · {old} old", "unk" if rollout.stale else "mute")
    begin = _chart_at(width)
    hours = _hours(rollout, width - begin)
    pen.fill(x + 1, begin, "─")
    end = pen.put(max(begin, x + 1), f"{hours} ago ", "mute")
    pen.fill(end, width - 4, "─")
    pen.right(width, " now", "mute")
    return pen.row()


def metric_rows(scene: Scene, standing: MetricStanding, width: int, height: int) -> list[Row]:
    """One metric in `height` rows (1 to 6) beside its chart."""
    pens = [Pen(width) for _ in range(height)]
    if height == 1:
        _single(scene, pens[0], standing, width)
        return [pens[0].row()]
    metric = standing.metric
    begin = _chart_at(width)
    pens[0].put(0, plain_text(metric.label, 18), bold=True)
    _put_value(pens[1], standing)
    target_row, alert_row = line_rows(metric, height)
    if height == 2:
        _severity(pens[0], standing, 18)
        _tell_basis(scene, pens[1], standing, 9, begin - 10)
    else:
        _severity(pens[1], standing, 9)
        _tell_basis(scene, pens[2], standing, 0, _TEXT if 2 in (target_row, alert_row) else begin - 1)
    if height > 3 and standing.problem is None:
        pens[3].put(0, _as_of(scene, standing), "mute")
        pens[3].put(0, _was(scene, standing), SEVERITY[standing.severity][1])
    if height > 2:
        pens[alert_row].right(begin - 1, f"alert {limit(metric.alert, metric.unit)}", "aline")
        pens[target_row].right(begin - 1, f"target {limit(metric.target, metric.unit)}", "tline")
    _draw(scene, pens, standing, begin, width)
    return [pen.row() for pen in pens]


def _chart_at(width: int) -> int:
    """Where the chart begins: it ends at the right and shows no more than is known."""
    return max(CHART_AT, width - _WIDEST)


def metric_pair(scene: Scene, standing: MetricStanding, width: int) -> list[Row]:
    """Two rows over the whole width of 80 columns."""
    metric, pens = standing.metric, [Pen(width), Pen(width)]
    pens[0].put(0, plain_text(metric.label, 17), bold=True)
    _put_value(pens[0], standing, end=25)
    _severity(pens[0], standing, 27)
    if standing.reading is not None and standing.problem is None:
        pens[0].put(40, f"{age(scene.now - standing.reading.as_of)} old", "mute")
    if standing.problem is None:
        pens[1].put(0, basis_beside(standing, 25), "mute")
        pens[1].put(27, f"target {limit(metric.target, metric.unit)}", "tline")
        pens[1].put(40, f"alert {limit(metric.alert, metric.unit)}", "aline")
    else:
        pens[1].put(0, _trouble(scene, standing, standing.problem, _WIDE_CHART_AT - 1), "unk")
    _draw(scene, pens, standing, _WIDE_CHART_AT, width)
    return [pen.row() for pen in pens]


def _single(scene: Scene, pen: Pen, standing: MetricStanding, width: int) -> None:
    """One row without a chart."""
    pen.put(0, plain_text(standing.metric.label, 16), bold=True)
    _put_value(pen, standing, end=25)
    _severity(pen, standing, 27)
    if standing.problem is not None:
        pen.put(39, _trouble(scene, standing, standing.problem, width - 39), "unk")
    elif standing.reading is not None:
        old = f"{age(scene.now - standing.reading.as_of)} old" if width >= 58 else ""
        pen.put(39, basis(standing, width - 39 - len(old) - 1), "mute")
        pen.right(width, old, "mute")


def _put_value(pen: Pen, standing: MetricStanding, end: int | None = None) -> None:
    """The value; what must not be judged is shown muted, what is not known is `–`."""
    shown, reading = "–", standing.reading
    if reading is not None:
        shown = value(standing.metric, reading.quantity, room=_VALUE)
    tone = "text" if standing.problem is None else "mute"
    if standing.severity in (Severity.WARNING, Severity.CRITICAL):
        tone = SEVERITY[standing.severity][1]
    if end is None:
        pen.put(0, shown, tone, bold=standing.problem is None)
    else:
        pen.right(end, shown, tone, bold=standing.problem is None)


def _severity(pen: Pen, standing: MetricStanding, x: int) -> None:
    symbol, colour = SEVERITY[standing.severity]
    pen.put(x, f"{symbol} {standing.severity.value}", colour, bold=True)


def _tell_basis(scene: Scene, pen: Pen, standing: MetricStanding, x: int, room: int) -> None:
    """What the value rests on: interval and n; or why there is none."""
    if standing.problem is None:
        pen.put(x, basis(standing, room, column=_TEXT), "mute")
    else:
        pen.put(x, _trouble(scene, standing, standing.problem, room), "unk")


def _trouble(scene: Scene, standing: MetricStanding, problem: str, room: int) -> str:
    """Why there is no value now. An old one is called old first, and why nothing newer came where there is room."""
    if not standing.stale or standing.reading is None:
        return cause(problem, room)
    stale = f"STALE, {age(scene.now - standing.reading.as_of)} old"
    if problem.startswith("STALE"):
        return cause(stale, room)
    both = (f"{stale}: {form}" for form in cause_forms(problem)[:2])
    return next((text for text in both if cells(text) <= room), cause(stale, room))


def _as_of(scene: Scene, standing: MetricStanding) -> str:
    """When the data of a late value ends: `as of 14:00`, with the day where it is not of today."""
    if standing.reading is None or scene.now - standing.reading.as_of < _LATE:
        return ""
    at = standing.reading.as_of
    told = short_time if scene.now - at < _DAY else day_and_time
    return f"as of {told(at, scene.zone)}"


def _was(scene: Scene, standing: MetricStanding) -> str:
    if standing.was is None or standing.severity is Severity.OK:
        return ""
    before, at = standing.was
    return f"was {measured(standing.metric, exact(before), None)} at {short_time(at, scene.zone)}"


def _draw(scene: Scene, pens: list[Pen], standing: MetricStanding, x: int, width: int) -> None:
    rows = chart(standing.metric, standing.curve, width - x, len(pens), ascii_only=scene.ascii_only)
    for pen, row in zip(pens, rows, strict=True):
        for offset, (character, colour) in enumerate(row):
            if character != " ":
                pen.put(x + offset, character, colour)


def _hours(rollout: Rollout, width: int) -> str:
    step = rollout.metrics[0].curve.step if rollout.metrics else 450.0
    seconds = 2 * width * step
    return f"{round(seconds / 3600, 1):g} h"
