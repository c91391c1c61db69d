"""The request budget that App Store Connect tells with every answer (stores.md 4, A20)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rollout_tui.domain.releases import Budget

_LOW = 0.1
"""Part of the hour's budget below which a person is told."""
_RESERVE = 0.02
"""Part of the hour's budget that polling leaves to actions."""
BELIEVED = 300.0
"""Seconds for which a low budget is believed without asking again."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """Requests an hour and what is left of them; `at` is when it was said (seconds of the wall)."""

    limit: int
    remaining: int
    at: float

    @property
    def low(self) -> bool:
        """Whether a person should know."""
        return self.remaining < self.limit * _LOW

    def reserved(self, now: float) -> bool:
        """Whether only actions may still ask."""
        return self.remaining <= self.limit * _RESERVE and now - self.at < BELIEVED

    @property
    def budget(self) -> Budget:
        """The same as everybody understands it."""
        return Budget(self.remaining, self.limit, int(self.limit * _RESERVE))

    def __str__(self) -> str:
        return f"{self.remaining:,} of {self.limit:,} requests left this hour"


def rate_limit(headers: Mapping[str, str], now: float) -> RateLimit | None:
    """Read `X-Rate-Limit: user-hour-lim:3500;user-hour-rem:500;`, None where it does not say both."""
    found: dict[str, int] = {}
    for part in headers.get("x-rate-limit", "").split(";"):
        name, _, value = part.strip().partition(":")
        if value.strip().isascii() and value.strip().isdigit():
            found[name.strip().lower()] = int(value)
    limit, remaining = found.get("user-hour-lim"), found.get("user-hour-rem")
    return None if not limit or remaining is None else RateLimit(limit, remaining, now)
