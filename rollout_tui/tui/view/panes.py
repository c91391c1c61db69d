"""Panes beside each other, and on a wide screen the third column (screens.md 4)."""

from __future__ import annotations

from collections.abc import Sequence

from rollout_tui.tui.ink import Ink, Row, blank, joined
from rollout_tui.tui.view.beside import AIRY, WIDTH, beside_rows
from rollout_tui.tui.view.ladder import MOST_ROWS as MOST_PHASES
from rollout_tui.tui.view.pane import Heights, column, pane_title
from rollout_tui.tui.view.parts import part
from rollout_tui.tui.view.scene import Scene
from rollout_tui.tui.view.shown import gates_of, metrics_of
from rollout_tui.tui.view.store import tells_by_hand
from rollout_tui.tui.view.would import ROWS as WOULD

THREE_COLUMNS = 160
BESIDE = WIDTH + 3
"""Columns that the third one takes, with its rule and margins."""
_HIGHEST, _CHART = 7, 4
_GAPS = 4
_RULE: Row = (("│", Ink("rule")),)


def pane_rows(scene: Scene, width: int, heights: Heights) -> list[Row]:
    """One or two panes over the width, with rules between them."""
    count = len(scene.rollouts)
    pane = (width - count + 1) // count
    rest = blank(width - count * (pane + 1) + 1)
    columns = [_column(scene, index, pane, heights) for index in range(count)]
    titles = [pane_title(scene, index, pane) for index in range(count)]
    return [
        joined(*_between(titles, blank(1, "band")), rest),
        *(
            joined(*_between([_row(rows, number, pane) for rows in columns], _RULE), rest)
            for number in range(max(len(rows) for rows in columns))
        ),
    ]


def wide_rows(scene: Scene, width: int, height: int) -> list[Row]:
    """Panes and the third column, `height` rows."""
    body = width - BESIDE
    panes = pane_rows(scene, body, _wide(scene, height - 1))
    beside = part("the third column", WIDTH, lambda: scene.kept.rows(_beside, scene, scene.focus.pane, height))
    return [
        joined(_row(panes, number, body), _RULE, blank(1), _row(beside, number, WIDTH), blank(1))
        for number in range(height)
    ]


def _between(rows: Sequence[Row], rule: Row) -> list[Row]:
    return [row for number, each in enumerate(rows) for row in ((rule, each) if number else (each,))]


def _beside(scene: Scene, _pane: int, height: int) -> list[Row]:
    """Kept by the pane that has the focus, which chooses the release before."""
    return beside_rows(scene, height)


def fitting(scene: Scene, height: int) -> Heights:
    """Rows a metric: four at 40 rows of screen, fewer below, up to six above once the events have eight."""
    metrics = max(1, _metrics(scene))
    room = height - _fixed(scene) - _gates(scene) - 2
    wished = _CHART if height < 45 else min(6, _CHART + (height - 45) // 4)
    metric = max(1, min(wished, room // metrics))
    return Heights(metric, hand=_tells_by_hand(scene) and room > metric * metrics)


def _wide(scene: Scene, height: int) -> Heights:
    """Charts of four rows first, then what actions would do, the gates' arithmetic, higher charts, gaps."""
    metrics, gates = max(1, _metrics(scene)), _gates(scene)
    left = height - _fixed(scene) - gates
    metric = max(1, min(_CHART, left // metrics))
    left -= metric * metrics
    hand = _tells_by_hand(scene) and left > 0
    left -= hand
    would = WOULD if left >= WOULD else 0
    left -= would
    gate = 2 if left >= gates else 1
    left -= gates if gate == 2 else 0
    higher = min(_HIGHEST - metric, max(0, left) // metrics)
    gaps = min(_GAPS, max(0, left - higher * metrics)) if height >= AIRY else 0
    return Heights(metric + higher, gate, would, gaps, hand)


def _fixed(scene: Scene) -> int:
    """Ladder, store, the titles of metrics and gates."""
    ladder = max(min(MOST_PHASES, len(rollout.phases)) for rollout in scene.rollouts)
    return ladder + 2 + 1 + 1


def _tells_by_hand(scene: Scene) -> bool:
    return any(tells_by_hand(rollout) for rollout in scene.rollouts)


def _metrics(scene: Scene) -> int:
    return max(len(metrics_of(rollout)) for rollout in scene.rollouts)


def _gates(scene: Scene) -> int:
    return max(max(1, len(gates_of(rollout))) for rollout in scene.rollouts)


def _column(scene: Scene, index: int, width: int, heights: Heights) -> list[Row]:
    return part("this pane", width, lambda: column(scene, index, width, heights))


def _row(rows: Sequence[Row], number: int, width: int) -> Row:
    return rows[number] if number < len(rows) else blank(width)
