"""What is wrong with this build, as a source or store knows it: crash groups and what testers wrote (screens.md 12)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TroubleKind(StrEnum):
    """What kind of trouble a group collects."""

    CRASH = "crash"
    ANR = "not responding"
    HANG = "hang"
    NON_FATAL = "non-fatal"


class FeedbackKind(StrEnum):
    """How a tester told it."""

    CRASH = "crash"
    SCREENSHOT = "screenshot"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class TroubleGroup:
    """One group of reports of this build that share a cause. Texts are plain already; times epoch seconds UTC.

    `reports` and `users` are None where the source does not count them. `first_build` is the oldest build that had it,
    `new` whether this build is the first one, `regressed` whether it was resolved and came back (None: not known).
    `link` leads a person to it, `log` names what `Investigator.log` can fetch of it, empty where there is nothing.
    """

    id: str
    kind: TroubleKind
    title: str
    location: str = ""
    reports: int | None = None
    users: int | None = None
    first_build: str = ""
    new: bool | None = None
    regressed: bool | None = None
    first_seen: float | None = None
    last_seen: float | None = None
    link: str = ""
    log: str = ""
    hit: str = ""
    """Who is hit, as far as the source tells it: "Android API 28 to 35"."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What one person sent about this build. `log` names what `Investigator.log` can fetch, empty where there is none.

    The text is theirs: plain already, never markup.
    """

    id: str
    kind: FeedbackKind
    at: float
    text: str = ""
    device: str = ""
    system: str = ""
    log: str = ""


@dataclass(frozen=True, slots=True)
class Investigation:
    """One answer about one build. `as_of` is when the data ends (epoch seconds UTC), `note` what a reader must know.

    Groups come worst first, feedback newest first. `more_groups` and `more_feedback` are how many were left off.
    """

    source: str
    build: str
    as_of: float
    groups: tuple[TroubleGroup, ...] = ()
    feedback: tuple[Feedback, ...] = ()
    more_groups: int = 0
    more_feedback: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Inquired:
    """What one source answered when a person looked, or in words why there is no answer. `section` is its name."""

    section: str
    label: str
    answer: Investigation | None = None
    problem: str = ""
