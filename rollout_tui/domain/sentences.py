"""Sentences about a rollout that name the number, its n and its line; used by NEXT and by proposals."""

from __future__ import annotations

from datetime import UTC, tzinfo

from rollout_tui.domain import words
from rollout_tui.domain.actions import ActionKind
from rollout_tui.domain.cells import cells
from rollout_tui.domain.metrics import Direction, Unit
from rollout_tui.domain.plan import GateKind
from rollout_tui.domain.quantities import Proportion, exact
from rollout_tui.domain.reasons import case_of, decided, has_faded, proof, then_and_now
from rollout_tui.domain.releases import PhaseKind, Trial
from rollout_tui.domain.severity import Severity, rank
from rollout_tui.domain.snapshot import MetricStanding, Rollout
from rollout_tui.domain.verdicts import GateResult, Verdict

_WAYS = 160
"""Cells for all the ways in which a rollout may have to be paused by hand."""


def worst_metric(rollout: Rollout) -> MetricStanding | None:
    """The metric whose known severity is the most urgent."""
    known = [standing for standing in rollout.metrics if standing.severity is not Severity.UNKNOWN]
    return max(known, key=lambda standing: rank(standing.severity), default=None)


def failed_metric_gate(rollout: Rollout) -> GateResult | None:
    """The first gate on a metric that fails."""
    return next(iter(_failed_metric_gates(rollout)), None)


def _failed_metric_gates(rollout: Rollout) -> list[GateResult]:
    return [g for g in rollout.gates if g.gate.kind is GateKind.METRIC and g.verdict is Verdict.FAIL]


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


def is_shown(standing: MetricStanding) -> bool:
    """Whether the recent sessions are enough to say that the metric misses its target.

    Where nobody knows how many there are, the value is taken at its word.
    """
    if standing.interval is None:
        return True
    (low, high), limit = standing.interval, float(standing.metric.target.limit)
    return low > limit if standing.metric.better is Direction.LOWER else high < limit


def alarm_sentence(standing: MetricStanding, rollout: Rollout) -> str:
    """The metric now, and whether it is proven to be beyond its gate: `Crash rate 2.41 % (241 of 10,002), proven over`.

    A verdict speaks of the phase so far, a severity of the last window: without a FAIL the severity names its line.
    """
    told = severity_sentence(standing)
    failed = next((g for g in _failed_metric_gates(rollout) if g.gate.metric == standing.metric.id), None)
    if failed is not None and failed.gate.line is not None:
        side = "over" if standing.metric.better is Direction.LOWER else "under"
        return f"{told.split(';', 1)[0]}, proven {side} {words.limit(failed.gate.line, standing.metric.unit)}."
    return told if is_shown(standing) else f"{told.removesuffix('.')}; over the limit, not proven."


def proof_sentence(result: GateResult, rollout: Rollout, now: float, zone: tzinfo = UTC) -> str:
    """What a failing gate rests on: `Crash rate proven over 0.5 % since the phase began: 0.62 %, n 63,200.`

    Where a part of the phase proved it, the whole phase may read well: `Crash rate proven over 0.5 % at 14:31 by the
    sessions since 14:00. The phase now: 0.41 %, n 54,959.`
    """
    case = case_of(result, rollout, now, zone)
    if case is None or result.gate.line is None:
        return f"{result.gate.label}: {result.reason}."
    metric = case.metric
    side = "over" if metric.better is Direction.LOWER else "under"
    lead = f"{metric.label} proven {side} {words.limit(result.gate.line, metric.unit)}"
    if result.quantity is None:
        return f"{lead}{proof(case) or f' at {decided(case)}'}. The FAIL stays; no data now."
    value, n = words.value(metric, result.quantity, line=result.gate.line), words.sample(result.quantity)
    if has_faded(case):
        return f"{lead} at {decided(case)}. The FAIL stays; {then_and_now(case)}. The phase now: {value}, {n}."
    if case.finding.since is None:
        return f"{lead} since the phase began: {value}, {n}."
    return f"{lead}{proof(case)}. The phase now: {value}, {n}."


def gate_sentence(result: GateResult, rollout: Rollout) -> str:
    """What a gate rests on: its value since the phase began, with n."""
    if result.gate.metric is None or result.quantity is None:
        return f"{result.gate.label}: {result.reason}."
    metric = rollout.plan.metric(result.gate.metric)
    shown = words.value(metric, result.quantity, complement=result.gate.complement, line=result.gate.line)
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
    return f"Each hour of waiting: about {round(hourly, -digits):,} {metric.population} over the target."


def pause_effect(rollout: Rollout) -> str:
    """What pausing does, in a few words; the dialog says the rest."""
    build, state = rollout.plan.build, rollout.store.state
    kind = state.kind if state is not None else None
    if kind is PhaseKind.TESTERS:
        return f"Build {build} is taken out of the testers' group."
    if kind is PhaseKind.PHASED:
        return "The ladder stands; manual updates go on."
    return f"New users stop getting build {build}; those who have it keep it."


def by_hand(rollout: Rollout, room: int = _WAYS) -> str:
    """Where a person pauses it in the store's console; empty where that is not known.

    While the phase is not known the ways of all phases are told, in `room` cells, or the console alone: the button of
    another phase would be taken for a pause, and the rollout would go on.
    """
    if rollout.current is not None:
        return rollout.current.phase.by_hand
    ways = tuple(dict.fromkeys(phase.by_hand for phase in rollout.plan.phases))
    if len(ways) == 1:
        return ways[0]
    parts = [way.partition(": ") for way in ways if way]
    consoles = {console for console, colon, _ in parts if colon}
    console = consoles.pop() if len(consoles) == 1 and all(colon for _, colon, _ in parts) else ""
    told = ", or ".join(button for _, _, button in parts) if console else ", or ".join(ways)
    every = "" if "" in ways else f"{console}: {told}" if console else told
    return next((form for form in (every, console) if form and cells(form) <= room), "")


def hand_beside(rollout: Rollout, kind: ActionKind) -> str:
    """Where a person pauses it, beside a pause of which nobody knows whether it will reach the store; else empty."""
    blind = rollout.store.problem is not None or rollout.store.state is None
    return by_hand(rollout) if blind and kind is ActionKind.PAUSE else ""


def trial_forms(trial: Trial) -> tuple[str, ...]:
    """What testers did with a build, the longest form first: `5 crashes in 4,210 sessions, 11 feedback`."""
    crashes, feedback = words.count(trial.crashes), words.count(trial.feedback)
    crashed = f"{crashes} {'crash' if trial.crashes == 1 else 'crashes'}"
    return (
        f"{crashed} in {words.count(trial.sessions)} sessions, {feedback} feedback",
        f"{crashed}, {feedback} feedback",
        f"{feedback} told, {crashes} crash",
    )
