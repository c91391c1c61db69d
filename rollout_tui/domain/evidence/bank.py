"""The bank of bets against a limit: sixteen alternatives at once, and what they say after k bad of n (gates.md 3).

Logarithms throughout, natural; nothing overflows up to 1e9 sessions, fractional counts are fine. Pure Python.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from math import exp, expm1, log, log1p

GRID = tuple(0.03 * 2 ** (i / 2) for i in range(16))
"""|log odds ratio| of each alternative: odds x1.03 ... x228."""

_RAW = tuple(exp(-0.5 * (log(a / 0.8) / 1.5) ** 2) for a in GRID)
WEIGHTS = tuple(raw / sum(_RAW) for raw in _RAW)
"""How the stake is spread over the alternatives; sums to 1."""

_LOG_WEIGHTS = tuple(log(weight) for weight in WEIGHTS)
_RISE = tuple(expm1(a) for a in GRID)
_FALL = tuple(expm1(-a) for a in GRID)
_TINY = 1e-12
_BISECTIONS = 60


class Bets:
    """The evidence against one rate x, 0 < x < 1, with its constants worked out once."""

    __slots__ = ("_down", "_up", "rate")

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._up = tuple((w, a, log1p(rate * r)) for w, a, r in zip(_LOG_WEIGHTS, GRID, _RISE, strict=True))
        self._down = tuple((w, -a, log1p(rate * r)) for w, a, r in zip(_LOG_WEIGHTS, GRID, _FALL, strict=True))

    def above(self, bad: float, total: float) -> float:
        """ln of the evidence that the true rate is above `rate`."""
        return log_sum([w + bad * a - total * c for w, a, c in self._up])

    def below(self, bad: float, total: float) -> float:
        """ln of the evidence that the true rate is below `rate`."""
        return log_sum([w + bad * a - total * c for w, a, c in self._down])


def log_sum(terms: list[float]) -> float:
    """ln of the sum of exp(terms), the maximum taken out."""
    top = max(terms)
    return top + log(sum([exp(term - top) for term in terms]))


@lru_cache(maxsize=256)
def interval(bad: float, total: float, *, dispersion: float = 1.0, alpha: float = 0.01) -> tuple[float, float]:
    """Rates that the counts do not rule out, each end wrong with at most alpha, at all looks at once.

    `total` > 0. The ends are ratios 0..1; 0 and 1 where nothing rules the end out.
    """
    k, n, needed = bad / dispersion, total / dispersion, -log(alpha)
    point = bad / total
    low = 0.0
    if bad > 0 and Bets(_TINY).above(k, n) >= needed:
        inside, outside = point, _TINY
        for _ in range(_BISECTIONS):
            middle = (inside + outside) / 2
            if Bets(middle).above(k, n) >= needed:
                outside = middle
            else:
                inside = middle
        low = outside
    high = 1.0
    if Bets(1.0).below(k, n) >= needed:
        inside, outside = point, 1.0
        for _ in range(_BISECTIONS):
            middle = (inside + outside) / 2
            if middle > 0 and Bets(middle).below(k, n) >= needed:
                outside = middle
            else:
                inside = middle
        high = outside
    return low, high


def mirrored_limit(limit: float) -> float:
    """1 - limit, taken in decimals before it becomes a float (0.995 is 5/1000, not 0.00500000000000000444)."""
    return float(1 - Decimal(repr(limit)))
