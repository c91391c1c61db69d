"""A value without counts: a trend and no verdict, or one under a sample size that a person answers for (gates.md 7)."""

from __future__ import annotations

from rollout_tui.domain.evidence.assumed import AssumedJudged, assumed_sessions
from rollout_tui.domain.evidence.finding import Finding, Latch, lean
from rollout_tui.domain.evidence.gate import Rule
from rollout_tui.domain.evidence.question import Question
from rollout_tui.domain.evidence.trend import REASON
from rollout_tui.domain.metrics import Unit
from rollout_tui.domain.quantities import Bare, Quantity
from rollout_tui.domain.verdicts import Verdict


class BareCase:
    """One gate on a bare value of the phase so far."""

    def __init__(self, question: Question) -> None:
        self._question = question
        metric, gate = question.metric, question.gate
        self._sessions = metric.assumed_sessions if metric.unit is Unit.RATIO else None
        self._rule = Rule(
            question.limit,
            question.planned / 3600.0,
            dispersion=metric.dispersion,
            alpha=gate.alpha,
            beta=gate.beta,
            above=question.above,
        )
        self._judged = AssumedJudged(Verdict.UNDECIDED, REASON)

    def restore(self, latch: Latch) -> None:
        """A FAIL that was latched before: the case keeps it."""

    def recall(self, t: float, quantity: Quantity) -> None:
        """Nothing of the past is needed: each value speaks for the whole phase so far."""

    def judge(self, t: float, quantity: Quantity) -> Latch | None:
        """Judge a value; the latch, should it prove FAIL."""
        if not isinstance(quantity, Bare):
            raise TypeError(f"{quantity} is no bare value")
        if self._sessions is None:
            return None
        self._judged = assumed_sessions(quantity.amount, self._sessions, self._rule)
        if self._judged.verdict is not Verdict.FAIL:
            return None
        return Latch(self._question.began + t, self._judged.log_e_fail)

    def finding(self, latch: Latch | None, polls: int) -> Finding:
        """What the value comes to."""
        judged, rule = self._judged, self._rule
        fail, passing = judged.log_e_fail, judged.log_e_pass
        return Finding(
            judged.verdict,
            judged.reason,
            log_fail=fail,
            log_pass=passing,
            fail_at=rule.fail_at,
            pass_at=rule.pass_at,
            lean=0.0 if fail is None or passing is None else lean(fail / rule.fail_at, passing / rule.pass_at),
            failed=latch,
            assumed=self._sessions,
            polls=polls,
        )
