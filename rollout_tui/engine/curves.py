"""The curves of the small charts: the worst value of every bucket, aligned to the wall clock (screens.md 5)."""

from __future__ import annotations

import math

from rollout_tui.domain.metrics import Direction, Metric
from rollout_tui.domain.snapshot import Curve

STEP = 450.0
"""Width of a bucket in seconds: six hours are 48 dot columns, 24 cells."""
COUNT = 192
"""Buckets kept: 24 hours."""


class CurveBook:
    """One metric's buckets, by their number since the epoch."""

    def __init__(self, metric: Metric) -> None:
        self._worse = max if metric.better is Direction.LOWER else min
        self._buckets: dict[int, float] = {}
        self.known_until: float | None = None

    def note(self, at: float, value: float) -> None:
        """A value at a time: the worst of its bucket stays."""
        bucket = int(at // STEP)
        known = self._buckets.get(bucket)
        self._buckets[bucket] = value if known is None else self._worse(known, value)
        self.known_until = at if self.known_until is None else max(self.known_until, at)

    def fill(self, end: float, values: list[float | None], known_until: float | None) -> None:
        """Buckets from history that end at `end` (a bucket's edge), oldest first."""
        first = round(end / STEP) - len(values)
        for offset, value in enumerate(values):
            if value is not None:
                self._buckets.setdefault(first + offset, value)
        if known_until is not None:
            self.known_until = max(self.known_until or known_until, known_until)

    def first_hole(self, now: float) -> float | None:
        """When the oldest bucket without a value begins, of those that are over; None where all are known."""
        last = int(now // STEP)
        return next((number * STEP for number in range(last - COUNT + 1, last) if number not in self._buckets), None)

    def curve(self, now: float, phase_began: float | None) -> Curve:
        """The buckets up to the one that `now` lies in."""
        last = int(now // STEP)
        first = last - COUNT + 1
        if len(self._buckets) > 2 * COUNT:
            self._buckets = {number: value for number, value in self._buckets.items() if number >= first}
        values = tuple(self._buckets.get(number) for number in range(first, last + 1))
        return Curve(STEP, (last + 1) * STEP, values, self.known_until, phase_began)


def aligned_end(now: float) -> float:
    """The end of the bucket that `now` lies in."""
    return (math.floor(now / STEP) + 1) * STEP
