"""A rate whose sample size only a person knows: judged with a floor that somebody configured (gates.md 7)."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

from rollout_tui.domain.evidence.bank import Bets, mirrored_limit
from rollout_tui.domain.evidence.gate import Rule
from rollout_tui.domain.quantities import Bare, Number, exact, flaw
from rollout_tui.domain.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class AssumedJudged:
    """The verdict of one look, and ln E of both sides where the rate could be used.

    `fewest` and `most` are the bad sessions that the rate may stand for: whole numbers, down for FAIL and up for PASS.
    Every `reason` names the assumption.
    """

    verdict: Verdict
    reason: str
    log_e_fail: float | None = None
    log_e_pass: float | None = None
    fewest: int | None = None
    most: int | None = None


def assumed_sessions(rate: Number, sessions: int, rule: Rule) -> AssumedJudged:
    """Judge a bare rate 0..1 of the metric itself as if it came from that many sessions: one look, no restarts."""
    assumed = f"assumed n {sessions:,}"
    problem = flaw(Bare(rate)) or ("the rate is above 1" if rate > 1 else None)
    if problem is not None:
        return AssumedJudged(Verdict.NO_DATA, f"{problem}, {assumed}")
    of_bad = 1 - exact(rate) if rule.above else exact(rate)
    fewest, most = floor(of_bad * sessions), ceil(of_bad * sessions)
    bets = Bets(mirrored_limit(rule.limit) if rule.above else rule.limit)
    n = sessions / rule.dispersion
    log_fail = bets.above(fewest / rule.dispersion, n)
    log_pass = bets.below(most / rule.dispersion, n)
    limit = 1 - exact(rule.limit) if rule.above else exact(rule.limit)
    bad_side, good_side = ("under", "over") if rule.above else ("over", "under")
    side = bad_side if of_bad > limit else good_side if of_bad < limit else "on"
    if log_fail >= rule.fail_at and fewest > limit * sessions:
        verdict, reason = Verdict.FAIL, f"proven {bad_side}"
    elif log_pass >= rule.pass_at and most <= limit * sessions:
        verdict, reason = Verdict.PASS, f"proven {good_side}"
    else:
        verdict, reason = Verdict.UNDECIDED, f"{side} the limit, not proven"
    return AssumedJudged(verdict, f"{reason}, {assumed}", log_fail, log_pass, fewest, most)
