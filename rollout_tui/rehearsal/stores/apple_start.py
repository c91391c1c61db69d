"""How the App Store stands when a rehearsal starts, and what comes to pass there by itself: frozen values."""

from __future__ import annotations

from dataclasses import dataclass

HOUR = 3600.0
DAY = 24 * HOUR

_TESTED = {"testflight": 0.0, "review": 36.0, "waiting": 56.0, "phased": 57.0}
"""Hours from the begin of TestFlight to the begin of a stage."""


@dataclass(frozen=True, slots=True)
class Course:
    """How a review goes: hours in the queue, hours in review, and how it ends."""

    queue: float = 6.0
    review: float = 14.0
    verdict: str = "APPROVED"
    """APPROVED, REJECTED, or for a version METADATA_REJECTED."""
    reason: str = ""
    """What Apple writes in its Resolution Center: no answer of the API carries it."""


@dataclass(frozen=True, slots=True)
class Newer:
    """A newer version of the app that goes live while ours is in its phased release (A7)."""

    version: str
    build: str
    live_at: float
    """Hours from the start."""


@dataclass(frozen=True, slots=True)
class Agreements:
    """From when on a missing agreement is in the way: hours from the start, for changes and for reads (A21)."""

    changes_from: float
    reads_from: float


@dataclass(frozen=True, slots=True)
class OtherTool:
    """Another tool with the same key (A20): what it asks an hour, from when to when, and what it leaves of the hour."""

    hourly: float
    since: float
    until: float
    leaves: int


@dataclass(frozen=True, slots=True)
class AppStoreStart:
    """How the App Store stands at the start. `stage`: testflight, review, waiting (approved) or phased."""

    stage: str = "phased"
    build: str = "87"
    old_build: str = "82"
    group: str = "QA"
    external: bool = False
    """Whether the group is of external testers, who get nothing before a beta review (A15, A16)."""
    testers: int = 100
    since: float = -52.0
    """Hours: when this stage began."""
    review: Course = Course()
    beta: Course = Course(8.0, 16.0)
    paused: float | None = None
    """Hours: since when the phased release is paused."""
    release_type: str = "MANUAL"
    first: bool = False
    """Whether the app never had a version before: then it has no phased release (A1)."""
    newer: Newer | None = None
    agreements: Agreements | None = None
    other_tool: OtherTool | None = None
    hourly: int = 3600
    """Requests that the key may make in a rolling hour."""
    lag: float = 3.0
    """Seconds for which reads still show what was before a person's change of a submission (A13)."""
    unanswered: tuple[str, ...] = ()
    """Answers of the age rating that Apple newly asks for (A21)."""
    feedback: bool = True
    """Whether testers send any."""

    @property
    def tested_since(self) -> float:
        """Hours: when the build went to the testers."""
        return self.since - _TESTED[self.stage]

    @property
    def reviewed_since(self) -> float | None:
        """Hours: when it was submitted for review; None where it was not."""
        return None if self.stage == "testflight" else self.tested_since + _TESTED["review"]
