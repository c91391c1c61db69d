"""Simulated phases of a rollout: independent sessions, traffic by day and night, any spacing of polls (gates.md 13)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, pi, sin
from random import Random

from rollout_tui.domain.evidence import run_stream

LIMIT = 0.005
HOURS = 24
HOUR = 3600.0
DAY = 86400.0
SPACINGS = (60, 90, 120, 180, 300)
"""Seconds between polls; each phase keeps to one of them."""

_BEGINS = 10.0
_PEAK = 20.0
_SWING = 0.8


@dataclass(frozen=True, slots=True)
class Story:
    """The true rate of bad sessions: `rate`, and from `changes_at` hours on `then`; `sessions` expected in 24 hours."""

    rate: float
    sessions: int
    then: float | None = None
    changes_at: float = 12.0

    def at(self, t: float) -> float:
        """The rate in force from second t on."""
        return self.rate if self.then is None or t < self.changes_at * HOUR else self.then


@dataclass(frozen=True, slots=True)
class First:
    """The first poll with a verdict: seconds, sessions so far, and sessions at the poll before."""

    t: float
    sessions: int
    before: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a phase went. `at_change` are the sessions when the rate changed; `turned` that a FAIL became another."""

    passed: First | None
    failed: First | None
    at_change: int
    turned: bool


def run_phase(story: Story, seed: str, *, to_the_end: bool) -> Outcome:
    """One phase; stops at the FAIL, which is latched, unless it is to be seen to stay `to_the_end`."""
    random = Random(seed)  # noqa: S311  a simulation, no secret
    passed = failed = None
    before, at_change, turned = 0, 0, False
    seen: list[dict[str, float]] = []

    def observed() -> Iterator[dict[str, float]]:
        for poll in polls(story, random):
            seen.append(poll)
            yield poll

    for verdict, _, _ in run_stream(observed(), limit=LIMIT, hours=HOURS):
        poll = seen.pop()
        t, total = poll["t"], int(poll["total"])
        if t <= story.changes_at * HOUR:
            at_change = total
        if verdict == "pass" and passed is None:
            passed = First(t, total, before)
        if verdict == "fail" and failed is None:
            failed = First(t, total, before)
            if not to_the_end:
                break
        turned = turned or (failed is not None and verdict != "fail")
        before = total
    return Outcome(passed, failed, at_change, turned)


def polls(story: Story, random: Random) -> Iterator[dict[str, float]]:
    """Cumulative counts of a phase, a poll every so many seconds."""
    spacing = random.choice(SPACINGS)
    bad = total = 0
    t = 0.0
    while t + spacing <= HOURS * HOUR:
        expected = story.sessions * (_traffic(t + spacing) - _traffic(t))
        rate = story.at(t)
        more_bad = poisson(random, expected * rate)
        bad, total = bad + more_bad, total + more_bad + poisson(random, expected * (1 - rate))
        t += spacing
        yield {"t": t, "bad": bad, "total": total}


def _traffic(t: float) -> float:
    """The share of a day's sessions that came up to second t of the phase, give or take a constant."""
    turn = 2 * pi * (t / DAY + (_BEGINS - _PEAK) / 24)
    return t / DAY + _SWING * sin(turn) / (2 * pi)


def _table(mean: int) -> list[float]:
    """Distribution function of a Poisson number, until nothing is left."""
    term = total = exp(-mean)
    table = [total]
    while term > 1e-18 or len(table) <= mean:
        term *= mean / len(table)
        total += term
        table.append(total)
    return table


_TABLES = [_table(2**power) for power in range(9)]


def poisson(random: Random, mean: float) -> int:
    """A Poisson number, exactly: the sum of those of the binary digits of its mean, and one of the fraction."""
    whole = int(mean)
    drawn = 0
    while whole >= 512:
        whole -= 256
        drawn += bisect_left(_TABLES[8], random.random())
    for power, table in enumerate(_TABLES):
        if whole >> power & 1:
            drawn += bisect_left(table, random.random())
    left = exp(-(mean % 1.0))
    product = random.random()
    while product > left:
        drawn += 1
        product *= random.random()
    return drawn
