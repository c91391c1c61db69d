"""What a store says of a release: its state in our words and in the store's."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Platform(StrEnum):
    """One rollout, one pane."""

    ANDROID = "android"
    IOS = "ios"


class StateWord(StrEnum):
    """The release state in the program's words (design.md, Words)."""

    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    IN_REVIEW = "IN REVIEW"
    WAITING = "WAITING"
    REJECTED = "REJECTED"
    DONE = "DONE"
    UNKNOWN = "UNKNOWN"


class PhaseKind(StrEnum):
    """How a phase reaches people."""

    SHARE = "share"
    """A share of a Play track's users, 0 < share < 1, or all of them (share = 1)."""
    TESTERS = "testers"
    """A TestFlight group."""
    REVIEW = "review"
    """App Review: a wait state, nobody new gets anything."""
    PHASED = "phased"
    """The App Store's own seven-day ladder."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What testers did with this build so far, as the store counts it. `as_of` is when its newest count ends."""

    sessions: int
    crashes: int
    feedback: int
    as_of: float


@dataclass(frozen=True, slots=True)
class Grant:
    """What a store grants for so long: whole days left, of what ("of pause"), and what comes then."""

    left: int
    what: str
    then: str


@dataclass(frozen=True, slots=True)
class Budget:
    """Requests that a store still answers, of how many; polling leaves the last `reserve` of them to actions."""

    left: int
    of: int
    reserve: int = 0


@dataclass(frozen=True, slots=True)
class ReleaseState:
    """One answer of a store about one build.

    `word` is ours, `status` the store's own word (`inProgress`, `PAUSED`, `WAITING_FOR_REVIEW`). `kind` says which
    kind of phase the store is in, None when nothing is served or known. `share` is the committed share (ratio 0..1),
    None where the store has none. `share_as_of` may be older than `as_of`, since a share costs an edit (stores.md G2).
    `day` is the day 1..7 of a phased release, `next_step_at` when the store goes on by itself, `testers` the size of
    the group. `notes` are facts for the operator in plain words ("approved, not published"). Times: epoch seconds UTC.
    """

    build: str
    version: str
    word: StateWord
    status: str
    as_of: float
    kind: PhaseKind | None = None
    track: str | None = None
    share: Decimal | None = None
    share_as_of: float | None = None
    day: int | None = None
    next_step_at: float | None = None
    testers: int | None = None
    since: float | None = None
    """When the store entered this state, where it says so."""
    notes: tuple[str, ...] = ()
    trial: Trial | None = None
    """What its testers did with it, where the store counts that: what a person's yes rests on."""
    grant: Grant | None = None
    """What runs out while it stands as it does, where something does."""
    budget: Budget | None = None
    """What is left of the store's requests, where it says so. Of the connection, not of the release: never stored."""

    def same_as(self, other: ReleaseState) -> bool:
        """Whether a person who saw `other` sees the same release now: everything but the ages."""
        return self.facts() == other.facts()

    def facts(self) -> tuple[object, ...]:
        """What an action depends on."""
        return (self.build, self.version, self.word, self.status, self.kind, self.track, self.share, self.day)
