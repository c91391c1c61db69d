"""What a source without counts shows over the hours: a trend for the eye, never a verdict (gates.md 7)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import comb

from rollout_tui.domain.quantities import Bare, Number, exact, flaw
from rollout_tui.domain.verdicts import Verdict

HOUR = 3600.0
LEAST_WINDOWS = 9
NEEDED = 100
"""The evidence from which a trend is called consistent."""

REASON = "source gives no counts"


def trend_evidence(good: int, bad: int) -> Fraction:
    """Evidence that the median window is better than the limit: 2^(g+b) * 2 * integral of q^g (1-q)^b from 1/2 to 1.

    The integral is a tail of the binomial distribution, so the number is exact.
    """
    n = good + bad
    return Fraction(sum(comb(n + 1, i) for i in range(good + 1)), (n + 1) * comb(n, good))


@dataclass(frozen=True, slots=True)
class TrendJudged:
    """UNDECIDED (NO DATA without a usable value) and what was seen: `good` windows better, `bad` ones worse.

    `trend` reads "below in 6 of 6 hours" or "consistently below (10 of 10 hours)"; empty before the first window.
    """

    verdict: Verdict
    reason: str
    trend: str = ""
    good: int = 0
    bad: int = 0


class Trend:
    """Counts windows on either side of the limit. Times are seconds since the phase began.

    Each value speaks of the `window` seconds before it (an hour at least), not of the whole phase, and both are in the
    metric's unit. A window counts when it begins where the last one ended or later, and its value differs: the same
    number again may be the same data.
    """

    __slots__ = ("_due", "_higher", "_last", "_limit", "_newest", "_window", "bad", "good")

    def __init__(self, limit: float | Fraction, *, higher: bool, window: float = HOUR) -> None:
        self._limit = limit if isinstance(limit, Fraction) else exact(limit)
        self._higher = higher
        self._window = max(HOUR, window)
        self._due = self._window
        self._newest = 0.0
        self._last: Fraction | None = None
        self.good = 0
        self.bad = 0

    def poll(self, t: float, value: Number) -> TrendJudged:
        """Take note of the value of `t` and say what was seen so far. An unusable one changes nothing."""
        problem = flaw(Bare(value))
        if problem is not None:
            return TrendJudged(Verdict.NO_DATA, problem, self.words(), self.good, self.bad)
        self.recall(t, value)
        return TrendJudged(Verdict.UNDECIDED, REASON, self.words(), self.good, self.bad)

    def recall(self, t: float, value: Number) -> None:
        """Take note of a value that was shown before."""
        if flaw(Bare(value)) is not None:
            return
        t = self._newest = max(t, self._newest)
        number = exact(value)
        if t < self._due or number == self._last:
            return
        self._due = t + self._window
        self._last = number
        if number != self._limit:  # a value on the limit is neither better nor worse
            better = (number > self._limit) is self._higher
            self.good, self.bad = self.good + better, self.bad + (not better)

    def words(self) -> str:
        """What the windows show, for people; empty before the first one."""
        n = self.good + self.bad
        if n == 0:
            return ""
        under, over = (self.bad, self.good) if self._higher else (self.good, self.bad)
        for side, count in (("below", under), ("above", over)):
            if n >= LEAST_WINDOWS and trend_evidence(count, n - count) >= NEEDED:
                return f"consistently {side} ({count} of {n} {self._spans(n)})"
        good_side = "above" if self._higher else "below"
        return f"{good_side} in {self.good} of {n} {self._spans(n)}"

    def _spans(self, n: int) -> str:
        if self._window == HOUR:
            return "hour" if n == 1 else "hours"
        return f"window{'' if n == 1 else 's'} of {self._window / HOUR:g} h"
