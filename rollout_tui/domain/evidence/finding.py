"""What the evidence of a gate says after its newest poll: what screens and reports get."""

from __future__ import annotations

from dataclasses import dataclass

from rollout_tui.domain.quantities import Number
from rollout_tui.domain.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Latch:
    """A FAIL that stays: since when (epoch seconds UTC), with which evidence (natural logarithm; None for a mean)."""

    at: float
    log_fail: float | None


@dataclass(frozen=True, slots=True)
class Ahead:
    """How much more a gate needs (gates.md 4). Sessions are whole numbers; None is "not in sight".

    `fast` and `slow` bound the sessions until it decides; `clean` are those without a bad one until PASS. `fast_hours`
    and `slow_hours` are the same at the pace that is known, `per_hour` that pace now; None where it is not known.
    `fits` says whether `fast` is reached while the phase is planned to last; None where that is not known.
    """

    fast: int | None = None
    slow: int | None = None
    clean: int | None = None
    fast_hours: float | None = None
    slow_hours: float | None = None
    per_hour: float | None = None
    fits: bool | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """The evidence of one gate in one phase. Rates and interval are of the metric's own value, not the complement's.

    `verdict` is PASS, FAIL, UNDECIDED or NO DATA, `reason` the words of gates.md 10 for it. `log_fail` and `log_pass`
    are natural logarithms of the evidence on both sides, `fail_at` and `pass_at` the bounds that decide; None where the
    evidence is no such number (means, trends). `lean` is where the needle stands: -1 FAIL ... +1 PASS.
    `since` is when the evidence for FAIL begins (epoch seconds), None for the beginning of the phase. `failed` holds
    the latch. `approximate` marks an asymptotic rule (means), `assumed` a sample size that a person configured,
    `trend` what a source without counts shows ("below in 6 of 6 hours"). `polls` is how many were taken.
    """

    verdict: Verdict
    reason: str
    low: float | None = None
    high: float | None = None
    log_fail: float | None = None
    log_pass: float | None = None
    fail_at: float = 0.0
    pass_at: float = 0.0
    lean: float = 0.0
    since: float | None = None
    failed: Latch | None = None
    ahead: Ahead | None = None
    approximate: bool = False
    assumed: Number | None = None
    trend: str = ""
    polls: int = 0


def lean(fail: float, passing: float) -> float:
    """Where the needle stands between shares of both bounds, -1 FAIL ... +1 PASS: on the side that is nearer."""
    fail, passing = (min(1.0, max(0.0, share)) for share in (fail, passing))
    return passing if passing > fail else -fail
