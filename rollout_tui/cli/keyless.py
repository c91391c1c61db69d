"""Advice where there are no keys: what NEXT says to press becomes the command that does it."""

from __future__ import annotations

from collections.abc import Sequence

from rollout_tui.domain.releases import Platform
from rollout_tui.domain.snapshot import Rollout, Snapshot

_COMMANDS = (
    ("To stop that: a, then y.", "To stop that: rollout-tui guard --stop {platform}."),
    ("To pause now: p, then y", "To pause now: rollout-tui pause {platform}"),
    ("Pausing costs two keys: p, then y", "To pause: rollout-tui pause {platform}"),
    ("press p, then y", "rollout-tui pause {platform}"),
    ("p is tried all the same", "rollout-tui pause {platform} is tried all the same"),
    ("p tries again", "rollout-tui pause {platform} tries again"),
    ("p withdraws it", "rollout-tui pause {platform} withdraws it"),
    ("r resumes,", "rollout-tui resume {platform} is"),
    ("press n", "rollout-tui promote {platform}"),
    ("n stays off", "do not promote it"),
    ("Restart (ctrl+p) begins it", "rollout-tui restart {platform} begins it"),
    ("u reads the store again", "status reads the store again"),
)
"""What advice says (domain/urgent.py and its neighbours), and what a command line says."""


def keyless(snapshot: Snapshot, text: str) -> str:
    """The advice with commands for keys; what follows "Then iOS:" is about that platform."""
    advised = snapshot.recommendation.platform
    first = advised or (snapshot.rollouts[0].plan.platform if snapshot.rollouts else None)
    return text if first is None else _told(text, first, snapshot.rollouts)


def _told(text: str, platform: Platform, rollouts: Sequence[Rollout]) -> str:
    for rollout in rollouts:
        before, then, after = text.partition(f" Then {rollout.plan.label}: ")
        if then:
            return f"{_with_commands(before, platform)}{then}{_told(after, rollout.plan.platform, rollouts)}"
    return _with_commands(text, platform)


def _with_commands(text: str, platform: Platform) -> str:
    for key, command in _COMMANDS:
        text = text.replace(key, command.format(platform=platform.value))
    return text
