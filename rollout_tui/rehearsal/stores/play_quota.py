"""One bucket of queries a minute for everything that asks this API, other tools included (G22)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from rollout_tui.rehearsal.stores.play_bodies import PlayError

_MINUTE = 60.0


@dataclass(slots=True)
class Quota:
    """`others` queries a minute are made by other tools of the same project; they are never the ones refused."""

    now: Callable[[], float]
    per_minute: float = 3000.0
    others: float = 0.0
    refused: int = 0
    _left: float = field(init=False)
    _at: float = field(init=False)

    def __post_init__(self) -> None:
        self._left, self._at = self.per_minute, self.now()

    def set(self, per_minute: float, others: float) -> None:
        """Another size, or another tool begins; what is left is cut to what it would leave."""
        self.per_minute, self.others = per_minute, others
        self._left, self._at = min(self._left, max(0.0, per_minute - others)), self.now()

    def take(self) -> None:
        """Use one query. Raises PlayError 429 where none is left."""
        now = self.now()
        refill = (self.per_minute - self.others) / _MINUTE * max(0.0, now - self._at)
        self._left, self._at = max(0.0, min(self.per_minute, self._left + refill)), now
        if self._left < 1:
            self.refused += 1
            message = (
                "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute' of service "
                "'androidpublisher.googleapis.com' for consumer 'project_number:100000000001'."
            )
            raise PlayError(429, "RESOURCE_EXHAUSTED", message, "rateLimitExceeded")
        self._left -= 1
