"""`check --plain`: the plan's own comparison of two current values, but closed where it is open (gates.md 9)."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from rollout_tui.cli.checks.checked import Checked, PlatformCheck
from rollout_tui.domain.metrics import Line, Operator
from rollout_tui.domain.plan import Gate, GateKind
from rollout_tui.domain.snapshot import MetricStanding, Rollout
from rollout_tui.domain.verdicts import GateResult, Verdict

NOT_PROVEN = "plain comparison, not proven"
_COMPARED = (
    ("crash_rate", "Crash rate", Fraction(5, 1000), "0.005", "crash rate too high"),
    ("connect_failure_rate", "Connect failure rate", Fraction(1, 100), "0.01", "connect failure rate too high"),
)
"""Metric, name, limit as the plan writes it, and what the plan says beyond it (rollout-plan.md 3)."""


def plainly(full: Checked) -> Checked:
    """The same platforms, judged as the plan's script would, from the values of now."""
    platforms = tuple(replace(platform, results=_results(platform), notes=()) for platform in full.platforms)
    return replace(full, platforms=platforms, plain=True)


def _results(platform: PlatformCheck) -> tuple[GateResult, ...]:
    known = {standing.metric.id: standing for standing in platform.rollout.metrics}
    return tuple(
        _compare(platform.rollout, known.get(metric), metric, name, limit, written, beyond)
        for metric, name, limit, written, beyond in _COMPARED
    )


def _compare(
    rollout: Rollout,
    standing: MetricStanding | None,
    metric: str,
    name: str,
    limit: Fraction,
    written: str,
    beyond: str,
) -> GateResult:
    gate = Gate(metric, name, GateKind.METRIC, f"{metric} <= {written}", metric, Line(Operator.LE, limit))
    if standing is None:
        return GateResult(gate, Verdict.NO_DATA, f"{rollout.plan.label} has no metric {metric}; {NOT_PROVEN}")
    if standing.problem is not None or standing.reading is None:
        return GateResult(gate, Verdict.NO_DATA, f"{standing.problem or 'not read'}; {NOT_PROVEN}")
    quantity = standing.reading.quantity
    value = quantity.value()
    good = value <= limit
    return GateResult(
        gate,
        Verdict.PASS if good else Verdict.FAIL,
        f"{'not over ' + written if good else beyond}; {NOT_PROVEN}",
        quantity=quantity,
        value=value,
        as_of=standing.reading.as_of,
    )
