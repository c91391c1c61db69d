"""The main screen as rows, exactly as wide and as high as the terminal (screens.md 2 and 4)."""

from __future__ import annotations

from collections.abc import Sequence

from rollout_tui.domain.words import plain_percent, titled
from rollout_tui.tui.ink import Pen, Row, blank, joined
from rollout_tui.tui.symbols import SEVERITY, STATE
from rollout_tui.tui.view.events import event_rows
from rollout_tui.tui.view.next import next_rows
from rollout_tui.tui.view.pane import small, tab, whole
from rollout_tui.tui.view.panes import BESIDE, THREE_COLUMNS, fitting, pane_rows, wide_rows
from rollout_tui.tui.view.parts import part
from rollout_tui.tui.view.scene import Scene
from rollout_tui.tui.view.status import status_row

LEAST_COLUMNS, LEAST_ROWS = 60, 16
_TWO_PANES = 100
_WHOLE = 23
"""Rows above the footer from which on one pane is shown whole."""


def screen_rows(scene: Scene, width: int, height: int, footer: Row, below: int = 0) -> list[Row]:
    """Every row of the screen, the footer last; `below` rows before it are left to somebody else, and left out."""
    room = max(0, height - 1 - below)
    body = _body(scene, width, height, room)
    return [*[*body, *(blank(width) for _ in range(room - len(body)))][:room], footer]


def pane_at(scene: Scene, x: int, y: int, width: int, height: int) -> int | None:
    """The pane at that cell, or whose headline stands there; None where nothing can be chosen."""
    count = len(scene.rollouts)
    if is_too_small(width, height):
        return y - 3 if 0 <= y - 3 < count else None
    top = 2 if height < 24 else 3
    side_by_side = height >= 24 and width >= _TWO_PANES and count <= 2
    if y < top or (y > top and not side_by_side):
        return None
    if side_by_side and width >= THREE_COLUMNS:
        width -= BESIDE
    if x >= width:
        return None
    return min(count - 1, x * count // width)


def is_too_small(width: int, height: int) -> bool:
    """Whether charts and gates do not fit."""
    return width < LEAST_COLUMNS or height < LEAST_ROWS


def _body(scene: Scene, width: int, height: int, room: int) -> list[Row]:
    """The layout of that height, in `room` rows."""
    if is_too_small(width, height):
        return _too_small(scene, width, height)
    head = [status_row(scene, width)]
    if height < 24:
        head += [*_next(scene, width, 1), _tabs(scene, width)]
        return [*head, *_small(scene, width, room - len(head))]
    side_by_side = width >= _TWO_PANES and len(scene.rollouts) <= 2
    if not side_by_side and room < _WHOLE:
        # The past at 24 rows: its bar and track take what NEXT and the ladder had, not events and rows of metrics.
        head += [*_next(scene, width, 1), _tabs(scene, width)]
        rows = [*head, *_small(scene, width, room - len(head), metric=2)]
        return [*rows, *_events(scene, width, max(0, room - len(rows)))]
    head += _next(scene, width, 2)
    if side_by_side:
        panes = wide_rows if width >= THREE_COLUMNS else _panes
        return [*head, *panes(scene, width, room - len(head))]
    head.append(_tabs(scene, width))
    left = room - len(head)
    rows = [*head, *_margin(part("this pane", width - 1, lambda: whole(scene, scene.focus.pane, width - 1, left)))]
    return [*rows, *_events(scene, width, max(0, room - len(rows)))]


def _small(scene: Scene, width: int, room: int, metric: int = 1) -> list[Row]:
    return _margin(part("this pane", width - 1, lambda: small(scene, scene.focus.pane, width - 1, room, metric)))


def _next(scene: Scene, width: int, height: int) -> list[Row]:
    return part("NEXT", width, lambda: next_rows(scene, width, height))


def _events(scene: Scene, width: int, height: int) -> list[Row]:
    return part("the list of events", width, lambda: scene.kept.rows(event_rows, scene, width, height))


def _panes(scene: Scene, width: int, height: int) -> list[Row]:
    """Panes side by side, or the only one over the whole width; the events below."""
    rows = _margin(pane_rows(scene, width - 1, fitting(scene, height - 1)))
    return [*rows, *_events(scene, width, max(1, height - len(rows)))]


def _tabs(scene: Scene, width: int) -> Row:
    """All platforms' headlines in one row."""
    count = len(scene.rollouts)
    each = width // count
    parts: list[Row] = []
    for index in range(count):
        last = index == count - 1
        parts.append(tab(scene, index, each if not last else width - each * (count - 1)))
    return joined(*parts)


def _too_small(scene: Scene, width: int, height: int) -> list[Row]:
    """NEXT, one line a platform, and the size that it needs."""
    rows = [status_row(scene, width), *_next(scene, width, 1), blank(width)]
    for number, rollout in enumerate(scene.rollouts, 1):
        pen = Pen(width)
        state = rollout.store.state
        if rollout.store.problem is not None:
            state = None
        word = "? UNKNOWN" if state is None else f"{STATE[state.word][0]} {state.word}"
        share = "" if state is None or state.share is None else f" {plain_percent(state.share)}"
        if rollout is scene.focused:
            pen.put(0, "▌", "accent")  # it is the one that p pauses
        pen.put(1, str(number), "accent")
        pen.put(3, titled(rollout.plan.label), bold=True)
        pen.put(12, f"{word}{share}", "unk" if state is None else STATE[state.word][1])
        symbol, colour = SEVERITY[rollout.severity]
        pen.put(30, f"{symbol} {rollout.severity.value}", colour, bold=True)
        pen.put(42, f"{rollout.holding} of {len(rollout.gates)}", "mute")
        rows.append(pen.row())
    for text in ("", f"This window is {width}x{height}. Charts and gates need {LEAST_COLUMNS}x{LEAST_ROWS}."):
        pen = Pen(width)
        pen.put(1, text, "mute")
        rows.append(pen.row())
    pen = Pen(width)
    told = "Pause works at any size." if not scene.read_only else "Nothing here changes a store."
    pen.put(1, told, "mute")
    return [*rows, pen.row()]


def _margin(rows: Sequence[Row]) -> list[Row]:
    """The empty last column."""
    return [joined(row, blank(1)) for row in rows]
