"""What one rollout asks for, before NEXT chooses between rollouts (screens.md 3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from enum import IntEnum

from rollout_tui.domain.ladder import next_phase
from rollout_tui.domain.plan import Phase
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Rollout, Urgency

NOTHING = "Nothing to do now."
UNREAD = "Wait: not all is read yet."
"""In place of it after a start: whoever looks for two seconds must not read that all is well."""


class Rank(IntEnum):
    """Most urgent first. HOLD: the time is over, and a person may choose; WAIT: nothing can be done."""

    UNSETTLED = 0
    PAUSE = 1
    INVESTIGATE = 2
    MEND = 3
    RELEASE = 4
    PROMOTE = 5
    HOLD = 6
    WAIT = 7


@dataclass(frozen=True, slots=True)
class Advice:
    """What one rollout asks for. `short` is the form that follows "Then iOS: " and fits 80 columns.

    `brief` is the reason where there is no room for `detail`; empty where that has no other form.
    """

    rank: Rank
    urgency: Urgency
    severity: Severity
    headline: str
    detail: str
    short: str
    key: str | None = None
    brief: str = ""


Ask = Callable[[Rollout, float, tzinfo], Advice | None]
"""A question to a rollout at a moment (epoch seconds UTC), told in a zone; None where it asks for nothing."""


def target_of(rollout: Rollout) -> Phase | None:
    """Where a promotion leads; None where there is no phase to go on from, or none to go to."""
    current = rollout.current
    return None if current is None else next_phase(rollout.plan.phases, rollout.phases.index(current))
