"""The source: each question a request, each number an expression over its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from providers.answering import Answering, NoData, in_order, raise_if_all_failed
from providers.http_json.client import Got, JsonClient
from providers.http_json.expressions import number, search
from providers.http_json.options import Asking, HttpJsonOptions, MetricPicks
from providers.http_json.requests import Filled, Request
from providers.http_json.templates import Values, of_rollout, of_window
from providers.references import Secrets
from providers.stated import Stated, reading, window_of
from rollout_tui.domain.checkup import Grade, Remark
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.readings import Answer, NoReading, Reading, Scope, Window
from rollout_tui.domain.words import plain_text
from rollout_tui.ports import Clock, ProviderError, Query

_ENDS = frozenset({"end", "end_ms", "end_iso"})
_STEPS = 100


@dataclass(frozen=True, slots=True)
class Ask:
    """A query that a request answers, and the window that the answer is about."""

    query: Query
    picks: MetricPicks
    asking: Asking
    request: Request
    values: Values
    window: Window

    @property
    def key(self) -> tuple[Filled, Request]:
        """Equal for questions that one answer serves."""
        return self.request.filled(self.values), self.request

    @property
    def reaches_back(self) -> bool:
        """Whether the same request can be made for a window that ended in the past."""
        return self.picks.covers is None and bool(self.request.names() & _ENDS)

    def of_the_past(self) -> Ask:
        """The same about a window that is over: how new the data is now does not matter there."""
        return replace(self, query=replace(self.query, window=self.window), asking=self.asking.ageless())


class JsonSource:
    """Numbers out of a JSON API."""

    def __init__(self, options: HttpJsonOptions, client: JsonClient, secrets: Secrets, clock: Clock, name: str) -> None:
        self._picks = dict(options.metrics or {})
        self._asking = {name: picks.over(options) for name, picks in self._picks.items()}
        self._look_back = options.look_back
        self._past: dict[tuple[Filled, Request], Got | NoData | ProviderError] = {}
        """Answers about past windows that several metrics stand on."""
        self._client = client
        self._secrets = secrets
        self._clock = clock
        self._name = name
        self._gives = Answering(name)

    def metrics(self) -> frozenset[str]:
        """Ids of the configured metrics."""
        return frozenset(self._picks)

    async def read(self, queries: Sequence[Query]) -> Sequence[Answer]:
        """One answer per query, in order; equal requests are made once. Raises ProviderError where none is answered."""
        asks = [self._ask(query) for query in queries]
        wanted = {ask.key: ask for ask in asks if isinstance(ask, Ask)}
        got = dict(zip(wanted, await self._all(list(wanted.values())), strict=True))
        raise_if_all_failed(got.values())
        now = self._clock.now()
        return in_order(queries, asks, now, lambda ask: self._answer(ask, got[ask.key], now), self._nothing)

    async def back_fill(self, query: Query, step: float) -> Sequence[Reading]:
        """The phase up to some moments of the past, oldest first; each is a request, so they are few.

        Without `$end` in the request an answer is about now alone, and the past of the charts would be too many.
        """
        ask = self._ask(query)
        if query.scope is not Scope.PHASE or not isinstance(ask, Ask) or not ask.reaches_back:
            return []
        asks = [
            replace(ask, window=window, values={**ask.values, **of_window(window)})
            for window in self._moments(query, step)
        ]
        got = await self._all([each for each in asks if each.key not in self._past])
        self._past = {key: found for key, found in self._past.items() if key in {each.key for each in asks}}
        self._past |= zip((each.key for each in asks if each.key not in self._past), got, strict=True)
        answers = [self._answer(each.of_the_past(), self._past[each.key], each.window.end) for each in asks]
        return [answer for answer in answers if isinstance(answer, Reading)]

    def _moments(self, query: Query, step: float) -> list[Window]:
        """Windows from the phase's start on, evenly spread over the hole, which holds a hundred steps at most."""
        start, end = query.window.start, query.window.end
        span = min(end - start, _STEPS * step)
        count = min(self._look_back, int(span / step))
        return [Window(start, end - span * left / (count + 1)) for left in range(count, 0, -1)]

    async def close(self) -> None:
        """Nothing is held."""

    async def examine(self, rollouts: Sequence[RolloutPlan]) -> Sequence[Remark]:  # noqa: ARG002  the same for all
        """Which metrics cannot tell how old their data is."""
        unaged = sorted(name for name, asking in self._asking.items() if asking.as_of is None)
        if not unaged:
            return []
        text = f"{', '.join(unaged)}: nothing says how old the data is; a source that stands still is not noticed"
        return [Remark(self._name, Grade.NOTE, text, "name the path of the newest data's time in `as_of`")]

    async def _all(self, asks: Sequence[Ask]) -> list[Got | NoData | ProviderError]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._get(ask)) for ask in asks]
        return [task.result() for task in tasks]

    async def _get(self, ask: Ask) -> Got | NoData | ProviderError:
        try:
            return await self._client.ask(ask.request, ask.values)
        except (NoData, ProviderError) as error:
            return error

    def _ask(self, query: Query) -> Ask | str:
        """The request for a query, or why there is none."""
        picks = self._picks.get(query.metric.id)
        if picks is None:
            return f"{query.metric.id} is not configured"
        asking = self._asking[query.metric.id]
        try:
            window = window_of(query, picks.parts, picks.terms)
            values = of_rollout(query.rollout) | of_window(window)
        except (NoData, ProviderError) as error:
            return str(error)
        return Ask(query, picks, asking, asking.request(), values, window)

    def _answer(self, ask: Ask, got: Got | NoData | ProviderError, now: float) -> Answer:
        query = ask.query
        if not isinstance(got, Got):
            return self._nothing(query, str(got), now)
        try:
            check_answer(ask.asking, got, ask.values)
            return reading(query, _stated(ask, got), ask.picks.terms, ask.window, now, self._name)
        except NoData as error:
            return self._nothing(query, str(error), now)

    def _nothing(self, query: Query, reason: str, now: float) -> NoReading:
        words = self._secrets.hidden(reason if reason.startswith(self._name) else f"{self._name}: {reason}")
        return self._gives.nothing(query, words, now)


def check_answer(asking: Asking, got: Got, values: Values) -> None:
    """Raises NoData where the answer says that something went wrong, or that it is not whole."""
    said = None if asking.error is None else search(asking.error, got.document, values)
    if said not in (None, False, "", [], {}):
        raise NoData(f"it says “{plain_text(str(said), 160)}”")
    if asking.complete is not None and search(asking.complete, got.document, values) is not True:
        raise NoData(f"the answer is not whole ({plain_text(asking.complete, 60)} is not true)")


def _stated(ask: Ask, got: Got) -> Stated:
    def found(text: str | None) -> object:
        return None if text is None else search(text, got.document, ask.values)

    asking = ask.asking
    looked_for = {"as_of": asking.as_of, "build": asking.build}
    parts: Mapping[str, object] = {
        name: number(text, got.document, ask.values) for name, text in ask.picks.parts.items()
    }
    must = frozenset(name for name, text in looked_for.items() if text is not None)
    return Stated(parts, as_of=found(asking.as_of), build=found(asking.build), must=must)
