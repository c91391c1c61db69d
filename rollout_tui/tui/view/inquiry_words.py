"""What is known of one crash group, feedback or bug, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from rollout_tui.domain.investigation import Feedback, TroubleGroup
from rollout_tui.domain.verdicts import Bug
from rollout_tui.domain.words import DAY, day_and_time, short_time
from rollout_tui.tui.view.scene import Scene


def told_of(scene: Scene, what: TroubleGroup | Feedback | Bug, label: str) -> Iterator[str]:
    """The most important first; `label` is who told it."""
    match what:
        case TroubleGroup() as group:
            yield from _group(scene, group, label)
        case Feedback() as told:
            facts = (when(scene, told.at), told.kind.value, told.device or "device not told", told.system, label)
            yield " · ".join(fact for fact in facts if fact)
            yield f"“{told.text}”" if told.text else "No words were sent."
        case Bug() as bug:
            yield f"{bug.id} “{bug.title}” · {label}"
            if bug.opened is not None:
                yield f"Opened {when(scene, bug.opened)}."
            if bug.link:
                yield f"Link: {bug.link}"


def when(scene: Scene, at: float) -> str:
    """A moment, with its day where it is not of the last 24 hours."""
    return short_time(at, scene.zone) if 0 <= scene.now - at < DAY else day_and_time(at, scene.zone)


def _group(scene: Scene, group: TroubleGroup, label: str) -> Iterator[str]:
    where = f" in {group.location}" if group.location and not group.title.startswith(group.location) else ""
    yield f"{group.title}{where} · {group.kind.value} · told by {label}"
    if group.regressed:
        yield "It was resolved before and came back with this build."
    elif group.new:
        yield "New: the build before did not have it."
    elif group.new is False:
        yield f"Not new: known since {group.first_build or 'an earlier build'}."
    seen = (("first", group.first_seen), ("last", group.last_seen))
    times = [f"{word} {when(scene, at)}" for word, at in seen if at is not None]
    if times:
        yield f"Seen {', '.join(times)}."
    if group.hit:
        yield f"Hit: {group.hit}."
    if group.link:
        yield f"Link: {group.link}"
