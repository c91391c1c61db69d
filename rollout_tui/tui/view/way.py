"""NEXT's keys as they are here: after the way to their pane, since they act on what has the focus; none read-only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from rollout_tui.domain.keyed import with_way, without_keys
from rollout_tui.domain.snapshot import Recommendation
from rollout_tui.tui.view.scene import Scene, Watched

_PANES = ("1", "2")
"""The keys of the first panes; a third one is reached by `tab` alone."""


def keyed_here(advice: Recommendation, scene: Watched, back: str = "") -> Recommendation:
    """The same, each key after the one that leads to its pane; `back` leads to the panes from a page."""
    if scene.read_only:
        return _throughout(advice, without_keys)
    if not isinstance(scene, Scene):
        return advice
    focused = scene.focused.plan.platform
    ways = {
        rollout.plan.platform: f"{back}{_PANES[number] if number < len(_PANES) else 'tab'}"
        for number, rollout in enumerate(scene.rollouts)
        if rollout.plan.platform is not focused
    }
    other = next(
        (one.plan.platform for one in scene.rollouts if advice.then.startswith(f"Then {one.plan.label}: ")), None
    )

    def told(text: str) -> str:
        own = text.removesuffix(advice.then)
        first, then = (ways.get(platform, "") if platform else "" for platform in (advice.platform, other))
        led = with_way(own, first) if first else own
        rest = text[len(own) :]
        return f"{led}{with_way(rest, then) if then else rest}"

    return _throughout(advice, told)


def _throughout(advice: Recommendation, told: Callable[[str], str]) -> Recommendation:
    return replace(
        advice,
        headline=told(advice.headline),
        detail=told(advice.detail),
        brief_headline=told(advice.brief_headline),
        brief_detail=told(advice.brief_detail),
        then=told(advice.then),
    )
