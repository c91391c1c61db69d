"""Samples: every poll's counts as reported, never as corrected later (gates.md 5)."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from rollout_tui.domain.metrics import Direction, Population
from rollout_tui.domain.quantities import Bare, Mean, Number, Proportion, Quantity, flaw
from rollout_tui.domain.readings import Reading, Scope, Window
from rollout_tui.domain.releases import Platform
from rollout_tui.history.schema import whole

_Key = tuple[str, ...]

_COLUMNS = "s.taken_at, s.kind, s.first, s.second, s.third, s.as_of, s.start, s.end, r.metric, r.scope, r.build"
_SELECT = f"SELECT {_COLUMNS}, r.population, r.source FROM samples s JOIN series r ON r.id = s.series"  # noqa: S608  constants

_FORGOTTEN_AT_ONCE = 2_000
"""Rows of one bite of retention: a few milliseconds."""

# One range scan a bucket: three times as fast as grouping, which sorts. A sample of a bucket arrived within the series'
# longest lag after its own time.
_BUCKETS = """WITH RECURSIVE bucket (number, low, high) AS (
    SELECT 0, :start, :start + :step
    UNION ALL SELECT number + 1, :start + (number + 1) * :step, :start + (number + 2) * :step FROM bucket
        WHERE number + 1 < :count)
SELECT number, (SELECT {worst}(value) FROM samples WHERE series = :series
    AND taken_at >= low AND taken_at < high + :lag AND as_of >= low AND as_of < high) FROM bucket"""
_WORST = {Direction.LOWER: _BUCKETS.format(worst="max"), Direction.HIGHER: _BUCKETS.format(worst="min")}


_POPULATION = {each.value: each for each in Population}


class Poll(NamedTuple):
    """One poll of a phase: when it was taken, the source's own time (epoch seconds UTC), of whom, what was counted."""

    taken_at: float
    as_of: float
    population: Population
    quantity: Quantity


class Samples:
    """Readings by series (platform, build, metric, scope, population, source) and the time they were taken."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._series: dict[_Key, tuple[int, float]] = {}

    def add(self, readings: Iterable[tuple[Platform, Reading]]) -> None:
        """Write one poll's readings in one transaction; a reading of the same moment replaces the older one."""
        known = dict(self._series)
        with whole(self._connection):
            rows = [self._row(known, platform, reading) for platform, reading in readings]
            self._connection.executemany("INSERT OR REPLACE INTO samples VALUES (?,?,?,?,?,?,?,?,?,?)", rows)
        self._series = known

    def newest(self, platform: Platform, build: str, scope: Scope, until: float = math.inf) -> list[Reading]:
        """The newest reading of every metric that was taken up to then (epoch seconds UTC)."""
        found: dict[str, Reading] = {}
        for (series,) in self._connection.execute(
            "SELECT id FROM series WHERE platform = ? AND build = ? AND scope = ?", (platform, build, scope)
        ).fetchall():
            row = self._connection.execute(
                f"{_SELECT} WHERE s.series = ? AND s.taken_at <= ? ORDER BY s.taken_at DESC LIMIT 1", (series, until)
            ).fetchone()
            if row is not None:
                reading = _reading(row)
                known = found.get(reading.metric)
                if known is None or known.taken_at < reading.taken_at:
                    found[reading.metric] = reading
        return list(found.values())

    def polls(
        self,
        platform: Platform,
        build: str,
        metric: str,
        since: float,
        scope: Scope = Scope.PHASE,
        until: float = math.inf,
    ) -> list[Poll]:
        """The polls from then until then, in order of arrival, as the light values that evidence is made of."""
        rows = self._connection.execute(
            "SELECT s.taken_at, s.as_of, r.population, s.kind, s.first, s.second, s.third"
            " FROM samples s JOIN series r ON r.id = s.series"
            " WHERE r.platform = ? AND r.build = ? AND r.metric = ? AND r.scope = ?"
            " AND s.taken_at BETWEEN ? AND ? ORDER BY s.taken_at",
            (platform, build, metric, scope, since, until),
        )
        return [Poll(at, as_of, _POPULATION[of], _quantity(*counts)) for at, as_of, of, *counts in rows]

    def values(
        self, platform: Platform, build: str, metric: str, since: float, until: float
    ) -> list[tuple[float, float]]:
        """Recent values of a metric with the source's own time, oldest first; those that are no number left out."""
        rows = self._connection.execute(
            "SELECT s.as_of, s.value FROM samples s JOIN series r ON r.id = s.series"
            " WHERE r.platform = ? AND r.build = ? AND r.metric = ? AND r.scope = ? AND s.taken_at BETWEEN ? AND ?"
            " AND s.value IS NOT NULL ORDER BY s.as_of",
            (platform, build, metric, Scope.RECENT, since, until),
        )
        return [(float(at), float(value)) for at, value in rows]

    def buckets(
        self,
        platform: Platform,
        build: str,
        metric: str,
        better: Direction,
        end: float,
        step: float,
        count: int,
        populations: Sequence[Population] = (),
    ) -> list[float | None]:
        """The worst recent value in each of `count` buckets of `step` seconds that end at `end`, oldest first.

        By the source's own time; None for a hole. Only `populations` are taken where any is named: figures of others
        are other metrics (rollout-plan.md 9.2).
        """
        worse = max if better is Direction.LOWER else min
        series = self._connection.execute(
            "SELECT id, lag FROM series WHERE platform = :platform AND build = :build AND metric = :metric"
            " AND scope = :scope AND (:populations = '' OR instr(:populations, '/' || population || '/'))",
            {
                "platform": platform,
                "build": build,
                "metric": metric,
                "scope": Scope.RECENT,
                "populations": "".join(f"/{each}/" for each in populations),
            },
        ).fetchall()
        values: list[float | None] = [None] * count
        for number, lag in series:
            asked = {"series": number, "lag": lag, "start": end - step * count, "step": step, "count": count}
            for bucket, value in self._connection.execute(_WORST[better], asked):
                known = values[bucket]
                if value is not None:
                    values[bucket] = value if known is None else worse(known, value)
        return values

    def build_before(self, platform: Platform, build: str) -> str | None:
        """The build whose samples were the newest before the first one of this build; None where there is none."""
        first = self.oldest(platform, build)
        row = self._connection.execute(
            "SELECT r.build, (SELECT MAX(taken_at) FROM samples WHERE series = r.id AND taken_at < ?) AS last"
            " FROM series r WHERE r.platform = ? AND r.build != ? AND last IS NOT NULL ORDER BY last DESC LIMIT 1",
            (math.inf if first is None else first, platform, build),
        ).fetchone()
        return None if row is None else str(row[0])

    def oldest(self, platform: Platform, build: str) -> float | None:
        """When the first sample of this build was taken; None when there is none."""
        row = self._connection.execute(
            "SELECT MIN(taken_at) FROM samples"
            " WHERE series IN (SELECT id FROM series WHERE platform = ? AND build = ?)",
            (platform, build),
        ).fetchone()
        return None if row is None else row[0]

    def extent(self, builds: Iterable[tuple[Platform, str]]) -> tuple[float, float] | None:
        """When the first and the last sample of these builds were taken; None where there is none."""
        known = self._of_builds(builds)
        firsts = [first for series in known if (first := self._end_of(series, "MIN")) is not None]
        lasts = [last for series in known if (last := self._end_of(series, "MAX")) is not None]
        return (min(firsts), max(lasts)) if firsts and lasts else None

    def holes(self, builds: Iterable[tuple[Platform, str]], longest: float) -> list[tuple[float, float]]:
        """Spans of more than `longest` seconds in which no sample of any of these builds was taken, oldest first.

        Jumps from sample to sample, `longest` seconds at a time: a hole cannot lie within a jump, and what is looked at
        grows with the time that passed, not with the samples.
        """
        known = self._of_builds(builds)
        found: list[tuple[float, float]] = []
        at = min((first for series in known if (first := self._end_of(series, "MIN")) is not None), default=None)
        while at is not None:
            onward = next(
                (last for series in known if (last := self._last_within(series, at, longest)) is not None), None
            )
            if onward is None:
                onward = min(
                    (after for series in known if (after := self._after(series, at)) is not None), default=None
                )
                if onward is not None:
                    found.append((at, onward))
            at = onward
        return found

    def _end_of(self, series: int, end: str) -> float | None:
        """One end alone is a seek; both in one query would be a scan."""
        return self._one(f"SELECT {end}(taken_at) FROM samples WHERE series = ?", series)  # noqa: S608  MIN or MAX

    def _last_within(self, series: int, at: float, seconds: float) -> float | None:
        return self._one(
            "SELECT MAX(taken_at) FROM samples WHERE series = ? AND taken_at > ? AND taken_at <= ?",
            series,
            at,
            at + seconds,
        )

    def _after(self, series: int, at: float) -> float | None:
        return self._one("SELECT MIN(taken_at) FROM samples WHERE series = ? AND taken_at > ?", series, at)

    def _one(self, question: str, *values: float) -> float | None:
        row = self._connection.execute(question, values).fetchone()
        return None if row is None or row[0] is None else float(row[0])

    def _of_builds(self, builds: Iterable[tuple[Platform, str]]) -> list[int]:
        return [
            number
            for build in builds
            for (number,) in self._connection.execute("SELECT id FROM series WHERE platform = ? AND build = ?", build)
        ]

    def prune(self, before: float) -> int:
        """Forget some of what was taken before that time. Returns rows deleted; 0 when nothing is left to forget."""
        for (series,) in self._connection.execute("SELECT id FROM series").fetchall():
            cursor = self._connection.execute(
                "DELETE FROM samples WHERE series = ?1 AND taken_at <= (SELECT max(taken_at) FROM"
                " (SELECT taken_at FROM samples WHERE series = ?1 AND taken_at < ?2 ORDER BY taken_at LIMIT ?3))",
                (series, before, _FORGOTTEN_AT_ONCE),
            )
            if cursor.rowcount:
                return cursor.rowcount
        return 0

    def _row(self, known: dict[_Key, tuple[int, float]], platform: Platform, reading: Reading) -> Sequence[object]:
        kind, first, second, third = _columns(reading.quantity)
        value = float(reading.quantity.value()) if flaw(reading.quantity) is None else None
        window = reading.window
        series = self._place(known, platform, reading)
        return (series, reading.taken_at, kind, first, second, third, value, reading.as_of, window.start, window.end)

    def _place(self, known: dict[_Key, tuple[int, float]], platform: Platform, reading: Reading) -> int:
        """The series of a reading, made where it is new, with its longest lag kept up to date."""
        key = (platform, reading.build, reading.metric, reading.scope, reading.population, reading.source)
        if key not in known:
            self._connection.execute(
                "INSERT OR IGNORE INTO series (platform, build, metric, scope, population, source)"
                " VALUES (?,?,?,?,?,?)",
                key,
            )
            known[key] = self._connection.execute(
                "SELECT id, lag FROM series WHERE platform = ? AND build = ? AND metric = ? AND scope = ?"
                " AND population = ? AND source = ?",
                key,
            ).fetchone()
        series, longest = known[key]
        lag = reading.taken_at - reading.as_of
        if lag >= longest:
            # Some more than was seen, so that a lag that creeps up is not written with every poll.
            known[key] = (series, 1.25 * lag + 1.0)
            self._connection.execute("UPDATE series SET lag = ? WHERE id = ?", (known[key][1], series))
        return series


def _columns(quantity: Quantity) -> tuple[str, object, object, object]:
    match quantity:
        case Proportion(bad, total):
            return "p", _stored(bad), _stored(total), None
        case Mean(sum=total, count=count, squares=squares):
            return "m", _stored(total), _stored(count), None if squares is None else _stored(squares)
        case Bare(amount):
            return "b", _stored(amount), None, None


def _stored(number: Number) -> int | float | str:
    """What SQLite would bend (decimals, integers beyond 64 bits, NaN) is kept as text that says what it was."""
    if isinstance(number, Decimal):
        return f"d{number}"
    if isinstance(number, int):
        return number if abs(number) < 2**63 else f"i{number}"
    return number if math.isfinite(number) else f"f{number}"


def _reading(row: Sequence[object]) -> Reading:
    taken_at, kind, first, second, third, as_of, start, end, metric, scope, build, population, source = row
    return Reading(
        metric=str(metric),
        scope=Scope(str(scope)),
        build=str(build),
        population=Population(str(population)),
        quantity=_quantity(kind, first, second, third),
        window=Window(float(str(start)), float(str(end))),
        as_of=float(str(as_of)),
        taken_at=float(str(taken_at)),
        source=str(source),
    )


def _quantity(kind: object, first: object, second: object, third: object) -> Quantity:
    if kind == "p":
        return Proportion(_number(first), _number(second))
    if kind == "m":
        return Mean(_number(first), _number(second), None if third is None else _number(third))
    return Bare(_number(first))


def _number(stored: object) -> Number:
    return stored if isinstance(stored, int | float) else _READ[str(stored)[0]](str(stored)[1:])


_READ: dict[str, Callable[[str], Number]] = {"d": Decimal, "i": int, "f": float}
