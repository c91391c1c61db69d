"""The numbers beside the large chart: the value and what it rests on, its lines, and its gate."""

from __future__ import annotations

from collections.abc import Iterator

from rollout_tui.domain.decisions import decision
from rollout_tui.domain.evidence.finding import Latch
from rollout_tui.domain.evidence.wording import odds
from rollout_tui.domain.quantities import Proportion, Quantity
from rollout_tui.domain.reasons import Case, case_of, counts_from, has_faded, interval
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.verdicts import GateResult, Verdict
from rollout_tui.domain.words import age, condition, count, covered, plain_text, sample, value
from rollout_tui.domain.words import interval as bounds
from rollout_tui.tui.ink import Pen, Row
from rollout_tui.tui.symbols import SEVERITY, verdict_of
from rollout_tui.tui.view.cause import cause
from rollout_tui.tui.view.scene import Scene
from rollout_tui.tui.view.zoomed import Zoomed

_VALUE = 10
"""Column of what stands beside a label."""
_WHY = "why"


def number_rows(scene: Scene, zoomed: Zoomed, width: int) -> list[Row]:
    """All that is known of the metric now, then of its gate."""
    standing = zoomed.standing
    pen = Pen(width)
    symbol, colour = SEVERITY[standing.severity]
    shown = "–" if standing.reading is None else value(zoomed.metric, standing.reading.quantity)
    loud = standing.severity in (Severity.WARNING, Severity.CRITICAL)
    x = pen.put(0, shown, colour if loud else "text" if standing.problem is None else "mute", bold=True)
    pen.put(x + 2, f"{symbol} {standing.severity.value}", colour, bold=True)
    rows = [pen.row(), *_labelled(_facts(scene, zoomed), width)]
    if zoomed.gate is not None:
        rows += [Pen(width).row(), _title("GATE", width), _verdict(zoomed.gate, width)]
        rows += _labelled(_evidence(scene, zoomed, zoomed.gate), width)
    return rows


def _facts(scene: Scene, zoomed: Zoomed) -> Iterator[tuple[str, str, str]]:
    standing, metric, reading = zoomed.standing, zoomed.metric, zoomed.standing.reading
    if standing.problem is not None:
        yield _WHY, standing.problem, "unk"
    yield "window", f"last {covered(metric, reading)}", "text"
    if reading is not None:
        yield "counts", _counts(reading.quantity), "text"
        if standing.interval is not None and reading.quantity.n is not None:
            yield "interval", bounds(metric, reading.quantity, standing.interval), "text"
    lines = (
        ("critical", metric.critical, "cline"),
        ("alert", metric.alert, "aline"),
        ("target", metric.target, "tline"),
    )
    for number, (name, line, colour) in enumerate(one for one in lines if one[1] is not None):
        if line is not None:
            yield "lines" if number == 0 else "", f"{name:<8} {condition(line, metric.unit)}", colour
    if reading is not None:
        heard = next((one for one in scene.snapshot.heard if one.name == reading.source), None)
        every = scene.snapshot.poll_interval if heard is None else heard.interval
        yield "age", f"{age(scene.now - reading.as_of)}, every {age(every)}", "text"
        yield "source", f"{reading.source if heard is None else heard.label}, {reading.population}", "text"


def _evidence(scene: Scene, zoomed: Zoomed, gate: GateResult) -> Iterator[tuple[str, str, str]]:
    if gate.quantity is not None:
        yield (
            "so far",
            value(zoomed.metric, gate.quantity, complement=gate.gate.complement, line=gate.gate.line),
            "text",
        )
        yield "counts", _counts(gate.quantity), "text"
    case = case_of(gate, zoomed.rollout, scene.now, scene.zone)
    if case is None:
        yield _WHY, gate.reason, "unk"
        return
    if gate.quantity is not None:
        yield "interval", interval(case), "text"
    finding = case.finding
    yield "for FAIL", "" if finding.log_fail is None else odds(finding.log_fail), "text"
    if gate.verdict is Verdict.FAIL and finding.failed is not None:
        yield from _failed(case, finding.failed)
        return
    yield "for PASS", "" if finding.log_pass is None else odds(finding.log_pass), "text"
    told = decision(case)
    yield "stands", told.told or next(iter(told.forms), ""), "text"


def _failed(case: Case, latch: Latch) -> Iterator[tuple[str, str, str]]:
    """What proved FAIL, and that it stays: what speaks for a PASS of the whole phase would only confuse."""
    since = counts_from(case)
    if since is not None:
        yield "", f"by those since {case.when(since)}", "text"
    yield "decided", f"at {case.when(latch.at)}, it stays", "text"
    if has_faded(case) and latch.log_fail is not None:
        yield "", f"then {odds(latch.log_fail)}", "text"


def _verdict(gate: GateResult, width: int) -> Row:
    symbol, word, colour = verdict_of(gate)
    pen = Pen(width)
    x = pen.put(0, f"{symbol} {word}", colour, bold=True)
    pen.put(x + 2, plain_text(gate.gate.label, width - x - 2))
    return pen.row()


def _counts(quantity: Quantity) -> str:
    if isinstance(quantity, Proportion):
        return f"{count(quantity.bad)} of {count(quantity.total)}"
    return sample(quantity)


def _labelled(facts: Iterator[tuple[str, str, str]], width: int) -> list[Row]:
    rows = []
    for label, text, colour in facts:
        if text:
            pen = Pen(width)
            pen.put(0, label, "mute")
            told = cause(text, width - _VALUE) if label == _WHY else plain_text(text, width - _VALUE)
            pen.put(_VALUE, told, colour)
            rows.append(pen.row())
    return rows


def _title(text: str, width: int) -> Row:
    pen = Pen(width)
    pen.fill(pen.put(0, text, "mute", bold=True) + 1, width, "─")
    return pen.row()
