"""NEXT where what was committed, or what is measured, is not what users get (stores.md G15, G18, G28)."""

from __future__ import annotations

from datetime import tzinfo

from rollout_tui.domain import words
from rollout_tui.domain.actions import ActionKind, Ending
from rollout_tui.domain.advice import Advice, Rank
from rollout_tui.domain.releases import ReleaseState, StateWord
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Rollout, Urgency


def not_stopped(rollout: Rollout, _now: float, _zone: tzinfo) -> Advice | None:
    """A pause that the store took and that has stopped nothing yet: somebody must finish it in the console."""
    state, ended = rollout.store.state, rollout.last_outcome
    paused = ended is not None and ended.kind is ActionKind.PAUSE
    accepted = ended is not None and ended.ending in (Ending.DONE, Ending.UNCONFIRMED)
    if state is None or state.word is not StateWord.WAITING or not (paused and accepted):
        return None
    name = rollout.plan.label
    return Advice(
        Rank.UNSETTLED,
        Urgency.ACT_NOW,
        Severity.CRITICAL,
        f"{name} is not paused yet ({state.status}): finish it in the store's console.",
        _note(state),
        f"finish the pause of {name} in the console.",
        "u",
    )


def gone(rollout: Rollout, _now: float, _zone: tzinfo) -> Advice | None:
    """The store does not serve our build: another took its place, or it was never put out."""
    state = rollout.store.state
    unread = rollout.store.problem is not None
    if state is None or unread or state.word is not StateWord.UNKNOWN or state.kind is not None:
        return None
    if _is_removed(rollout):
        return _off_sale(rollout)
    name, build = rollout.plan.label, rollout.plan.build
    was_out = rollout.current is not None
    headline = (
        f"{name}: {rollout.store.name} does not serve build {build} any more. Find out who changed it, and why."
        if was_out
        else f"{name}: nobody gets build {build} yet ({state.status})."
    )
    then = (
        f"A new build goes into the configuration, then restarts at {rollout.plan.phases[0].label}."
        if was_out
        else f"Restart (ctrl+p) begins it at {rollout.plan.phases[0].label}; u reads the store again."
    )
    return Advice(
        Rank.INVESTIGATE,
        Urgency.ACT_SOON,
        Severity.WARNING if was_out else Severity.INFO,
        headline,
        # What to do comes first where nothing was lost: there is no room for both on most screens.
        " ".join(filter(None, (_note(state), then) if was_out else (then, _note(state)))),
        f"{name}'s build {build} is not served.",
    )


def _is_removed(rollout: Rollout) -> bool:
    """Whether this program took the app off sale, and the store shows just that."""
    state, ended = rollout.store.state, rollout.last_outcome
    if state is None or ended is None or ended.kind is not ActionKind.REMOVE:
        return False
    return ended.ending is Ending.DONE and state.status in ended.message


def _off_sale(rollout: Rollout) -> Advice:
    name = rollout.plan.label
    return Advice(
        Rank.INVESTIGATE,
        Urgency.ACT_SOON,
        Severity.WARNING,
        f"{name}: the app is off sale. Nobody gets it, nobody gets a fix, until a person puts it back.",
        "Prepare the fix first; put it back in the store's console, country by country.",
        f"the app of {name} is off sale.",
    )


def _note(state: ReleaseState) -> str:
    """What the store's provider says of it."""
    return words.sentence(words.plain_text(state.notes[0], 160)) if state.notes else ""
