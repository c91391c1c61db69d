"""Samples: every poll's counts as reported, never as corrected later (gates.md 5)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from decimal import Decimal

from rollout_tui.domain.metrics import Direction, Population
from rollout_tui.domain.quantities import Bare, Mean, Number, Proportion, Quantity, flaw
from rollout_tui.domain.readings import Reading, Scope, Window
from rollout_tui.domain.releases import Platform

_COLUMNS = "s.taken_at, s.kind, s.first, s.second, s.third, s.as_of, s.start, s.end, r.metric, r.scope, r.build"
_SELECT = f"SELECT {_COLUMNS}, r.population, r.source FROM samples s JOIN series r ON r.id = s.series"  # noqa: S608  constants


class Samples:
    """Readings by series (platform, build, metric, scope, population, source) and the time they were taken."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._series: dict[tuple[str, ...], int] = {}

    def add(self, readings: Iterable[tuple[Platform, Reading]]) -> None:
        """Write one poll's readings in one transaction; a reading of the same moment replaces the older one."""
        rows = [self._row(platform, reading) for platform, reading in readings]
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            self._connection.executemany("INSERT OR REPLACE INTO samples VALUES (?,?,?,?,?,?,?,?,?,?)", rows)
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def newest(self, platform: Platform, build: str, scope: Scope) -> list[Reading]:
        """The newest reading of every metric."""
        found: dict[str, Reading] = {}
        for (series,) in self._connection.execute(
            "SELECT id FROM series WHERE platform = ? AND build = ? AND scope = ?", (platform, build, scope)
        ).fetchall():
            row = self._connection.execute(
                f"{_SELECT} WHERE s.series = ? ORDER BY s.taken_at DESC LIMIT 1", (series,)
            ).fetchone()
            if row is not None:
                reading = _reading(row)
                known = found.get(reading.metric)
                if known is None or known.taken_at < reading.taken_at:
                    found[reading.metric] = reading
        return list(found.values())

    def polls(self, platform: Platform, build: str, metric: str, since: float) -> list[Reading]:
        """The polls of the phase so far, in order of arrival."""
        rows = self._connection.execute(
            f"{_SELECT} WHERE r.platform = ? AND r.build = ? AND r.metric = ? AND r.scope = ? AND s.taken_at >= ?"
            " ORDER BY s.taken_at",
            (platform, build, metric, Scope.PHASE, since),
        )
        return [_reading(row) for row in rows]

    def buckets(
        self, platform: Platform, build: str, metric: str, better: Direction, end: float, step: float, count: int
    ) -> list[float | None]:
        """The worst recent value in each of `count` buckets of `step` seconds that end at `end`, oldest first."""
        start = end - step * count
        worst = "MAX" if better is Direction.LOWER else "MIN"
        series = self._connection.execute(
            "SELECT id FROM series WHERE platform = ? AND build = ? AND metric = ? AND scope = ?",
            (platform, build, metric, Scope.RECENT),
        ).fetchall()
        values: list[float | None] = [None] * count
        for (number,) in series:
            rows = self._connection.execute(
                f"SELECT CAST((taken_at - ?) / ? AS INTEGER) AS bucket, {worst}(value) FROM samples"  # noqa: S608  MAX or MIN
                " WHERE series = ? AND taken_at >= ? AND taken_at < ? GROUP BY bucket",
                (start, step, number, start, end),
            )
            for bucket, value in rows:
                if value is not None and 0 <= bucket < count:
                    values[bucket] = value
        return values

    def oldest(self, platform: Platform, build: str) -> float | None:
        """When the first sample of this build was taken; None when there is none."""
        row = self._connection.execute(
            "SELECT MIN(taken_at) FROM samples"
            " WHERE series IN (SELECT id FROM series WHERE platform = ? AND build = ?)",
            (platform, build),
        ).fetchone()
        return None if row is None else row[0]

    def prune(self, before: float) -> int:
        """Forget what was taken before that time. Returns rows deleted."""
        deleted = 0
        for (series,) in self._connection.execute("SELECT id FROM series").fetchall():
            cursor = self._connection.execute("DELETE FROM samples WHERE series = ? AND taken_at < ?", (series, before))
            deleted += cursor.rowcount
        return deleted

    def _row(self, platform: Platform, reading: Reading) -> Sequence[object]:
        kind, first, second, third = _columns(reading.quantity)
        value = float(reading.quantity.value()) if flaw(reading.quantity) is None else None
        window = reading.window
        series = self._series_of(platform, reading)
        return (series, reading.taken_at, kind, first, second, third, value, reading.as_of, window.start, window.end)

    def _series_of(self, platform: Platform, reading: Reading) -> int:
        key = (platform, reading.build, reading.metric, reading.scope, reading.population, reading.source)
        number = self._series.get(key)
        if number is None:
            self._connection.execute(
                "INSERT OR IGNORE INTO series (platform, build, metric, scope, population, source)"
                " VALUES (?,?,?,?,?,?)",
                key,
            )
            row = self._connection.execute(
                "SELECT id FROM series WHERE platform = ? AND build = ? AND metric = ? AND scope = ?"
                " AND population = ? AND source = ?",
                key,
            ).fetchone()
            number = self._series[key] = int(row[0])
        return number


def _columns(quantity: Quantity) -> tuple[str, object, object, object]:
    match quantity:
        case Proportion(bad, total):
            return "p", _stored(bad), _stored(total), None
        case Mean(sum=total, count=count, squares=squares):
            return "m", _stored(total), _stored(count), None if squares is None else _stored(squares)
        case Bare(amount):
            return "b", _stored(amount), None, None


def _stored(number: Number) -> int | float | str:
    """SQLite has no decimals: one that a float would bend is kept as text."""
    return str(number) if isinstance(number, Decimal) else number


def _reading(row: Sequence[object]) -> Reading:
    taken_at, kind, first, second, third, as_of, start, end, metric, scope, build, population, source = row
    quantity: Quantity
    if kind == "p":
        quantity = Proportion(_number(first), _number(second))
    elif kind == "m":
        quantity = Mean(_number(first), _number(second), None if third is None else _number(third))
    else:
        quantity = Bare(_number(first))
    return Reading(
        metric=str(metric),
        scope=Scope(str(scope)),
        build=str(build),
        population=Population(str(population)),
        quantity=quantity,
        window=Window(float(str(start)), float(str(end))),
        as_of=float(str(as_of)),
        taken_at=float(str(taken_at)),
        source=str(source),
    )


def _number(stored: object) -> Number:
    return stored if isinstance(stored, int | float) else Decimal(str(stored))
