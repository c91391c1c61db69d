"""The zoom page: one metric large, over a window that a person chooses; a cursor reads its values."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from rollout_tui.domain.closeup import CloseUp, Span, spans, top_of_scale
from rollout_tui.domain.snapshot import Curve, MetricStanding, Rollout
from rollout_tui.domain.verdicts import GateResult
from rollout_tui.tui.actions import BY_ID, KeyAction
from rollout_tui.tui.ink import Pen, Row
from rollout_tui.tui.screens.page import Page, Place
from rollout_tui.tui.view import plot
from rollout_tui.tui.view.scene import Scene
from rollout_tui.tui.view.shown import item_at
from rollout_tui.tui.view.zoom import chart_columns, heading, zoom_rows
from rollout_tui.tui.view.zoomed import Zoomed

_FIRST_SPAN = "12 h"
_LABELS = 6
"""Columns of the labels of the value axis."""
_POLLS = 2.0
"""Poll intervals that a bucket spans at the least: with fewer most buckets would be empty."""

_WINDOW = KeyAction("zoom_window", (), "[ ]", "Window", "Shorter, longer window", "ZOOM")
_METRIC = KeyAction("zoom_metric", (), "←→", "Metric", "Other metric", "ZOOM")
_CURSOR = KeyAction("zoom_cursor", (), ", .", "Cursor", "Read values along the curve", "ZOOM")
_GHOST = KeyAction("zoom_ghost", (), "g", "Ghost", "The build before, on or off", "ZOOM")

_Wanted = tuple[object, ...]


class ZoomPage(Page):
    """Paints what the Snapshot knows at once; history and what draws the chart come a moment later."""

    name_of_page = "the chart"
    shown = (_WINDOW, _METRIC, _CURSOR, _GHOST, BY_ID["pause"], BY_ID["help"])

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._metric = _focused_metric(self._main.scene())
        self._span = _FIRST_SPAN
        self._ghost = True
        self._cursor: int | None = None
        self._top = 0.0
        self._ready = False
        self._close_up: CloseUp | None = None
        self._wanted: _Wanted = ()
        self._reading: asyncio.Task[None] | None = None

    def on_mount(self) -> None:
        """Import what draws, beside the event loop."""
        self._preparing = asyncio.create_task(self._prepare())

    async def _prepare(self) -> None:
        await asyncio.to_thread(plot.prepare)
        self._ready = True
        if self.is_attached:
            self.draw()

    def keys(self) -> Mapping[str, Callable[[], object]]:
        """Window, metric, cursor, ghost."""
        return {
            "left_square_bracket": lambda: self._widen(-1),
            "right_square_bracket": lambda: self._widen(1),
            "left": lambda: self._other_metric(-1),
            "right": lambda: self._other_metric(1),
            "up": lambda: self._other_metric(-1),
            "down": lambda: self._other_metric(1),
            "tab": self._other_platform,
            "comma": lambda: self._move_cursor(-1),
            "full_stop": lambda: self._move_cursor(1),
            "shift+left": lambda: self._move_cursor(-1),
            "shift+right": lambda: self._move_cursor(1),
            "g": self._toggle_ghost,
            "enter": self.leave,
        }

    def heading(self, scene: Scene, width: int) -> Row:
        """Platform, metric, severity, verdict."""
        zoomed = self._zoomed(scene, width)
        return Pen(width, "focus").row() if zoomed is None else heading(zoomed, width)

    def content(self, scene: Scene, width: int, height: int) -> Sequence[Row]:
        """Chart, numbers, marks, words."""
        zoomed = self._zoomed(scene, width)
        return [] if zoomed is None else zoom_rows(scene, zoomed, width, height)

    def _zoomed(self, scene: Scene, width: int) -> Zoomed | None:
        rollout = scene.focused
        if not rollout.metrics:
            return None
        standing = rollout.metrics[min(self._metric, len(rollout.metrics) - 1)]
        span = self._chosen_span(rollout, scene.now)
        self._ask(rollout, standing, span, scene, width)
        close_up = self._close_up
        if close_up is None or close_up.metric is not standing.metric:
            close_up = _of_curve(standing, rollout)
        self._top = top_of_scale(standing.metric, (*close_up.values, *close_up.ghost), self._top)
        cursor = None if self._cursor is None else max(0, min(self._cursor, len(close_up.values) - 1))
        gate = _gate_of(rollout, standing)
        return Zoomed(rollout, standing, gate, span, close_up, self._top, self._ghost, cursor, self._ready)

    def _chosen_span(self, rollout: Rollout, now: float) -> Span:
        known = spans(rollout, now)
        return next((span for span in known if span.label == self._span), known[-1])

    def _ask(self, rollout: Rollout, standing: MetricStanding, span: Span, scene: Scene, width: int) -> None:
        """Read history where another metric, window, width or newer data is wanted."""
        columns = max(10, chart_columns(width) - _LABELS)
        step = max((scene.now - span.start) / (2 * columns), _POLLS * scene.snapshot.poll_interval)
        count = max(2, int((scene.now - span.start) / step))
        end = (scene.now // step + 1) * step
        newest = None if standing.reading is None else standing.reading.as_of
        wanted = (rollout.plan.platform, standing.metric.id, span.label, count, end, newest)
        if wanted != self._wanted and self._reading is None:
            self._wanted = wanted
            self._reading = asyncio.create_task(self._read(rollout, standing, end, step, count))

    async def _read(self, rollout: Rollout, standing: MetricStanding, end: float, step: float, count: int) -> None:
        try:
            self._close_up = await self._desk.past.close_up(rollout, standing.metric, end, step, count)
        finally:
            self._reading = None
        if self.is_attached:
            self.draw()

    def _widen(self, step: int) -> None:
        scene = self._main.scene()
        known = [span.label for span in spans(scene.focused, scene.now)]
        place = known.index(self._span) if self._span in known else len(known) - 1
        self._span = known[max(0, min(place + step, len(known) - 1))]
        self._cursor = None
        self.draw()

    def _other_metric(self, step: int) -> None:
        self._metric = (self._metric + step) % max(1, len(self._main.scene().focused.metrics))
        self._forget()

    def _other_platform(self) -> None:
        self._main.move_pane(1)
        self._metric = min(self._metric, max(0, len(self._main.scene().focused.metrics) - 1))
        self._forget()

    def _forget(self) -> None:
        """Another curve has a scale and a cursor of its own."""
        self._top, self._cursor, self._close_up = 0.0, None, None
        self.draw()

    def _move_cursor(self, step: int) -> None:
        count = 0 if self._close_up is None else len(self._close_up.values)
        if count:
            self._cursor = count - 1 if self._cursor is None else max(0, min(self._cursor + step, count - 1))
            self.draw()

    def _toggle_ghost(self) -> None:
        self._ghost = not self._ghost
        if self._close_up is not None and not self._close_up.ghost:
            self.remark("no build before this one is known in this phase", "mute")
        self.draw()


def _focused_metric(scene: Scene) -> int:
    """The metric that has the focus, or that the focused gate is about; else the first."""
    rollout = scene.focused
    chosen = item_at(rollout, scene.focus.item)
    wanted = chosen.metric.id if isinstance(chosen, MetricStanding) else None
    if isinstance(chosen, GateResult):
        wanted = chosen.gate.metric
    ids = [standing.metric.id for standing in rollout.metrics]
    return ids.index(wanted) if wanted in ids else 0


def _gate_of(rollout: Rollout, standing: MetricStanding) -> GateResult | None:
    return next((result for result in rollout.gates if result.gate.metric == standing.metric.id), None)


def _of_curve(standing: MetricStanding, rollout: Rollout) -> CloseUp:
    """What the Snapshot's small curve knows, until history was read."""
    curve: Curve = standing.curve
    began = None if rollout.current is None else rollout.current.began
    return CloseUp(standing.metric, curve.end - curve.step * len(curve.values), curve.step, curve.values, began=began)
