"""Sentences about a rollout that name the number, its n and its line; used by NEXT and by proposals."""

from __future__ import annotations

from rollout_tui.domain import words
from rollout_tui.domain.metrics import Unit
from rollout_tui.domain.plan import GateKind
from rollout_tui.domain.quantities import Proportion, exact
from rollout_tui.domain.releases import PhaseKind
from rollout_tui.domain.severity import Severity, rank
from rollout_tui.domain.snapshot import MetricStanding, Rollout
from rollout_tui.domain.verdicts import GateResult, Verdict


def worst_metric(rollout: Rollout) -> MetricStanding | None:
    """The metric whose known severity is the most urgent."""
    known = [standing for standing in rollout.metrics if standing.severity is not Severity.UNKNOWN]
    return max(known, key=lambda standing: rank(standing.severity), default=None)


def failed_metric_gate(rollout: Rollout) -> GateResult | None:
    """The first gate on a metric that fails."""
    failed = (g for g in rollout.gates if g.gate.kind is GateKind.METRIC and g.verdict is Verdict.FAIL)
    return next(failed, None)


def severity_sentence(standing: MetricStanding) -> str:
    """A severity names its number and its line: `Crash rate 2.41 % (241 of 10,002), over 2 %.`"""
    metric, reading = standing.metric, standing.reading
    if reading is None:
        return ""
    quantity = reading.quantity
    counts = (
        f"{words.count(quantity.bad)} of {words.count(quantity.total)}"
        if isinstance(quantity, Proportion)
        else words.sample(quantity)
    )
    line = metric.critical if standing.severity is Severity.CRITICAL and metric.critical else metric.alert
    return (
        f"{metric.label} {words.value(metric, quantity)} ({counts}); "
        f"{'critical' if line is metric.critical else 'alert'} {words.condition(line, metric.unit)}."
    )


def gate_sentence(result: GateResult, rollout: Rollout) -> str:
    """What a gate rests on: its value since the phase began, with n."""
    if result.gate.metric is None or result.quantity is None:
        return f"{result.gate.label}: {result.reason}."
    metric = rollout.plan.metric(result.gate.metric)
    shown = words.value(metric, result.quantity, complement=result.gate.complement)
    return f"{shown} since the phase began, {words.sample(result.quantity)}."


def cost_of_waiting(standing: MetricStanding) -> str:
    """How many more bad events an hour than the target allows, to two digits; empty where that is no count."""
    reading, metric = standing.reading, standing.metric
    if reading is None or metric.unit is not Unit.RATIO or not isinstance(reading.quantity, Proportion):
        return ""
    hours = (reading.window.end - reading.window.start) / words.HOUR
    if hours <= 0:
        return ""
    excess = exact(reading.quantity.bad) - metric.target.limit * exact(reading.quantity.total)
    hourly = int(float(excess) / hours)
    if hourly < 1:
        return ""
    digits = max(0, len(str(hourly)) - 2)
    return f"Each hour of waiting: about {round(hourly, -digits):,} more than the target allows."


def pause_effect(rollout: Rollout) -> str:
    """What pausing does, in a few words; the dialog says the rest."""
    build, state = rollout.plan.build, rollout.store.state
    kind = state.kind if state is not None else None
    if kind is PhaseKind.TESTERS:
        return f"Build {build} is taken out of the testers' group."
    if kind is PhaseKind.PHASED:
        return "The ladder stands; manual updates go on."
    return f"New users stop getting build {build}; those who have it keep it."
