"""Counting from raw samples: how much a selector's counters grew since a moment, series by series (gates.md 8).

`increase()` extrapolates to the window's edges, so its counts are not what happened. Here the samples themselves are
subtracted: a fall is a restart and counts from zero, and a series that vanishes keeps what it counted.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping

from providers.prometheus.client import Labels, Series

BeganAtZero = Callable[[Labels, float], bool]
"""Whether a series whose first sample has this time began at zero; else that sample is where counting starts."""
_SPARE = 4096


class Tally:
    """One selector's growth from `start` (epoch seconds) on, known up to `until`."""

    def __init__(self, start: float, standing: Mapping[Labels, float]) -> None:
        """`standing` is what each series showed at the start, or last before it."""
        self.start = start
        self.until = start
        self.began: float | None = start if standing else None
        """Since when it counts: the start, or the first sample where nothing is known before it; None without any."""
        self._last = dict(standing)
        self._times = array("d", [start] if standing else [])
        self._sums = array("d", [0.0] if standing else [])

    @property
    def seen(self) -> Collection[Labels]:
        """Labels of every series that ever was there."""
        return self._last.keys()

    def extend(self, found: Iterable[Series], until: float, began_at_zero: BeganAtZero) -> None:
        """Add what the series showed after the moment up to which all is known. What is no count is left out."""
        grown: dict[float, float] = {}
        for series in found:
            for time, value in series.points:
                if (time > self.until or not self._times) and math.isfinite(value) and value >= 0:
                    grown[time] = grown.get(time, 0.0) + self._growth(series.labels, time, value, began_at_zero)
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

    def newest(self, at: float) -> float | None:
        """When something was last seen at or before a time."""
        end = bisect_right(self._times, at)
        return self._times[end - 1] if end else None

    def forget(self, before: float) -> None:
        """Drop what no window reaches back to any more."""
        keep = bisect_right(self._times, before) - 1
        if keep > _SPARE:
            del self._times[:keep]
            del self._sums[:keep]
            self.start = self._times[0]

    def _growth(self, labels: Labels, time: float, value: float, began_at_zero: BeganAtZero) -> float:
        last = self._last.get(labels)
        self._last[labels] = value
        if last is not None:
            return value - last if value >= last else value
        from_zero = began_at_zero(labels, time)
        begins = self.start if from_zero else time
        self.began = begins if self.began is None else min(self.began, begins)
        return value if from_zero else 0.0
