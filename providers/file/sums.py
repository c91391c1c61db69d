"""Rows added up by time, so that any window is a subtraction; counters become what grew between two rows."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Sequence

_MOST = 1_000_000
"""Rows of one metric that are kept; older ones are forgotten, and windows begin later."""


class Sums:
    """The numbers of one metric of one build: growing sums by time. Rows may come a little out of order."""

    def __init__(self, width: int) -> None:
        self._times = array("d")
        self._sums = [array("d") for _ in range(width)]
        self.since: float | None = None
        """Where counting begins, if anything before is not known."""

    def add(self, time: float, numbers: Sequence[float]) -> None:
        """Count a row."""
        place = bisect_left(self._times, time)
        if place == len(self._times) or self._times[place] != time:
            self._times.insert(place, time)
            for sums in self._sums:
                sums.insert(place, sums[place - 1] if place else 0.0)
        for sums, number in zip(self._sums, numbers, strict=True):
            for later in range(place, len(sums)):
                sums[later] += number
        if len(self._times) > _MOST:
            self._forget(_MOST // 2)

    def last(self, until: float) -> float | None:
        """The time of the last row at or before a moment."""
        end = bisect_right(self._times, until)
        return self._times[end - 1] if end else None

    def between(self, start: float, until: float) -> tuple[float, ...]:
        """What the rows after `start` and up to `until` come to."""
        begin, end = bisect_right(self._times, start), bisect_right(self._times, until)
        return tuple(
            (sums[end - 1] if end else 0.0) - (sums[begin - 1] if begin else 0.0) if end > begin else 0.0
            for sums in self._sums
        )

    def _forget(self, count: int) -> None:
        self.since = self._times[count - 1]
        del self._times[:count]
        for sums in self._sums:
            before = sums[count - 1]
            del sums[:count]
            for place in range(len(sums)):
                sums[place] -= before


class Values:
    """The values of one metric of one build by time; of several at one time the last that was written counts."""

    def __init__(self) -> None:
        self._times = array("d")
        self._values = array("d")

    def add(self, time: float, value: float) -> None:
        """Note a row."""
        place = bisect_right(self._times, time)
        self._times.insert(place, time)
        self._values.insert(place, value)
        if len(self._times) > _MOST:
            del self._times[: _MOST // 2], self._values[: _MOST // 2]

    def last(self, until: float) -> float | None:
        """The time of the last row at or before a moment."""
        end = bisect_right(self._times, until)
        return self._times[end - 1] if end else None

    def value(self, until: float) -> float:
        """The value of that row. Raises IndexError without one."""
        return self._values[bisect_right(self._times, until) - 1]


class Growth:
    """Turns counters into what is new: a fall is a restart and counts from zero; what is known already counts not."""

    def __init__(self) -> None:
        self._last: dict[Hashable, tuple[float, Sequence[float]]] = {}

    def of(self, counter: Hashable, time: float, numbers: Sequence[float]) -> tuple[float, ...] | None:
        """What a counter's numbers grew since its row before; None for a row that is no newer than that."""
        at, before = self._last.get(counter, (time - 1.0, numbers))
        if time <= at:
            return None
        self._last[counter] = (time, numbers)
        return tuple(now - then if now >= then else now for now, then in zip(numbers, before, strict=True))
