"""The case of one gate in one phase: its polls in order of arrival, and what they come to.

What a poll holds decides how it is judged: counts as a rate, sum and count as a mean, a bare value not at all or with
an assumed size. A FAIL is latched for all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from rollout_tui.domain.evidence.bare_case import BareCase
from rollout_tui.domain.evidence.finding import Finding, Latch
from rollout_tui.domain.evidence.mean_case import MeanCase
from rollout_tui.domain.evidence.question import Question
from rollout_tui.domain.evidence.rate_case import RateCase
from rollout_tui.domain.evidence.trend import Trend
from rollout_tui.domain.quantities import Bare, Mean, Proportion, Quantity
from rollout_tui.domain.verdicts import Verdict


class Kind(Protocol):
    """How one kind of quantity is judged. Times are seconds since the phase began."""

    def recall(self, t: float, quantity: Quantity) -> None:
        """Take note of a poll that was judged before."""
        ...

    def judge(self, t: float, quantity: Quantity) -> Latch | None:
        """Judge a poll; the latch, should it fail for the first time."""
        ...

    def finding(self, latch: Latch | None, polls: int) -> Finding:
        """What the polls so far come to."""
        ...

    def restore(self, latch: Latch) -> None:
        """A FAIL that was latched before."""
        ...


_KINDS: dict[type[Quantity], Callable[[Question], Kind]] = {Proportion: RateCase, Mean: MeanCase, Bare: BareCase}


_LATCHED = "proven outside the limit before"


class Case:
    """One gate's evidence. Restore a latch with `adopt`; feed it with `recall` and `judge`."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.latch: Latch | None = None
        self.newest: float | None = None
        """Time of the newest poll, epoch seconds UTC."""
        self._polls = 0
        self._kinds: dict[type[Quantity], Kind] = {}
        self._current: Kind | None = None
        self._trend = Trend(question.line.limit, higher=question.above, window=question.metric.window)

    def adopt(self, latch: Latch) -> None:
        """A FAIL latched earlier, or by another process: the earliest one stays."""
        if self.latch is None or latch.at < self.latch.at:
            self.latch = latch
            for kind in self._kinds.values():
                kind.restore(latch)

    def recall(self, at: float, quantity: Quantity) -> None:
        """Take note of a poll that was judged before."""
        self._count(at, quantity).recall(at - self.question.began, quantity)

    def judge(self, at: float, quantity: Quantity) -> None:
        """Judge a poll taken at `at` (epoch seconds UTC)."""
        latch = self._count(at, quantity).judge(at - self.question.began, quantity)
        if latch is not None:
            self.adopt(latch)

    def see(self, at: float, quantity: Quantity) -> None:
        """Take note of a recent value that came without counts: it makes a trend, never a verdict."""
        if isinstance(quantity, Bare):
            self._trend.recall(at - self.question.began, quantity.amount)

    def finding(self) -> Finding | None:
        """What the polls so far come to; None before the first one."""
        if self._current is not None:
            found = replace(self._current.finding(self.latch, self._polls), trend=self._trend.words())
            if self.latch is None:
                return found
            # Where the newest poll said nothing, the latch speaks alone.
            silent = found.verdict is not Verdict.FAIL
            return replace(found, verdict=Verdict.FAIL, reason=_LATCHED if silent else found.reason)
        if self.latch is None:
            return None
        return Finding(Verdict.FAIL, _LATCHED, failed=self.latch, lean=-1.0)

    def _count(self, at: float, quantity: Quantity) -> Kind:
        self._polls += 1
        self.newest = at if self.newest is None else max(at, self.newest)
        kind = self._kinds.get(type(quantity))
        if kind is None:
            kind = self._kinds[type(quantity)] = _KINDS[type(quantity)](self.question)
            if self.latch is not None:
                kind.restore(self.latch)
        self._current = kind
        return kind
