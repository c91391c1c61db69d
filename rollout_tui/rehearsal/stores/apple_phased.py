"""The seven-day ladder of one version as a state machine (stores.md A1 to A6)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

from rollout_tui.rehearsal.stores.apple_errors import invalid, state_error, wrong_type
from rollout_tui.rehearsal.stores.apple_start import DAY

LADDER = tuple(Decimal(share) / 100 for share in (1, 2, 5, 10, 20, 50, 100))
"""Shares of automatic updates on days 1 to 7 (A2)."""
STATES = ("INACTIVE", "ACTIVE", "PAUSED", "COMPLETE")
BY_HAND = frozenset({("ACTIVE", "PAUSED"), ("PAUSED", "ACTIVE"), ("ACTIVE", "COMPLETE"), ("PAUSED", "COMPLETE")})
"""The changes that a PATCH can make; everything else comes by itself or not at all."""
_POINTER = "/data/attributes/phasedReleaseState"


@dataclass(slots=True)
class PhasedRelease:
    """A phased release. Times epoch seconds."""

    id: str
    state: str = "INACTIVE"
    started: float | None = None
    paused_at: float | None = None
    paused_for: float = 0.0
    shown_day: int = 0

    def day(self, now: float) -> int:
        """1 to 7, 0 before the start; the ladder stands while paused."""
        if self.started is None:
            return 0
        return min(len(LADDER), 1 + math.floor(self.climbed(now) / DAY))

    def climbed(self, now: float) -> float:
        """Seconds on the ladder without the pauses."""
        until = self.paused_at if self.paused_at is not None else now
        return max(0.0, until - (self.started or until) - self.paused_for)

    def pause_days(self, now: float) -> int:
        """Whole days paused in total. Nothing is known of what comes on day 30, so nothing comes (A3)."""
        running = 0.0 if self.paused_at is None else now - self.paused_at
        return int((self.paused_for + running) // DAY)

    def due(self, now: float) -> list[tuple[float, Decimal]]:
        """The steps that came due by `now` and were not told yet, with the time of each; the last day completes it."""
        steps: list[tuple[float, Decimal]] = []
        if self.state != "ACTIVE" or self.started is None:
            return steps
        while self.shown_day < self.day(now):
            steps.append((self.started + self.paused_for + self.shown_day * DAY, LADDER[self.shown_day]))
            self.shown_day += 1
        if self.climbed(now) >= len(LADDER) * DAY:
            self.state = "COMPLETE"
        return steps

    def start(self, at: float) -> None:
        """The version is live: day 1 begins."""
        self.state, self.started = "ACTIVE", at

    def change(self, state: str, now: float) -> Decimal:
        """A PATCH; the share that is offered from now on. Raises AppleError for what Apple refuses (A5, A6)."""
        self._check(state)
        if state == "PAUSED":
            self.pause(now)
            return Decimal(0)
        self._go_on(now)
        self.state = state
        return Decimal(1) if state == "COMPLETE" else LADDER[self.day(now) - 1]

    def pause(self, at: float) -> None:
        """The ladder stands from now on."""
        self.state, self.paused_at = "PAUSED", at

    def end(self, at: float) -> None:
        """It is over without asking: a newer version took its place (A7)."""
        self._go_on(at)
        self.state = "COMPLETE"

    def _go_on(self, now: float) -> None:
        if self.paused_at is not None:
            self.paused_for += now - self.paused_at
            self.paused_at = None

    def _check(self, state: str) -> None:
        if state not in STATES:
            raise wrong_type("phasedReleaseState", state)
        if self.state == "COMPLETE" and state != "COMPLETE":
            raise state_error("You cannot change the state of a phased release that is in a final state", _POINTER)
        if self.state == state:
            raise invalid(f"The phased release already has this value - {_POINTER}", _POINTER)
        if (self.state, state) not in BY_HAND:
            raise state_error(f"The phased release cannot go from {self.state} to {state}", _POINTER)


def check_first(state: str | None) -> None:
    """A ladder can only be created as INACTIVE."""
    if state not in (None, "INACTIVE"):
        raise invalid(f"A phased release cannot be created as {state}", _POINTER)
