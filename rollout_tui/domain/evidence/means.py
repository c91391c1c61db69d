"""The evidence on a mean over the life of a phase: an interval that holds at all looks, asymptotically (gates.md 7).

A mean of unbounded values can be moved by one of them, so "the mean is below" is only said where the largest possible
value is known. As with rates, all state is a pure function of the polls in order of arrival.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log, sqrt

from rollout_tui.domain.quantities import Mean, Number, flaw
from rollout_tui.domain.verdicts import Verdict

_TIGHTEST = 1 / 500
"""r of gates.md 7: the interval is at its tightest around 500 observations."""

BLOCK = 20
"""Sessions that a block needs before its mean counts."""
LEAST_BLOCKS = 30
"""Blocks without which the spread is not known."""
LEAST_OBSERVATIONS = 600
"""Observations before any verdict where sums of squares are given: what thirty blocks hold at least. The rule leans on
the mean being nearly normal; that of few skewed observations is not, however well their spread is known."""

_ROUNDING = 1e-9


def half_width(n: float, sd: float, alpha: float) -> float:
    """Half of the interval around the mean of `n` observations with that spread; each side wrong with at most alpha."""
    grown = n * _TIGHTEST + 1
    return sd * sqrt(2 * grown / (n * n * _TIGHTEST) * log(1 + sqrt(grown) / (2 * alpha)))


def interval_of(mean: Mean, alpha: float = 0.01) -> tuple[float, float] | None:
    """Means that a sum, its count and its sum of squares do not rule out; None without squares or from too few."""
    n, s = float(mean.count), float(mean.sum)
    if mean.squares is None or n < LEAST_OBSERVATIONS:
        return None
    half = half_width(n, sqrt(max(0.0, float(mean.squares) - s * s / n) / (n - 1)), alpha)
    return max(0.0, s / n - half), s / n + half


class BatchVariance:
    """The variance of single observations, from how the means of blocks differ: no sum of squares is needed.

    Fed with cumulative sums and counts. What a source corrects downwards, and what comes back afterwards, is no new
    observation: the block that it falls into is dropped, and gathering goes on from the new numbers.
    """

    __slots__ = ("_high", "_last", "_mark", "_mean", "_n", "_spread", "blocks")

    def __init__(self) -> None:
        self.blocks = 0
        self._mark = self._last = self._high = (0.0, 0.0)
        self._n = self._mean = self._spread = 0.0

    def add(self, total: float, count: float) -> None:
        """Take note of a newer sum and count since the phase began."""
        now = (total, count)
        if any(_moved(*each) for each in zip(self._last, self._high, now, strict=True)):
            self._mark = now
        elif count - self._mark[1] >= BLOCK:
            self._close(total - self._mark[0], count - self._mark[1])
            self._mark = now
        self._last = now
        self._high = (max(self._high[0], total), max(self._high[1], count))

    @property
    def variance(self) -> float | None:
        """In the square of the metric's unit; None before there are two blocks."""
        return self._spread / (self.blocks - 1) if self.blocks > 1 else None

    def _close(self, total: float, count: float) -> None:
        """Welford's sums: the same as Q - S^2/N of gates.md, without the difference of two large numbers."""
        self.blocks += 1
        self._n += count
        away = total / count - self._mean
        self._mean += away * count / self._n
        self._spread += count * away * (total / count - self._mean)


def _moved(last: float, high: float, now: float) -> bool:
    """Whether a number was corrected downwards, or has come back to where it stood before a correction."""
    return now < last or last < high <= now


@dataclass(frozen=True, slots=True)
class MeanJudged:
    """One poll's answer, in the metric's unit.

    `half` is half of the interval around `mean` at alpha a side; None before the spread is known. `lean` is how far
    the mean is on the good side of the limit, in halves: -1 (proven bad) ... 1 (proven good), 0 while unknown.
    """

    verdict: Verdict
    mean: float | None = None
    half: float | None = None
    lean: float = 0.0
    reason: str = ""


class MeanEvidence:
    """Judges polls of cumulative sums and counts one after the other. Times are seconds since the phase began.

    `cap` is the largest possible observation, where there is one. It permits the verdict "proven under", which is PASS
    where lower is better and FAIL where `higher` is; "proven over" needs none.
    """

    __slots__ = ("_alpha", "_batches", "_beta", "_capped", "_higher", "_limit", "_most", "_newest", "failed_at")

    def __init__(self, limit: float, *, higher: bool, cap: float | None, alpha: float, beta: float) -> None:
        self._limit, self._higher, self._capped = limit, higher, cap is not None
        self._alpha, self._beta = alpha, beta
        self.failed_at: float | None = None
        """When FAIL was latched; set from outside to restore a latch."""
        self._batches = BatchVariance()
        self._most = 0.0
        self._newest = 0.0

    def poll(self, t: float, total: object, count: object, squares: object = None) -> MeanJudged:
        """Judge the sum and count of `t`. Unusable ones change nothing; a latched FAIL stays FAIL."""
        problem = self._problem(total, count, squares)
        if problem is not None:
            return MeanJudged(Verdict.NO_DATA if self.failed_at is None else Verdict.FAIL, reason=problem)
        t, s, n = self._take(t, total, count)
        mean = s / n
        deviation, missing = self._deviation(s, n, squares)
        if deviation is None:
            return MeanJudged(self._latched(Verdict.UNDECIDED), mean, reason=missing)
        return self._judge(t, mean, half_width(n, deviation, self._alpha), half_width(n, deviation, self._beta))

    def recall(self, t: float, total: object, count: object, squares: object = None) -> None:
        """Take note of numbers that were judged before: all of `poll` but the judging, for a quick start."""
        if self._problem(total, count, squares) is None:
            self._take(t, total, count)

    def _judge(self, t: float, mean: float, half: float, half_pass: float) -> MeanJudged:
        away = (mean - self._limit) if self._higher else (self._limit - mean)
        lean = max(-1.0, min(1.0, _ratio(away, half_pass if away > 0 else half)))
        side = "over" if mean > self._limit else "under" if mean < self._limit else "on"
        verdict, reason = Verdict.UNDECIDED, f"{side} the limit, not proven"
        if away > half_pass or -away > half:
            if side == "over" or self._capped:
                verdict = Verdict.PASS if away > 0 else Verdict.FAIL
                reason = f"proven {side}, approx."
            else:
                reason = "under the limit, but needs a cap: without a largest possible value no mean is proven under"
        if verdict is Verdict.FAIL and self.failed_at is None:
            self.failed_at = t
        return MeanJudged(self._latched(verdict), mean, half, lean, reason)

    def _latched(self, verdict: Verdict) -> Verdict:
        return verdict if self.failed_at is None else Verdict.FAIL

    def _take(self, t: float, total: object, count: object) -> tuple[float, float, float]:
        """Time, sum and count, with everything that depends on them brought up to date."""
        t = self._newest = max(t, self._newest)  # a clock that is set back moves nothing back
        s = float(total)  # type: ignore[arg-type]  # _problem() let only numbers through
        n = float(count)  # type: ignore[arg-type]  # likewise
        self._most = max(self._most, n)
        self._batches.add(s, n)
        return t, s, n

    def _deviation(self, s: float, n: float, squares: object) -> tuple[float | None, str]:
        """The standard deviation, or None and what is missing for it."""
        if squares is None:
            blocks, variance = self._batches.blocks, self._batches.variance
            if blocks < LEAST_BLOCKS or variance is None:
                known = f"the spread is known after {LEAST_BLOCKS} samples of {BLOCK} or more, so far {blocks}"
                return None, f"not enough sessions: {known}"
            return sqrt(variance), ""
        if n < LEAST_OBSERVATIONS:
            return None, f"not enough sessions: {n:,.0f} of at least {LEAST_OBSERVATIONS}"
        spread = float(squares) - s * s / n  # type: ignore[arg-type]  # _problem() let only numbers through
        return sqrt(max(0.0, spread) / (n - 1)), ""

    def _problem(self, total: object, count: object, squares: object) -> str | None:
        """Why these numbers are no data; None when they can be judged (gates.md 8)."""
        problem = flaw(Mean(total, count, squares))  # type: ignore[arg-type]  # flaw() looks at what they are
        if problem is not None:
            return problem
        s, n = _floats(total, count)
        if 10 * n < 9 * self._most:
            return f"sessions fell from {self._most:,.0f} to {n:,.0f}: a reset or a wrong window"
        if squares is not None and float(squares) * n < s * s * (1 - _ROUNDING):  # type: ignore[arg-type]  # as above
            return "the sum of squares is too small for this sum and count"
        return None


def _floats(*numbers: object) -> list[float]:
    return [float(number) for number in numbers if isinstance(number, Number)]


def _ratio(away: float, half: float) -> float:
    if half > 0:
        return away / half
    return 0.0 if away == 0 else inf if away > 0 else -inf
