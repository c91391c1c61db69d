"""From facts to a judged rollout: severities, verdicts, the ladder. Pure; the same facts give the same answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from rollout_tui.domain.evidence.bank import interval
from rollout_tui.domain.evidence.means import interval_of
from rollout_tui.domain.facts import RolloutFacts
from rollout_tui.domain.ladder import standings
from rollout_tui.domain.metrics import Metric
from rollout_tui.domain.plan import Gate, GateKind, Phase
from rollout_tui.domain.quantities import Mean, Proportion, Quantity, fits, flaw
from rollout_tui.domain.readings import Answer, NoReading, Reading, Scope
from rollout_tui.domain.requests import is_open
from rollout_tui.domain.sentences import trial_forms
from rollout_tui.domain.severity import Severity, severity_of, worst
from rollout_tui.domain.snapshot import Curve, MetricStanding, PhaseStanding, Progress, Rollout, StoreStanding
from rollout_tui.domain.verdicts import BugCount, GateResult, Verdict, judged
from rollout_tui.domain.waivers import waived
from rollout_tui.domain.words import age

TRACKER = "tracker"
"""Key under which `RolloutFacts.stale_after` holds the age at which a tracker's count is too old."""

_AHEAD = 300.0
"""Seconds by which data may lie in the future: clocks differ."""
_FUTURE = "its data is of the future; was this host's clock set back?"
_UNTOUCHED = frozenset({Verdict.FAIL, Verdict.NO_DATA})
"""Verdicts that stand whatever the store says: they let nobody through."""
_NO_CURVE = Curve(step=450.0, end=0.0, values=())


def of_source(name: str) -> str:
    """Key under which it holds the age at which the data of that source is too old."""
    return f"source {name}"


def assess(facts: RolloutFacts, now: float) -> Rollout:
    """Judge one rollout at `now`."""
    phases = standings(facts.plan.phases, facts.states, now)
    metrics = tuple(_metric(metric, facts, now) for metric in facts.plan.metrics)
    store = _store(facts)
    read = [standing.reading.as_of for standing in metrics if standing.reading is not None]
    return Rollout(
        plan=facts.plan,
        store=store,
        phases=phases,
        metrics=metrics,
        gates=_gates(facts, phases, store.no_phase, now),
        severity=worst(standing.severity for standing in metrics),
        metrics_as_of=max(read, default=None),
        stale=bool(metrics) and all(standing.stale for standing in metrics),
        running=facts.running,
        last_outcome=facts.last_outcome,
        held=facts.held,
        requests=tuple(request for request in facts.requests if is_open(request, now)),
        before=facts.before,
        countdown=facts.countdown,
    )


def _store(facts: RolloutFacts) -> StoreStanding:
    return StoreStanding(
        name=facts.store_label,
        state=facts.state,
        problem=facts.state_problem,
        hint=facts.state_hint,
        failing_since=facts.state_failing_since,
        requested=facts.requested,
        observed=facts.observed,
        changed_elsewhere=facts.changed_elsewhere,
        reading_since=facts.reading_since,
    )


def _metric(metric: Metric, facts: RolloutFacts, now: float) -> MetricStanding:
    curve = facts.curves.get(metric.id, _NO_CURVE)
    answer = _usable(facts.recent.get(metric.id), metric, facts, now)
    if isinstance(answer, Reading):
        severity = severity_of(metric, answer.quantity)
        was = facts.was.get(metric.id)
        return MetricStanding(metric, severity, answer, curve, was=was, interval=_interval(metric, answer.quantity))
    last = facts.last_good.get(metric.id)
    limit = None if last is None else _stale_after(last, facts)
    stale = last is not None and limit is not None and now - last.as_of > limit
    return MetricStanding(metric, Severity.UNKNOWN, last, curve, problem=answer.reason, stale=stale)


def _stale_after(reading: Reading, facts: RolloutFacts) -> float | None:
    """Of the source that gave it: what is fresh for one that is late by design is old for another."""
    return facts.stale_after.get(of_source(reading.source), facts.stale_after.get(reading.metric))


def _interval(metric: Metric, quantity: Quantity) -> tuple[float, float] | None:
    """Values that the recent counts do not rule out; of means those with a sum of squares."""
    if isinstance(quantity, Mean):
        return interval_of(quantity)
    if not isinstance(quantity, Proportion):
        return None
    return interval(float(quantity.bad), float(quantity.total), dispersion=metric.dispersion)


def _usable(answer: Answer | None, metric: Metric, facts: RolloutFacts, now: float) -> Answer:
    """The answer, or a NoReading with the reason why it must not be used (rollout-plan.md 10, last row)."""
    if isinstance(answer, Reading):
        problem = _why_not(answer, metric, facts, now)
        if problem is None:
            return answer
        return NoReading(metric.id, answer.scope, answer.build, problem, answer.taken_at, answer.source)
    if answer is None:
        return NoReading(metric.id, Scope.RECENT, facts.plan.build, "not read yet", now, "")
    return answer


def _why_not(reading: Reading, metric: Metric, facts: RolloutFacts, now: float) -> str | None:
    if reading.build != facts.plan.build:
        return f"{reading.source} answered for build {reading.build}, not {facts.plan.build}"
    if reading.population not in metric.populations:
        return f"{reading.source} counts {reading.population}, not {metric.population}"
    limit = _stale_after(reading, facts)
    if reading.as_of > now + _AHEAD:
        return f"{reading.source}: {_FUTURE}"
    if limit is not None and now - reading.as_of > limit:
        return f"STALE, {age(now - reading.as_of)} old"
    if not fits(metric.kind, reading.quantity):
        return f"{reading.source} answered with another kind of number than a {metric.kind}"
    problem = flaw(reading.quantity)
    return None if problem is None else f"{reading.source}: {problem}"


def _gates(
    facts: RolloutFacts, phases: Sequence[PhaseStanding], no_phase: str | None, now: float
) -> tuple[GateResult, ...]:
    """Those of the phase that the store shows now; where it shows none, those of the last one prove nothing."""
    current = next((standing for standing in phases if standing.progress is Progress.CURRENT), None)
    if current is None:
        # What the store says is not known: the first phase's gates are shown, and none of them holds.
        phase = facts.plan.phases[0]
        return tuple(GateResult(gate, Verdict.NO_DATA, "the phase is not known yet") for gate in phase.gates)
    judged_alone = (_gate(gate, current, facts, now) for gate in current.phase.gates)
    here = current.phase.id
    results = tuple(waived(result, facts.waivers, facts.plan, here, now) for result in judged_alone)
    return results if no_phase is None else tuple(_unproven(result, no_phase) for result in results)


def _unproven(result: GateResult, why: str) -> GateResult:
    """What was counted stays to be seen, but it lets nobody through: waivers and running clocks do not either."""
    if result.verdict in _UNTOUCHED:
        return result
    return replace(
        result, verdict=Verdict.NO_DATA, reason=why, waits=False, elapsed=None, left=None, waiver=None, found=None
    )


def _gate(gate: Gate, standing: PhaseStanding, facts: RolloutFacts, now: float) -> GateResult:
    match gate.kind:
        case GateKind.METRIC:
            return _metric_gate(gate, facts, now)
        case GateKind.BUGS:
            return _bug_gate(gate, facts, now)
        case GateKind.SIGNOFF:
            return _signoff_gate(gate, standing.phase, facts)
        case GateKind.TIME:
            return _time_gate(gate, standing)


def _metric_gate(gate: Gate, facts: RolloutFacts, now: float) -> GateResult:
    if gate.metric is None:
        raise ValueError(f"gate {gate.id} names no metric")
    metric = facts.plan.metric(gate.metric)
    return judged(gate, _usable(facts.phase.get(metric.id), metric, facts, now), facts.findings.get(gate.id))


def _bug_gate(gate: Gate, facts: RolloutFacts, now: float) -> GateResult:
    """No statistics: a fresh count decides; no answer is NO DATA, never zero (gates.md 7)."""
    if facts.plan.tracker is None:
        return GateResult(gate, Verdict.NO_DATA, "no tracker is configured")
    answer = facts.bugs.get(gate.bugs) if gate.bugs is not None else None
    if not isinstance(answer, BugCount):
        return GateResult(gate, Verdict.NO_DATA, answer or "not read yet")
    if answer.as_of > now + _AHEAD:
        return GateResult(gate, Verdict.NO_DATA, f"{answer.source}: {_FUTURE}", as_of=answer.as_of)
    limit = facts.stale_after.get(TRACKER)
    if limit is not None and now - answer.as_of > limit:
        return GateResult(gate, Verdict.NO_DATA, f"STALE, {age(now - answer.as_of)} old", as_of=answer.as_of)
    holds = gate.line is not None and gate.line.holds(Fraction(answer.open))
    verdict = Verdict.PASS if holds else Verdict.FAIL
    return GateResult(
        gate, verdict, f"{answer.open} open", value=Fraction(answer.open), as_of=answer.as_of, bugs=answer
    )


def _signoff_gate(gate: Gate, phase: Phase, facts: RolloutFacts) -> GateResult:
    """A named person's answer for this version, build and phase."""
    plan = facts.plan
    trial = None if facts.state is None else facts.state.trial
    rests_on = "" if trial is None else f"; testers: {trial_forms(trial)[0]}"
    withdrawn: set[str] = set()
    for signoff in reversed(facts.signoffs):
        concerns_this = (signoff.gate, signoff.phase, signoff.version, signoff.build) == (
            gate.id,
            phase.id,
            plan.version,
            plan.build,
        )
        if concerns_this and signoff.withdrawn:
            withdrawn.add(signoff.by)
        elif concerns_this and signoff.by not in withdrawn and (not gate.signers or signoff.by in gate.signers):
            reason = f"signed by {signoff.by}{rests_on}"
            return GateResult(gate, Verdict.PASS, reason, as_of=signoff.at, signoff=signoff, trial=trial)
    who = f"; {' or '.join(gate.signers)} may give it" if gate.signers else ""
    return GateResult(gate, Verdict.UNDECIDED, f"none yet{who}{rests_on}", waits=True, trial=trial)


def _time_gate(gate: Gate, standing: PhaseStanding) -> GateResult:
    minimum = standing.phase.minimum
    if minimum is None:
        raise ValueError(f"phase {standing.phase.id} has a time gate but no minimum time")
    if standing.elapsed is None:
        return GateResult(gate, Verdict.NO_DATA, "when this phase began is not known")
    if standing.elapsed >= minimum:
        return GateResult(gate, Verdict.PASS, "over", elapsed=standing.elapsed, left=0.0)
    left = minimum - standing.elapsed
    return GateResult(gate, Verdict.UNDECIDED, f"{age(left)} left", waits=True, elapsed=standing.elapsed, left=left)
