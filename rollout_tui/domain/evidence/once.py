"""One look at counts without a history: the whole budget lies on the total (gates.md 3 and 11). Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import inf, log

from rollout_tui.domain.evidence.bank import Bets, interval, mirrored_limit
from rollout_tui.domain.evidence.gate import unusable
from rollout_tui.domain.evidence.outlook import clean_sessions, least_bad, least_sessions, more_sessions
from rollout_tui.domain.evidence.wording import bound, odds
from rollout_tui.domain.quantities import Number, exact
from rollout_tui.domain.verdicts import Verdict

_WORTH_ODDS = log(10)
"""Evidence of one or two bad sessions below this is told in words."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one look says, unrounded; None where there is nothing to say. The fields are those of gates.md 11.

    `point`, `low` and `high` are ratios 0..1 of the rate itself, `point_ok` whether the value alone is inside the
    limit, boundary included. `log_e_fail` and `log_e_pass` are natural logarithms of the evidence (with direction
    "above" of the mirrored counts), `..._needed` the bounds that decide. `more_sessions` are the further sessions until
    a verdict, fastest and slowest; `clean_sessions_to_pass` those without a bad one until PASS.
    """

    bad: Number | None
    total: Number | None
    limit: Number
    direction: str
    alpha: float
    beta: float
    dispersion: float
    verdict: Verdict = Verdict.NO_DATA
    reason: str = ""
    point: float | None = None
    point_ok: bool | None = None
    low: float | None = None
    high: float | None = None
    log_e_fail: float | None = None
    log_e_pass: float | None = None
    log_e_fail_needed: float = 0.0
    log_e_pass_needed: float = 0.0
    more_sessions: tuple[int | None, int | None] = (None, None)
    clean_sessions_to_pass: int | None = None

    @property
    def above(self) -> bool:
        """Whether the rate must stay above the limit."""
        return self.direction == "above"


def look(
    bad: object,
    total: object,
    *,
    limit: Number,
    direction: str = "below",
    alpha: float = 0.01,
    beta: float | None = None,
    dispersion: float = 1.0,
) -> Look:
    """Judge `bad` of `total` once: the rate must stay "below" or "above" the limit, a ratio inside 0..1.

    Counts that cannot be used are NO DATA. `beta` is `alpha` where it is not given; `dispersion` is at least 1.
    ValueError for another direction.
    """
    if direction not in ("below", "above"):
        raise ValueError(f'direction is "below" or "above", not {direction!r}')
    beta = alpha if beta is None else beta
    asked = replace(
        Look(_known(bad), _known(total), limit, direction, alpha, beta, dispersion),
        log_e_fail_needed=-log(alpha),
        log_e_pass_needed=-log(beta),
    )
    problem = unusable(bad, total)
    if problem is not None:
        return replace(asked, reason=problem)
    return _judge(asked, exact(bad), exact(total))  # type: ignore[arg-type]  # unusable() let only numbers through


def _judge(asked: Look, bad: Fraction, total: Fraction) -> Look:
    k, n, limit = float(bad), float(total), float(asked.limit)
    events = float(total - bad) if asked.above else k
    bets = Bets(mirrored_limit(limit) if asked.above else limit)
    f = asked.dispersion
    allowed = exact(asked.limit) * total
    low, high = interval(k, n, dispersion=f, alpha=asked.alpha)
    ahead = more_sessions(k, n, limit=limit, above=asked.above, dispersion=f, alpha=asked.alpha, beta=asked.beta)
    clean = clean_sessions(k, n, limit=limit, above=asked.above, dispersion=f, alpha=asked.alpha, beta=asked.beta)
    judged = replace(
        asked,
        point=float(bad / total),
        point_ok=bad >= allowed if asked.above else bad <= allowed,
        low=low,
        high=high,
        log_e_fail=bets.above(events / f, n / f),
        log_e_pass=bets.below(events / f, n / f),
        more_sessions=ahead,
        clean_sessions_to_pass=clean,
    )
    judged = replace(judged, verdict=_verdict(judged))
    return replace(judged, reason=_reason(judged, events, n, on_limit=bad == allowed))


def _verdict(judged: Look) -> Verdict:
    """Proof on the side where the value stands; evidence for the other side cannot be (gates.md 3), checked anyway."""
    if judged.log_e_fail is None or judged.log_e_pass is None:
        return Verdict.NO_DATA
    if judged.log_e_fail >= judged.log_e_fail_needed and not judged.point_ok:
        return Verdict.FAIL
    if judged.log_e_pass >= judged.log_e_pass_needed and judged.point_ok:
        return Verdict.PASS
    return Verdict.UNDECIDED


def _reason(judged: Look, events: float, n: float, *, on_limit: bool) -> str:
    """The words of gates.md 10; `events` are the sessions on the bad side."""
    fail, passing = judged.log_e_fail or 0.0, judged.log_e_pass or 0.0
    good_side, bad_side = ("over", "under") if judged.above else ("under", "over")
    if judged.verdict is Verdict.FAIL:
        return f"proven {bad_side}, {odds(fail)}"
    if judged.verdict is Verdict.PASS:
        return f"proven {good_side}, {odds(passing)}"
    if on_limit:
        return "on the limit: neither side is proven"
    limit, f = float(judged.limit), judged.dispersion
    if not judged.point_ok:
        if events in (1, 2) and fail < _WORTH_ODDS:
            sessions = round(2 * n)
            enough = least_bad(sessions, limit=limit, above=judged.above, dispersion=f, alpha=judged.alpha)
            if enough <= sessions:
                few = "1 bad session proves" if events == 1 else "2 bad sessions prove"
                return f"{few} nothing; {enough:,} in the first {sessions:,} sessions would FAIL"
        return f"{bad_side} the limit, not proven ({odds(fail)} of {bound(judged.log_e_fail_needed)})"
    if n < least_sessions(limit=limit, above=judged.above, dispersion=f, beta=judged.beta):
        return f"not enough sessions: at least {judged.clean_sessions_to_pass:,} more without a bad one"
    return f"{good_side} the limit, not proven ({odds(passing)} of {bound(judged.log_e_pass_needed)})"


def _known(count: object) -> Number | None:
    """A count as it was understood: None for what is no finite number."""
    if isinstance(count, bool) or not isinstance(count, Number):
        return None
    finite = count.is_finite() if isinstance(count, Decimal) else abs(count) < inf
    return count if finite else None
