"""The source: hours of one build out of the export, asked for seldom since every query is billed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from providers.answering import Answering, in_order, raise_if_all_failed, unfit
from providers.crashlytics_export.bigquery import BigQuery
from providers.crashlytics_export.errors import WHO
from providers.crashlytics_export.options import ExportOptions
from providers.crashlytics_export.queries import Hour, hour, parameters, text
from rollout_tui.domain.checkup import Grade, Remark
from rollout_tui.domain.metrics import Population
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.quantities import Proportion, flaw
from rollout_tui.domain.readings import Answer, Reading, Scope, Window
from rollout_tui.domain.words import age
from rollout_tui.ports import Clock, Misconfigured, ProviderError, Query

_HOUR, _DAY = 3600.0, 86400.0
_TIB = 2**40
_FEWEST = 20_000_000
"""Bytes: BigQuery bills at least 10 MB for each of the two tables."""


@dataclass(frozen=True, slots=True)
class Past:
    """What the export said: hours since a time, and when it was asked."""

    since: float
    asked: float
    hours: tuple[Hour, ...]

    @property
    def newest(self) -> float | None:
        """When the newest session began."""
        return max((each.newest for each in self.hours if each.newest is not None), default=None)


class ExportSource:
    """Sessions alone: users of several hours overlap. What was asked a short while ago is answered from memory."""

    def __init__(self, options: ExportOptions, bigquery: BigQuery, clock: Clock, name: str) -> None:
        self._options = options
        self._bigquery = bigquery
        self._clock = clock
        self._gives = Answering(name)
        self._counted = dict.fromkeys(options.metrics, Population.SESSIONS)
        self._kept: dict[tuple[str, str], Past] = {}

    def metrics(self) -> frozenset[str]:
        """Ids of the configured metrics."""
        return frozenset(self._options.metrics)

    async def read(self, queries: Sequence[Query]) -> Sequence[Answer]:
        """One answer per query, in order; at most one query of BigQuery a build. Raises ProviderError."""
        now = self._clock.now()
        asks = [self._unfit(query) or query for query in queries]
        wanted: dict[tuple[str, str], list[Query]] = {}
        for ask in asks:
            if isinstance(ask, Query):
                wanted.setdefault(_key(ask.rollout), []).append(ask)
        found: dict[tuple[str, str], Past | ProviderError] = {}
        for key, asked in wanted.items():
            try:
                found[key] = await self._past(asked[0].rollout, min(map(_needed, asked)), now)
            except ProviderError as error:
                found[key] = error
        raise_if_all_failed(found.values())
        return in_order(
            queries, asks, now, lambda ask: self._answer(ask, found[_key(ask.rollout)], now), self._gives.nothing
        )

    async def back_fill(self, query: Query, step: float) -> Sequence[Reading]:
        """Readings at the ends of past hours, oldest first."""
        reason = self._unfit(query)
        if reason is not None:
            raise Misconfigured(reason)
        past = await self._past(query.rollout, _needed(query), self._clock.now())
        return list(self._readings(query, past, step))

    async def examine(self, rollouts: Sequence[RolloutPlan]) -> Sequence[Remark]:
        """What a query of each build reads and may cost; a dry run, which costs nothing. Raises ProviderError."""
        now, found = self._clock.now(), []
        for rollout in rollouts:
            if rollout.platform in self._options.apps:
                asked = text(self._options, rollout), parameters(rollout, now - 7 * _DAY, now)
                found.append(self._cost(rollout, await self._bigquery.bytes_of(*asked)))
        return found

    async def close(self) -> None:
        """Nothing is held."""

    # --- asking --------------------------------------------------------------------------------------------------

    def _unfit(self, query: Query) -> str | None:
        return unfit(query, WHO, self._counted, self._options.apps, "app", "counts sessions")

    async def _past(self, rollout: RolloutPlan, since: float, now: float) -> Past:
        kept = self._kept.get(_key(rollout))
        if kept is not None and kept.since <= since and 0 <= now - kept.asked < self._options.minutes * 60:
            return kept
        await self._bigquery.ahead()
        since = math.floor(since / _HOUR) * _HOUR
        rows = await self._bigquery.rows(text(self._options, rollout), parameters(rollout, since, now))
        hours = tuple(each for each in map(hour, rows) if each is not None and each.start >= since)
        self._kept[_key(rollout)] = past = Past(since, now, hours)
        return past

    # --- answers -------------------------------------------------------------------------------------------------

    def _answer(self, query: Query, past: Past | ProviderError, now: float) -> Answer:
        if isinstance(past, ProviderError):
            return self._gives.nothing(query, past.message, now)
        newest = past.newest
        if newest is None:
            return self._gives.nothing(query, f"{WHO} holds no sessions of build {query.rollout.build}", now)
        if now - newest > query.stale_after:
            return self._gives.nothing(query, f"{WHO}: the newest session is {age(now - newest)} old", now)
        end = max(newest, past.asked if self._options.streamed else newest)
        window = Window(_begin(query, end), end)
        if window.start >= window.end:
            return self._gives.nothing(query, f"{WHO} holds no whole hour of this phase yet", now)
        quantity = _sum(past, window)
        problem = flaw(quantity)
        if problem is not None:
            return self._gives.nothing(query, f"{WHO}: {problem}", now)
        return self._gives.reading(query, Population.SESSIONS, quantity, window, newest, now)

    def _readings(self, query: Query, past: Past, apart: float) -> Iterator[Reading]:
        before = -math.inf
        for each in past.hours:
            end = each.start + _HOUR
            window = Window(_begin(query, end), end)
            inside = query.window.start < end <= min(query.window.end, past.asked) and window.start < end
            if inside and each.sessions and end - before >= apart:
                quantity = _sum(past, window)
                if flaw(quantity) is None:
                    before = end
                    newest = each.newest or each.start
                    yield self._gives.reading(query, Population.SESSIONS, quantity, window, newest, end)

    def _cost(self, rollout: RolloutPlan, found: int | None) -> Remark:
        if found is None:
            return Remark(WHO, Grade.NOTE, f"{rollout.label}: BigQuery does not say what a query reads")
        hours = 24 * 60 / self._options.minutes
        billed = max(found, _FEWEST)
        says = (
            f"{rollout.label}: a query of seven days reads {found / 1e6:,.0f} MB; one every "
            f"{self._options.minutes} min is up to {billed * hours / _TIB:.2f} TiB a day, which BigQuery bills"
        )
        if found > self._options.most_bytes:
            return Remark(
                WHO, Grade.PROBLEM, f"{says}; that is above `most_bytes`", "raise `most_bytes`, or do without"
            )
        return Remark(WHO, Grade.NOTE, says, "more `minutes` cost less")


def _key(rollout: RolloutPlan) -> tuple[str, str]:
    return rollout.platform.value, rollout.build


def _needed(query: Query) -> float:
    """Since when hours are needed: late data moves the recent window back by as much as it may be old."""
    if query.scope is Scope.PHASE:
        return query.window.start
    return query.window.start - query.metric.window - query.stale_after


def _begin(query: Query, end: float) -> float:
    """The first whole hour of the phase; or of the recent window that ends there, which grows to whole hours."""
    if query.scope is Scope.PHASE:
        return math.ceil(query.window.start / _HOUR) * _HOUR
    return math.floor((end - query.metric.window) / _HOUR) * _HOUR


def _sum(past: Past, window: Window) -> Proportion:
    inside = [each for each in past.hours if window.start <= each.start < window.end]
    return Proportion(sum(each.crashed for each in inside), sum(each.sessions for each in inside))
