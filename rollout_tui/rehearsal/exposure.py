"""Who is offered which build: written by the stores when a change takes effect, read by the simulated users."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Offer:
    """From `at` (epoch seconds) on, this share of the platform's users is offered the build; 0 stops offering."""

    at: float
    build: str
    share: Decimal


class ExposureLog:
    """One platform's offers in order of time."""

    def __init__(self) -> None:
        self.offers: list[Offer] = []

    def set(self, at: float, build: str, share: Decimal) -> None:
        """A store offers the build to another share from now on. Times never decrease."""
        if self.offers and at < self.offers[-1].at:
            at = self.offers[-1].at
        if self.share_at(build, at) != share:
            self.offers.append(Offer(at, build, share))

    def share_at(self, build: str, at: float) -> Decimal:
        """The share that is offered the build at a time; 0 before the first offer."""
        end = bisect_right(self.offers, at, key=lambda offer: offer.at)
        for offer in reversed(self.offers[:end]):
            if offer.build == build:
                return offer.share
        return Decimal(0)
