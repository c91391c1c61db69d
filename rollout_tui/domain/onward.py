"""Going on: release what is approved, promote what is proven, hold what is not decided (gates.md 4)."""

from __future__ import annotations

from datetime import tzinfo

from rollout_tui.domain import words
from rollout_tui.domain.advice import Advice, Ask, Rank, target_of
from rollout_tui.domain.decisions import decision
from rollout_tui.domain.plan import GateKind
from rollout_tui.domain.reasons import case_of, remedy, standing, too_few
from rollout_tui.domain.releases import PhaseKind, ReleaseState, StateWord
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Rollout, Urgency
from rollout_tui.domain.verdicts import GateResult, Verdict
from rollout_tui.domain.waiving import in_force

_NOT_SENT = "NOT_SENT_FOR_REVIEW"
"""What a store says of a change that a person must send for review first; all else that waits must be published."""


def release(rollout: Rollout, now: float, zone: tzinfo) -> Advice | None:
    """A build that the store lets go as soon as somebody says so."""
    state = rollout.store.state
    if state is None or state.word is not StateWord.WAITING:
        return None
    name = rollout.plan.label
    if state.kind is PhaseKind.REVIEW:
        return _approved(rollout, now, zone)
    if state.kind is PhaseKind.TESTERS:
        return _not_with_testers(rollout, state)
    note = words.plain_text(state.notes[0], 100) if state.notes else f"{rollout.store.name} says {state.status}"
    verb = "Send" if state.status == _NOT_SENT else "Publish"
    return Advice(
        Rank.RELEASE,
        Urgency.ACT_SOON,
        Severity.WARNING,
        f"{verb} {name} in the store's console: {state.status}.",
        words.sentence(note),
        f"{verb.lower()} {name} in the console.",
    )


def _not_with_testers(rollout: Rollout, state: ReleaseState) -> Advice:
    """Something must be answered, submitted or waited for before a tester gets it; its store's provider says what."""
    name = rollout.plan.label
    note = words.plain_text(state.notes[0], 120) if state.notes else f"{rollout.store.name} says {state.status}"
    return Advice(
        Rank.RELEASE,
        Urgency.ACT_SOON,
        Severity.WARNING,
        f"{name} is not with its testers yet ({state.status}).",
        words.sentence(note),
        f"{name} is not with its testers.",
    )


def _approved(rollout: Rollout, now: float, zone: tzinfo) -> Advice:
    name = rollout.plan.label
    detail = f"0 users until somebody releases it. {rollout.holding} of {len(rollout.gates)} gates hold."
    open_gate = next((result for result in rollout.gates if not result.holds), None)
    if open_gate is None:
        headline, short = f"Release {name}: approved by App Review; press n.", f"release {name}."
    else:
        headline, short = f"{name} is approved, not released.", f"{name} is approved, not released."
        case = case_of(open_gate, rollout, now, zone)
        why = open_gate.reason if case is None else standing(case)
        detail += f" {open_gate.gate.label}: {words.plain_text(why, 80)}."
    return Advice(Rank.RELEASE, Urgency.ACT_SOON, Severity.WARNING, headline, detail, short, "n")


def promote(rollout: Rollout, _now: float, zone: tzinfo) -> Advice | None:
    """Every gate holds, and there is a phase to go to."""
    target = target_of(rollout)
    if target is None or not _stands_in_a_phase_of_ours(rollout) or not all(gate.holds for gate in rollout.gates):
        return None
    name = rollout.plan.label
    share = f" {words.plain_percent(target.share)}" if target.share is not None else ""
    return Advice(
        Rank.PROMOTE,
        Urgency.MAY_PROMOTE,
        Severity.OK,
        f"Promote {name} to {target.label}{share}: press n.",
        " ".join(filter(None, [_all_hold(rollout), in_force(rollout, zone), _overdue(rollout)])),
        f"promote {name} to {target.label}{share}: press n.",
        "n",
    )


def _all_hold(rollout: Rollout) -> str:
    gates, waived = len(rollout.gates), len(rollout.waivers)
    if waived:
        return f"{gates - waived} of {gates} gates hold, {waived} {'is' if waived == 1 else 'are'} waived."
    return f"All {gates} gates hold." if gates > 1 else "The one gate holds."


def hold(rollout: Rollout, now: float, zone: tzinfo) -> Advice | None:
    """The minimum time is over, and a gate is not decided: what is missing, and what a person may choose."""
    current = rollout.current
    if target_of(rollout) is None or not _stands_in_a_phase_of_ours(rollout) or current is None or current.left:
        return None
    waiting = [result for result in rollout.gates if not result.holds and result.verdict is not Verdict.NO_DATA]
    undecided = next((result for result in waiting if result.gate.kind is GateKind.METRIC), None)
    if undecided is not None:
        return _undecided(rollout, undecided, len(waiting) - 1, now, zone)
    return _unsigned(rollout, waiting[0], zone) if waiting else None


def _undecided(rollout: Rollout, result: GateResult, others: int, now: float, zone: tzinfo) -> Advice | None:
    case = case_of(result, rollout, now, zone)
    if case is None:
        return None
    name, label, phase = rollout.plan.label, result.gate.label, case.phase.label
    more = f" {others} more {'gate' if others == 1 else 'gates'} open." if others else ""
    if too_few(case) is not None:
        headline = f"Hold {name}: {phase} cannot prove {label}; a person decides."
        short = f"hold {name}: too few sessions for {label}."
        detail = f"{words.sentence(remedy(case))}{more}"
    else:
        headline = f"Hold {name}: {label} is not decided."
        short = f"hold {name}: {label} {decision(case).forms[0]}."
        detail = f"{words.sentence(remedy(case))} {words.sentence(standing(case))}{more}"
    return Advice(
        Rank.HOLD,
        Urgency.WAIT,
        Severity.INFO,
        headline,
        " ".join(filter(None, [detail, in_force(rollout, zone), _overdue(rollout)])),
        short,
    )


def _unsigned(rollout: Rollout, result: GateResult, zone: tzinfo) -> Advice:
    name, label = rollout.plan.label, result.gate.label
    return Advice(
        Rank.HOLD,
        Urgency.WAIT,
        Severity.INFO,
        f"Hold {name}: {label} is needed, {words.plain_text(result.reason, 60)}.",
        " ".join(
            filter(
                None,
                [f"{rollout.holding} of {len(rollout.gates)} gates hold.", in_force(rollout, zone), _overdue(rollout)],
            )
        ),
        f"hold {name}: {label} is needed.",
    )


def _stands_in_a_phase_of_ours(rollout: Rollout) -> bool:
    """Whether it goes on by an action: the store climbs its own ladder by itself."""
    state = rollout.store.state
    if not rollout.gates or state is None or state.word is not StateWord.RUNNING:
        return False
    return state.kind is not PhaseKind.PHASED


def _overdue(rollout: Rollout) -> str:
    current = rollout.current
    if current is None or not current.overdue or current.elapsed is None or current.phase.maximum is None:
        return ""
    return f"Overdue: {words.age(current.elapsed)} of at most {words.age(current.phase.maximum)}."


ONWARD: tuple[Ask, ...] = (release, promote, hold)
