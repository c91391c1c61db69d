"""Events: changes worth a line in the log. Never "read OK"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from rollout_tui.domain.releases import Platform
from rollout_tui.domain.severity import Severity


class EventKind(StrEnum):
    """What changed."""

    STATE = "state"
    SEVERITY = "severity"
    VERDICT = "verdict"
    ACTION = "action"
    SOURCE = "source"
    ELSEWHERE = "elsewhere"
    SIGNOFF = "signoff"
    ACK = "ack"
    WAIVER = "waiver"
    REQUEST = "request"
    """A second person was asked, or said yes."""
    STEP = "step"
    """Something of a runbook was done, or taken back."""
    PROGRAM = "program"


@dataclass(frozen=True, slots=True)
class Ack:
    """Somebody saw what stands: who, and when (epoch seconds UTC)."""

    by: str
    at: float


@dataclass(frozen=True, slots=True)
class Event:
    """One change: when (epoch seconds UTC), where (None: both platforms), in one plain sentence.

    `level` colours the mark before the text; None means no mark. `who` is the person who did it, where one did.
    """

    at: float
    kind: EventKind
    text: str
    platform: Platform | None = None
    level: Severity | None = None
    who: str = ""


MEASURED = frozenset({EventKind.SEVERITY, EventKind.VERDICT})
"""Changes told with the numbers of one look; another program's look at the same change has other numbers."""
_ABOUT = re.compile(r"(.+?)(?:: | left the target| back in its target| (?:OK|INFO|WARNING|CRITICAL|UNKNOWN)\b)")
_NUMBER = re.compile(r"\d[\d.,]*")


_OF_A_STATE = re.compile(r"(Phase .+ began$)|(.+: \d+ d .+)")
"""A phase that began, and what a store grants; any other sentence about a state tells how it turned."""


def is_of_one_state(text: str, other: str) -> bool:
    """Whether two sentences about a state are both of a phase, of what runs out, or of how the state turned."""
    told, before = _OF_A_STATE.match(text), _OF_A_STATE.match(other)
    return (told and told.lastindex) == (before and before.lastindex)


def is_of_the_same(text: str, other: str) -> bool:
    """Whether two sentences about what was measured are about the same metric or gate."""
    told, before = _ABOUT.match(text), _ABOUT.match(other)
    return told is not None and before is not None and told[1] == before[1]


def says_the_same(text: str, other: str) -> bool:
    """Whether they tell the same change, whatever the numbers."""
    return _NUMBER.sub("", text) == _NUMBER.sub("", other)
