"""The evidence on a rate over the life of a phase: both sides, hourly restarts, latch (gates.md 3 and 8).

All state is a pure function of the polls in order of arrival, so that a replay of the stored polls gives the same
verdicts and logarithms, bit by bit, as the uninterrupted run.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, log
from typing import Any, NamedTuple

from rollout_tui.domain.evidence.bank import Bets, log_sum, mirrored_limit
from rollout_tui.domain.quantities import are_plain_counts
from rollout_tui.domain.verdicts import Verdict

HOUR = 3600.0
MOST_HOURS = 48
_MOST = 10**15
"""Beyond this no count of sessions is one."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The settings of one gate. `limit` a ratio 0..1, `lag` seconds, `hours` planned for the phase."""

    limit: float
    hours: float = 24.0
    lag: float = 0.0
    dispersion: float = 1.0
    alpha: float = 0.01
    beta: float = 0.01
    above: bool = False
    """The rate must stay above the limit: judged on the mirrored counts."""

    @property
    def planned_hours(self) -> int:
        """H: rounded up, at least 1, at most 48."""
        return min(MOST_HOURS, max(1, ceil(self.hours)))

    @property
    def fail_at(self) -> float:
        """ln E that decides for FAIL."""
        return -log(self.alpha)

    @property
    def pass_at(self) -> float:
        """ln E that decides for PASS."""
        return -log(self.beta)


@dataclass(frozen=True, slots=True)
class Judged:
    """One poll's answer, with ln E of both sides where there were usable counts; `reason` says why there were none.

    `since` is where the evidence for FAIL mostly begins: a restart, or a later period (seconds since the phase began;
    0 for the phase itself).
    """

    verdict: Verdict
    log_e_fail: float | None = None
    log_e_pass: float | None = None
    since: float = 0.0
    reason: str = ""


class _Mark(NamedTuple):
    """Counts from which evidence is gathered anew: bad, sessions (of `lag` ago), time."""

    bad: float
    total: float
    t: float


_PHASE_START = _Mark(0.0, 0.0, 0.0)


class Evidence:
    """Judges polls of cumulative counts one after the other. Times are seconds since the phase began."""

    __slots__ = (
        "_base",
        "_bets",
        "_hours",
        "_marks",
        "_most",
        "_newest",
        "_recent",
        "_start",
        "endless",
        "failed_at",
        "rule",
    )

    def __init__(self, rule: Rule, *, endless: bool = True) -> None:
        """`endless`: a phase that outlives its hours goes on in a new period; a single stream is one period."""
        self.rule = rule
        self.endless = endless
        self.failed_at: float | None = None
        """When FAIL was latched; set from outside to restore a latch."""
        self._bets = Bets(mirrored_limit(rule.limit) if rule.above else rule.limit)
        self._hours = rule.planned_hours
        self._marks: list[_Mark] = []
        self._recent: deque[tuple[float, float]] = deque()
        self._most = 0.0
        self._newest = 0.0
        self._start = 0.0
        self._base = _PHASE_START

    def poll(self, t: float, bad: object, total: object) -> Judged:
        """Judge the counts of `t`. Unusable ones change nothing; a latched FAIL stays FAIL."""
        problem = unusable(bad, total) or self._shrunken(total)
        if problem is not None:
            return Judged(Verdict.NO_DATA if self.failed_at is None else Verdict.FAIL, reason=problem)
        t, k, n, lagged = self._take(t, bad, total)
        dispersion = self.rule.dispersion
        log_fail, fired = self._fail_evidence(k, n)
        log_pass = self._bets.below(k / dispersion, lagged / dispersion) if lagged > 0 else 0.0
        self._open(t, k, lagged)
        if self.failed_at is None and log_fail >= self.rule.fail_at and self._is_over(k - fired.bad, n - fired.total):
            self.failed_at = t
        return Judged(self._verdict(log_pass, k, n), log_fail, log_pass, fired.t)

    def recall(self, t: float, bad: object, total: object) -> bool:
        """Take note of counts that were judged before: all of `poll` but the judging; False if they were no data."""
        if unusable(bad, total) is not None or self._shrunken(total) is not None:
            return False
        t, k, _, lagged = self._take(t, bad, total)
        self._open(t, k, lagged)
        return True

    def _verdict(self, log_pass: float, k: float, n: float) -> Verdict:
        if self.failed_at is not None:
            return Verdict.FAIL
        return Verdict.PASS if log_pass >= self.rule.pass_at and not self._is_over(k, n) else Verdict.UNDECIDED

    def _is_over(self, bad: float, total: float) -> bool:
        """Whether the value itself is on the bad side. Deciding evidence implies it (gates.md 3); checked anyway."""
        return max(0.0, bad) > self._bets.rate * max(0.0, total)

    def _take(self, t: float, bad: object, total: object) -> tuple[float, float, float, float]:
        """Time, bad, total and the total of `lag` ago, with everything that depends on them brought up to date."""
        t = self._newest = max(t, self._newest)  # a clock that is set back moves nothing back
        n = float(total)  # type: ignore[arg-type]  # unusable() let only numbers through
        k = float(bad)  # type: ignore[arg-type]  # likewise
        if self.rule.above:
            k = n - k
        self._most = max(self._most, n)
        return t, k, n, self._lagged(t, n)

    def _shrunken(self, total: object) -> str | None:
        """A fall below nine tenths of the highest count is a reset or a wrong window, not a correction."""
        n = float(total)  # type: ignore[arg-type]  # called for usable numbers alone
        if 10 * n < 9 * self._most:
            return f"sessions fell from {self._most:,.0f} to {n:,.0f}: a reset or a wrong window"
        return None

    def _lagged(self, t: float, n: float) -> float:
        """Sessions of `lag` ago: bad events arrive later than the sessions they belong to."""
        if self.rule.lag <= 0:
            return n
        self._recent.append((t, n))
        while len(self._recent) > 1 and self._recent[1][0] <= t - self.rule.lag:
            self._recent.popleft()
        then, count = self._recent[0]
        return min(count, n) if then <= t - self.rule.lag else 0.0

    def _fail_evidence(self, k: float, n: float) -> tuple[float, _Mark]:
        """ln E_fail, and from where most of it was gathered."""
        hours = self._hours
        whole = self._above(self._base, k, n)
        if hours <= 1:
            return whole, self._base
        share = log(0.5 / (hours - 1))
        terms = [log(0.5) + whole]
        terms += [share + self._above(mark, k, n) for mark in self._marks]
        most = max(range(len(terms)), key=terms.__getitem__)
        return log_sum(terms), self._marks[most - 1] if most else self._base

    def _above(self, mark: _Mark, k: float, n: float) -> float:
        dispersion = self.rule.dispersion
        return self._bets.above(max(0.0, k - mark.bad) / dispersion, max(0.0, n - mark.total) / dispersion)

    def _open(self, t: float, k: float, lagged: float) -> None:
        """After a poll was judged: begin what is due, so that no evidence falls into a gap between two polls."""
        length = self._hours * HOUR
        if self.endless and t - self._start >= length:
            self._start += length * ((t - self._start) // length)
            self._base = _Mark(k, lagged, t)
            self._marks = []
        due = min(self._hours - 1, int((t - self._start) // HOUR))
        while len(self._marks) < due:
            self._marks.append(_Mark(k, lagged, t))


def unusable(bad: object, total: object) -> str | None:
    """Why these counts are no data, in words; None when they can be judged (gates.md 8)."""
    if are_plain_counts(bad, total):
        return None
    for name, number in (("bad", bad), ("total", total)):
        if isinstance(number, bool) or not isinstance(number, int | float | Decimal) or _is_nan(number):
            return f"{name} is no number"
        if number < 0:
            return f"{name} is negative"
        if number > _MOST:
            return f"{name} is too large to be a count"
    if total == 0:
        return "no sessions counted"
    if bad > total:  # type: ignore[operator]  # both are numbers by now
        return "more bad than total"
    return None


def _is_nan(number: float | Decimal) -> bool:
    return number.is_nan() if isinstance(number, Decimal) else number != number


SPOKEN = {verdict: verdict.value.lower().replace(" ", "-") for verdict in Verdict}
"""Verdicts as machine output has them: `pass`, `no-data`."""


def run_stream(
    polls: Iterable[Mapping[str, Any]],
    *,
    limit: float,
    hours: float = 24,
    lag_s: float = 0,
    dispersion: float = 1,
    alpha: float = 0.01,
    beta: float | None = None,
    direction: str = "below",
) -> Iterator[tuple[str, float | None, float | None]]:
    """Judge polls `{"t", "bad", "total"}` lazily: (verdict, ln E_fail, ln E_pass); one period (gates.md 11).

    `direction` says on which side of the limit the rate must stay, "below" or "above"; ValueError for another word.
    """
    if direction not in ("below", "above"):
        raise ValueError(f'direction is "below" or "above", not {direction!r}')
    rule = Rule(float(limit), hours, lag_s, dispersion, alpha, alpha if beta is None else beta, direction == "above")
    evidence = Evidence(rule, endless=False)
    for poll in polls:
        judged = evidence.poll(float(poll["t"]), poll.get("bad"), poll.get("total"))
        yield SPOKEN[judged.verdict], judged.log_e_fail, judged.log_e_pass
