"""The simulated users: who runs which build, and what happens to them, minute by minute.

Sessions come as a Poisson process that swings over the day. A build spreads to the users that its store offers it to,
over hours; who has it keeps it. Everything is cumulative counters, like those of a real app's telemetry.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from operator import add, attrgetter

from rollout_tui.rehearsal.arrivals import binomial, cut_times, lognormal_sum, minute_random, poisson
from rollout_tui.rehearsal.exposure import ExposureLog

MINUTE = 60.0
SCRAPE = 15.0
"""Seconds between samples of the counters."""
GIVE_UP = 30.0
"""Seconds after which the app stops trying to connect: no connect takes longer."""
_PEAK_HOUR = 20.0
_DAY = 86400.0


@dataclass(frozen=True, slots=True)
class Health:
    """How a build behaves at a moment: rates as ratios, means in seconds."""

    crash_rate: float = 0.0012
    connect_failure_rate: float = 0.004
    connect_seconds: float = 4.1
    session_seconds: float = 444.0


HealthAt = Callable[[float], Health]


@dataclass(frozen=True, slots=True)
class Population:
    """One platform's users: their sessions a day, how much traffic swings (0..1), how fast a build spreads (hours)."""

    sessions_per_day: float
    swing: float = 0.6
    adoption_hours: float = 5.0
    connects_per_session: float = 1.1


@dataclass(frozen=True, slots=True)
class Counters:
    """Cumulative counts of one build since it first appeared; sums in seconds."""

    sessions: float = 0
    crashed: float = 0
    connects: float = 0
    connect_failures: float = 0
    connect_seconds: float = 0.0
    connect_count: float = 0
    session_seconds: float = 0.0
    connects_in_10s: float = 0
    connects_in_20s: float = 0

    def plus(self, other: Counters) -> Counters:
        """Both together."""
        return Counters(*map(add, _ALL(self), _ALL(other)))

    def between(self, later: Counters, part: float) -> Counters:
        """The counters when `part` (0..1) of a minute has passed; counts stay whole, sums do not."""
        return Counters(*(self.one_between(later, part, name) for name in _NAMES))

    def one_between(self, later: Counters, part: float, name: str) -> float:
        """One of them alone: a query over days asks for it thousands of times."""
        low: float = getattr(self, name)
        value: float = low + (getattr(later, name) - low) * part
        return value if name in _SUMS else float(math.floor(value + 1e-9))


_NAMES = tuple(field.name for field in fields(Counters))
_SUMS = frozenset(name for name in _NAMES if name.endswith("_seconds"))
_ALL: Callable[[Counters], tuple[float, ...]] = attrgetter(*_NAMES)


class Crowd:
    """The users of one platform with their builds; `at` answers for any time up to now."""

    def __init__(
        self,
        platform: str,
        population: Population,
        exposure: ExposureLog,
        health: dict[str, HealthAt],
        *,
        old_build: str,
        start: float,
        seed: int,
        settle: Callable[[float], None] | None = None,
    ) -> None:
        """`health` says how each build behaves; `old_build` is what everybody has at `start`.

        `settle` lets a store write offers that came due by themselves (a ladder's next day) before they are read.
        """
        self.platform = platform
        self.builds = tuple(health)
        self._population = population
        self._exposure = exposure
        self._health = health
        self._old_build = old_build
        self._seed = seed
        self._settle = settle
        self._start = math.floor(start / MINUTE) * MINUTE
        self._holders = dict.fromkeys(health, 0.0)
        self._minutes: dict[str, list[Counters]] = {build: [Counters()] for build in health}
        self._first: dict[str, float] = {old_build: self._start}
        self._done = 0
        self._lived = self._start

    def first_seen(self, build: str) -> float | None:
        """When the first user got the build; None when nobody has it."""
        return self._first.get(build)

    def counters(self, build: str, at: float) -> Counters | None:
        """The build's counters as sampled at `at` (to the scrape); None before it appeared or in the future."""
        place = self._place(build, at)
        return None if place is None else place[0].between(place[1], place[2])

    def counter(self, build: str, name: str, at: float) -> float | None:
        """One of the build's counters, likewise."""
        place = self._place(build, at)
        return None if place is None else place[0].one_between(place[1], place[2], name)

    def _place(self, build: str, at: float) -> tuple[Counters, Counters, float] | None:
        """The counters at the minute's begin and end, and which part of it has passed."""
        at = at // SCRAPE * SCRAPE
        if at >= self._lived:
            self.advance(at)
        first = self._first.get(build)
        if first is None or at < first or at < self._start:
            return None
        minutes = self._minutes[build]  # one more than the minutes that were lived through
        number, rest = divmod(at - self._start, MINUTE)
        index = int(number)
        return minutes[index], minutes[index + 1], rest / MINUTE

    def advance(self, now: float) -> None:
        """Live through every minute that began before `now`."""
        due = math.floor((now - self._start) / MINUTE) + 1
        if due <= self._done:
            return
        if self._settle is not None:
            self._settle(now)
        for number in range(self._done, due):
            self._live(number)
        self._done = due
        self._lived = self._start + due * MINUTE

    def _live(self, number: int) -> None:
        at = self._start + number * MINUTE
        self._spread(at)
        traffic = self._population.sessions_per_day / 1440 * self._tide(at)
        new_share = sum(self._holders.values())
        for build in self.builds:
            share = 1 - new_share if build == self._old_build else self._holders[build]
            happened = self._minute(build, number, traffic * max(0.0, share))
            self._minutes[build].append(self._minutes[build][-1].plus(happened))

    def _spread(self, at: float) -> None:
        """Users who are offered a build update over hours; nobody goes back."""
        pace = 1 - math.exp(-MINUTE / (self._population.adoption_hours * 3600))
        for build in self.builds:
            if build == self._old_build:
                continue
            offered = float(self._exposure.share_at(build, at))
            held = self._holders[build]
            if offered > held:
                gained = (offered - held) * pace
                # They come from all who did not have it, whatever else they had.
                self._holders = {one: part * (1 - gained / (1 - held)) for one, part in self._holders.items()}
                self._holders[build] = held + gained
                self._first.setdefault(build, at)

    def _minute(self, build: str, number: int, expected: float) -> Counters:
        if expected <= 0:
            return Counters()
        draw = minute_random(self._seed, self.platform, build, number)
        health = self._health[build](self._start + number * MINUTE)
        sessions = poisson(draw, expected)
        connects = poisson(draw, sessions * self._population.connects_per_session)
        failures = binomial(draw, connects, health.connect_failure_rate)
        done = connects - failures
        times = cut_times(health.connect_seconds, 0.8, GIVE_UP)
        crashed = binomial(draw, sessions, health.crash_rate)
        connect_seconds = times.total(draw, done)
        session_seconds = lognormal_sum(draw, sessions, health.session_seconds, 1.0)
        in_20s = done - binomial(draw, done, 1 - times.share_within(20))
        in_10s = in_20s - binomial(draw, in_20s, 1 - times.share_within(10) / times.share_within(20))
        return Counters(
            sessions=sessions,
            crashed=crashed,
            connects=connects,
            connect_failures=failures,
            connect_seconds=connect_seconds,
            connect_count=done,
            session_seconds=session_seconds,
            connects_in_10s=in_10s,
            connects_in_20s=in_20s,
        )

    def _tide(self, at: float) -> float:
        """Traffic over the day, its peak at 20:00 UTC, its mean 1."""
        hour = (at % _DAY) / 3600
        return 1 + self._population.swing * math.cos((hour - _PEAK_HOUR) / 24 * 2 * math.pi)


@dataclass(frozen=True, slots=True)
class Turn:
    """A build that behaves as `before` until `at`, then as `after`, until `until` (for good when None)."""

    before: Health
    after: Health
    at: float
    until: float | None = None

    def __call__(self, moment: float) -> Health:
        """The health at a moment."""
        turned = moment >= self.at and (self.until is None or moment < self.until)
        return self.after if turned else self.before


def steady(health: Health) -> HealthAt:
    """A build that always behaves alike."""
    return lambda _moment: health
