"""Random draws of the simulated users, seeded: the same seed gives the same world, minute by minute."""

from __future__ import annotations

import math
import random


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
