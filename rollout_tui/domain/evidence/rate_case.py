"""A rate with its counts: the rule of gates.md 3, and what it comes to in words, sessions and hours."""

from __future__ import annotations

from rollout_tui.domain.evidence import wording
from rollout_tui.domain.evidence.bank import interval
from rollout_tui.domain.evidence.finding import Ahead, Finding, Latch, lean
from rollout_tui.domain.evidence.gate import Evidence, Judged, Rule
from rollout_tui.domain.evidence.outlook import clean_sessions, more_sessions
from rollout_tui.domain.evidence.pace import Pace
from rollout_tui.domain.evidence.question import Question
from rollout_tui.domain.quantities import Number, Proportion, Quantity
from rollout_tui.domain.verdicts import Verdict
from rollout_tui.domain.words import age, count


class RateCase:
    """One gate on a proportion."""

    def __init__(self, question: Question) -> None:
        self._question = question
        metric, gate = question.metric, question.gate
        self._rule = Rule(
            question.limit,
            question.planned / 3600.0,
            metric.lag,
            metric.dispersion,
            gate.alpha,
            gate.beta,
            question.above,
        )
        self._evidence = Evidence(self._rule)
        self._pace = Pace()
        self._judged = Judged(Verdict.NO_DATA, reason="not read yet")
        self._counts: tuple[Number, Number] = (0, 0)
        self._t = 0.0

    def restore(self, latch: Latch) -> None:
        """A FAIL that was latched before."""
        self._evidence.failed_at = latch.at - self._question.began

    def recall(self, t: float, quantity: Quantity) -> None:
        """Take note of counts that were judged before."""
        bad, total = _counts(quantity)
        if self._evidence.recall(t, bad, total):
            self._note(t, total)

    def judge(self, t: float, quantity: Quantity) -> Latch | None:
        """Judge counts; the latch, should they prove FAIL for the first time."""
        before = self._evidence.failed_at
        bad, total = _counts(quantity)
        self._judged = self._evidence.poll(t, bad, total)
        if self._judged.log_e_fail is None:
            return None
        self._counts = (bad, total)
        self._note(t, total)
        if before is None and self._evidence.failed_at is not None:
            return Latch(self._question.began + self._evidence.failed_at, self._judged.log_e_fail)
        return None

    def finding(self, latch: Latch | None, polls: int) -> Finding:
        """What the counts so far come to."""
        judged, rule = self._judged, self._rule
        if judged.log_e_fail is None or judged.log_e_pass is None:
            return Finding(judged.verdict, judged.reason, failed=latch, polls=polls)
        bad, total = (float(number) for number in self._counts)
        low, high = _interval(bad, total, rule)
        ahead = self._ahead(bad, total, judged)
        verdict = judged.verdict
        if verdict is Verdict.PASS and not self._question.line.holds(Proportion(*self._counts).value()):
            verdict = Verdict.UNDECIDED  # gates.md 3: cannot be; checked anyway
        since = self._question.began + judged.since if judged.since > 0 else None
        return Finding(
            verdict,
            self._reason(verdict, judged, latch, ahead),
            low,
            high,
            judged.log_e_fail,
            judged.log_e_pass,
            rule.fail_at,
            rule.pass_at,
            lean(judged.log_e_fail / rule.fail_at, judged.log_e_pass / rule.pass_at),
            since,
            latch,
            ahead,
            polls=polls,
        )

    def _note(self, t: float, total: Number) -> None:
        self._t = max(self._t, t)
        self._pace.note(self._t, float(total))

    def _ahead(self, bad: float, total: float, judged: Judged) -> Ahead | None:
        if judged.verdict in (Verdict.PASS, Verdict.FAIL):
            return None
        rule = self._rule
        fast, slow = more_sessions(
            bad, total, limit=rule.limit, above=rule.above, dispersion=rule.dispersion, alpha=rule.alpha, beta=rule.beta
        )
        clean = clean_sessions(
            bad, total, limit=rule.limit, above=rule.above, dispersion=rule.dispersion, alpha=rule.alpha, beta=rule.beta
        )
        hours = self._pace.hours
        soonest = hours(fast)
        left = (self._question.planned - self._t) / 3600.0
        # Once the planned time is over, nothing says how long somebody is willing to wait.
        fits = None if left <= 0 else soonest is not None and soonest <= left
        if soonest is None and fast is not None and self._pace.per_hour() is None:
            fits = None
        return Ahead(fast, slow, clean, soonest, hours(slow), self._pace.per_hour(), fits)

    def _reason(self, verdict: Verdict, judged: Judged, latch: Latch | None, ahead: Ahead | None) -> str:
        question, rule = self._question, self._rule
        name, limit = question.metric.label.lower(), wording.limit(question.gate, question.metric)
        good, bad = wording.sides(above=question.above)
        log_fail, log_pass = judged.log_e_fail or 0.0, judged.log_e_pass or 0.0
        if verdict is Verdict.FAIL:
            if latch is not None and latch.log_fail is not None and log_fail < rule.fail_at:
                then, now = wording.odds(latch.log_fail), wording.odds(log_fail)
                return f"{name} was proven {bad} {limit}: evidence then {then}, now {now}"
            return f"{name} proven {bad} {limit}, {wording.odds(log_fail)}"
        if verdict is Verdict.PASS:
            return f"{name} proven {good} {limit}, {wording.odds(log_pass)}"
        if not question.line.holds(Proportion(*self._counts).value()):
            return f"{name} {bad} the limit, not proven ({wording.odds(log_fail)} of {wording.bound(rule.fail_at)})"
        if rule.lag > 0 and self._t < rule.lag:
            return f"a pass waits for reports that come up to {age(rule.lag)} late"
        if ahead is not None and ahead.clean:
            return f"not enough sessions: at least {count(ahead.clean)} more without a bad one"
        return f"not proven yet ({wording.odds(log_pass)} of {wording.bound(rule.pass_at)})"


def _counts(quantity: Quantity) -> tuple[Number, Number]:
    if not isinstance(quantity, Proportion):
        raise TypeError(f"{quantity} has no counts")
    return quantity.bad, quantity.total


def _interval(bad: float, total: float, rule: Rule) -> tuple[float, float]:
    return interval(bad, total, dispersion=rule.dispersion, alpha=rule.alpha)
