"""NEXT: exactly one recommendation, the most urgent thing to do now, with its key and its reason (screens.md 3).

Rank: finish an unsettled action, pause, investigate, mend a source, release what waits, promote, wait.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from enum import IntEnum

from rollout_tui.domain import words
from rollout_tui.domain.actions import Ending
from rollout_tui.domain.ladder import ASC_LADDER, next_phase
from rollout_tui.domain.plan import GateKind, Phase
from rollout_tui.domain.releases import PhaseKind, ReleaseState, StateWord
from rollout_tui.domain.sentences import (
    cost_of_waiting,
    failed_metric_gate,
    gate_sentence,
    pause_effect,
    severity_sentence,
    worst_metric,
)
from rollout_tui.domain.severity import Severity, rank, worst
from rollout_tui.domain.snapshot import Recommendation, Rollout, Urgency
from rollout_tui.domain.verdicts import GateResult, Verdict


class _Rank(IntEnum):
    """Most urgent first."""

    UNSETTLED = 0
    PAUSE = 1
    INVESTIGATE = 2
    MEND = 3
    RELEASE = 4
    PROMOTE = 5
    WAIT = 6


@dataclass(frozen=True, slots=True)
class _Advice:
    """What one rollout asks for. `short` is the form that follows "Then iOS: " and fits 80 columns."""

    rank: _Rank
    urgency: Urgency
    severity: Severity
    headline: str
    detail: str
    short: str
    key: str | None = None


def recommend(rollouts: Sequence[Rollout], now: float, zone: tzinfo = UTC) -> Recommendation:
    """The one thing to do now, over all rollouts; the second platform's need ends the detail."""
    advised = [(rollout, _advise(rollout, now, zone)) for rollout in rollouts]
    ordered = sorted(advised, key=lambda pair: (pair[1].rank, -rank(pair[1].severity)))
    rollout, first = ordered[0]
    if first.rank is _Rank.WAIT:
        return _wait(advised)
    rest = [f"Then {other.plan.label}: {advice.short}" for other, advice in ordered[1:] if advice.rank < _Rank.WAIT]
    waits = [advice.short for _, advice in ordered[1:] if advice.rank is _Rank.WAIT and advice.short]
    tail = (rest or waits)[:1]
    return Recommendation(
        first.urgency,
        first.severity,
        first.headline,
        " ".join([first.detail, *tail]).strip(),
        f"{first.short[0].upper()}{first.short[1:]}",
        first.detail,
        rollout.plan.platform,
        first.key,
    )


def _advise(rollout: Rollout, now: float, zone: tzinfo) -> _Advice:
    for ask in _ASK:
        advice = ask(rollout, now, zone)
        if advice is not None:
            return advice
    return _nothing(rollout, now, zone)


def _unsettled(rollout: Rollout, _now: float, _zone: tzinfo) -> _Advice | None:
    name, store = rollout.plan.label, rollout.store.name
    if rollout.running is not None:
        verb = rollout.running.proposal.kind.value
        detail = (
            "The screen says what the store says until it shows the change. The journal settles it if the line drops."
        )
        return _Advice(
            _Rank.UNSETTLED,
            Urgency.ACT_SOON,
            Severity.INFO,
            f"{name}: {verb} under way at {store}. Wait for the read-back.",
            detail,
            f"{verb} of {name} under way.",
        )
    ended = rollout.last_outcome
    if ended is None or ended.ending is not Ending.UNCONFIRMED:
        return None
    return _Advice(
        _Rank.UNSETTLED,
        Urgency.ACT_NOW,
        Severity.CRITICAL,
        f"Check {name} at {store} by hand: the {ended.kind.value} is not confirmed.",
        ended.message,
        f"check {name} at {store} by hand.",
        "u",
    )


def _pause(rollout: Rollout, _now: float, _zone: tzinfo) -> _Advice | None:
    state = rollout.store.state
    bad = worst_metric(rollout)
    failed = failed_metric_gate(rollout)
    grave = bad is not None and bad.severity is Severity.CRITICAL
    proven = failed is not None and bad is not None and rank(bad.severity) >= rank(Severity.WARNING)
    reaches_users = state is None or state.word in (StateWord.RUNNING, StateWord.UNKNOWN, StateWord.DONE)
    if not (grave or proven) or not reaches_users or bad is None:
        return None
    name = rollout.plan.label
    severity = Severity.CRITICAL if grave else Severity.WARNING
    return _Advice(
        _Rank.PAUSE,
        Urgency.ACT_NOW,
        severity,
        f"Pause {name}: press p, then y. {pause_effect(rollout)}",
        " ".join(filter(None, [severity_sentence(bad), cost_of_waiting(bad)])),
        f"pause {name}: press p, then y.",
        "p",
    )


def _investigate(rollout: Rollout, _now: float, _zone: tzinfo) -> _Advice | None:
    name = rollout.plan.label
    bad = worst_metric(rollout)
    state = rollout.store.state
    alarming = bad is not None and rank(bad.severity) >= rank(Severity.WARNING)
    if state is not None and state.word is StateWord.PAUSED:
        cause = severity_sentence(bad) if alarming and bad is not None else "Nothing alarming is being measured now."
        return _Advice(
            _Rank.INVESTIGATE,
            Urgency.ACT_SOON,
            Severity.WARNING,
            f"{name} is paused ({state.status}). Find the cause; r resumes, for a false alarm only.",
            f"{cause} A fix is a new build and starts again at phase 1.",
            f"{name} is paused: find the cause.",
        )
    if state is not None and state.word is StateWord.REJECTED:
        return _Advice(
            _Rank.INVESTIGATE,
            Urgency.ACT_SOON,
            Severity.WARNING,
            f"{name} is rejected ({state.status}). Answer in {rollout.store.name}, or send a new build.",
            "No user is affected. " + " ".join(words.plain_text(note, 80) for note in state.notes[:1]),
            f"{name} is rejected.",
        )
    if alarming and bad is not None:
        return _Advice(
            _Rank.INVESTIGATE,
            Urgency.ACT_SOON,
            bad.severity,
            f"Look at {name}: {bad.metric.label.lower()} is beyond its alert line.",
            f"{severity_sentence(bad)} Pausing costs two keys: p, then y.",
            f"look at {name}'s {bad.metric.label.lower()}.",
        )
    failed = next((gate for gate in rollout.gates if gate.verdict is Verdict.FAIL), None)
    if failed is None:
        return None
    return _Advice(
        _Rank.INVESTIGATE,
        Urgency.ACT_SOON,
        Severity.WARNING,
        f"Look at {name}: the gate {failed.gate.label} fails.",
        f"{gate_sentence(failed, rollout)} No promotion while it fails.",
        f"{name}'s gate {failed.gate.label} fails.",
    )


def _mend(rollout: Rollout, now: float, _zone: tzinfo) -> _Advice | None:
    name, store = rollout.plan.label, rollout.store
    if store.problem is not None:
        since = "" if store.failing_since is None else f" for {words.age(now - store.failing_since)}"
        known = "" if store.state is None else f" Last known: {store.state.word}."
        return _Advice(
            _Rank.MEND,
            Urgency.BLIND,
            Severity.UNKNOWN,
            f"Mend {store.name} for {name}: it cannot be read{since}. p is tried all the same.",
            f"{store.problem}.{known} {store.hint or ''}".strip(),
            f"mend {store.name}: it cannot be read.",
            "u",
        )
    blind = [standing for standing in rollout.metrics if standing.problem is not None]
    unread = all(standing.problem == "not read yet" for standing in blind)
    if not blind or unread:
        return None
    names = ", ".join(standing.metric.label.lower() for standing in blind)
    return _Advice(
        _Rank.MEND,
        Urgency.BLIND,
        Severity.UNKNOWN,
        f"Mend the source of {name}'s {names}."
        if len(blind) < len(rollout.metrics)
        else f"Nobody sees {name}: no data.",
        f"{blind[0].problem}. No data is never a pass.",
        f"{name} has no data.",
        "u",
    )


def _release(rollout: Rollout, _now: float, _zone: tzinfo) -> _Advice | None:
    state = rollout.store.state
    if state is None or state.word is not StateWord.WAITING:
        return None
    name = rollout.plan.label
    if state.kind is PhaseKind.REVIEW:
        holds = all(gate.holds for gate in rollout.gates)
        headline = (
            f"Release {name}: approved by App Review; press n." if holds else f"{name} is approved, not released."
        )
        detail = f"0 users until somebody releases it. {rollout.holding} of {len(rollout.gates)} gates hold."
        return _Advice(_Rank.RELEASE, Urgency.ACT_SOON, Severity.WARNING, headline, detail, f"release {name}.", "n")
    note = words.plain_text(state.notes[0], 100) if state.notes else f"{rollout.store.name} says {state.status}."
    return _Advice(
        _Rank.RELEASE,
        Urgency.ACT_SOON,
        Severity.WARNING,
        f"Publish {name} in the store's console: {state.status}.",
        note,
        f"publish {name} in the console.",
    )


def _promote(rollout: Rollout, _now: float, _zone: tzinfo) -> _Advice | None:
    target = _target(rollout)
    state = rollout.store.state
    ready = rollout.gates and all(gate.holds for gate in rollout.gates)
    if target is None or not ready or state is None or state.word is not StateWord.RUNNING:
        return None
    if state.kind is PhaseKind.PHASED:
        return None  # The store climbs by itself; going on is nothing to do.
    name = rollout.plan.label
    share = f" {words.plain_percent(target.share)}" if target.share is not None else ""
    return _Advice(
        _Rank.PROMOTE,
        Urgency.MAY_PROMOTE,
        Severity.OK,
        f"Promote {name} to {target.label}{share}: press n.",
        f"All {len(rollout.gates)} gates hold.",
        f"promote {name} to {target.label}{share}: press n.",
        "n",
    )


_ASK: tuple[Callable[[Rollout, float, tzinfo], _Advice | None], ...] = (
    _unsettled,
    _pause,
    _investigate,
    _mend,
    _release,
    _promote,
)


def _nothing(rollout: Rollout, now: float, zone: tzinfo) -> _Advice:
    """Nothing to do; when the next moment that matters comes, and what is open until then."""
    severity = rollout.severity if rollout.severity is not Severity.UNKNOWN else Severity.INFO
    moment, brief = _next_moment(rollout, now, zone)
    return _Advice(_Rank.WAIT, Urgency.WAIT, severity, moment, _open_gates(rollout), brief)


def _wait(advised: Sequence[tuple[Rollout, _Advice]]) -> Recommendation:
    told = [advice for _, advice in advised if advice.headline]
    opens = [advice.detail for _, advice in advised if advice.detail]
    severity = worst(advice.severity for _, advice in advised)
    shown = Severity.OK if severity is Severity.OK else Severity.INFO
    first = told[0] if told else None
    headline = f"Nothing to do now. {first.headline}" if first else "Nothing to do now."
    brief = f"Nothing to do now. {first.short}" if first else "Nothing to do now."
    detail = " ".join([*opens[:1], *(advice.headline for advice in told[1:])])
    brief_detail = " ".join([*opens[:1], *(advice.short for advice in told[1:])])
    return Recommendation(Urgency.WAIT, shown, headline, detail, brief, brief_detail)


def _next_moment(rollout: Rollout, now: float, zone: tzinfo) -> tuple[str, str]:
    """The sentence, and its short form."""
    name, state, current = rollout.plan.label, rollout.store.state, rollout.current
    if state is None:
        return (f"First read of {rollout.store.name} under way.",) * 2
    if state.word is StateWord.DONE:
        return (f"{name} is at 100 %.",) * 2
    if state.word is StateWord.IN_REVIEW:
        return (f"{name} waits for App Review.",) * 2
    if state.next_step_at is not None and state.next_step_at > now:
        left = state.next_step_at - now
        step = _next_step(state)
        return f"{name} goes {step} by itself in {words.span(left)}.", f"{name} {step} in {words.age(left)}."
    target = _target(rollout)
    if current is None or target is None or not current.left:
        return "", ""
    where = words.plain_percent(target.share) if target.share is not None else target.label
    until = words.span(current.left)
    moment = words.day_and_time(now + current.left, zone)
    return (
        f"{name} may go to {where} in {until} at the earliest, {moment}.",
        f"{name} to {where} in {until} at the earliest.",
    )


def _next_step(state: ReleaseState) -> str:
    """Where the store's own ladder goes next: `to 10 %`."""
    if state.day is None or not 1 <= state.day < len(ASC_LADDER):
        return "on"
    return f"to {words.plain_percent(ASC_LADDER[state.day])}"


def _open_gates(rollout: Rollout) -> str:
    waiting = [result for result in rollout.gates if not result.holds and result.gate.kind is not GateKind.TIME]
    if not waiting:
        return ""
    names = ", ".join(_open_name(result) for result in waiting)
    return f"Open: {names}."


def _open_name(result: GateResult) -> str:
    label = result.gate.label
    return f"{label} (no data)" if result.verdict is Verdict.NO_DATA else label


def _target(rollout: Rollout) -> Phase | None:
    current = rollout.current
    return None if current is None else next_phase(rollout.plan.phases, rollout.phases.index(current))
