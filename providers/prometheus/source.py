"""The source: readings with counts from a Prometheus-compatible server (stores.md 8)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from providers.prometheus.client import Answers, Line, PrometheusClient
from providers.prometheus.options import MetricQueries, PrometheusOptions
from providers.prometheus.tally import Tally, first_seen
from providers.prometheus.templates import fill
from rollout_tui.domain.metrics import Kind
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.quantities import Bare, Mean, Proportion, Quantity, flaw
from rollout_tui.domain.readings import Answer, NoReading, Reading, Window
from rollout_tui.domain.words import age, plain_text
from rollout_tui.ports import Clock, Misconfigured, ProviderError, Query

_FINE = 15.0
"""Seconds between samples that are read after the first time."""
_COARSE = 60.0
"""Seconds between samples when a whole phase is read at once."""
_MOST_POINTS = 10_000
_KEEP = 26 * 3600.0
"""Seconds that the tallies reach back at least, for the charts."""

Key = tuple[str, str]
"""A rollout: platform and build."""


@dataclass(slots=True)
class _Book:
    """What was counted for one rollout, by selector."""

    tallies: dict[str, Tally] = field(default_factory=dict)


class PrometheusSource:
    """Counts by differences of raw samples; freshness by the newest sample's own time."""

    def __init__(self, options: PrometheusOptions, client: PrometheusClient, clock: Clock, name: str) -> None:
        self._options = options
        self._client = client
        self._clock = clock
        self._name = name
        self._books: dict[Key, _Book] = {}

    def metrics(self) -> frozenset[str]:
        """Ids of the configured metrics."""
        return frozenset(self._options.metrics)

    async def read(self, queries: Sequence[Query]) -> Sequence[Answer]:
        """One answer per query, in order; all of them with a few calls. Raises ProviderError."""
        now = self._clock.now()
        instants = await self._client.instant(self._instant_expressions(queries), now)
        broken = await self._count(queries, now)
        return [self._answer(query, now, instants, broken) for query in queries]

    async def back_fill(self, query: Query, step: float) -> Sequence[Reading]:
        """A reading per step over the query's window, from what the server remembers."""
        counters = self._counters(query)
        if counters is None:
            return []
        now = self._clock.now()
        window = Window(query.window.start - query.metric.window, query.window.end)
        await self._count([Query(query.metric, query.scope, query.rollout, window, query.stale_after)], now)
        return list(self._past(query, counters, step))

    async def close(self) -> None:
        """Nothing is held."""

    # --- counting ------------------------------------------------------------------------------------------------

    async def _count(self, queries: Sequence[Query], now: float) -> Answers:
        """Bring every selector's tally up to now; returns what went wrong by selector."""
        broken: Answers = {}
        for key, group in _by_rollout(queries).items():
            book = self._books.setdefault(key, _Book())
            wanted = {
                text: min(query.window.start for query in group if text in (self._counters(query) or ()))
                for query in group
                for text in self._counters(query) or ()
            }
            for text, since in wanted.items():
                tally = book.tallies.get(text)
                if tally is None or since < tally.start - _COARSE:
                    book.tallies[text] = Tally(since)
            broken |= await self._extend(book, list(wanted), now)
        return broken

    async def _extend(self, book: _Book, texts: list[str], now: float) -> Answers:
        """Read what is new, selectors that stand at the same moment together."""
        broken: Answers = {}
        groups: dict[float, list[str]] = {}
        for text in texts:
            groups.setdefault(book.tallies[text].until, []).append(text)
        for since, group in groups.items():
            if now - since < 1.0:
                continue
            fresh = any(book.tallies[text].first is None for text in group)
            grid = _grid(since, now, _COARSE if fresh else _FINE)
            answers = await self._client.over(group, grid.start, grid.end, grid.step)
            lines = {text: found for text, found in answers.items() if isinstance(found, list)}
            broken |= {text: found for text, found in answers.items() if not isinstance(found, list)}
            seen = first_seen(book.tallies, lines)
            for text, found in lines.items():
                book.tallies[text].extend(found, grid.end, seen)
                book.tallies[text].forget(now - max(_KEEP, 49 * 3600.0))
        return broken

    # --- answers -------------------------------------------------------------------------------------------------

    def _answer(self, query: Query, now: float, instants: Answers, broken: Answers) -> Answer:
        """The reading, or why there is none."""
        try:
            counters = self._counters(query)
            if counters is None:
                quantity, as_of = self._bare(query, now, instants)
                start = query.window.start
            else:
                quantity, as_of, start = self._counted(query, counters, now, instants, broken)
            problem = flaw(quantity)
            if problem is not None:
                raise Misconfigured(f"{self._name}: {problem}")
        except ProviderError as error:
            return NoReading(query.metric.id, query.scope, query.rollout.build, error.message, now, self._name)
        if now - as_of > query.stale_after:
            reason = f"{self._name}: newest sample is {age(now - as_of)} old"
            return NoReading(query.metric.id, query.scope, query.rollout.build, reason, now, self._name)
        return Reading(
            metric=query.metric.id,
            scope=query.scope,
            build=query.rollout.build,
            population=query.metric.population,
            quantity=quantity,
            window=Window(start, now),
            as_of=as_of,
            taken_at=now,
            source=self._name,
        )

    def _counted(
        self, query: Query, counters: tuple[str, str], now: float, instants: Answers, broken: Answers
    ) -> tuple[Quantity, float, float]:
        """Quantity, age of the newest sample, and since when it counts."""
        as_of = now
        for text in counters:
            failure = broken.get(text)
            if isinstance(failure, ProviderError):
                raise failure
            as_of = min(as_of, self._newest(text, query.rollout, instants))
        first, second = (self._tally(query.rollout, text) for text in counters)
        if not first.alive or not second.alive:
            raise self._nothing(counters[0] if not first.alive else counters[1], query.rollout)
        upper, lower = first.grown(query.window.start), second.grown(query.window.start)
        if upper is None or lower is None:
            raise self._nothing(counters[0], query.rollout)
        start = max(query.window.start, first.first or query.window.start, second.first or query.window.start)
        if query.metric.kind is Kind.MEAN:
            return Mean(_whole(upper), _whole(lower)), as_of, min(start, now - 1e-3)
        if lower < upper < lower + 1:
            upper = lower
        return Proportion(_whole(upper), _whole(lower)), as_of, min(start, now - 1e-3)

    def _newest(self, text: str, rollout: RolloutPlan, instants: Answers) -> float:
        """When the newest sample was taken; an empty answer is a target that is gone, whatever rate() still says."""
        found = instants.get(_timestamp(text))
        if isinstance(found, ProviderError):
            raise found
        times = [line.points[-1][1] for line in found or () if line.points]
        times = [time for time in times if math.isfinite(time)]
        if not times:
            raise self._nothing(text, rollout)
        return max(times)

    def _bare(self, query: Query, now: float, instants: Answers) -> tuple[Quantity, float]:
        text = self._value(query)
        found = instants.get(text)
        if isinstance(found, ProviderError):
            raise found
        lines: list[Line] = found or []
        if not lines:
            raise self._nothing(text, query.rollout)
        if len(lines) > 1:
            names = sorted({name for line in lines for name, value in line.labels if _differs(name, value, lines)})
            raise Misconfigured(
                f"{self._name}: {len(lines)} series where one is expected, they differ in {', '.join(names)}"
            )
        value = lines[0].points[-1][1]
        if not math.isfinite(value):
            raise Misconfigured(f"{self._name}: the value is {value}")
        return Bare(value), now

    def _nothing(self, text: str, rollout: RolloutPlan) -> ProviderError:
        return Misconfigured(f"{self._name} has no fresh series for build {rollout.build}: {plain_text(text, 90)}")

    # --- questions -----------------------------------------------------------------------------------------------

    def _instant_expressions(self, queries: Sequence[Query]) -> list[str]:
        expressions: list[str] = []
        for query in queries:
            counters = self._counters(query)
            expressions += [_timestamp(text) for text in counters] if counters else [self._value(query)]
        return expressions

    def _counters(self, query: Query) -> tuple[str, str] | None:
        counters = self._queries(query).counters()
        if counters is None:
            return None
        return fill(counters[0], query.rollout), fill(counters[1], query.rollout)

    def _value(self, query: Query) -> str:
        window = query.window.end - query.window.start
        return f"({fill(self._queries(query).value or '', query.rollout, window)})"

    def _queries(self, query: Query) -> MetricQueries:
        return self._options.metrics[query.metric.id]

    def _tally(self, rollout: RolloutPlan, text: str) -> Tally:
        return self._books[_key(rollout)].tallies[text]

    def _past(self, query: Query, counters: tuple[str, str], step: float) -> Iterator[Reading]:
        first, second = (self._tally(query.rollout, text) for text in counters)
        count = math.floor((query.window.end - query.window.start) / step)
        for number in range(1, count + 1):
            at = query.window.start + number * step
            since = at - query.metric.window
            upper, lower = first.grown(since, at), second.grown(since, at)
            if not upper and not lower:
                continue
            ratio = query.metric.kind is Kind.RATIO
            quantity: Quantity = (
                Proportion(_whole(upper or 0.0), _whole(lower or 0.0))
                if ratio
                else Mean(_whole(upper or 0.0), _whole(lower or 0.0))
            )
            if flaw(quantity) is None:
                build, population = query.rollout.build, query.metric.population
                window = Window(since, at)
                yield Reading(query.metric.id, query.scope, build, population, quantity, window, at, at, self._name)


def _timestamp(text: str) -> str:
    return f"timestamp({text})"


@dataclass(frozen=True, slots=True)
class _Grid:
    """Moments to ask for, in whole milliseconds as the server counts them; the last one is `end` exactly."""

    start: float
    end: float
    step: float


def _grid(since: float, until: float, wish: float) -> _Grid:
    """From `since` (or a little earlier) to `until`, about `wish` seconds apart, within the server's point limit."""
    end = math.floor(until * 1000)
    span = end - math.floor(since * 1000)
    count = max(1, min(_MOST_POINTS, math.ceil(span / 1000 / wish)))
    step = math.ceil(span / count)
    return _Grid((end - count * step) / 1000, end / 1000, step / 1000)


def _whole(number: float) -> float | int:
    """Counts of whole events are whole; fractions are passed on as they are."""
    return int(number) if number == int(number) else number


def _differs(name: str, value: str, lines: Sequence[Line]) -> bool:
    return any(dict(line.labels).get(name) != value for line in lines)


def _key(rollout: RolloutPlan) -> Key:
    return rollout.platform.value, rollout.build


def _by_rollout(queries: Sequence[Query]) -> dict[Key, list[Query]]:
    groups: dict[Key, list[Query]] = {}
    for query in queries:
        groups.setdefault(_key(query.rollout), []).append(query)
    return groups
