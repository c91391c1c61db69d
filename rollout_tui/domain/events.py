"""Events: changes worth a line in the log. Never "read OK"."""

from __future__ import annotations

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
