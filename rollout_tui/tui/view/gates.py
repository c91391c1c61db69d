"""The gates: may we go on. In the plan's order and wording, each with what it rests on."""

from __future__ import annotations

from collections.abc import Callable

from rollout_tui.domain.cells import cells
from rollout_tui.domain.decisions import Decision, decision
from rollout_tui.domain.metrics import Metric
from rollout_tui.domain.plan import GateKind
from rollout_tui.domain.quantities import Bare, Mean, Proportion, Quantity
from rollout_tui.domain.reasons import Case, case_of, interval
from rollout_tui.domain.sentences import trial_forms
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.verdicts import GateResult, Verdict
from rollout_tui.domain.waiving import row_forms
from rollout_tui.domain.words import age, ago, count, middle_cut, plain_text, sample, value
from rollout_tui.tui.ink import Pen, Row
from rollout_tui.tui.symbols import verdict_of
from rollout_tui.tui.view.cause import cause
from rollout_tui.tui.view.needle import CELLS, put_heads, put_needle
from rollout_tui.tui.view.scene import Scene
from rollout_tui.tui.view.shown import MOST_GATES, More, gates_of

_LABEL, _LABEL_CELLS = 12, 21
_VALUE_END = 40
_NEEDLE = 41
_CAUSE = 36
_DECISION = _NEEDLE + CELLS + 1
_COUNTS = _DECISION + 10


def gates_title(scene: Scene, rollout: Rollout, width: int) -> Row:
    """`GATES since phase start, 31 h ─── FAIL ──┬── PASS ───`."""
    pen = Pen(width)
    pen.put(0, "GATES", "mute", bold=True)
    current = rollout.current
    note = "since phase start"
    if current is not None and current.began is not None:
        note += f", {age(scene.now - current.began)}"
    x = pen.put(6, note, "mute")
    pen.fill(x + 1, width, "─")
    put_heads(pen, _NEEDLE, x)
    return pen.row()


def gate_rows(scene: Scene, rollout: Rollout, width: int, most: int = MOST_GATES) -> list[Row]:
    """The gates; where they do not all fit, the last row says how many more there are."""
    if not rollout.gates:
        pen = Pen(width)
        pen.put(0, "no gates in this phase; metrics and severities go on", "mute")
        return [pen.row()]
    rows = [
        more_row(item, width) if isinstance(item, More) else gate_row(scene, rollout, item, width)
        for item in gates_of(rollout, most)
    ]
    return rows[: max(0, most)]


def more_row(more: More, width: int) -> Row:
    """`3 more, all hold; enter shows them`."""
    pen = Pen(width)
    pen.put(pen.put(0, more.told, "mute"), "; enter shows them", "mute")
    return pen.row()


def gate_row(scene: Scene, rollout: Rollout, result: GateResult, width: int) -> Row:
    """One gate."""
    pen = Pen(width)
    symbol, word, colour = verdict_of(result)
    pen.put(0, f"{symbol} {word}", colour, bold=True)
    pen.put(_LABEL, middle_cut(result.gate.label, _LABEL_CELLS))
    if result.verdict is Verdict.NO_DATA:
        _no_data(result, pen)
    else:
        detail = _DETAILS[result.gate.kind] if result.waiver is None else _waived
        detail(scene, rollout, result, pen)
    return pen.row()


def _waived(scene: Scene, rollout: Rollout, result: GateResult, pen: Pen) -> None:
    """The value goes on being shown; in place of needle and decision stand the end and both names."""
    if result.waiver is None:
        return
    if result.bugs is not None:
        pen.right(_VALUE_END, f"{result.bugs.open} open", bold=True)
    elif result.quantity is not None and result.gate.metric is not None:
        metric = rollout.plan.metric(result.gate.metric)
        _told_value(pen, result, metric, result.quantity)
    else:
        pen.right(_VALUE_END, "?", "unk", bold=True)
    _remark(pen, "warn", *row_forms(result.waiver, scene.zone))


def _told_value(pen: Pen, result: GateResult, metric: Metric, quantity: Quantity) -> None:
    """A value close to its limit has more digits: in the room that the gate's label leaves."""
    room = _VALUE_END - _LABEL - min(cells(result.gate.label), _LABEL_CELLS) - 1
    told = value(metric, quantity, complement=result.gate.complement, line=result.gate.line, room=room)
    pen.right(_VALUE_END, told, bold=True)


def _metric(scene: Scene, rollout: Rollout, result: GateResult, pen: Pen) -> None:
    case = case_of(result, rollout, scene.now, scene.zone)
    if case is None:
        _no_data(result, pen)
        return
    if result.quantity is None:
        pen.right(_VALUE_END, "?", "unk", bold=True)
    else:
        _told_value(pen, result, case.metric, result.quantity)
    _evidence(case, decision(case), pen)


def _evidence(case: Case, decided: Decision, pen: Pen) -> None:
    """Needle, words and, where there is room, counts and interval; words rather than the needle, and never half."""
    room, rest = pen.width - _DECISION, pen.width - _NEEDLE
    tone = "crit" if case.result.verdict is Verdict.FAIL else "mute"
    if decided.told and len(decided.told) <= room:
        text, x = decided.told, _DECISION
    elif decided.needle or len(decided.forms[0]) <= room:
        text, x = next(((form, _DECISION) for form in decided.forms if len(form) <= room), ("", _NEEDLE))
    else:
        text, x = "", _NEEDLE
    if not text:
        text = next((form for form in decided.forms if len(form) <= rest), "")
    if x == _DECISION:
        put_needle(pen, _NEEDLE, case.finding, case.result.verdict)
    end = pen.put(x, plain_text(text), tone)
    _arithmetic(case, pen, max(_COUNTS, end + 1))


def _arithmetic(case: Case, pen: Pen, x: int) -> None:
    """`664 of 214,300 · [99.64–99.73 %]`, each whole or not at all."""
    told = counts(case)
    if not told or x + len(told) > pen.width:
        return
    x = pen.put(x, told, "mute")
    bounds = interval(case)
    if bounds and x + len(bounds) + 5 <= pen.width:
        pen.put(x, f" · [{bounds}]", "mute")


def counts(case: Case) -> str:
    """`664 of 214,300`, `8,744 sessions`; empty where there is nothing to count."""
    match case.result.quantity:
        case Proportion(bad, total):
            return f"{count(bad)} of {count(total)}"
        case Mean(count=number):
            return f"{count(number)} {case.metric.population}"
        case Bare() as bare:
            return sample(bare)
        case None:
            return ""


def _bugs(scene: Scene, _rollout: Rollout, result: GateResult, pen: Pen) -> None:
    if result.bugs is None:
        _no_data(result, pen)
        return
    pen.right(_VALUE_END, f"{result.bugs.open} open", bold=True)
    when = age(scene.now - result.bugs.as_of)
    if result.bugs.open and result.bugs.listed:
        number = result.bugs.listed[0].id
        _remark(pen, "crit", f"{number}, {when} ago", f"{number}, {when}", number, when)
    else:
        _remark(pen, "mute", f"read {when} ago", f"{when} ago", when)


def _signoff(scene: Scene, _rollout: Rollout, result: GateResult, pen: Pen) -> None:
    if result.signoff is None:
        pen.right(_VALUE_END, "none", bold=True)
        told = () if result.trial is None else trial_forms(result.trial)
        _remark(pen, "mute", *(f"needed: {form}" for form in told), *told, "needed")
        return
    pen.right(_VALUE_END, "signed", bold=True)
    when, by = ago(scene.now - result.signoff.at), f"by {result.signoff.by}"
    beside = [] if result.trial is None else [f"{by}, {when}: {form}" for form in trial_forms(result.trial)]
    _remark(pen, "mute", *beside, f"{by}, {when}", by, when, when.removesuffix(" ago"))


def _time(_scene: Scene, _rollout: Rollout, result: GateResult, pen: Pen) -> None:
    if result.elapsed is None or result.left is None:
        _no_data(result, pen)
        return
    pen.right(_VALUE_END, f"{int(result.elapsed // 3600)} h", bold=True)
    filled = result.elapsed / (result.elapsed + result.left) if result.left else 1.0
    remark = age(result.left) if result.left else "over"
    if pen.width - _DECISION < len(remark):
        whole = age(result.elapsed + result.left)
        _remark(pen, "mute", f"{remark} left", f"of {whole}") if result.left else _remark(pen, "mute", remark)
        return
    full = round(CELLS * filled)
    pen.put(_NEEDLE, "━" * full, "mute")
    pen.put(_NEEDLE + full, "╌" * (CELLS - full), "rule")
    pen.put(_DECISION, remark, "mute")


def _remark(pen: Pen, colour: str, *forms: str) -> None:
    """The longest form that fits whole; a number is never cut in two."""
    room = pen.width - _NEEDLE
    fitting = next((form for form in forms if len(form) <= room), forms[-1])
    pen.put(_NEEDLE, plain_text(fitting, room), colour)


def _no_data(result: GateResult, pen: Pen) -> None:
    """`?` and the cause, which begins where the value would stand if it is not whole otherwise."""
    room = pen.width - _CAUSE
    told = cause(result.reason, room)
    x = max(_CAUSE, min(_NEEDLE, pen.width - len(told)))
    pen.put(x - 2, "?", "unk", bold=True)
    pen.put(x, told, "unk")


_DETAILS: dict[GateKind, Callable[[Scene, Rollout, GateResult, Pen], None]] = {
    GateKind.METRIC: _metric,
    GateKind.BUGS: _bugs,
    GateKind.SIGNOFF: _signoff,
    GateKind.TIME: _time,
}
