"""How much longer until a gate decides, and what it takes at least (gates.md 4). Pure; under a millisecond each.

All numbers are of sessions of the metric itself. `limit` is a ratio inside 0..1; `above` says that the rate must stay
above it, and `bad` then counts what the rate counts (crash-free sessions of a crash-free share). `alpha` bounds a false
FAIL, `beta` a false PASS. The bounds are those of one look: within a phase, FAIL needs up to twice the evidence.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from math import log, sqrt

from rollout_tui.domain.evidence.bank import Bets, mirrored_limit

FARTHEST = 30_000_000
"""Sessions beyond which a decision is not in sight."""

_BOUNDLESS = 10**18

NEAR = 0.02
"""Nearer to the limit than this share of it, a rate is not told from it."""


def more_sessions(
    bad: float,
    total: float,
    *,
    limit: float,
    above: bool = False,
    dispersion: float = 1.0,
    alpha: float = 0.01,
    beta: float = 0.01,
) -> tuple[int | None, int | None]:
    """Further sessions until the gate decides, at the fastest and at the slowest; usable counts, total > 0.

    Supposes that the rate goes on as it is, or lies at either end of its 68 % interval. (0, 0) when decided, None for
    what is not in sight. The true number lies between them in about seven of ten cases, so both belong together.
    """
    bets, k, n = _bets(limit, above=above), float(total - bad if above else bad), float(total)
    fail_at, pass_at = -log(alpha), -log(beta)
    if bets.above(k / dispersion, n / dispersion) >= fail_at or bets.below(k / dispersion, n / dispersion) >= pass_at:
        return 0, 0
    low, high = _wilson(k / dispersion, n / dispersion)

    def until_decided(rate: float) -> int | None:
        if abs(rate - bets.rate) <= NEAR * bets.rate:
            return None
        evidence, needed = (bets.above, fail_at) if rate > bets.rate else (bets.below, pass_at)
        return _first_within(lambda m: evidence((k + rate * m) / dispersion, (n + m) / dispersion) >= needed, FARTHEST)

    each = [until_decided(rate) for rate in (low, k / n, high)]
    reached = [sessions for sessions in each if sessions is not None]
    unsure = low <= bets.rate <= high or len(reached) < len(each)
    return min(reached, default=None), None if unsure else max(reached)


def clean_sessions(
    bad: float,
    total: float,
    *,
    limit: float,
    above: bool = False,
    dispersion: float = 1.0,
    alpha: float = 0.01,
    beta: float = 0.01,
) -> int | None:
    """Further sessions until PASS if not one more is bad: nothing passes earlier. 0 when passed, None when failed."""
    bets, k, n = _bets(limit, above=above), float(total - bad if above else bad), float(total)
    if bets.above(k / dispersion, n / dispersion) >= -log(alpha):
        return None
    return _first_within(lambda m: bets.below(k / dispersion, (n + m) / dispersion) >= -log(beta), _BOUNDLESS)


def least_sessions(
    *, limit: float, bad: float = 0, above: bool = False, dispersion: float = 1.0, beta: float = 0.01
) -> int:
    """The fewest sessions with which a gate can PASS when `bad` of them are (with `above`: when so many fall short)."""
    bets = _bets(limit, above=above)
    return _first(lambda n: bets.below(bad / dispersion, n / dispersion) >= -log(beta))


def least_bad(total: float, *, limit: float, above: bool = False, dispersion: float = 1.0, alpha: float = 0.01) -> int:
    """The fewest bad of `total` sessions that make a gate FAIL (with `above`: so many falling short).

    More than `total` where so few sessions cannot fail.
    """
    bets = _bets(limit, above=above)
    return _first(lambda k: bets.above(k / dispersion, total / dispersion) >= -log(alpha))


def _bets(limit: float, *, above: bool) -> Bets:
    return Bets(mirrored_limit(limit) if above else limit)


def _first_within(enough: Callable[[int], bool], most: int) -> int | None:
    """The smallest whole number that is enough; None where `most` is not.

    Evidence is convex along a straight line of counts: what is not enough at both ends is so nowhere in between, and
    once it has reached its bound on the way up, it stays there.
    """
    return _first(enough) if enough(most) else None


def _first(enough: Callable[[int], bool]) -> int:
    """The smallest whole number that is enough."""
    step = 1
    while not enough(step):
        step *= 2
    return bisect_left(range(step + 1), True, lo=0 if step == 1 else step // 2, key=enough)


def _wilson(k: float, n: float) -> tuple[float, float]:
    """Where the rate lies with 68 % (z = 1)."""
    rate, spread = k / n, 1 + 1 / n
    centre, half = (rate + 0.5 / n) / spread, sqrt(rate * (1 - rate) / n + 0.25 / (n * n)) / spread
    return max(0.0, centre - half), min(1.0, centre + half)
