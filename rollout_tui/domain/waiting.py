"""Nothing to do now: when the next moment that matters comes, and what is open until then."""

from __future__ import annotations

from datetime import tzinfo

from rollout_tui.domain import words
from rollout_tui.domain.advice import Advice, Rank, target_of
from rollout_tui.domain.estimates import wait
from rollout_tui.domain.evidence.feasible import notes
from rollout_tui.domain.ladder import ASC_LADDER
from rollout_tui.domain.plan import GateKind
from rollout_tui.domain.reasons import Case, case_of, needs_cap, too_few
from rollout_tui.domain.releases import PhaseKind, ReleaseState, StateWord
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Rollout, Urgency
from rollout_tui.domain.verdicts import GateResult, Verdict
from rollout_tui.domain.waiving import in_force


def nothing(rollout: Rollout, now: float, zone: tzinfo) -> Advice:
    """What to wait for."""
    severity = rollout.severity if rollout.severity is not Severity.UNKNOWN else Severity.INFO
    moment, brief = _next_moment(rollout, now, zone)
    detail = " ".join(filter(None, [_open_gates(rollout, now, zone), in_force(rollout, zone), foreseen(rollout)]))
    return Advice(Rank.WAIT, Urgency.WAIT, severity, moment, detail, brief)


def foreseen(rollout: Rollout) -> str:
    """What the phase to come cannot prove, said before it begins; empty where it may prove everything."""
    target = target_of(rollout) if rollout.current is not None else rollout.plan.phases[0]
    if target is None or (rollout.current is not None and target is rollout.current.phase):
        return ""
    found = [note for note in notes(rollout.plan) if note.phase is target]
    if not found:
        return ""
    names = " and ".join(note.gate.label for note in found[:2])
    more = f" and {len(found) - 2} more" if len(found) > 2 else ""
    return f"{target.label} cannot prove {names}{more}: {found[0].words.split(': ', 1)[0]}."


def _next_moment(rollout: Rollout, now: float, zone: tzinfo) -> tuple[str, str]:
    """The sentence, and its short form."""
    name, state, current = rollout.plan.label, rollout.store.state, rollout.current
    if state is None:
        return (f"First read of {rollout.store.name} under way.",) * 2
    if state.word is StateWord.DONE:
        return (f"{name} is at 100 %.",) * 2
    if state.word is StateWord.IN_REVIEW and state.kind is PhaseKind.TESTERS:
        return f"{name} waits for beta review ({state.status}): no tester has it yet.", f"{name} waits for beta review."
    if state.word is StateWord.IN_REVIEW:
        return (f"{name} waits for App Review.",) * 2
    if state.next_step_at is not None and state.next_step_at > now:
        left = state.next_step_at - now
        step = _next_step(state)
        return f"{name} goes {step} by itself in {words.span(left)}.", f"{name} {step} in {words.age(left)}."
    target = target_of(rollout)
    if current is None or target is None or not current.left:
        return "", ""
    where = words.plain_percent(target.share) if target.share is not None else target.label
    until = words.span(current.left)
    moment = words.moment(now + current.left, zone)
    return (
        f"{name} may go to {where} in {until} at the earliest, {moment}.",
        f"{name} to {where} in {until} at the earliest.",
    )


def _next_step(state: ReleaseState) -> str:
    """Where the store's own ladder goes next: `to 10 %`."""
    if state.day is None or not 1 <= state.day < len(ASC_LADDER):
        return "on"
    return f"to {words.plain_percent(ASC_LADDER[state.day])}"


def _open_gates(rollout: Rollout, now: float, zone: tzinfo) -> str:
    waiting = [result for result in rollout.gates if not result.holds and result.gate.kind is not GateKind.TIME]
    if not waiting:
        return ""
    *names, last = [_open_name(result, case_of(result, rollout, now, zone)) for result in waiting]
    return f"Open: {', '.join(names)} and {last}." if names else f"Open: {last}."


def _open_name(result: GateResult, case: Case | None) -> str:
    """`connect failures (4–16 h more)`, `the maintainer sign-off`."""
    label = result.gate.label
    if result.verdict is Verdict.NO_DATA:
        return f"{label} (no data)"
    if case is None:
        capital = not label[1:2].islower() or any(letter.isupper() for letter in label.split(" ", 1)[0][1:])
        return f"the {label if capital else label[:1].lower() + label[1:]}"
    name = case.metric.label.lower()
    return f"{name} ({_left(case)})"


def _left(case: Case) -> str:
    if needs_cap(case):
        return "needs a cap"
    if too_few(case) is not None:
        return "too few sessions"
    left = wait(case.finding.ahead)
    if not left:
        return "not proven"
    return left if left.endswith("more") else f"{left} more"
