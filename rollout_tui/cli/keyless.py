"""Advice where there are no keys: what NEXT says to press becomes the command that does it."""

from __future__ import annotations

from collections.abc import Sequence

from rollout_tui.domain.keyed import with_commands
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.snapshot import Rollout, Snapshot


def keyless(snapshot: Snapshot, text: str) -> str:
    """The advice with commands for keys; what follows "Then iOS:" is about that platform."""
    advised = snapshot.recommendation.platform
    first = advised or (snapshot.rollouts[0].plan.platform if snapshot.rollouts else None)
    return text if first is None else _told(text, first, snapshot.rollouts)


def _told(text: str, platform: Platform, rollouts: Sequence[Rollout]) -> str:
    for rollout in rollouts:
        before, then, after = text.partition(f" Then {rollout.plan.label}: ")
        if then:
            return f"{with_commands(before, platform)}{then}{_told(after, rollout.plan.platform, rollouts)}"
    return with_commands(text, platform)
