"""A Snapshot as JSON: the machine's view for `status --json` (design.md, Machine output). Data, no text to parse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from rollout_tui.domain.actions import ActionKind, Proposal
from rollout_tui.domain.evidence.finding import Finding
from rollout_tui.domain.plan import GateKind
from rollout_tui.domain.quantities import Bare, Mean, Proportion, Quantity, exact
from rollout_tui.domain.readings import Reading
from rollout_tui.domain.releases import Platform, StateWord
from rollout_tui.domain.requests import Request
from rollout_tui.domain.sentences import by_hand
from rollout_tui.domain.snapshot import MetricStanding, Rollout, Snapshot, StoreStanding
from rollout_tui.domain.verdicts import GateResult, Waiver
from rollout_tui.domain.waivers import until

Json = dict[str, Any]
_VERBS = (ActionKind.PAUSE, ActionKind.RESUME, ActionKind.PROMOTE, ActionKind.RESTART)
"""A removal from sale is offered by the runbook alone."""
Propose = Callable[[Platform, ActionKind], Proposal]


def snapshot_facts(snapshot: Snapshot, propose: Propose) -> Json:
    """The whole snapshot. Ages and durations in seconds, shares and rates as ratios 0..1, times as ISO 8601 UTC."""
    return {
        "app": snapshot.plan.app,
        "version": snapshot.plan.version,
        "at": _time(snapshot.at),
        "answered": _time(snapshot.answered_at),
        "alarm": snapshot.alarm,
        "next": {
            "urgency": snapshot.recommendation.urgency.value,
            "headline": snapshot.recommendation.headline,
            "detail": snapshot.recommendation.detail,
            "platform": snapshot.recommendation.platform,
        },
        "platforms": {
            rollout.plan.platform.value: _rollout(rollout, snapshot.at, propose) for rollout in snapshot.rollouts
        },
    }


def _rollout(rollout: Rollout, now: float, propose: Propose) -> Json:
    state, current = rollout.store.state, rollout.current
    return {
        "label": rollout.plan.label,
        "version": rollout.plan.version,
        "build": rollout.plan.build,
        "state": (state.word if state is not None else StateWord.UNKNOWN).value,
        "severity": rollout.severity.value,
        "store": _store(rollout.store, by_hand(rollout), now),
        "phase": None
        if current is None
        else {
            "id": current.phase.id,
            "label": current.phase.label,
            "kind": current.phase.kind.value,
            "share": _number(current.phase.share),
            "began": _time(current.began),
            "elapsed": current.elapsed,
            "left": current.left,
            "overdue": current.overdue,
        },
        "phases": [
            {"id": standing.phase.id, "label": standing.phase.label, "progress": standing.progress.value}
            for standing in rollout.phases
        ],
        "metrics": {standing.metric.id: _metric(standing, now) for standing in rollout.metrics},
        "gates": [gate_facts(result, now) for result in rollout.gates],
        "requests": [request_facts(request) for request in rollout.requests],
        "actions": {kind.value: _action(propose(rollout.plan.platform, kind)) for kind in _VERBS},
    }


def _store(store: StoreStanding, hand: str, now: float) -> Json:
    state, requested, observed = store.state, store.requested, store.observed
    return {
        "name": store.name,
        "by_hand": hand or None,
        "status": None if state is None else state.status,
        "share": None if state is None else _number(state.share),
        "age": None if state is None else _age(state.as_of, now),
        "share_age": None if state is None else _age(state.share_as_of, now),
        "day": None if state is None else state.day,
        "next_step": None if state is None else _time(state.next_step_at),
        "notes": [] if state is None else list(state.notes),
        "problem": store.problem,
        "hint": store.hint,
        "changed_elsewhere": store.changed_elsewhere,
        "requested": None
        if requested is None
        else {"text": requested.text, "by": requested.by, "age": _age(requested.at, now)},
        "observed": None
        if observed is None
        else {
            "share": float(observed.share.value()) if observed.share.total else None,
            "age": _age(observed.as_of, now),
            "source": observed.source,
        },
    }


def _metric(standing: MetricStanding, now: float) -> Json:
    """The reading that is judged; a reading that must not be used is given as `last`, never as `value`."""
    reading = standing.reading
    judged = reading if standing.problem is None else None
    return {
        "label": standing.metric.label,
        "unit": standing.metric.unit.value,
        "better": standing.metric.better.value,
        "population": standing.metric.population.value,
        "counted": None if judged is None else judged.population.value,
        "severity": standing.severity.value,
        "value": None if judged is None else float(judged.quantity.value()),
        **_counts(None if judged is None else judged.quantity),
        "interval": None if judged is None or standing.interval is None else list(standing.interval),
        "window": standing.metric.window,
        "covers": None if judged is None else judged.window.end - judged.window.start,
        "build": None if judged is None else judged.build,
        "source": None if judged is None else judged.source,
        "age": None if judged is None else _age(judged.as_of, now),
        "reason": standing.problem,
        "last": None if judged is not None or reading is None else _last(reading, now),
    }


def _last(reading: Reading, now: float) -> Json:
    return {"value": float(reading.quantity.value()), "age": _age(reading.as_of, now), "source": reading.source}


def _counts(quantity: Quantity | None) -> Json:
    match quantity:
        case Proportion(bad, total):
            return {"n": _number(total), "bad": _number(bad), "total": _number(total)}
        case Mean(sum=total, count=count):
            return {"n": _number(count), "sum": _number(total), "count": _number(count)}
        case Bare() | None:
            return {"n": None}


def gate_facts(result: GateResult, now: float) -> Json:
    """One gate: verdict, value, n, interval and limit as the gate speaks of them, reason, age, and its evidence."""
    shown = None if result.value is None else result.value
    if shown is not None and result.gate.complement:
        shown = 1 - shown
    return {
        "id": result.gate.id,
        "label": result.gate.label,
        "kind": result.gate.kind.value,
        "text": result.gate.text,
        "verdict": result.verdict.value,
        "value": None if shown is None else float(shown),
        "n": None if result.quantity is None else _number(result.quantity.n),
        "interval": _interval(result),
        "limit": _limit(result),
        "reason": result.reason,
        "age": _age(result.as_of, now),
        "waits": result.waits,
        "left": result.left,
        "waiver": None if result.waiver is None else waiver_facts(result.waiver) | {"overrides": result.found},
        "evidence": None if result.finding is None else _evidence(result.finding),
    }


def waiver_facts(waiver: Waiver) -> Json:
    """One override: what, why, by whom, until when, and how it ended."""
    return {
        "id": waiver.id,
        "gate": waiver.gate,
        "text": waiver.text,
        "phase": waiver.phase,
        "version": waiver.version,
        "build": waiver.build,
        "reason": waiver.reason,
        "approver": waiver.approver,
        "confirmed": waiver.confirmed or None,
        "operator": waiver.operator,
        "given": _time(waiver.given_at),
        "expires": _time(until(waiver)),
        "found": waiver.found.value,
        "ended": _time(waiver.ended_at),
        "why_ended": waiver.ended or None,
    }


def request_facts(request: Request) -> Json:
    """One request for a second person."""
    grant = request.grant
    return {
        "id": request.id,
        "platform": request.platform.value,
        "asked": request.asked.value,
        "told": request.told,
        "requester": request.requester,
        "approver": request.approver or None,
        "made": _time(request.at),
        "expires": _time(request.expires_at),
        "granted": None if grant is None else {"by": grant.by, "at": _time(grant.at), "how": grant.how},
        "used": _time(request.used_at),
    }


def _interval(result: GateResult) -> list[float] | None:
    finding = result.finding
    if finding is None or finding.low is None or finding.high is None:
        return None
    return [1 - finding.high, 1 - finding.low] if result.gate.complement else [finding.low, finding.high]


def _evidence(finding: Finding) -> Json:
    ahead, failed = finding.ahead, finding.failed
    return {
        "log_e_fail": finding.log_fail,
        "log_e_pass": finding.log_pass,
        "log_e_fail_needed": finding.fail_at or None,
        "log_e_pass_needed": finding.pass_at or None,
        "since": _time(finding.since),
        "failed_at": None if failed is None else _time(failed.at),
        "approximate": finding.approximate,
        "assumed": _number(finding.assumed),
        "trend": finding.trend or None,
        "polls": finding.polls,
        "more_sessions": None if ahead is None else {"fast": ahead.fast, "slow": ahead.slow},
        "more_hours": None if ahead is None else {"fast": ahead.fast_hours, "slow": ahead.slow_hours},
        "clean_sessions_to_pass": None if ahead is None else ahead.clean,
        "sessions_per_hour": None if ahead is None else ahead.per_hour,
        "fits_this_phase": None if ahead is None else ahead.fits,
    }


def _limit(result: GateResult) -> float | None:
    line = result.gate.line
    if line is None or result.gate.kind not in (GateKind.METRIC, GateKind.BUGS):
        return None
    return float(1 - line.limit if result.gate.complement else line.limit)


def _action(proposal: Proposal) -> Json:
    return {
        "possible": proposal.possible,
        "does": None if proposal.change is None else proposal.change.headline,
        "obstacles": [{"reason": obstacle.reason, "remedy": obstacle.remedy} for obstacle in proposal.obstacles],
    }


def _age(at: float | None, now: float) -> float | None:
    return None if at is None else round(max(0.0, now - at), 3)


def _time(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _number(number: Any) -> float | int | None:
    if number is None or isinstance(number, int):
        return number
    fraction = exact(number)
    return fraction.numerator if fraction.denominator == 1 else float(fraction)
