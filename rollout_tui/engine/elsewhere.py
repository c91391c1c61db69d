"""Whether a store shows a change that this program did not ask for (screens.md 3: changed elsewhere)."""

from __future__ import annotations

from rollout_tui.domain.actions import Expectation
from rollout_tui.domain.releases import PhaseKind, ReleaseState, StateWord
from rollout_tui.domain.words import plain_percent

_BY_HAND = frozenset({StateWord.RUNNING, StateWord.PAUSED})
"""No store goes from one of these to the other by itself."""


def changed_by_hand(before: ReleaseState | None, after: ReleaseState, asked: Expectation | None) -> str | None:
    """What somebody changed between two answers, in words; None where nothing was, or where it was asked for here.

    A phased release climbs by itself and App Review answers by itself: neither is anybody's change.
    """
    if before is None or (asked is not None and asked.met_by(after)):
        return None
    shares = (before.share, after.share)
    if after.kind is PhaseKind.SHARE and None not in shares and before.share != after.share:
        was, now = (plain_percent(share) for share in shares if share is not None)
        return f"committed {was} became {now}"
    if {before.word, after.word} == _BY_HAND and before.kind is after.kind:
        return f"{before.status} became {after.status}"
    return None
