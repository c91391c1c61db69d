"""Whether a store shows a change that this program did not ask for (screens.md 3: changed elsewhere)."""

from __future__ import annotations

from rollout_tui.domain.actions import Expectation
from rollout_tui.domain.ladder import ASC_LADDER
from rollout_tui.domain.releases import PhaseKind, ReleaseState, StateWord
from rollout_tui.domain.words import plain_percent

RUNNING, PAUSED, DONE = StateWord.RUNNING, StateWord.PAUSED, StateWord.DONE
IN_REVIEW, WAITING, REJECTED = StateWord.IN_REVIEW, StateWord.WAITING, StateWord.REJECTED
TESTERS, REVIEW, PHASED = PhaseKind.TESTERS, PhaseKind.REVIEW, PhaseKind.PHASED

_BY_HAND = frozenset({(RUNNING, PAUSED), (PAUSED, RUNNING), (DONE, PAUSED)})
"""No store goes from the one to the other by itself while the kind of the phase stays."""
_STEPS = frozenset(
    {
        *((TESTERS, word, REVIEW, IN_REVIEW) for word in (RUNNING, PAUSED)),  # submitted
        *((REVIEW, word, REVIEW, PAUSED) for word in (IN_REVIEW, REJECTED)),  # withdrawn
        *((REVIEW, word, REVIEW, IN_REVIEW) for word in (PAUSED, REJECTED)),  # submitted again
        *((REVIEW, WAITING, PHASED, word) for word in (RUNNING, DONE)),  # released
    }
)
"""Steps from one kind and word to another that somebody takes: App Review answers by itself, and takes none of them."""


def changed_by_hand(before: ReleaseState | None, after: ReleaseState, asked: Expectation | None) -> str | None:
    """What somebody changed between two answers, in words; None where nothing was, or where it was asked for here."""
    if before is None or before.build != after.build or (asked is not None and asked.met_by(after)):
        return None
    moved = (before.word, after.word) in _BY_HAND and before.kind is after.kind
    if moved or (before.kind, before.word, after.kind, after.word) in _STEPS or _cut_short(before, after):
        return f"{before.status} became {after.status}"
    if PHASED in (before.kind, after.kind):
        return None
    if before.share is not None and after.share is not None and before.share != after.share:
        return f"committed {plain_percent(before.share)} became {plain_percent(after.share)}"
    return None


def _cut_short(before: ReleaseState, after: ReleaseState) -> bool:
    """A phased release that is over before its last day; the last one ends it by itself."""
    early = before.kind is PHASED and before.day is not None and before.day < len(ASC_LADDER)
    return early and before.word is not DONE and after.kind is PHASED and after.word is DONE
