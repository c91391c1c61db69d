"""How fast sessions come: turns "so many sessions more" into hours (gates.md 4)."""

from __future__ import annotations

from bisect import bisect_right

_HOUR = 3600.0
_DAY = 24 * _HOUR
_APART = 600.0
"""Seconds between the counts that are kept."""
_KEPT = _DAY + 2 * _HOUR
_LEAST = 300.0
"""Seconds that a pace must rest on."""
_FARTHEST = 60 * 24
"""Hours beyond which nothing is foreseen."""


class Pace:
    """Counts of the last day. Times in seconds since the phase began, which counts from zero."""

    __slots__ = ("_now", "_times", "_totals")

    def __init__(self) -> None:
        self._times = [0.0]
        self._totals = [0.0]
        self._now = (0.0, 0.0)

    def note(self, t: float, total: float) -> None:
        """Take a poll's count; `t` never decreases."""
        self._now = (t, total)
        if t - self._times[-1] < _APART:
            return
        self._times.append(t)
        self._totals.append(total)
        old = bisect_right(self._times, t - _KEPT) - 1
        if old > 0:
            del self._times[:old]
            del self._totals[:old]

    def per_hour(self) -> float | None:
        """Sessions an hour over the last 60 minutes; None while too little is known or nothing comes."""
        t, total = self._now
        since = max(self._times[0], t - _HOUR)
        if t - since < _LEAST:
            return None
        came = total - self._at(since)
        return came / (t - since) * _HOUR if came > 0 else None

    def hours(self, sessions: int | None) -> float | None:
        """Hours until that many more have come: as in the same hours of yesterday where known, else as lately."""
        lately = self.per_hour()
        if sessions is None or lately is None:
            return None
        t, _ = self._now
        if t < _DAY or self._times[0] > t - _DAY:
            hours = sessions / lately
            return hours if hours <= _FARTHEST else None
        return self._as_yesterday(sessions)

    def _as_yesterday(self, sessions: int) -> float | None:
        yesterday = self._now[0] - _DAY
        came = [self._at(yesterday + (h + 1) * _HOUR) - self._at(yesterday + h * _HOUR) for h in range(24)]
        came = [max(0.0, number) for number in came]
        day = sum(came)
        if day <= 0 or sessions / day * 24 > _FARTHEST:
            return None
        days, left = divmod(float(sessions), day)
        hours = 24.0 * days
        for number in came:
            if number >= left:
                return hours + (left / number if number else 0.0)
            left -= number
            hours += 1.0
        return hours

    def _at(self, t: float) -> float:
        """The count at a time, between two polls in proportion."""
        times = [*self._times, self._now[0]]
        totals = [*self._totals, self._now[1]]
        after = bisect_right(times, t)
        if after == 0:
            return totals[0]
        if after == len(times):
            return totals[-1]
        span = times[after] - times[after - 1]
        share = (t - times[after - 1]) / span if span > 0 else 0.0
        return totals[after - 1] + share * (totals[after] - totals[after - 1])
