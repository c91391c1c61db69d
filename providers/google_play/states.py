"""From what Play says to a ReleaseState: the lifecycle (free to read) and the committed share (costs an edit)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from providers.google_play.tracks import COMPLETED, DRAFT, HALTED, IN_PROGRESS, Committed
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.releases import PhaseKind, ReleaseState, StateWord
from rollout_tui.domain.words import plain_percent, plain_text

PUBLISHED = "PUBLISHED"
DRAFT_LISTED = "DRAFT"
NOT_SENT_LISTED = "NOT_SENT_FOR_REVIEW"

_PREFIX = "RELEASE_LIFECYCLE_STATE_"

_NOT_SERVED: Mapping[str, tuple[StateWord, str]] = {
    DRAFT_LISTED: (StateWord.WAITING, "a draft: 0 users until it is rolled out"),
    NOT_SENT_LISTED: (
        StateWord.WAITING,
        "committed, not sent for review: 0 users until someone sends it in the Play Console",
    ),
    "IN_REVIEW": (StateWord.IN_REVIEW, "in review at Google: what is committed reaches nobody yet"),
    "APPROVED_NOT_PUBLISHED": (StateWord.WAITING, "0 users until someone clicks Publish in the Play Console"),
    "NOT_APPROVED": (StateWord.REJECTED, "Google did not approve it: the Play Console says why"),
}
"""Lifecycle states in which nobody gets the release, whatever its fraction says (stores.md G18, G28)."""

_WORDS = {
    IN_PROGRESS: StateWord.RUNNING,
    HALTED: StateWord.PAUSED,
    COMPLETED: StateWord.DONE,
    DRAFT: StateWord.WAITING,
}

NOT_ON_TRACK = "not on the track"
"""Our word for a build that the track does not hold; Play has none."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One release of the edit-free list: its lifecycle state without the prefix, as the store wrote it."""

    name: str
    lifecycle: str
    codes: tuple[str, ...]

    def __str__(self) -> str:
        return f"{', '.join(self.codes) or self.name or 'a release'} ({self.lifecycle})"


@dataclass(frozen=True, slots=True)
class Listing:
    """The edit-free list of one track."""

    track: str
    releases: tuple[Listed, ...]

    def find(self, code: str) -> Listed | None:
        """The release that has that version code among its active artifacts."""
        return next((release for release in self.releases if code in release.codes), None)


@dataclass(frozen=True, slots=True)
class ShareRead:
    """What one short edit showed of our release, at `as_of` (epoch seconds UTC).

    `others` are the releases beside it; `also` says for each further track of the phase what it holds of this build.
    """

    track: str
    committed: Committed | None
    as_of: float
    others: tuple[Committed, ...] = ()
    also: Mapping[str, Committed | None] = field(default_factory=dict)


def listing(track: str, answer: Mapping[str, Any]) -> Listing:
    """Read applications.tracks.releases.list leniently: unknown fields are ignored, unknown states kept as written."""
    listed = answer.get("releases")
    found = [_listed(release) for release in (listed if isinstance(listed, list) else ()) if isinstance(release, dict)]
    return Listing(track, tuple(found))


def compose(
    rollout: RolloutPlan, listed: Listing | None, shared: ShareRead | None, now: float, notes: tuple[str, ...] = ()
) -> ReleaseState:
    """The state of our build. `listed` None: this account may not list without an edit, `shared` stands alone."""
    ours = None if listed is None else listed.find(rollout.build)
    committed = None if shared is None else shared.committed
    if listed is not None and ours is None:
        served = [release for release in listed.releases if release.lifecycle == PUBLISHED]
        newer = _newer(rollout.build, (code for release in served for code in release.codes))
        return _absent(rollout, listed.track, [str(release) for release in listed.releases], newer, now, notes)
    if listed is None and shared is not None and committed is None:
        going = [release for release in shared.others if release.status in (IN_PROGRESS, COMPLETED)]
        newer = _newer(rollout.build, (code for release in going for code in release.codes))
        return _absent(rollout, shared.track, [str(release) for release in shared.others], newer, now, notes)
    lifecycle = PUBLISHED if ours is None else ours.lifecycle
    word, status, why = _said(lifecycle, committed)
    return ReleaseState(
        build=rollout.build,
        version=rollout.version,
        word=word,
        status=status,
        as_of=now if listed is not None or shared is None else shared.as_of,
        kind=PhaseKind.SHARE if lifecycle == PUBLISHED or word is StateWord.PAUSED else None,
        track=listed.track if listed is not None else (shared.track if shared is not None else None),
        share=None if committed is None else committed.share,
        share_as_of=None if committed is None or shared is None else shared.as_of,
        notes=(*why, *_also(shared), *notes),
    )


def _said(lifecycle: str, committed: Committed | None) -> tuple[StateWord, str, tuple[str, ...]]:
    """Word, the store's own status, and what a person must know of it."""
    held_back = _NOT_SERVED.get(lifecycle)
    if held_back is not None:
        if committed is not None and committed.status == HALTED:
            # What users get is what was published before: a halt that waits has stopped nothing yet.
            return held_back[0], lifecycle, (f"halted is committed and has stopped nothing yet: {held_back[1]}",)
        return held_back[0], lifecycle, (held_back[1], *_unreached(committed))
    if lifecycle != PUBLISHED:
        return StateWord.UNKNOWN, lifecycle, (f"Google Play says {lifecycle}, which this program does not know",)
    if committed is None:
        return (
            StateWord.UNKNOWN,
            PUBLISHED,
            ("served or halted: the share was not read yet (u reads it, by a short edit)",),
        )
    word = _WORDS.get(committed.status)
    if word is None:
        note = f"Google Play says {committed.status}, which this program does not know"
        return StateWord.UNKNOWN, committed.status, (note,)
    notes = ("halted: no new users; those who have it keep it",) if word is StateWord.PAUSED else ()
    return word, committed.status, notes


def _unreached(committed: Committed | None) -> tuple[str, ...]:
    if committed is None or committed.share is None:
        return ()
    return (f"{plain_percent(committed.share)} is committed and reaches nobody yet",)


def _newer(build: str, codes: Iterable[str]) -> str:
    """The highest version code that is served and higher than ours; empty where there is none."""
    higher = [code for code in codes if code.isdecimal() and build.isdecimal() and int(code) > int(build)]
    return max(higher, key=int, default="")


def _absent(
    rollout: RolloutPlan, track: str, held: list[str], newer: str, now: float, notes: tuple[str, ...]
) -> ReleaseState:
    """Superseded, or never there: the store's answer says nothing about our build, so neither do we."""
    what = f"it holds {'; '.join(held)}" if held else "it holds no release"
    if newer:
        what = f"{what}; {newer} is newer and took its place"
    return ReleaseState(
        build=rollout.build,
        version=rollout.version,
        word=StateWord.UNKNOWN,
        status=NOT_ON_TRACK,
        as_of=now,
        track=track,
        notes=(f"{rollout.build} is not on {track}: {what}", *notes),
    )


def _also(shared: ShareRead | None) -> tuple[str, ...]:
    if shared is None:
        return ()
    return tuple(
        f"{track}: {committed.status}" if committed is not None else f"{track}: does not hold this build"
        for track, committed in shared.also.items()
    )


def _listed(release: Mapping[str, Any]) -> Listed:
    artifacts = release.get("activeArtifacts")
    codes = [
        str(artifact["versionCode"])
        for artifact in (artifacts if isinstance(artifacts, list) else ())
        if isinstance(artifact, dict) and "versionCode" in artifact
    ]
    return Listed(
        name=plain_text(str(release.get("releaseName") or ""), 40),
        lifecycle=plain_text(str(release.get("releaseLifecycleState") or "UNSPECIFIED"), 60).removeprefix(_PREFIX),
        codes=tuple(plain_text(code, 24) for code in codes),
    )
