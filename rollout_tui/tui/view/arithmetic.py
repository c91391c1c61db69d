"""The second row of a gate: what its verdict is made of, where a screen has room for it."""

from __future__ import annotations

from collections.abc import Callable

from rollout_tui.domain.estimates import sessions_range
from rollout_tui.domain.plan import GateKind
from rollout_tui.domain.quantities import exact
from rollout_tui.domain.reasons import case_of, counts_from, interval
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.verdicts import GateResult, Verdict
from rollout_tui.domain.words import duration_value, moment, plain_text
from rollout_tui.tui.ink import Pen, Row, blank, joined
from rollout_tui.tui.view.gates import counts, gate_row, gate_rows, more_row
from rollout_tui.tui.view.scene import Scene
from rollout_tui.tui.view.shown import More, gates_of

_AT = 12
_ROW = 58
_BESIDE = 17
"""Cells of a reason that the gate's own row shows whole."""


def gate_pairs(scene: Scene, rollout: Rollout, width: int) -> list[Row]:
    """Two rows a gate, and two for how many more there are."""
    if not rollout.gates:
        return gate_rows(scene, rollout, width)
    return [row for item in gates_of(rollout) for row in gate_pair(scene, rollout, item, width)]


def gate_pair(scene: Scene, rollout: Rollout, item: GateResult | More, width: int) -> tuple[Row, Row]:
    """A gate's row and its arithmetic."""
    if isinstance(item, More):
        return more_row(item, width), blank(width)
    pen = Pen(width)
    if item.verdict is Verdict.NO_DATA:
        told = item.reason if len(item.reason) > _BESIDE else ""  # it stands whole in the row above
    else:
        tell = _TELL[item.gate.kind] if item.waiver is None else _waived
        told = tell(scene, rollout, item)
    pen.put(_AT, plain_text(told, width - _AT), "unk" if item.verdict is Verdict.NO_DATA else "mute")
    # In the width of a narrow pane the row says nothing that stands below it.
    row = joined(gate_row(scene, rollout, item, min(width, _ROW)), blank(max(0, width - _ROW)))
    return row, pen.row()


def _metric(scene: Scene, rollout: Rollout, result: GateResult) -> str:
    case = case_of(result, rollout, scene.now, scene.zone)
    if case is None:
        return result.reason
    told = [counts(case)]
    bounds, ahead = interval(case), case.finding.ahead
    if bounds:
        told.append(f"[{bounds}]")
    if case.metric.cap is not None:
        told.append(f"capped at {duration_value(exact(case.metric.cap), None)}")
    since = counts_from(case)
    if result.verdict is Verdict.FAIL and since is not None:
        told.append(f"by those since {case.when(since)}")
    if result.verdict is Verdict.UNDECIDED and ahead is not None and ahead.fast is not None:
        told.append(f"{sessions_range(ahead.fast, ahead.slow)} more needed")
    return " · ".join(filter(None, told))


def _bugs(_scene: Scene, _rollout: Rollout, result: GateResult) -> str:
    if result.bugs is None:
        return result.reason
    titles = "; ".join(f"“{title}”" for title in result.bugs.newest)
    return f"{result.bugs.source}: {titles or f'none open that counts for {result.gate.text}'}"


def _signoff(scene: Scene, _rollout: Rollout, result: GateResult) -> str:
    if result.signoff is None:
        return result.reason
    note = f": “{result.signoff.note}”" if result.signoff.note else f", {result.reason}"
    return f"{moment(result.signoff.at, scene.zone)}{note}"


def _time(scene: Scene, rollout: Rollout, result: GateResult) -> str:
    current = rollout.current
    if result.elapsed is None or current is None or current.began is None:
        return result.reason
    return f"phase began {moment(current.began, scene.zone)}"


def _waived(_scene: Scene, _rollout: Rollout, result: GateResult) -> str:
    return "" if result.waiver is None else f"then {result.waiver.found}; “{result.waiver.reason}”"


_TELL: dict[GateKind, Callable[[Scene, Rollout, GateResult], str]] = {
    GateKind.METRIC: _metric,
    GateKind.BUGS: _bugs,
    GateKind.SIGNOFF: _signoff,
    GateKind.TIME: _time,
}
