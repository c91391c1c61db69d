"""What became of an intent whose outcome nobody wrote down, by what the store shows. Nothing is repeated."""

from __future__ import annotations

from rollout_tui.domain.actions import Ending
from rollout_tui.domain.releases import ReleaseState
from rollout_tui.history.journal import Entry


def settled(entry: Entry, state: ReleaseState, now: float, deadline: float) -> tuple[Ending, str] | None:
    """How it ended, with a sentence; None while it may still take effect (`deadline` seconds after the intent)."""
    verb = f"The {entry.kind.value} of {entry.actor}"
    if entry.change.expects.met_by(state):
        return Ending.DONE, f"{verb} took effect: the store shows {state.status}."
    if now - entry.at < deadline:
        return None
    if entry.seen is not None and state.same_as(entry.seen):
        return Ending.REFUSED, f"{verb} did not happen: the store still shows {state.status}."
    return Ending.UNCONFIRMED, f"{verb} is open: the store shows {state.status}. Look there."
