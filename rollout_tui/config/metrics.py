"""From the metrics as they are written to the metrics that are judged: units, directions, the order of the lines."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from rollout_tui.config import grammar
from rollout_tui.config.check import Problems
from rollout_tui.config.ranges import always, never, wanted_unit
from rollout_tui.config.raw import MetricSection
from rollout_tui.domain.metrics import Direction, Kind, Line, Metric, Operator, Population, Unit

GOOD_SIDE = {
    Direction.LOWER: (Operator.LT, Operator.LE),
    Direction.HIGHER: (Operator.GT, Operator.GE),
}
"""Operators that point to the good side; the others point to the bad one, `==` to neither."""

_BAD_SIDE = {Direction.LOWER: GOOD_SIDE[Direction.HIGHER], Direction.HIGHER: GOOD_SIDE[Direction.LOWER]}


SLOW_REPORTS = "60m"
"""Lag of rates of sessions and people: crash reports come on the next start of the app, or hours later."""
AT_ONCE = "0s"
"""Lag of connects, which report their failures themselves, and of means."""
NO_BURSTS = 1.0
"""Dispersion of a rate whose failures come one by one."""


def default_lag(section: MetricSection) -> str:
    """The lag of a metric that names none, as a person would write it (gates.md 6)."""
    late = section.kind is Kind.RATIO and section.population is not Population.CONNECTS
    return SLOW_REPORTS if late else AT_ONCE


def build_metric(name: str, section: MetricSection, problems: Problems) -> Metric | None:
    """The metric; None after a complaint about one of its lines."""
    unit = Unit.RATIO if section.kind is Kind.RATIO else Unit.SECONDS
    written = {"target": section.target, "alert": section.alert, "critical": section.critical}
    lines = {key: _line(name, key, text, section, unit, problems) for key, text in written.items() if text is not None}
    if section.complement is not None and unit is not Unit.RATIO:
        problems.complain(("metrics", name, "complement"), 'only a metric of kind "ratio" has a complement (1 - value)')
    _check_order(name, section, lines, problems)
    _check_evidence(name, section, [line for line in lines.values() if line is not None], problems)
    target, alert, critical = lines["target"], lines["alert"], lines.get("critical")
    if target is None or alert is None:
        return None
    return Metric(
        name,
        section.label,
        section.kind,
        unit,
        section.better,
        section.population,
        target,
        alert,
        critical,
        section.complement,
        section.window,
        lag=grammar.duration(default_lag(section)) if section.lag is None else section.lag,
        dispersion=NO_BURSTS if section.dispersion is None else section.dispersion,
        cap=section.cap,
        assumed_sessions=section.assumed_sessions,
        approximate_by=section.approximate_by,
    )


def _line(name: str, key: str, text: str, section: MetricSection, unit: Unit, problems: Problems) -> Line | None:
    """One of the lines, checked by itself."""
    where = ("metrics", name, key)
    try:
        line, written = grammar.line(text)
    except grammar.GrammarError as error:
        problems.complain(where, str(error))
        return None
    if written is not unit:
        problems.complain(where, f'"{text}": a metric of kind "{section.kind}" needs {wanted_unit(unit)}')
        return None
    side, what = (
        (GOOD_SIDE, "a target is met on the good side")
        if key == "target"
        else (_BAD_SIDE, f"{key} lies on the bad side")
    )
    if line.operator not in side[section.better]:
        signs = " or ".join(side[section.better])
        problems.complain(
            where, f'"{text}" points the wrong way: {what}; with better = "{section.better}" expected {signs}'
        )
        return None
    useless = never(line, unit) or always(line, unit)
    if useless is not None:
        problems.complain(where, f'"{text}" {useless}')
        return None
    return line


_ONLY_OF = {
    "lag": (Kind.RATIO, "failures that are reported later than their sessions"),
    "dispersion": (Kind.RATIO, "failures that come in bursts; the spread of a mean is measured"),
    "assumed_sessions": (Kind.RATIO, "a rate without counts"),
    "approximate_by": (Kind.RATIO, "a share of others that stands for this one"),
    "cap": (Kind.MEAN, "the longest time that is possible"),
}
"""Keys for the evidence that mean something for one kind of metric only, and what they are about."""


def _check_evidence(name: str, section: MetricSection, lines: list[Line], problems: Problems) -> None:
    """The keys for the evidence fit the kind; the cap lies beyond every line."""
    for key, (kind, about) in _ONLY_OF.items():
        if key in section.model_fields_set and section.kind is not kind:
            problems.complain(("metrics", name, key), f'only a metric of kind "{kind}" has this key: {about}')
    if section.approximate_by is section.population:
        problems.complain(("metrics", name, "approximate_by"), f'is "{section.population}", as the metric itself')
    if section.cap is not None and section.kind is Kind.MEAN:
        highest = max((line.limit for line in lines), default=Fraction(0))
        if section.cap <= highest:
            problems.complain(
                ("metrics", name, "cap"),
                f"{section.cap:g} s is the longest time that is possible: expected it beyond every line of the "
                f"metric, above {float(highest):g} s",
            )


def _check_order(name: str, section: MetricSection, lines: dict[str, Line | None], problems: Problems) -> None:
    """Target, alert and critical lie one beyond the other, towards the bad side."""
    worse = 1 if section.better is Direction.LOWER else -1
    known = [(key, line) for key, line in lines.items() if line is not None]
    for (key, nearer), (further_key, further) in pairwise(known):
        if (further.limit - nearer.limit) * worse < 0:
            text = getattr(section, further_key)
            problems.complain(
                ("metrics", name, further_key),
                f'"{text}" lies on the good side of {key} "{getattr(section, key)}": expected it beyond, '
                f"towards the {'high' if worse > 0 else 'low'} values",
            )
