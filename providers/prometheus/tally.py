"""Counting from raw samples: how much a selector's counters grew since a moment, series by series (gates.md 8).

`increase()` extrapolates to the window's edges, so its counts are not what happened. Here the samples themselves are
subtracted: a fall is a restart and counts from zero, a series that vanishes keeps what it counted, one that appears
later began at zero, and what stood there when counting began is the start.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping

from providers.prometheus.client import Labels, Line

_CLOSE = 1.0
"""Seconds within which a sample is the newest one: times are sent with milliseconds."""


class Tally:
    """One selector's growth over time, from `start` (epoch seconds) on."""

    def __init__(self, start: float) -> None:
        self.start = start
        self.until = start
        self.alive = False
        """Whether any series had a value at `until`."""
        self._times: list[float] = []
        self._sums: list[float] = []
        self._last: dict[Labels, float] = {}

    @property
    def first(self) -> float | None:
        """When the first sample was seen; None before."""
        return self._times[0] if self._times else None

    def extend(self, lines: Iterable[Line], until: float, from_zero_after: float | None) -> None:
        """Add what the series showed up to `until`. Series that begin after `from_zero_after` began at zero.

        `from_zero_after` is when the neighbours were first seen: the server was looking already. None: nothing was.
        """
        grown: dict[float, float] = {}
        self.alive = False
        for line in lines:
            for time, value in line.points:
                if time <= self.until and self._times:
                    continue
                if not math.isfinite(value) or value < 0:
                    continue
                grown[time] = grown.get(time, 0.0) + self._growth(line.labels, time, value, from_zero_after)
                self.alive = self.alive or time >= until - _CLOSE
        total = self._sums[-1] if self._sums else 0.0
        for time in sorted(grown):
            total += grown[time]
            self._times.append(time)
            self._sums.append(total)
        self.until = max(self.until, until)

    def grown(self, since: float, until: float | None = None) -> float | None:
        """The growth from `since` (or from the first sample, where that is later) on; None where nothing was seen."""
        end = len(self._times) if until is None else bisect_right(self._times, until)
        if end == 0:
            return None
        begin = bisect_right(self._times, since)
        before = self._sums[begin - 1] if begin else 0.0
        return max(0.0, self._sums[end - 1] - before)

    def forget(self, before: float) -> None:
        """Drop what no window reaches back to any more."""
        keep = bisect_right(self._times, before) - 1
        if keep > 1000:
            del self._times[:keep]
            del self._sums[:keep]
            self.start = max(self.start, before)

    def _growth(self, labels: Labels, time: float, value: float, from_zero_after: float | None) -> float:
        last = self._last.get(labels)
        self._last[labels] = value
        if last is None:
            # What stands at the very beginning is the start, even where neighbours are known from earlier.
            seen = self.start if from_zero_after is None else max(self.start, from_zero_after)
            return value if from_zero_after is not None and time > seen + _CLOSE else 0.0
        return value - last if value >= last else value


def first_seen(tallies: Mapping[str, Tally], lines: Mapping[str, Iterable[Line]]) -> float | None:
    """When any of these selectors was first seen: from then on the server was looking."""
    known = [tally.first for tally in tallies.values() if tally.first is not None]
    fresh = [line.points[0][0] for group in lines.values() for line in group if line.points]
    return min([*known, *fresh], default=None)
