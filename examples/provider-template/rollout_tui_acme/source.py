"""The source: one question a metric, counts of one build over one window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from providers import wire
from rollout_tui.domain.metrics import Kind
from rollout_tui.domain.quantities import Proportion, flaw
from rollout_tui.domain.readings import Answer, NoReading, Reading, Window
from rollout_tui.ports import Misconfigured, ProviderContext, Query
from rollout_tui_acme.options import AcmeOptions

_WHO = "Acme"


class AcmeSource:
    """Asks `/v1/counts` for `{"build": "4201", "bad": 31, "total": 5000, "as_of": 1795443771}`."""

    def __init__(self, options: AcmeOptions, context: ProviderContext, token: str) -> None:
        self._options = options
        self._http, self._clock, self._name = context.http, context.clock, context.name
        self._headers = {"Authorization": f"Bearer {token}"}

    def metrics(self) -> frozenset[str]:
        """Ids of the metrics that it gives."""
        return frozenset(self._options.metrics)

    async def read(self, queries: Sequence[Query]) -> Sequence[Answer]:
        """One answer per query, in order. Raises ProviderError where nothing can be asked."""
        return [await self._answer(query) for query in queries]

    async def back_fill(self, query: Query, step: float) -> Sequence[Reading]:
        """Acme remembers nothing that could be asked for."""
        return []

    async def close(self) -> None:
        """Nothing is held: the HTTP client belongs to the program."""

    async def _answer(self, query: Query) -> Answer:
        now = self._clock.now()
        name = self._options.metrics.get(query.metric.id)
        if name is None:
            return self._nothing(query, f"{_WHO} is not configured to give {query.metric.id}", now)
        if query.metric.kind is not Kind.RATIO:
            return self._nothing(query, f"{_WHO} counts, it knows no {query.metric.kind}", now)
        body = await wire.get_json(
            self._http, f"{self._options.url}/v1/counts", who=_WHO, params=_asked(query, name), headers=self._headers
        )
        found = _counts(body, query.rollout.build)
        if found is None:
            return self._nothing(query, f"{_WHO} has no counts of build {query.rollout.build}", now)
        quantity, as_of = found
        problem = flaw(quantity)  # NaN, infinite, negative, more bad than total, no sessions
        if problem is not None:
            return self._nothing(query, f"{_WHO}: {problem}", now)
        return Reading(
            query.metric.id,
            query.scope,
            query.rollout.build,
            query.metric.population,
            quantity,
            Window(query.window.start, query.window.end),
            min(as_of, now),  # what the service says, never "now" because it answered
            now,
            self._name,
        )

    def _nothing(self, query: Query, reason: str, now: float) -> NoReading:
        return NoReading(query.metric.id, query.scope, query.rollout.build, reason, now, self._name)


def _asked(query: Query, name: str) -> dict[str, str]:
    """The parameters; httpx escapes them."""
    return {
        "metric": name,
        "platform": query.rollout.platform.value,
        "build": query.rollout.build,
        "since": f"{query.window.start:.0f}",
        "until": f"{query.window.end:.0f}",
    }


def _counts(body: Any, build: str) -> tuple[Proportion, float] | None:
    """The counts and their own time; None where there are none of this build. Raises Misconfigured."""
    if not isinstance(body, dict):
        raise Misconfigured(f"{_WHO} answered with something that is no object", "is the address right?")
    if body.get("build") != build or "bad" not in body or "total" not in body:
        return None
    try:
        as_of = float(body.get("as_of", ""))
    except (TypeError, ValueError):
        return None  # numbers without an age are no data
    return Proportion(body["bad"], body["total"]), as_of
