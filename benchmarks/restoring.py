"""What a start costs that finds a phase of 48 hours of polls: bringing the evidence of its gates up to now."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from pathlib import Path

from rollout_tui.config import load
from rollout_tui.domain.ladder import PhaseClock
from rollout_tui.domain.metrics import Kind
from rollout_tui.domain.plan import GateKind, RolloutPlan
from rollout_tui.domain.quantities import Mean, Proportion, Quantity
from rollout_tui.domain.readings import Reading, Scope, Window
from rollout_tui.domain.releases import Platform
from rollout_tui.engine.cases import Cases
from rollout_tui.history import History

_POLLS = 2_880
_GATES = 8


def restoring(config: Path, folder: Path) -> float:
    """Seconds until the evidence of eight gates, 2,880 polls each, stands where it stood."""
    plan = _with_gates(load(config).plan.rollout(Platform.ANDROID))
    began = time.time() - _POLLS * 60.0
    history = History.open(folder / "restoring.db")
    cases = _opened(plan, began)
    draw = random.Random(1)  # noqa: S311  benchmark data
    for number in range(1, _POLLS + 1):
        at = began + number * 60.0
        history.samples.add(
            [(plan.platform, _reading(plan, metric.id, began, at, number, draw)) for metric in plan.metrics]
        )
    cases.restore(history)
    history.judgements.put(plan.platform, plan.version, plan.build, cases.judgements())
    again = _opened(plan, began)
    started = time.perf_counter()
    again.restore(history)
    taken = time.perf_counter() - started
    history.close()
    return taken


def _opened(plan: RolloutPlan, began: float) -> Cases:
    cases = Cases.open(plan, PhaseClock(0, began, 0.0, began), {})
    if cases is None:
        raise SystemExit("a phase without a beginning")
    return cases


def _with_gates(plan: RolloutPlan) -> RolloutPlan:
    """The plan with one phase of eight gates on metrics, two on each of them."""
    known = {gate.metric: gate for phase in plan.phases for gate in phase.gates if gate.kind is GateKind.METRIC}
    gates = tuple(
        replace(gate, id=f"{gate.id} {number}")
        for number in range(_GATES)
        for gate in [list(known.values())[number % len(known)]]
    )
    return replace(plan, phases=(replace(plan.phases[0], gates=gates),))


def _reading(plan: RolloutPlan, metric_id: str, began: float, at: float, number: int, draw: random.Random) -> Reading:
    metric, total = plan.metric(metric_id), 40 * number
    quantity: Quantity = (
        Proportion(number // 20, total) if metric.kind is Kind.RATIO else Mean(4.0 * total + draw.random(), total)
    )
    return Reading(metric.id, Scope.PHASE, plan.build, metric.population, quantity, Window(began, at), at - 5, at, "p")
