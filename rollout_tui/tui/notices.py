"""What the right half of the footer says: a notice for some seconds, else how the last action ended."""

from __future__ import annotations

from dataclasses import dataclass

from rollout_tui.domain.actions import Ending, Outcome

_TONE = {
    Ending.DONE: "ok",
    Ending.ALREADY: "ok",
    Ending.DIFFERS: "warn",
    Ending.REFUSED: "warn",
    Ending.UNCONFIRMED: "crit",
}


@dataclass(slots=True)
class Notices:
    """`notice` is (text, colour token); `outcome` stays until the next action begins."""

    notice: tuple[str, str] | None = None
    outcome: Outcome | None = None

    def now(self) -> tuple[str, str]:
        """What to show, and in which colour."""
        if self.notice is not None:
            return self.notice
        if self.outcome is None:
            return "", "mute"
        outcome = self.outcome
        return f"{outcome.kind.value} {outcome.ending.value}: {outcome.message}", _TONE[outcome.ending]
