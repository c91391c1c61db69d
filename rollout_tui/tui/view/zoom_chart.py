"""From a close-up to the large chart: scale, ticks, colours of bands, letters of marks (screens.md 5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from rollout_tui.domain.closeup import CloseUp
from rollout_tui.domain.events import Event
from rollout_tui.domain.metrics import Metric, Unit
from rollout_tui.domain.quantities import Bare, exact
from rollout_tui.domain.severity import severity_of
from rollout_tui.domain.words import DAY, HOUR, MINUTE, decimal, limit
from rollout_tui.tui.ink import Pen, Row, text_of
from rollout_tui.tui.symbols import SEVERITY
from rollout_tui.tui.view.plot import Level, Plot, Trace, plot_rows
from rollout_tui.tui.view.scene import Scene
from rollout_tui.tui.view.zoomed import Zoomed

_LABELS = 12
"""Columns between two labels of the time axis, at the least."""
_GRID = (5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY)


def chart_rows(scene: Scene, zoomed: Zoomed, marks: Mapping[str, Event], width: int, height: int) -> list[Row]:
    """`height` rows of `width` cells."""
    if height < 4:
        return [Pen(width).row()] * height
    if not zoomed.ready:
        pen = Pen(width)
        pen.put(1, "The chart is being drawn.", "mute")
        return [pen.row(), *[Pen(width).row()] * (height - 1)]
    rows = plot_rows(_plot(scene, zoomed, width, height), width, height, ascii_only=scene.ascii_only)
    rows += [Pen(width).row()] * (height - len(rows))
    return _lettered(rows, zoomed.close_up, marks)


def reading_at(zoomed: Zoomed, bucket: int) -> str:
    """What the chart shows in one bucket, in words."""
    close_up = zoomed.close_up
    told = _number(zoomed.metric, close_up.values[bucket] if bucket < len(close_up.values) else None)
    if zoomed.has_ghost and bucket < len(close_up.ghost):
        told += f"  (build {close_up.ghost_build}: {_number(zoomed.metric, close_up.ghost[bucket])})"
    return told


def _number(metric: Metric, value: float | None) -> str:
    if value is None:
        return "no data"
    factor, unit = _display(metric, value)
    return f"{decimal(exact(value * factor), 2)} {unit}"


def _display(metric: Metric, top: float) -> tuple[float, str]:
    """What base values are multiplied with for the eye, and the unit then."""
    if metric.unit is Unit.RATIO:
        return 100.0, "%"
    return (1.0, "s") if top < 100 else (1 / 60, "min")


def _plot(scene: Scene, zoomed: Zoomed, width: int, height: int) -> Plot:
    close_up, metric = zoomed.close_up, zoomed.metric
    factor, _ = _display(metric, zoomed.top)
    xs = [close_up.middle(bucket) for bucket in range(len(close_up.values))]
    traces = []
    if zoomed.has_ghost:
        ghost = [_scaled(value, factor) for value in close_up.ghost]
        traces.append(Trace(xs, ghost, ["ghost"] * len(xs), thin=True))
    values = [_scaled(value, factor) for value in close_up.values]
    traces.append(Trace(xs, values, list(_colours(close_up))))
    return Plot(
        x_range=(close_up.start, close_up.end),
        y_range=(0.0, zoomed.top * factor),
        x_ticks=_time_ticks(scene, close_up, width),
        y_ticks=_value_ticks(metric, zoomed.top, factor, height),
        levels=[Level(at * factor, label, colour) for at, label, colour in _levels(metric) if at <= zoomed.top],
        borders=_borders(close_up),
        traces=traces,
        cursor=None if zoomed.cursor is None else close_up.middle(zoomed.cursor),
    )


def _scaled(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _colours(close_up: CloseUp) -> Iterator[str]:
    """Of the band of each value; what belongs to an earlier phase is muted."""
    for bucket, value in enumerate(close_up.values):
        if close_up.began is not None and close_up.middle(bucket) < close_up.began:
            yield "mute"
        elif value is None:
            yield "ok"
        else:
            yield SEVERITY[severity_of(close_up.metric, Bare(value))][1]


def _levels(metric: Metric) -> Iterator[tuple[float, str, str]]:
    lines = (
        ("target", metric.target, "tline"),
        ("alert", metric.alert, "aline"),
        ("critical", metric.critical, "cline"),
    )
    for name, line, colour in lines:
        if line is not None:
            yield float(line.limit), f"{name} {limit(line, metric.unit)}", colour


def _borders(close_up: CloseUp) -> list[tuple[float, str]]:
    began = close_up.began
    return [(began, "mute")] if began is not None and close_up.start < began < close_up.end else []


def _value_ticks(metric: Metric, top: float, factor: float, height: int) -> list[tuple[float, str]]:
    """Round numbers, as many as rows allow, and each line."""
    high = top * factor
    count = 6 if height >= 18 else 3
    steps = [high * part / count for part in range(count + 1)]
    lines = [float(line.limit) * factor for line in (metric.target, metric.alert, metric.critical) if line is not None]
    apart = high / max(4, height - 2)
    shown = [step for step in steps if all(abs(step - line) >= apart for line in lines)]
    ticks = sorted({*shown, *(line for line in lines if line <= high)})
    places = 2 if high < 2 else 1 if high < 20 else 0
    return [(tick, f"{tick:.{places}f}") for tick in ticks]


def _time_ticks(scene: Scene, close_up: CloseUp, width: int) -> list[tuple[float, str]]:
    """Round times of the zone, far enough apart."""
    span = close_up.end - close_up.start
    most = max(2, (width - 8) // _LABELS)
    step = next((grid for grid in _GRID if span / grid <= most), DAY * max(1, round(span / DAY / most)))
    offset = datetime.fromtimestamp(close_up.start, scene.zone).utcoffset()
    shift = 0.0 if offset is None else offset.total_seconds()
    first = ((close_up.start + shift) // step + 1) * step - shift
    ticks = []
    while first < close_up.end:
        moment = datetime.fromtimestamp(first, scene.zone)
        ticks.append((first, f"{moment.day} {moment:%b}" if step >= DAY else f"{moment:%H:%M}"))
        first += step
    return ticks


def _apart(places: Sequence[int], last: int) -> list[int]:
    """A cell of its own for each, in their order, as near to where it belongs as there is room."""
    found: list[int] = []
    for x in places:
        found.append(max(x, found[-1] + 1) if found else x)
    return [min(x, last - behind) for behind, x in zip(range(len(found) - 1, -1, -1), found, strict=True)]


def _lettered(rows: list[Row], close_up: CloseUp, marks: Mapping[str, Event]) -> list[Row]:
    """The letters of the marks, on the time axis."""
    place = next((y for y in range(len(rows) - 1, -1, -1) if "└" in text_of(rows[y])), None)
    if place is None or not marks:
        return rows
    text = text_of(rows[place])
    left, right = text.index("└") + 1, len(text.rstrip()) - 1
    pen = Pen(len(text))
    pen.put(0, text, "rule")
    span = close_up.end - close_up.start
    wished = [left + round((event.at - close_up.start) / span * (right - left)) for event in marks.values()]
    for letter, x in zip(marks, _apart(wished, right), strict=True):
        pen.put(x, letter, "accent", bold=True)
    return [*rows[:place], pen.row(), *rows[place + 1 :]]
