"""What every plan of a change at Google Play is made from, and what all of them say (stores.md 2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from providers.google_play import consents
from providers.google_play.states import NOT_SENT_LISTED, ShareRead
from providers.google_play.tracks import COMPLETED, DRAFT, HALTED, IN_PROGRESS, Committed
from rollout_tui.domain.actions import Expectation, Intent
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.releases import ReleaseState

STORE = "Google Play"

SENDS_ALL = "The commit also sends changes that wait in the Play Console (the API cannot list them)."
TAKES_EDITS = "It takes the place of an edit that another tool has open with the same account."


@dataclass(frozen=True, slots=True)
class Scene:
    """What a plan is made from: the track, what a person sees of our release, and what an edit last showed."""

    rollout: RolloutPlan
    intent: Intent
    seen: ReleaseState | None
    track: str
    shared: ShareRead | None

    @property
    def status(self) -> str | None:
        """The release's own status, None while only its lifecycle is known."""
        status = None if self.seen is None else self.seen.status
        return status if status in (DRAFT, IN_PROGRESS, HALTED, COMPLETED) else None

    @property
    def share(self) -> Decimal | None:
        """The committed share that the person sees."""
        return None if self.seen is None else self.seen.share

    @property
    def committed(self) -> Committed | None:
        """Our release as the last edit showed it."""
        return None if self.shared is None else self.shared.committed

    @property
    def release(self) -> str:
        """`production release 4.2.0 (4201)`."""
        return f"{self.track} release {self.rollout.version} ({self.rollout.build})"


def expected(scene: Scene, usual: Expectation) -> Expectation:
    """What is committed and not sent shows as that, and changes nothing else yet."""
    return Expectation(status=NOT_SENT_LISTED) if consents.NOT_SENT.id in scene.intent.allowed else usual


def also(scene: Scene) -> tuple[str, ...]:
    """What the change does on further tracks of its phase, as an effect."""
    tracks = scene.intent.phase.also_tracks
    if not tracks:
        return ()
    return (f"Adds the build to {', '.join(tracks)} where it is missing, in the same commit.",)


def also_tracks(scene: Scene) -> str:
    """Those tracks, as an argument."""
    return ",".join(scene.intent.phase.also_tracks)


def arguments_of(scene: Scene, verb: str, more: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """What `perform` needs to know, and what was allowed."""
    allowed = (("allowed", ",".join(scene.intent.allowed)),) if scene.intent.allowed else ()
    return (("verb", verb), ("track", scene.track), ("build", scene.rollout.build), *more, *allowed)
