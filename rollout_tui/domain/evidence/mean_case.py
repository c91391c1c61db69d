"""A mean with sum and count: the asymptotic rule of gates.md 7, marked approximate."""

from __future__ import annotations

from rollout_tui.domain.evidence import wording
from rollout_tui.domain.evidence.finding import Finding, Latch
from rollout_tui.domain.evidence.means import MeanEvidence, MeanJudged
from rollout_tui.domain.evidence.question import Question
from rollout_tui.domain.quantities import Mean, Number, Quantity
from rollout_tui.domain.verdicts import Verdict


class MeanCase:
    """One gate on a mean."""

    def __init__(self, question: Question) -> None:
        self._question = question
        gate, metric = question.gate, question.metric
        self._evidence = MeanEvidence(
            question.limit, higher=question.above, cap=metric.cap, alpha=gate.alpha, beta=gate.beta
        )
        self._judged: MeanJudged | None = None

    def restore(self, latch: Latch) -> None:
        """A FAIL that was latched before."""
        self._evidence.failed_at = latch.at - self._question.began

    def recall(self, t: float, quantity: Quantity) -> None:
        """Take note of sums that were judged before."""
        self._evidence.recall(t, *_sums(quantity))

    def judge(self, t: float, quantity: Quantity) -> Latch | None:
        """Judge sums; the latch, should they prove FAIL for the first time."""
        before = self._evidence.failed_at
        self._judged = self._evidence.poll(t, *_sums(quantity))
        if before is None and self._evidence.failed_at is not None:
            return Latch(self._question.began + self._evidence.failed_at, None)
        return None

    def finding(self, latch: Latch | None, polls: int) -> Finding:
        """What the sums so far come to."""
        judged = self._judged
        if judged is None:
            return Finding(Verdict.NO_DATA, "not read yet", failed=latch, polls=polls)
        low = high = None
        if judged.mean is not None and judged.half is not None:
            low, high = max(0.0, judged.mean - judged.half), judged.mean + judged.half
        return Finding(
            judged.verdict,
            self._reason(judged, latch),
            low,
            high,
            lean=judged.lean,
            failed=latch,
            approximate=True,
            polls=polls,
        )

    def _reason(self, judged: MeanJudged, latch: Latch | None) -> str:
        question = self._question
        name, limit = question.metric.label.lower(), wording.limit(question.gate, question.metric)
        good, bad = wording.sides(above=question.above)
        if judged.verdict is Verdict.PASS:
            return f"{name} proven {good} {limit}, approx."
        if latch is not None or judged.verdict is Verdict.FAIL:
            was = "was " if latch is not None and judged.lean > -1 else ""
            return f"{name} {was}proven {bad} {limit}, approx."
        return judged.reason


def _sums(quantity: Quantity) -> tuple[Number, Number, Number | None]:
    if not isinstance(quantity, Mean):
        raise TypeError(f"{quantity} has no sum and count")
    return quantity.sum, quantity.count, quantity.squares
