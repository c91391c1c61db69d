"""The gates: may we go on. In the plan's order and wording, each with what it rests on."""

from __future__ import annotations

from collections.abc import Callable

from rollout_tui.domain.plan import GateKind
from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.verdicts import GateResult, Verdict
from rollout_tui.domain.words import age, count, middle_cut, plain_text, sample, value
from rollout_tui.tui.ink import Pen, Row
from rollout_tui.tui.symbols import verdict_of
from rollout_tui.tui.view.scene import Scene

MOST_ROWS = 6
_VALUE_END = 40
_DECISION = 41
_BAR = 7


def gates_title(scene: Scene, rollout: Rollout, width: int) -> Row:
    """`GATES since phase start, 31 h ───`."""
    pen = Pen(width)
    pen.put(0, "GATES", "mute", bold=True)
    current = rollout.current
    note = "since phase start"
    if current is not None and current.began is not None:
        note += f", {age(scene.now - current.began)}"
    x = pen.put(6, note, "mute")
    pen.fill(x + 1, width, "─")
    return pen.row()


def gate_rows(scene: Scene, rollout: Rollout, width: int, most: int = MOST_ROWS) -> list[Row]:
    """The gates; where they do not all fit, the last row says how many more there are."""
    if not rollout.gates:
        pen = Pen(width)
        pen.put(0, "no gates in this phase; metrics and severities go on", "mute")
        return [pen.row()]
    shown = rollout.gates if len(rollout.gates) <= most else rollout.gates[: max(0, most - 1)]
    rows = [gate_row(scene, rollout, result, width) for result in shown]
    hidden = rollout.gates[len(shown) :]
    if hidden and most > 0:
        pen = Pen(width)
        holding = sum(result.holds for result in hidden)
        pen.put(0, f"{len(hidden)} more, {holding} of them hold", "mute")
        rows.append(pen.row())
    return rows


def gate_row(scene: Scene, rollout: Rollout, result: GateResult, width: int) -> Row:
    """One gate."""
    pen = Pen(width)
    symbol, word, colour = verdict_of(result)
    pen.put(0, f"{symbol} {word}", colour, bold=True)
    pen.put(12, middle_cut(result.gate.label, 21))
    _DETAILS[result.gate.kind](scene, rollout, result, pen)
    return pen.row()


def _metric(_scene: Scene, rollout: Rollout, result: GateResult, pen: Pen) -> None:
    if result.quantity is None or result.gate.metric is None:
        _no_data(result, pen)
        return
    metric = rollout.plan.metric(result.gate.metric)
    pen.right(_VALUE_END, value(metric, result.quantity, complement=result.gate.complement), bold=True)
    side = {Verdict.PASS: "inside", Verdict.FAIL: "outside"}.get(result.verdict, result.verdict.value.lower())
    x = pen.put(_DECISION, f"{side:8}", "crit" if result.verdict is Verdict.FAIL else "mute")
    n = sample(result.quantity)
    if pen.width - x >= 24 and isinstance(result.quantity, Proportion):
        n = f" {count(result.quantity.bad)} of {count(result.quantity.total)}"
    if len(n) <= pen.width - x:
        pen.put(x, n, "mute")


def _bugs(scene: Scene, _rollout: Rollout, result: GateResult, pen: Pen) -> None:
    if result.bugs is None:
        _no_data(result, pen)
        return
    pen.right(_VALUE_END, f"{result.bugs.open} open", bold=True)
    when = age(scene.now - result.bugs.as_of)
    if result.bugs.open and result.bugs.newest:
        number = result.bugs.newest[0].split(" ", 1)[0]
        _decision(pen, "crit", f"{number}, {when} ago", f"{number}, {when}", number, when)
    else:
        _decision(pen, "mute", f"read {when} ago", f"{when} ago", when)


def _signoff(scene: Scene, _rollout: Rollout, result: GateResult, pen: Pen) -> None:
    if result.signoff is None:
        pen.right(_VALUE_END, "none", bold=True)
        pen.put(_DECISION, "needed", "mute")
        return
    pen.right(_VALUE_END, "signed", bold=True)
    when = age(scene.now - result.signoff.at)
    _decision(pen, "mute", f"by {result.signoff.by}, {when} ago", f"by {result.signoff.by}", f"{when} ago", when)


def _time(_scene: Scene, _rollout: Rollout, result: GateResult, pen: Pen) -> None:
    if result.elapsed is None or result.left is None:
        _no_data(result, pen)
        return
    pen.right(_VALUE_END, f"{int(result.elapsed // 3600)} h", bold=True)
    filled = result.elapsed / (result.elapsed + result.left) if result.left else 1.0
    remark = age(result.left) if result.left else "over"
    if pen.width - _DECISION < _BAR + 1 + len(remark):
        _decision(pen, "mute", remark)
        return
    full = round(_BAR * filled)
    pen.put(_DECISION, "━" * full, "mute")
    pen.put(_DECISION + full, "╌" * (_BAR - full), "rule")
    pen.put(_DECISION + _BAR + 1, remark, "mute")


def _decision(pen: Pen, colour: str, *forms: str) -> None:
    """The longest form that fits whole; a number is never cut in two."""
    room = pen.width - _DECISION
    fitting = next((form for form in forms if len(form) <= room), forms[-1])
    pen.put(_DECISION, plain_text(fitting, room), colour)


def _no_data(result: GateResult, pen: Pen) -> None:
    """`?` and the cause, as far as there is room."""
    pen.right(_VALUE_END, "?", "unk", bold=True)
    pen.put(_DECISION, plain_text(result.reason, pen.width - _DECISION), "unk")


_DETAILS: dict[GateKind, Callable[[Scene, Rollout, GateResult, Pen], None]] = {
    GateKind.METRIC: _metric,
    GateKind.BUGS: _bugs,
    GateKind.SIGNOFF: _signoff,
    GateKind.TIME: _time,
}
