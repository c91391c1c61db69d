"""From the gates as they are written to the gates that are judged, with the checks that need the rest of the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from rollout_tui.config import grammar
from rollout_tui.config.check import nearest
from rollout_tui.config.metrics import GOOD_SIDE
from rollout_tui.config.ranges import always, never, wanted_unit
from rollout_tui.config.raw import SignOffSection
from rollout_tui.domain.metrics import Line, Metric, Operator
from rollout_tui.domain.plan import BugScope, Gate, GateKind
from rollout_tui.domain.quantities import exact
from rollout_tui.domain.words import condition, sign

Complain = Callable[[str], None]

BUGS = {
    "critical_bugs": (BugScope.ANY, "No critical bugs", "Critical bugs"),
    "new_critical_bugs": (BugScope.NEW, "No new critical bugs", "New critical bugs"),
    "blocking_issues": (BugScope.BLOCKING, "No blocking issues", "Blocking issues"),
}
"""Counts of the tracker: what they count, how a gate that wants none is called, and how one that allows some is."""

_SHORT = {
    "crash_free_sessions": "Crash-free",
    "crash_rate": "Crash rate",
    "connect_failure_rate": "Connect fail",
    "avg_connection_time": "Connect time",
    "session_duration": "Session",
}
"""Names that fit a gate's column, for the metrics of the plan; others go by their own label."""

_MIRROR = {
    Operator.LT: Operator.GT,
    Operator.LE: Operator.GE,
    Operator.GT: Operator.LT,
    Operator.GE: Operator.LE,
    Operator.EQ: Operator.EQ,
}


@dataclass(frozen=True, slots=True)
class Sight:
    """What gates of one platform may speak of.

    `metrics` are those that the platform shows; `elsewhere` are defined but not shown on it; `unsure` have mistakes of
    their own, so that nothing can be said of gates on them.
    """

    metrics: Mapping[str, Metric]
    elsewhere: frozenset[str]
    unsure: frozenset[str]
    sources: bool
    tracker: bool
    signoffs: Mapping[str, SignOffSection]
    alpha: float
    beta: float

    def metric(self, name: str) -> Metric | None:
        """The metric that a gate means, by its own name or by its complement's."""
        return next((metric for metric in self.metrics.values() if name in (metric.id, metric.complement)), None)

    def names(self) -> list[str]:
        """Everything that a condition may begin with."""
        complements = [metric.complement for metric in self.metrics.values() if metric.complement is not None]
        return [*complements, *self.metrics, *BUGS]


def build_gate(text: str, sight: Sight, complain: Complain) -> Gate | None:
    """The gate that the text means; None after a complaint."""
    try:
        parsed = grammar.gate(text)
    except grammar.GrammarError as error:
        complain(str(error))
        return None
    if isinstance(parsed, grammar.SignOffCondition):
        return _signoff(text, parsed.what, sight)
    if parsed.name in BUGS:
        return _bugs(text, parsed, sight, complain)
    metric = sight.metric(parsed.name)
    if metric is not None:
        return _metric(text, parsed, metric, sight, complain)
    if parsed.name in sight.elsewhere:
        why = f"this platform does not show {parsed.name}; add it to the platform's metrics"
        complain(_at(text, parsed.marks.name, why))
    elif parsed.name not in sight.unsure:
        why = f'names no metric; {nearest(parsed.name, sight.names())}, or "signoff: …"'
        complain(_at(text, parsed.marks.name, why))
    return None


def time_gate(minimum: float) -> Gate:
    """The minimum time of a phase, a line of its own."""
    written = _hours(minimum)
    return Gate("time", f"{written} in this phase", GateKind.TIME, written)


def _signoff(text: str, what: str, sight: Sight) -> Gate:
    section = sight.signoffs.get(what)
    spoken = what[:1].upper() + what[1:]
    label = (section.label if section else None) or (spoken if " " in what else f"{spoken} sign-off")
    signers = section.signers if section else ()
    return Gate(f"signoff:{what}", label, GateKind.SIGNOFF, text, signers=signers)


def _at(text: str, position: int, problem: str) -> str:
    """A complaint with the character (from 1) at which the part stands that is wrong."""
    return f'"{text}" at character {position + 1}: {problem}'


def _bugs(text: str, parsed: grammar.Condition, sight: Sight, complain: Complain) -> Gate | None:
    scope, none_of, some_of = BUGS[parsed.name]
    line, marks = parsed.line, parsed.marks
    wrong: tuple[int, str | None] = marks.limit, never(line, None)
    if parsed.unit is not None or line.limit.denominator != 1:
        wrong = marks.limit, f'{parsed.name} is a count; expected {wanted_unit(None)}, such as "{parsed.name} == 0"'
    elif line.operator in (Operator.GT, Operator.GE) or (line.operator is Operator.EQ and line.limit != 0):
        expected = f'"{parsed.name} == 0" or "<= {line.limit}"'
        wrong = marks.operator, f"points the wrong way: fewer is better; expected {expected}"
    elif not sight.tracker:
        wrong = marks.name, "needs a tracker, and this platform names none"
    position, problem = wrong
    if problem is not None:
        complain(_at(text, position, problem))
        return None
    none = not line.holds(Fraction(1))
    label = none_of if none else f"{some_of} {sign(line.operator)} {line.limit}"
    return Gate(parsed.name, label, GateKind.BUGS, text, line=line, bugs=scope)


def _metric(text: str, parsed: grammar.Condition, metric: Metric, sight: Sight, complain: Complain) -> Gate | None:
    complement = parsed.name == metric.complement
    line = Line(_MIRROR[parsed.line.operator], 1 - parsed.line.limit) if complement else parsed.line
    position, problem = _against(parsed, line, metric, complement=complement)
    if problem is None and not sight.sources:
        position, problem = parsed.marks.name, "needs a source, and this platform names none"
    if problem is not None:
        complain(_at(text, position, problem))
        return None
    label = f"{_SHORT.get(parsed.name, metric.label)} {condition(parsed.line, metric.unit)}"
    return Gate(
        parsed.name,
        label,
        GateKind.METRIC,
        text,
        metric.id,
        line,
        complement,
        alpha=sight.alpha,
        beta=sight.beta,
    )


def _against(parsed: grammar.Condition, line: Line, metric: Metric, *, complement: bool) -> tuple[int, str | None]:
    """What is wrong with a condition on that metric, and where; `line` is the same on the metric's own value."""
    marks = parsed.marks
    if parsed.unit is not metric.unit:
        return marks.limit, f"{parsed.name} needs {wanted_unit(metric.unit)}"
    cap = None if metric.cap is None else exact(metric.cap)
    useless = never(line, metric.unit, cap) or always(line, metric.unit, cap)
    if useless is not None:
        return marks.limit, useless
    if line.operator not in GOOD_SIDE[metric.better]:
        good = [_MIRROR[operator] if complement else operator for operator in GOOD_SIDE[metric.better]]
        return marks.operator, f"points the wrong way: expected {parsed.name} {' or '.join(good)} a limit"
    return marks.name, None


def _hours(seconds: float) -> str:
    """A written minimum time without loss: `48 h`, `7 d`, `90 min`, `45 s`."""
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        whole = seconds % size == 0
        if whole and (unit != "d" or seconds > 3 * 86400):
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:g} s"
