"""From the gates as they are written to the gates that are judged, with the checks that need the metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from rollout_tui.config import grammar
from rollout_tui.config.raw import SignOffSection
from rollout_tui.domain.metrics import Line, Metric, Operator, Unit
from rollout_tui.domain.plan import BugScope, Gate, GateKind
from rollout_tui.domain.words import age, condition

Complain = Callable[[str], None]

_BUGS = {
    "critical_bugs": (BugScope.ANY, "No critical bugs"),
    "new_critical_bugs": (BugScope.NEW, "No new critical bugs"),
    "blocking_issues": (BugScope.BLOCKING, "No blocking issues"),
}
_SHORT = {
    "crash_free_sessions": "Crash-free",
    "crash_rate": "Crash rate",
    "connect_failure_rate": "Connect fail",
    "avg_connection_time": "Connect time",
    "session_duration": "Session",
}
_MIRROR = {
    Operator.LT: Operator.GT,
    Operator.LE: Operator.GE,
    Operator.GT: Operator.LT,
    Operator.GE: Operator.LE,
    Operator.EQ: Operator.EQ,
}


def build_gate(
    text: str, metrics: Mapping[str, Metric], signoffs: Mapping[str, SignOffSection], complain: Complain
) -> Gate | None:
    """The gate that the text means; None after a complaint."""
    try:
        parsed = grammar.gate(text)
    except grammar.GrammarError as error:
        complain(str(error))
        return None
    if isinstance(parsed, grammar.SignOffCondition):
        return _signoff(text, parsed.what, signoffs)
    if parsed.name in _BUGS:
        return _bugs(text, parsed, complain)
    for metric in metrics.values():
        if parsed.name in (metric.id, metric.complement):
            return _metric(text, parsed, metric, complain)
    known = [*metrics, *(m.complement for m in metrics.values() if m.complement), *_BUGS]
    complain(f'"{text}" names no metric: expected one of {", ".join(known)}, or "signoff: …"')
    return None


def time_gate(minimum: float) -> Gate:
    """The minimum time of a phase, a line of its own."""
    return Gate("time", f"{age(minimum)} in this phase", GateKind.TIME, age(minimum))


def _signoff(text: str, what: str, signoffs: Mapping[str, SignOffSection]) -> Gate:
    section = signoffs.get(what)
    label = (section.label if section else None) or what[:1].upper() + what[1:]
    signers = section.signers if section else ()
    return Gate(f"signoff:{what}", label, GateKind.SIGNOFF, text, signers=signers)


def _bugs(text: str, parsed: grammar.Condition, complain: Complain) -> Gate | None:
    scope, label = _BUGS[parsed.name]
    if parsed.unit is not None or parsed.line.limit.denominator != 1:
        complain(f'"{text}": {parsed.name} is a count; expected a whole number without a unit, such as "== 0"')
        return None
    if parsed.line not in (Line(Operator.EQ, Fraction(0)), Line(Operator.LE, Fraction(0))):
        label = f"{label.removeprefix('No ').capitalize()} {condition(parsed.line, Unit.SECONDS).removesuffix(' s')}"
    return Gate(parsed.name, label, GateKind.BUGS, text, line=parsed.line, bugs=scope)


def _metric(text: str, parsed: grammar.Condition, metric: Metric, complain: Complain) -> Gate | None:
    if parsed.unit is not metric.unit:
        wanted = "a percentage such as 1%" if metric.unit is Unit.RATIO else "a time such as 10s or 5min"
        complain(f'"{text}" compares {parsed.name} with another unit: expected {wanted}')
        return None
    complement = parsed.name == metric.complement
    line = parsed.line
    if complement:
        line = Line(_MIRROR[line.operator], 1 - line.limit)
    impossible = _never(line, metric.unit)
    if impossible is not None:
        complain(f'"{text}" can never hold: {impossible}')
        return None
    name = _SHORT.get(parsed.name, metric.label)
    label = f"{name} {condition(parsed.line, metric.unit)}"
    return Gate(parsed.name, label, GateKind.METRIC, text, metric.id, line, complement)


def _never(line: Line, unit: Unit) -> str | None:
    """Why no value of the unit's range meets the line; None when one does."""
    lowest, highest = Fraction(0), Fraction(1) if unit is Unit.RATIO else None
    operator, limit = line.operator, line.limit
    if highest is not None and (limit > highest or limit < lowest):
        above = operator in (Operator.GT, Operator.GE, Operator.EQ) and limit > highest
        below = operator in (Operator.LT, Operator.LE, Operator.EQ) and limit < lowest
        return "a rate is between 0 % and 100 %" if above or below else None
    if operator is Operator.LT and limit <= lowest:
        return "nothing is below 0"
    if operator is Operator.GT and highest is not None and limit >= highest:
        return "nothing is above 100 %"
    return None
