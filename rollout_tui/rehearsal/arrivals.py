"""Random draws of the simulated users, seeded: the same seed gives the same world, minute by minute."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from functools import lru_cache


def minute_random(seed: int, *parts: object) -> random.Random:
    """A generator of its own for each minute and build, so that no order of asking changes the world."""
    return random.Random(f"{seed}/{'/'.join(map(str, parts))}")  # noqa: S311  a simulation, not a secret


def poisson(draw: random.Random, mean: float) -> int:
    """A Poisson count: exact for small means, the normal approximation above 60."""
    if mean <= 0:
        return 0
    if mean > 60:
        return max(0, round(draw.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), draw.random(), 0
    while product > limit:
        product *= draw.random()
        count += 1
    return count


def binomial(draw: random.Random, trials: int, chance: float) -> int:
    """How many of `trials` happen: exact for few trials, Poisson for rare events, normal for the rest."""
    if trials <= 0 or chance <= 0:
        return 0
    if trials <= 40:
        return sum(draw.random() < chance for _ in range(trials))
    if trials * chance < 12:
        return min(trials, poisson(draw, trials * chance))
    spread = math.sqrt(trials * chance * (1 - chance))
    return min(trials, max(0, round(draw.gauss(trials * chance, spread))))


def lognormal_sum(draw: random.Random, count: int, mean: float, sigma: float) -> float:
    """The sum of `count` log-normal values with that mean; beyond 30 the sum itself is drawn as a normal one."""
    if count <= 0:
        return 0.0
    if count <= 30:
        mu = math.log(mean) - sigma * sigma / 2
        return sum(draw.lognormvariate(mu, sigma) for _ in range(count))
    deviation = mean * math.sqrt(math.expm1(sigma * sigma))
    return max(0.0, draw.gauss(count * mean, deviation * math.sqrt(count)))


@dataclass(frozen=True, slots=True)
class CutTimes:
    """Log-normal times in seconds, cut at a timeout: `cap` is the longest that anybody measures."""

    mu: float
    sigma: float
    cap: float
    mean: float
    deviation: float

    def total(self, draw: random.Random, count: int) -> float:
        """The sum of `count` of them; beyond 30 the sum itself is drawn as a normal one."""
        if count <= 0:
            return 0.0
        if count <= 30:
            return sum(min(self.cap, draw.lognormvariate(self.mu, self.sigma)) for _ in range(count))
        drawn = draw.gauss(count * self.mean, self.deviation * math.sqrt(count))
        return min(count * self.cap, max(0.0, drawn))

    def share_within(self, seconds: float) -> float:
        """The share of times up to so many seconds, a ratio."""
        return 1.0 if seconds >= self.cap else _normal((math.log(seconds) - self.mu) / self.sigma)


@lru_cache(maxsize=64)
def cut_times(mean: float, sigma: float, cap: float) -> CutTimes:
    """Times whose mean, after the cut, is `mean`; 0 < mean < cap."""
    low, high = math.log(mean), math.log(cap) + 10 * sigma
    low -= sigma * sigma / 2  # the mean without a cut
    for _ in range(60):
        mu = (low + high) / 2
        low, high = (mu, high) if _moment(mu, sigma, cap, 1) < mean else (low, mu)
    variance = _moment(low, sigma, cap, 2) - mean * mean
    return CutTimes(low, sigma, cap, mean, math.sqrt(max(0.0, variance)))


def _moment(mu: float, sigma: float, cap: float, power: int) -> float:
    """The mean of min(cap, X)**power for a log-normal X."""
    z = (math.log(cap) - mu) / sigma
    below = math.exp(power * mu + (power * sigma) ** 2 / 2) * _normal(z - power * sigma)
    return below + cap**power * (1 - _normal(z))


def _normal(z: float) -> float:
    return math.erfc(-z / math.sqrt(2)) / 2
