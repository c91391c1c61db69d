"""Every metric and every gate of a platform, the worst first, each gate with its arithmetic."""

from __future__ import annotations

from rollout_tui.domain.severity import rank
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.tui.ink import Row, blank, joined
from rollout_tui.tui.view.arithmetic import gate_pair
from rollout_tui.tui.view.gates import gates_title
from rollout_tui.tui.view.metrics import metric_pair, metrics_title
from rollout_tui.tui.view.scene import Scene
from rollout_tui.tui.view.shown import worst_gates


def everything_rows(scene: Scene, rollout: Rollout, width: int) -> list[Row]:
    """As many as there are, each `width` wide."""
    content = width - 2
    standings = sorted(rollout.metrics, key=lambda standing: -rank(standing.severity))
    rows = [metrics_title(scene, rollout, content)]
    rows += [row for standing in standings for row in metric_pair(scene, standing, content)]
    rows += [blank(content), gates_title(scene, rollout, content)]
    rows += [row for result in worst_gates(rollout) for row in gate_pair(scene, rollout, result, content)]
    return [joined(blank(1), row, blank(1)) for row in rows]
