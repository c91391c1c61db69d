"""What an action would do now, in the store's terms: said before anybody presses a key."""

from __future__ import annotations

from collections.abc import Sequence

from rollout_tui.domain.actions import ActionKind, Obstacle
from rollout_tui.domain.ladder import next_phase
from rollout_tui.domain.obstacles import obstacles
from rollout_tui.domain.releases import PhaseKind, StateWord
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.words import age, plain_percent, plain_text
from rollout_tui.tui.actions import BY_ID, opening
from rollout_tui.tui.ink import Pen, Row
from rollout_tui.tui.view.scene import Scene

ROWS = 4
_AT = 12
_WATCHES = "this desk only watches"

Forms = tuple[str, ...]
"""The same in fewer and fewer words."""


def would_rows(scene: Scene, rollout: Rollout, width: int) -> list[Row]:
    """A title and three rows: pause or resume, promote, the rollback runbook."""
    title = Pen(width)
    title.fill(title.put(0, "WHAT AN ACTION WOULD DO NOW", "mute", bold=True) + 1, width, "─")
    state = rollout.store.state
    paused = state is not None and state.word is StateWord.PAUSED and rollout.store.problem is None
    first = ActionKind.RESUME if paused else ActionKind.PAUSE
    return [
        title.row(),
        _row(scene, rollout, first, _resume(rollout) if paused else _pause(rollout), width),
        _row(scene, rollout, ActionKind.PROMOTE, _promote(rollout), width),
        _runbook(width),
    ]


def _row(scene: Scene, rollout: Rollout, kind: ActionKind, effect: Forms, width: int) -> Row:
    action = opening(kind)
    against = obstacles(kind, rollout, scene.now, _WATCHES if scene.read_only else None, scene.zone)
    pen = Pen(width)
    pen.put(0, action.shown, "faint" if against else "accent", bold=not against)
    pen.put(2, action.label, "mute" if against else "text")
    forms = _blocked(rollout, against) if against else effect
    pen.put(_AT, plain_text(fitting(forms, width - _AT), width - _AT), "mute")
    return pen.row()


def fitting(forms: Sequence[str], room: int) -> str:
    """The longest form that fits whole; the last one is cut."""
    return next((form for form in forms if len(form) <= room), forms[-1])


def _blocked(rollout: Rollout, against: Sequence[Obstacle]) -> Forms:
    """What stands against it: the time that is left and how many gates are open, or the one reason."""
    gates = sum(obstacle.gate is not None for obstacle in against)
    if gates < len(against) or gates < 2:
        return (f"blocked: {against[0].reason}", against[0].reason)
    left = max((result.left for result in rollout.gates if result.left), default=None)
    timed = gates if left is None else gates - 1
    told = f"{timed} {'gate' if timed == 1 else 'gates'} to go"
    return (f"blocked: {told}" if left is None else f"blocked: {age(left)} left, {told}",)


def _runbook(width: int) -> Row:
    action, pen = BY_ID["runbook"], Pen(width)
    pen.put(0, action.shown, "accent", bold=True)
    pen.put(2, action.label)
    pen.put(_AT, fitting(("opens the steps; none is done by opening them", "opens the steps"), width - _AT), "mute")
    return pen.row()


def _pause(rollout: Rollout) -> Forms:
    state, build = rollout.store.state, rollout.plan.build
    if state is None or rollout.store.problem is not None:
        return ("will be tried all the same, though the store cannot be read", "will be tried all the same")
    if state.kind is PhaseKind.PHASED:
        share = "" if state.share is None else f" {plain_percent(state.share)}"
        left = "" if state.grant is None else f"; {state.grant.left} d {state.grant.what} left"
        return (f"holds{share}; updates by hand go on{left}", f"holds{share}; updates by hand go on")
    if state.kind is PhaseKind.TESTERS:
        return (f"removed from the group; testers who have {build} keep it", "removed from the group")
    if state.kind is PhaseKind.SHARE:
        return (f"no new users; those who have {build} keep it", "no new users; who has it keeps it")
    return (f"nobody gets {build} from {rollout.store.name}", f"nobody gets {build}")


def _resume(rollout: Rollout) -> Forms:
    state = rollout.store.state
    share = "" if state is None or state.share is None else f", {plain_percent(state.share)}"
    return (f"the same users get it again{share}; for a false alarm only", f"the same users get it again{share}")


def _promote(rollout: Rollout) -> Forms:
    current = rollout.current
    target = None if current is None else next_phase(rollout.plan.phases, rollout.phases.index(current))
    if target is None:
        return ("no further phase",)
    share = "" if target.share is None else f", {plain_percent(target.share)} of users"
    return (f"{target.label}{share}; asks for typed words", f"{target.label}{share}")
