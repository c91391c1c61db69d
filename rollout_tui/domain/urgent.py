"""What cannot wait: an unsettled action, a pause, something to look into, a source to mend."""

from __future__ import annotations

from datetime import tzinfo

from rollout_tui.domain import words
from rollout_tui.domain.actions import Ending
from rollout_tui.domain.advice import Advice, Ask, Rank
from rollout_tui.domain.plan import GateKind
from rollout_tui.domain.releases import PhaseKind, ReleaseState, StateWord
from rollout_tui.domain.sentences import (
    alarm_sentence,
    by_hand,
    cost_of_waiting,
    failed_metric_gate,
    gate_sentence,
    is_shown,
    pause_effect,
    proof_sentence,
    worst_metric,
)
from rollout_tui.domain.served import gone, not_stopped
from rollout_tui.domain.severity import Severity, rank
from rollout_tui.domain.snapshot import Rollout, Urgency
from rollout_tui.domain.verdicts import GateResult, Verdict

_REACHES_USERS = frozenset({StateWord.RUNNING, StateWord.UNKNOWN, StateWord.DONE})
_BRIEF = 40
"""Cells for the way to the store's button where the phase, and so the button, is not known."""
_WANTED = 300.0
"""Seconds for which a pause that was refused is what to do, whatever else is: somebody wanted it."""
_NEVER = "No data is never a pass."
NOT_YET = frozenset({"not read yet", "the phase is not known yet", "history is being read"})
"""Reasons for NO DATA that mend themselves."""


def unsettled(rollout: Rollout, _now: float, _zone: tzinfo) -> Advice | None:
    """An action that is under way, or whose end nobody has seen."""
    name, store = rollout.plan.label, rollout.store.name
    if rollout.running is not None:
        verb = rollout.running.proposal.kind.value
        detail = (
            "The screen says what the store says until it shows the change. The journal settles it if the line drops."
        )
        return Advice(
            Rank.UNSETTLED,
            Urgency.ACT_SOON,
            Severity.INFO,
            f"{name}: {verb} under way at {store}. Wait for the read-back.",
            detail,
            f"{verb} of {name} under way.",
        )
    ended = rollout.last_outcome
    if ended is None or ended.ending is not Ending.UNCONFIRMED:
        return None
    return Advice(
        Rank.UNSETTLED,
        Urgency.ACT_NOW,
        Severity.CRITICAL,
        f"Check {name} at {store} by hand: the {ended.kind.value} is not confirmed.",
        ended.said,
        f"check {name} at {store} by hand.",
        "u",
    )


def not_taken(rollout: Rollout, now: float, zone: tzinfo) -> Advice | None:
    """A pause that the store did not take: just now, or while nothing was read since, or it is still called for."""
    ended, state = rollout.last_outcome, rollout.store.state
    if ended is None or ended.ending is not Ending.REFUSED or not ended.by_hand:
        return None
    stands = state is None or state.word in _REACHES_USERS
    read_since = state is not None and state.as_of > ended.at
    just_now = now - ended.at < _WANTED
    if not stands or (read_since and not just_now and pause(rollout, now, zone) is None):
        return None
    name = rollout.plan.label
    return Advice(
        Rank.UNSETTLED,
        Urgency.ACT_NOW,
        Severity.CRITICAL,
        f"Pause {name} by hand. {by_hand(rollout)}.",
        f"The pause was refused: {words.sentence(ended.message)} To try again: press p, then y.",
        f"{name} by hand: {by_hand(rollout, _BRIEF)}.",
        "p",
    )


def counted_down(rollout: Rollout, _now: float, zone: tzinfo) -> Advice | None:
    """A pause that comes by itself: when, why, and what stops it."""
    countdown, name = rollout.countdown, rollout.plan.label
    if countdown is None or not countdown.runs:
        return None
    when = words.clock_time(countdown.due, zone)
    return Advice(
        Rank.PAUSE,
        Urgency.ACT_NOW,
        Severity.CRITICAL,
        f"{name} pauses by itself at {when}. To stop that: a, then y. To pause now: p, then y.",
        f"{countdown.told} {pause_effect(rollout)}",
        f"{name} pauses by itself at {when}; a stops that.",
        "a",
    )


def pause(rollout: Rollout, now: float, zone: tzinfo) -> Advice | None:
    """A rate that is proven to be beyond its limit, or one beyond its critical line; severities say how it is now."""
    state = rollout.store.state
    if state is not None and state.word not in _REACHES_USERS:
        return None
    bad, failed = worst_metric(rollout), failed_metric_gate(rollout)
    grave = bad is not None and bad.severity is Severity.CRITICAL and is_shown(bad)
    if not grave and failed is None:
        return None
    name = rollout.plan.label
    told = [proof_sentence(failed, rollout, now, zone)] if failed is not None else []
    if bad is not None and (grave or rank(bad.severity) >= rank(Severity.WARNING)):
        alarm = alarm_sentence(bad, rollout)
        told = [alarm, *(told if failed is not None and failed.gate.metric != bad.metric.id else [])]
        told.append(cost_of_waiting(bad))
    return Advice(
        Rank.PAUSE,
        Urgency.ACT_NOW,
        Severity.CRITICAL if grave else Severity.WARNING,
        f"Pause {name}: press p, then y. {pause_effect(rollout)}",
        " ".join(filter(None, told)),
        f"pause {name}: press p, then y.",
        "p",
    )


def investigate(rollout: Rollout, now: float, zone: tzinfo) -> Advice | None:
    """Something is wrong, or looks so, and no key settles it: where one may help to find out, that one is named."""
    for ask in (_paused, _rejected, _not_to_be_released, _alarming, _failing):
        advice = ask(rollout, now, zone)
        if advice is not None:
            return advice
    return None


def _paused(rollout: Rollout, now: float, zone: tzinfo) -> Advice | None:
    state, name = rollout.store.state, rollout.plan.label
    if state is None or state.word is not StateWord.PAUSED:
        return None
    bad, failed = worst_metric(rollout), failed_metric_gate(rollout)
    cause = "Nothing alarming is being measured now."
    if failed is not None:
        cause = proof_sentence(failed, rollout, now, zone)
    elif bad is not None and rank(bad.severity) >= rank(Severity.WARNING):
        cause = alarm_sentence(bad, rollout)
    return Advice(
        Rank.INVESTIGATE,
        Urgency.ACT_SOON,
        Severity.WARNING,
        f"{name} is paused ({state.status}){_left(state)}. Find the cause: press i."
        " Resume, for a false alarm only: press r.",
        f"{_still_goes_on(state)}{cause} A fix is a new build and starts again at phase 1.",
        f"{name} is paused; find the cause: press i.",
        "i",
    )


def _left(state: ReleaseState) -> str:
    return "" if state.grant is None or state.kind is not PhaseKind.PHASED else f", {state.grant.left} d of pause left"


def _still_goes_on(state: ReleaseState) -> str:
    """A ladder that stands does not stop everything: what goes on is said first."""
    if state.kind is not PhaseKind.PHASED or not state.notes:
        return ""
    return f"{words.sentence(words.plain_text(state.notes[0], 80))} "


def _rejected(rollout: Rollout, _now: float, _zone: tzinfo) -> Advice | None:
    state, name = rollout.store.state, rollout.plan.label
    if state is None or state.word is not StateWord.REJECTED:
        return None
    return Advice(
        Rank.INVESTIGATE,
        Urgency.ACT_SOON,
        Severity.WARNING,
        f"{name} is rejected ({state.status}). Answer in {rollout.store.name}, or send a new build.",
        "No user is affected. " + " ".join(words.sentence(words.plain_text(note, 80)) for note in state.notes[:1]),
        f"{name} is rejected: answer in {rollout.store.name}, or send a new build.",
    )


def _not_to_be_released(rollout: Rollout, now: float, zone: tzinfo) -> Advice | None:
    """A gate that turned while App Review looked at the build, or since."""
    state, name, failed = rollout.store.state, rollout.plan.label, failed_metric_gate(rollout)
    if state is None or state.kind is not PhaseKind.REVIEW or failed is None:
        return None
    waiting = state.word is StateWord.WAITING
    then = "It is approved; n stays off." if waiting else "p withdraws it from review; once approved, n stays off."
    return Advice(
        Rank.INVESTIGATE,
        Urgency.ACT_SOON,
        Severity.WARNING,
        f"Do not release {name}: the gate {failed.gate.label} fails. {then}",
        f"{proof_sentence(failed, rollout, now, zone)} A fix is a new build and starts again at phase 1.",
        f"do not release {name}: {failed.gate.label} fails.",
    )


def _alarming(rollout: Rollout, _now: float, _zone: tzinfo) -> Advice | None:
    bad, name = worst_metric(rollout), rollout.plan.label
    if bad is None or rank(bad.severity) < rank(Severity.WARNING):
        return None
    grave = bad.severity is Severity.CRITICAL
    line = "critical" if grave else "alert"
    return Advice(
        Rank.INVESTIGATE,
        Urgency.ACT_NOW if grave else Urgency.ACT_SOON,
        bad.severity,
        f"Look at {name}: press i. {bad.metric.label} is beyond its {line} line"
        f"{'' if is_shown(bad) else ', not proven'}.",
        f"{alarm_sentence(bad, rollout)} To pause: press p, then y.",
        f"look at {name}'s {bad.metric.label.lower()}: press i.",
        "i",
    )


def _failing(rollout: Rollout, _now: float, _zone: tzinfo) -> Advice | None:
    failed = next((gate for gate in rollout.gates if gate.verdict is Verdict.FAIL), None)
    if failed is None:
        return None
    name = rollout.plan.label
    return Advice(
        Rank.INVESTIGATE,
        Urgency.ACT_SOON,
        Severity.WARNING,
        f"Look at {name}: press i. The gate {failed.gate.label} fails.",
        f"{gate_sentence(failed, rollout)} No promotion while it fails.",
        f"{name}'s gate {failed.gate.label} fails: press i.",
        "i",
    )


def mend(rollout: Rollout, now: float, _zone: tzinfo) -> Advice | None:
    """A store or a source that does not answer, or a gate without data; none is expected of what nobody has yet."""
    for ask in (_store,) if _waits_for_testers(rollout) else (_store, _vague, _metrics, _gates):
        advice = ask(rollout, now)
        if advice is not None:
            return advice
    return None


def _waits_for_testers(rollout: Rollout) -> bool:
    state = rollout.store.state
    waiting = state is not None and state.word in (StateWord.IN_REVIEW, StateWord.WAITING)
    return waiting and state is not None and state.kind is PhaseKind.TESTERS


def _store(rollout: Rollout, now: float) -> Advice | None:
    name, store = rollout.plan.label, rollout.store
    if store.problem is None:
        return None
    failing = 0.0 if store.failing_since is None else now - store.failing_since
    since = f" for {words.age(failing)}" if failing >= 1 else ""
    known = "" if store.state is None else f" Last known: {store.state.word}."
    hand = words.told_by_hand(by_hand(rollout))
    told = f"{hand}{known} {words.sentence(store.hint or '')}".rstrip()
    return Advice(
        Rank.MEND,
        Urgency.BLIND,
        Severity.UNKNOWN,
        f"Mend {store.name} for {name}: it cannot be read{since}. To pause all the same: press p, then y.",
        f"{words.sentence(store.problem)}{told}",
        f"mend {store.name}: it cannot be read.",
        "u",
        f"{words.sentence(words.gist(store.problem))}{told}",
    )


def _vague(rollout: Rollout, _now: float) -> Advice | None:
    """The store answers, and its answer tells no phase, as where the share is not read yet."""
    name, store, state = rollout.plan.label, rollout.store, rollout.store.state
    if store.no_phase is None or state is None:
        return None
    note = words.sentence(words.plain_text(state.notes[0], 160)) if state.notes else ""
    return Advice(
        Rank.MEND,
        Urgency.BLIND,
        Severity.UNKNOWN,
        f"Read {store.name} again for {name}: it says {words.plain_text(state.status, 60)}, which tells no phase.",
        f"{note} No data is never a pass.".strip(),
        f"read {store.name} again for {name}.",
        "u",
    )


def _metrics(rollout: Rollout, _now: float) -> Advice | None:
    name = rollout.plan.label
    blind = [standing for standing in rollout.metrics if standing.problem is not None]
    if not blind or all(standing.problem in NOT_YET for standing in blind):
        return None
    names, reason = ", ".join(standing.metric.label.lower() for standing in blind), blind[0].problem or ""
    some = len(blind) < len(rollout.metrics)
    what = f"Mend the source of {name}'s {names}." if some else f"Nobody sees {name}: no data."
    return Advice(
        Rank.MEND,
        Urgency.BLIND,
        Severity.UNKNOWN,
        f"{what} Press u to read again, or run rollout-tui doctor.",
        f"{reason}. {_NEVER}",
        f"{name} has no data: press u, or run rollout-tui doctor.",
        "u",
        f"{words.gist(reason)}. {_NEVER}",
    )


def _gates(rollout: Rollout, _now: float) -> Advice | None:
    blind = next((result for result in rollout.gates if _lacks_data(result)), None)
    if blind is None or rollout.current is None:
        return None
    name = rollout.plan.label
    return Advice(
        Rank.MEND,
        Urgency.BLIND,
        Severity.UNKNOWN,
        f"Mend what {name}'s gate {blind.gate.label} rests on: it has no data.",
        f"{words.plain_text(blind.reason, 100)}. {_NEVER}",
        f"{name}'s gate {blind.gate.label} has no data.",
        "u",
    )


def _lacks_data(result: GateResult) -> bool:
    return (
        result.verdict is Verdict.NO_DATA
        and result.gate.kind is not GateKind.TIME
        and words.plain_text(result.reason) not in NOT_YET
    )


URGENT: tuple[Ask, ...] = (not_stopped, unsettled, not_taken, counted_down, pause, investigate, gone, mend)
