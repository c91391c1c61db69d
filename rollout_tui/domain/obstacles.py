"""Why an action is not possible now, and what would settle it. Pausing has almost no obstacles, on purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, tzinfo

from rollout_tui.domain import words
from rollout_tui.domain.actions import ActionKind, Obstacle
from rollout_tui.domain.ladder import next_phase
from rollout_tui.domain.plan import GateKind
from rollout_tui.domain.reasons import case_of, remedy, standing
from rollout_tui.domain.releases import PhaseKind, ReleaseState, StateWord
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.verdicts import GateResult, Verdict


def obstacles(
    kind: ActionKind, rollout: Rollout, now: float, read_only: str | None = None, zone: tzinfo = UTC
) -> tuple[Obstacle, ...]:
    """Every reason against the action, in the order in which a person would settle them; empty when it may go on."""
    if read_only is not None:
        return (Obstacle(f"read-only: {read_only}", "start again without it"),)
    under_way = None if rollout.running is None else rollout.running.proposal.kind
    if under_way is not None and (kind is not ActionKind.PAUSE or under_way is ActionKind.PAUSE):
        verb = under_way.value
        return (Obstacle(f"a {verb} is under way", "wait until the store shows it"),)
    if rollout.held is not None and kind is not ActionKind.PAUSE:
        return (Obstacle(f"under way on this host: {rollout.held}", "wait until it is over"),)
    return tuple(_AGAINST[kind](rollout, now, zone))


def _against_pause(rollout: Rollout, _now: float, _zone: tzinfo) -> Iterator[Obstacle]:
    """Asks for no gate, no second person and no data: an unknown state is no obstacle (rollout-plan.md 9.5)."""
    state = rollout.store.state
    if state is not None and state.word is StateWord.PAUSED and rollout.store.problem is None:
        yield Obstacle("already paused", "r resumes, for a false alarm only")
    elif state is not None and state.word is StateWord.REJECTED:
        yield Obstacle("nothing to pause: App Review rejected it", "answer in App Store Connect, or send a new build")


def _against_resume(rollout: Rollout, _now: float, _zone: tzinfo) -> Iterator[Obstacle]:
    state = rollout.store.state
    if state is None:
        yield _unread(rollout)
    elif state.word is not StateWord.PAUSED:
        yield Obstacle("nothing is paused", f"the store says {state.status}")


def _against_promote(rollout: Rollout, now: float, zone: tzinfo) -> Iterator[Obstacle]:
    state, current = rollout.store.state, rollout.current
    if rollout.store.problem is not None or state is None:
        yield _unread(rollout)
        return
    if state.word is StateWord.PAUSED:
        yield Obstacle("it is paused", "r resumes it, for a false alarm only; a fix is a new build")
        return
    if current is None:
        begins = f"Restart (ctrl+p) begins it at {rollout.plan.phases[0].label}; " if _reaches_nobody(state) else ""
        reason = f"the store says {state.status}, which is no phase of the plan"
        yield Obstacle(reason, f"{begins}u reads the store again")
        return
    if next_phase(rollout.plan.phases, rollout.phases.index(current)) is None:
        yield Obstacle("this is the last phase", "nothing is left to promote to")
        return
    if state.word is StateWord.IN_REVIEW:
        yield Obstacle("App Review has not answered", "wait for Apple")
    elif state.word is StateWord.DONE:
        yield Obstacle("the store shows it as done", "nothing is left to promote")
    elif state.word in (StateWord.REJECTED, StateWord.UNKNOWN):
        yield Obstacle(f"the store says {state.status}", "settle it at the store first")
    if rollout.store.no_phase is not None:
        return
    for result in rollout.gates:
        if not result.holds:
            yield replace(_gate_obstacle(result, rollout, now, zone), gate=result.gate.id)


def _against_restart(rollout: Rollout, _now: float, _zone: tzinfo) -> Iterator[Obstacle]:
    """Only for a build that nobody gets: empty gates, a fresh clock (rollout-plan.md 9.5)."""
    state, build = rollout.store.state, rollout.plan.build
    if rollout.store.problem is not None or state is None:
        yield _unread(rollout)
    elif not _reaches_nobody(state):
        yield Obstacle(
            f"{build} is out already ({state.status}); a restart is for a new build",
            f"write the new build for {rollout.plan.label} in the configuration, start this program anew, then restart",
        )


def _reaches_nobody(state: ReleaseState) -> bool:
    """Not served and not halted, or taken out of its tester group."""
    out_of_group = state.kind is PhaseKind.TESTERS and state.word is StateWord.PAUSED
    return out_of_group or (state.kind is None and state.word in (StateWord.UNKNOWN, StateWord.WAITING))


def _against_removal(rollout: Rollout, _now: float, _zone: tzinfo) -> Iterator[Obstacle]:
    """Neither gates nor time stand in its way, but whoever does it must see what is there."""
    if rollout.store.problem is not None or rollout.store.state is None:
        yield _unread(rollout)


_AGAINST: dict[ActionKind, Callable[[Rollout, float, tzinfo], Iterator[Obstacle]]] = {
    ActionKind.PAUSE: _against_pause,
    ActionKind.RESUME: _against_resume,
    ActionKind.PROMOTE: _against_promote,
    ActionKind.RESTART: _against_restart,
    ActionKind.REMOVE: _against_removal,
}


def _unread(rollout: Rollout) -> Obstacle:
    cause = rollout.store.problem or "not read yet"
    return Obstacle(f"{rollout.store.name} cannot be read: {cause}", rollout.store.hint or "u tries again")


def _gate_obstacle(result: GateResult, rollout: Rollout, now: float, zone: tzinfo) -> Obstacle:
    label = result.gate.label
    if result.gate.kind is GateKind.TIME and result.left is not None:
        over = words.moment(now + result.left, zone)
        return Obstacle(f"{label}: {words.span(result.left)} left", f"wait, over {over}")
    if result.gate.kind is GateKind.SIGNOFF:
        name = result.gate.id.removeprefix("signoff:")
        asked = f'rollout-tui sign "{name}" --platform {rollout.plan.platform.value}'
        return Obstacle(f"{label}: {result.reason}", f"ask for it: {asked}")
    if result.verdict is Verdict.NO_DATA:
        return Obstacle(f"{label}: no data ({result.reason})", "mend the source")
    if result.gate.kind is GateKind.BUGS and result.bugs is not None:
        titles = "; ".join(words.plain_text(title, 60) for title in result.bugs.newest)
        return Obstacle(f"{label}: {result.bugs.open} open{': ' + titles if titles else ''}", "close or re-label them")
    case = case_of(result, rollout, now, zone)
    if case is None:
        return Obstacle(f"{label}: {result.reason}", "wait for data, or a new build")
    return Obstacle(f"{label}: {standing(case)}", remedy(case))
