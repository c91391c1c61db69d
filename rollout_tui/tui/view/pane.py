"""One platform's pane: title, ladder, store, metrics, gates, with the focus mark in its first column."""

from __future__ import annotations

from dataclasses import dataclass

from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.words import plain_percent, plain_text, titled
from rollout_tui.tui.ink import Ink, Pen, Row, blank, joined
from rollout_tui.tui.symbols import SEVERITY, STATE
from rollout_tui.tui.view.arithmetic import gate_pairs
from rollout_tui.tui.view.gates import gate_rows, gates_title, more_row
from rollout_tui.tui.view.ladder import ladder_rows, phase_row
from rollout_tui.tui.view.metrics import metric_pair, metric_rows, metrics_title
from rollout_tui.tui.view.scene import Scene
from rollout_tui.tui.view.shown import MOST_GATES, More, gates_of, metrics_of
from rollout_tui.tui.view.store import hand_row, store_line, store_rows, tells_by_hand
from rollout_tui.tui.view.would import would_rows


def pane_title(scene: Scene, index: int, width: int) -> Row:
    """`▌ANDROID  build 4201 … ◆ INFO · 4 of 6 gates hold`, `width` with the mark."""
    rollout = scene.rollouts[index]
    focused = scene.focus.pane == index
    pen = Pen(width, "focus" if focused else "band")
    pen.put(0, "▌" if focused else " ", "accent")
    x = pen.put(1, plain_text(_name(rollout), 16), bold=True)
    pen.put(x + 2, f"build {plain_text(rollout.plan.build, 14)}", "text" if focused else "mute")
    hold = "gate holds" if len(rollout.gates) == 1 else "gates holds" if rollout.holding == 1 else "gates hold"
    waived = f", {len(rollout.waivers)} waived" if rollout.waivers else ""
    gates = f" · {rollout.holding} of {len(rollout.gates)} {hold}{waived}" if rollout.gates else ""
    if len(gates) > width - 36:
        gates = f" · {rollout.holding} of {len(rollout.gates)} hold{waived}"
    symbol, colour = SEVERITY[rollout.severity]
    x = pen.right(width, gates) if gates else width
    pen.right(x, f"{symbol} {rollout.severity.value}", colour, bold=True)
    return pen.row()


def tab(scene: Scene, index: int, width: int) -> Row:
    """A pane's headline as a tab: platform, state, severity, gates."""
    rollout = scene.rollouts[index]
    focused = scene.focus.pane == index
    pen = Pen(width, "focus" if focused else "band")
    pen.put(0, "▌" if focused else " ", "accent")
    x = pen.put(1, plain_text(_name(rollout), 12), bold=True) + 1
    state = rollout.store.state
    if state is not None and rollout.store.problem is None:
        symbol, colour = STATE[state.word]
        share = "" if state.share is None else f" {plain_percent(state.share)}"
        text = f"{symbol} {state.word}{share}" if width >= 36 else f"{symbol}{share or f' {state.word}'}"
        pen.put(x, text, colour if not focused else "text")
    else:
        pen.put(x, "? UNKNOWN", "unk")
    symbol, colour = SEVERITY[rollout.severity]
    gates = f" {rollout.holding}/{len(rollout.gates)}" if width >= 36 and rollout.gates else ""
    pen.right(width - 1, f"{symbol} {rollout.severity.value}{gates}", colour, bold=True)
    return pen.row()


@dataclass(frozen=True, slots=True)
class Heights:
    """Rows that the parts of a pane get: a metric, a gate, what actions would do, and gaps between its sections."""

    metric: int
    gate: int = 1
    would: int = 0
    gaps: int = 0
    hand: bool = False
    """A row below the store for where a person pauses it by hand."""


def column(scene: Scene, index: int, width: int, heights: Heights) -> list[Row]:
    """A pane below its title, in a column of `width` with the mark."""
    rollout, content, kept = scene.rollouts[index], width - 1, scene.kept.rows
    gap = [blank(width)]
    rows = [_unmarked(row) for row in kept(ladder_rows, scene, rollout, content)]
    rows += gap * (heights.gaps > 1)
    rows += [_unmarked(row) for row in kept(store_rows, scene, rollout, content)]
    rows += [_unmarked(hand_row(rollout, content))] if heights.hand else []
    rows += [_unmarked(row) for row in _ladder_padding(scene, content, rollout)]
    rows += gap * (heights.gaps > 2)
    rows.append(_unmarked(metrics_title(scene, rollout, content)))
    rows += _metrics(scene, index, content, heights.metric)
    rows += gap * (heights.gaps > 0)
    rows.append(_unmarked(gates_title(scene, rollout, content)))
    gates = kept(gate_pairs if heights.gate > 1 else gate_rows, scene, rollout, content)
    first = len(metrics_of(rollout))
    for number, row in enumerate(gates):
        rows.append(joined(_marked(scene, index, first + number // heights.gate), row))
    if heights.would:
        tallest = max(max(1, len(gates_of(each))) for each in scene.rollouts)
        rows += gap * (heights.gate * tallest - len(gates) + (heights.gaps > 3))
        rows += [_unmarked(row) for row in kept(would_rows, scene, rollout, content)]
    return rows


def whole(scene: Scene, index: int, width: int, room: int) -> list[Row]:
    """A pane over the whole width of 80 columns, below its tabs; events take what is left of `room`."""
    rollout, content, kept = scene.rollouts[index], width - 1, scene.kept.rows
    ladder = [_unmarked(row) for row in kept(ladder_rows, scene, rollout, content)]
    rows = [*ladder, _unmarked(store_line(scene, rollout, content)), *_pairs(scene, index, content)]
    item = len(metrics_of(rollout))
    for row in kept(gate_rows, scene, rollout, content):
        rows.append(joined(_marked(scene, index, item), row))
        item += 1
    if tells_by_hand(rollout) and len(rows) < room:
        # Where nothing is left for it NEXT says it alone.
        rows.insert(len(ladder) + 1, _unmarked(hand_row(rollout, content)))
    return rows


def small(scene: Scene, index: int, width: int, height: int, metric: int = 1) -> list[Row]:
    """A pane in 60x16: the current phase, the store, a row or two a metric, the gates."""
    rollout, content = scene.rollouts[index], width - 1
    current = rollout.current or rollout.phases[0]
    rows = [_unmarked(phase_row(scene, rollout, current, content)), _unmarked(store_line(scene, rollout, content))]
    rows += _metrics(scene, index, content, 1) if metric == 1 else _pairs(scene, index, content)
    item = len(metrics_of(rollout))
    for row in gate_rows(scene, rollout, content, min(MOST_GATES, height - len(rows))):
        rows.append(joined(_marked(scene, index, item), row))
        item += 1
    return rows


def _pairs(scene: Scene, index: int, content: int) -> list[Row]:
    """Two rows a metric."""
    rows: list[Row] = []
    for item, standing in enumerate(metrics_of(scene.rollouts[index])):
        mark = _marked(scene, index, item)
        if isinstance(standing, More):
            rows.append(joined(mark, more_row(standing, content)))
        else:
            rows += [joined(mark, row) for row in scene.kept.rows(metric_pair, scene, standing, content)]
    return rows


def _metrics(scene: Scene, index: int, content: int, height: int) -> list[Row]:
    rows: list[Row] = []
    for item, standing in enumerate(metrics_of(scene.rollouts[index])):
        mark = _marked(scene, index, item)
        if isinstance(standing, More):
            rows.append(joined(mark, more_row(standing, content)))
        else:
            rows += [joined(mark, row) for row in scene.kept.rows(metric_rows, scene, standing, content, height)]
    return rows


def _ladder_padding(scene: Scene, content: int, rollout: Rollout) -> list[Row]:
    """Panes side by side keep their sections level: the shorter ladder gets empty rows."""
    tallest = max(min(3, len(other.phases)) for other in scene.rollouts)
    return [blank(content) for _ in range(tallest - min(3, len(rollout.phases)))]


def _name(rollout: Rollout) -> str:
    return titled(rollout.plan.label)


def _marked(scene: Scene, pane: int, item: int) -> Row:
    return _MARK if scene.focus.pane == pane and scene.focus.item == item else _NO_MARK


def _unmarked(row: Row) -> Row:
    return joined(_NO_MARK, row)


_NO_MARK = blank(1)
_MARK: Row = (("▌", Ink("accent")),)
