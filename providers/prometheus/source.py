"""The source: readings with counts from a Prometheus-compatible server (stores.md 8)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from providers.answering import Answering, NoData, in_order
from providers.prometheus.client import PrometheusClient, Series
from providers.prometheus.counting import EXPECTED, Counting, counting
from providers.prometheus.expressions import QUOTED, BadExpression, fill, selectors
from providers.prometheus.freshness import ALWAYS, Moment, sampled
from providers.prometheus.ledger import Ledger
from providers.prometheus.options import MetricQueries, PrometheusOptions
from rollout_tui.domain.checkup import Grade, Remark
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.quantities import Bare, Quantity, flaw
from rollout_tui.domain.readings import Answer, NoReading, Reading, Scope, Window
from rollout_tui.domain.words import age, plain_text
from rollout_tui.ports import Clock, Misconfigured, ProviderError, Query

_MOST_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class Ask:
    """A query in PromQL: counters, or one expression for a bare value, and the selectors that must be fresh."""

    query: Query
    counting: Counting | None
    value: str
    fresh: tuple[str, ...]

    @property
    def counters(self) -> tuple[str, ...] | None:
        """Selectors of the counters; None for a bare value."""
        return None if self.counting is None else self.counting.selectors

    def questions(self) -> Iterator[str]:
        """What is asked of the present."""
        yield from map(sampled, self.fresh)
        yield from (self.value,) if self.counters is None else self.counters


class PrometheusSource:
    """Counts by differences of raw samples; freshness by the newest sample's own time."""

    def __init__(self, options: PrometheusOptions, client: PrometheusClient, clock: Clock, name: str) -> None:
        self._options = options
        self._client = client
        self._clock = clock
        self._name = name
        self._gives = Answering(name)
        self._ledger = Ledger(client)

    def metrics(self) -> frozenset[str]:
        """Ids of the configured metrics."""
        return frozenset(self._options.metrics)

    async def read(self, queries: Sequence[Query]) -> Sequence[Answer]:
        """One answer per query, in order; all of them with a few calls. Raises ProviderError."""
        now = round(self._clock.now(), 3)
        asks = [self._ask(query) for query in queries]
        usable = [ask for ask in asks if isinstance(ask, Ask)]
        expressions = [question for ask in usable for question in ask.questions()]
        if not expressions:
            return [self._nothing(query, str(ask), now) for query, ask in zip(queries, asks, strict=True)]
        moment = Moment(await self._client.instant([*expressions, *ALWAYS], now), now, self._client.who)
        broken = await self._count(usable, moment)
        return in_order(queries, asks, now, lambda ask: self._answer(ask, moment, broken), self._nothing)

    async def back_fill(self, query: Query, step: float) -> Sequence[Reading]:
        """A reading per step over the query's window, from what the server remembers. Raises ProviderError."""
        ask = self._ask(query, query.metric.window)
        if not isinstance(ask, Ask):
            raise Misconfigured(ask)
        step = max(step, (query.window.end - query.window.start) / _MOST_POINTS)
        if query.scope is Scope.PHASE:
            return await self._phase_so_far(ask, step)
        if ask.counters is None:
            past = await self._past_values(ask, step)
            return [self._past(ask, Bare(value), Window(at - query.metric.window, at), at) for at, value in past]
        ledger = Ledger(self._client)
        start = query.window.start - query.metric.window
        broken = await ledger.catch_up(dict.fromkeys(ask.counters, start), query.window.end, {})
        for error in broken.values():
            raise error
        return list(self._past_counts(ask, ledger, step, lambda at: at - query.metric.window))

    async def _phase_so_far(self, ask: Ask, step: float) -> list[Reading]:
        """What polls since the start would have counted, from the samples that reading the phase has brought."""
        query = ask.query
        if ask.counters is None:
            return []
        start = round(query.window.start, 3)
        broken = await self._ledger.catch_up(dict.fromkeys(ask.counters, start), round(query.window.end, 3), {})
        for error in broken.values():
            raise error
        return list(self._past_counts(ask, self._ledger, step, lambda _: query.window.start))

    async def examine(self, rollouts: Sequence[RolloutPlan]) -> Sequence[Remark]:  # noqa: ARG002  one server for all
        """What the server is, and the queries that it refused in this look. Raises ProviderError."""
        version = await self._client.what_it_is()
        remarks = [Remark(self._name, Grade.NOTE, f"its server says that it is version {version}")] if version else []
        refused = list(self._client.refused.values())
        return [*remarks, *(Remark(self._name, Grade.PROBLEM, error.message, error.remedy) for error in refused[:5])]

    async def close(self) -> None:
        """Nothing is held."""

    # --- the present ---------------------------------------------------------------------------------------------

    async def _count(self, asks: Sequence[Ask], moment: Moment) -> dict[str, ProviderError]:
        """Bring all counters up to now; returns what went wrong by selector."""
        since: dict[str, float] = {}
        for ask in asks:
            for selector in ask.counters or ():
                start = round(ask.query.window.start, 3)
                since[selector] = min(start, since.get(selector, start))
        return await self._ledger.catch_up(since, moment.now, moment.current(since))

    def _answer(self, ask: Ask, moment: Moment, broken: Mapping[str, ProviderError]) -> Answer:
        """The reading, or why there is none."""
        query = ask.query
        try:
            quantity, as_of, start = self._read_off(ask, moment, broken)
        except (ProviderError, NoData) as error:
            return self._nothing(query, str(error), moment.now)
        if moment.now - as_of > query.stale_after:
            return self._nothing(query, f"newest sample is {age(moment.now - as_of)} old", moment.now)
        problem = flaw(quantity)
        if problem is not None:
            return self._nothing(query, problem, moment.now)
        window = Window(min(start, moment.now - 1e-3), moment.now)
        return self._gives.reading(query, query.metric.population, quantity, window, as_of, moment.now)

    def _read_off(self, ask: Ask, moment: Moment, broken: Mapping[str, ProviderError]) -> tuple[Quantity, float, float]:
        """Quantity, time of the newest sample, and since when it counts. Raises NoData or ProviderError."""
        query = ask.query
        ledger = self._ledger
        as_of = min(moment.as_of(text, query.rollout.build, ledger.tally(text)) for text in ask.fresh)
        if ask.counting is None:
            return Bare(_only_value(moment.series(ask.value))), as_of, query.window.start
        grown: list[float] = []
        start = query.window.start
        for selector in ask.counting.selectors:
            moment.check_counts(selector)
            if selector in broken:
                raise broken[selector]
            tally = ledger.tally(selector)
            growth = None if tally is None else tally.grown(query.window.start)
            if tally is None or growth is None or tally.began is None:
                raise NoData(f"no samples of {plain_text(selector, 90)} in this window")
            grown.append(growth)
            # Within a second it is the same moment: times are asked for in milliseconds.
            start = tally.began if tally.began > start + 1.0 else start
        return ask.counting.quantity(grown), as_of, start

    # --- the past ------------------------------------------------------------------------------------------------

    def _past_counts(self, ask: Ask, ledger: Ledger, step: float, since: Callable[[float], float]) -> Iterator[Reading]:
        query = ask.query
        tallies = [tally for text in ask.counters or () if (tally := ledger.tally(text)) is not None]
        patience = max(query.stale_after, 2 * step)
        for at in _moments(query.window, step):
            grown = [tally.grown(since(at), at) for tally in tallies]
            newest = [tally.newest(at) for tally in tallies]
            counts = [growth for growth in grown if growth is not None]
            times = [time for time in newest if time is not None and at - time <= patience]
            if ask.counting is not None and len(counts) == len(times) == len(ask.counting.selectors):
                with suppress(NoData):
                    quantity = ask.counting.quantity(counts)
                    if flaw(quantity) is None:
                        yield self._past(ask, quantity, Window(since(at), at), min(times))

    async def _past_values(self, ask: Ask, step: float) -> list[tuple[float, float]]:
        window = ask.query.window
        if window.start + step > window.end:
            return []
        found = (await self._client.over([ask.value], window.start + step, window.end, step))[ask.value]
        if isinstance(found, ProviderError):
            raise found
        if len(found) != 1:
            return []
        return [(at, value) for at, value in found[0].points if flaw(Bare(value)) is None]

    def _past(self, ask: Ask, quantity: Quantity, window: Window, as_of: float) -> Reading:
        return self._gives.reading(ask.query, ask.query.metric.population, quantity, window, as_of, window.end)

    # --- words ---------------------------------------------------------------------------------------------------

    def _ask(self, query: Query, window: float | None = None) -> Ask | str:
        """The query in PromQL, or why it cannot be asked."""
        options = self._options.metrics.get(query.metric.id)
        if options is None:
            return f"{query.metric.id} is not configured"
        kind = query.metric.kind
        given = counting(options, kind)
        if given is None and options.value is None:
            return f"{query.metric.id} is a {kind}: expected {EXPECTED[kind]} in the configuration"
        try:
            return self._filled(query, options, given, window)
        except BadExpression as error:
            return f"{query.metric.id}: {error}"

    def _filled(self, query: Query, options: MetricQueries, given: Counting | None, window: float | None) -> Ask:
        rollout = query.rollout
        values = dict(zip(QUOTED, (rollout.platform.value, rollout.build, rollout.version), strict=True))
        if given is not None:
            counters = tuple(fill(text, values) for text in given.selectors)
            return Ask(query, Counting(counters, given.quantity), "", counters)
        span = query.window.end - query.window.start if window is None else window
        value = f"({fill(options.value or '', values, span)})"
        return Ask(query, None, value, selectors(value))

    def _nothing(self, query: Query, reason: str, now: float) -> NoReading:
        who = self._client.who
        words = reason if reason.startswith(who) else f"{who}: {reason}"
        return self._gives.nothing(query, words, now)


def _only_value(found: Sequence[Series]) -> float:
    """The value of the one series that is expected. Raises NoData, Misconfigured for several."""
    if not found:
        raise NoData("the expression has no value now")
    if len(found) > 1:
        labels = [dict(series.labels) for series in found]
        names = {name for each in labels for name in each}
        differing = sorted(name for name in names if len({each.get(name) for each in labels}) > 1)
        raise Misconfigured(f"{len(found)} series where one is expected, they differ in {', '.join(differing)}")
    value = found[0].points[-1][1]
    if not math.isfinite(value):
        raise NoData(f"the value is {value}, not a number that can be compared")
    return value


def _moments(window: Window, step: float) -> Iterator[float]:
    count = math.floor((window.end - window.start) / step + 1e-9)
    return (window.start + number * step for number in range(1, count + 1))
