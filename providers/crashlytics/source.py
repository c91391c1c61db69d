"""The source: crash-free sessions and users of one version from the report on versions (stores.md 6)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from providers.answering import Answering, NoData, in_order, raise_if_all_failed, unfit
from providers.crashlytics.api import CrashlyticsApi
from providers.crashlytics.errors import WHO
from providers.crashlytics.metrics import Measured, measured
from providers.crashlytics.options import CountsOf, CrashlyticsOptions
from providers.moments import iso
from rollout_tui.domain.metrics import Population
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.quantities import Proportion, flaw
from rollout_tui.domain.readings import Answer, Reading, Scope, Window
from rollout_tui.domain.words import span
from rollout_tui.ports import Clock, Misconfigured, ProviderError, Query

_HOUR = 3600.0
_MOMENT = 1.0
_REPORT = "topVersions"
_LONGEST = 90 * 86400.0
"""Seconds: further back nothing is asked."""
_COUNTED: dict[CountsOf, Population] = {"sessions": Population.SESSIONS, "users": Population.USERS}


@dataclass(frozen=True, slots=True)
class Slice:
    """What one request answers: a version of an app since a time."""

    app: str
    version: str
    build: str
    start: float


@dataclass(frozen=True, slots=True)
class Ask:
    """A question that this source can answer. `alive` is the span in which there must be something."""

    query: Query
    counts: CountsOf
    slice: Slice
    alive: Slice


Found = dict[Slice, list[Measured] | ProviderError | NoData]


class CrashlyticsSource:
    """Counts where the report has them, else a percentage of unknown size."""

    def __init__(self, options: CrashlyticsOptions, api: CrashlyticsApi, clock: Clock, name: str) -> None:
        self._options = options
        self._api = api
        self._clock = clock
        self._gives = Answering(name)
        self._counted = {metric: _COUNTED[given.counts] for metric, given in options.metrics.items()}

    def metrics(self) -> frozenset[str]:
        """Ids of the configured metrics."""
        return frozenset(self._options.metrics)

    async def read(self, queries: Sequence[Query]) -> Sequence[Answer]:
        """One answer per query, in order; one request a version and window. Raises ProviderError."""
        now = self._clock.now()
        asks = [self._ask(query) for query in queries]
        wanted = [part for ask in asks if isinstance(ask, Ask) for part in (ask.slice, ask.alive) if part.start < now]
        found: Found = {}
        if wanted:
            await self._api.ahead()
        for part in dict.fromkeys(wanted):
            try:
                found[part] = await self._measured(part, now, "TIME_GRANULARITY_NONE")
            except (ProviderError, NoData) as error:
                found[part] = error
        raise_if_all_failed(found.values())
        return in_order(queries, asks, now, lambda ask: self._answer(ask, found, now), self._gives.nothing)

    async def back_fill(self, query: Query, step: float) -> Sequence[Reading]:
        """Readings at the ends of past hours, oldest first; of users none: those of several hours overlap."""
        ask = self._ask(query, past=True)
        if not isinstance(ask, Ask):
            raise Misconfigured(ask)
        if ask.counts != "sessions" or ask.slice.start >= query.window.end:
            return []
        await self._api.ahead()
        try:
            hours = await self._measured(ask.slice, query.window.end, "TIME_GRANULARITY_HOUR")
        except NoData:
            return []
        return list(self._past(ask, hours, step))

    async def close(self) -> None:
        """Nothing is held."""

    # --- asking --------------------------------------------------------------------------------------------------

    def _ask(self, query: Query, *, past: bool = False) -> Ask | str:
        """The question for Crashlytics, or why there is none."""
        metric, rollout = query.metric, query.rollout
        reason = unfit(query, WHO, self._counted, self._options.apps, "app", "counts sessions and users")
        if reason is not None:
            return reason
        app, counts = self._options.apps[rollout.platform], self._options.metrics[metric.id].counts
        start = query.window.start - metric.window if past and query.scope is Scope.RECENT else query.window.start
        if past or query.scope is Scope.PHASE:
            # Whether the interval is rounded is not known: what is counted for a phase begins with a whole hour.
            start = math.ceil(start / _HOUR) * _HOUR
        start = max(start, query.window.end - _LONGEST)
        version = display_name(rollout)
        alive = Slice(app, version, rollout.build, query.window.end - query.stale_after)
        return Ask(query, counts, Slice(app, version, rollout.build, start), alive)

    async def _measured(self, part: Slice, until: float, granularity: str) -> list[Measured]:
        # Without its filter a session with a mere warning would count as impacted.
        more = {"granularity": granularity, "filter.issue.errorTypes": ["FATAL"]}
        groups, _ = await self._api.report(part.app, _REPORT, part.version, part.start, until, more)
        return measured(groups, part.version, part.build)

    # --- answers -------------------------------------------------------------------------------------------------

    def _answer(self, ask: Ask, found: Found, now: float) -> Answer:
        query = ask.query
        if ask.slice not in found:
            return self._gives.nothing(query, f"{WHO} is asked by whole hours, and none of this phase has begun", now)
        try:
            one = _only(found[ask.slice])
            window = one.window or Window(ask.slice.start, now)
            if query.scope is Scope.PHASE and window.start < query.window.start - _MOMENT:
                raise NoData(f"{WHO} answered from {iso(window.start)} on, which is before this phase")
            quantity = one.quantity(ask.counts)
            if not _only(found[ask.alive]).lives(ask.counts):
                raise NoData(f"{WHO} has no {ask.counts} of this version within {span(query.stale_after)}")
        except (ProviderError, NoData) as error:
            return self._gives.nothing(query, str(error), now)
        end = min(window.end, now)
        problem = flaw(quantity)
        if problem is not None or end <= window.start:
            return self._gives.nothing(query, f"{WHO}: {problem or 'its window is in the future'}", now)
        if now - end > query.stale_after:
            return self._gives.nothing(query, f"{WHO}: its answer ends {span(now - end)} ago", now)
        return self._gives.reading(query, _COUNTED[ask.counts], quantity, Window(window.start, end), end, now)

    def _past(self, ask: Ask, hours: Sequence[Measured], apart: float) -> Iterator[Reading]:
        """Sums up to the ends of hours, until one whose counts are not known."""
        query, before = ask.query, -math.inf
        held: list[tuple[Window, int, int]] = []
        for hour in hours:
            try:
                quantity = hour.quantity(ask.counts) if hour.lives(ask.counts) else Proportion(0, 0)
            except NoData:
                return
            if hour.window is None or not isinstance(quantity, Proportion) or hour.window.end > query.window.end:
                return
            end = hour.window.end
            held.append((hour.window, int(quantity.bad), int(quantity.total)))
            if query.scope is Scope.RECENT:
                held = [each for each in held if each[0].start >= end - max(query.metric.window, _HOUR)]
            total = Proportion(sum(bad for _, bad, _ in held), sum(n for _, _, n in held))
            if end > query.window.start and end - before >= apart and flaw(total) is None and quantity.total:
                before = end
                window = Window(held[0][0].start, end)
                yield self._gives.reading(query, _COUNTED[ask.counts], total, window, end, end)


def display_name(rollout: RolloutPlan) -> str:
    """The version as Crashlytics spells it: `4.2.0 (4201)`."""
    return f"{rollout.version} ({rollout.build})"


def _only(found: list[Measured] | ProviderError | NoData) -> Measured:
    """The one interval that was asked for. Raises NoData or ProviderError."""
    if not isinstance(found, list):
        raise found
    if len(found) != 1:
        raise NoData(f"{WHO} gives {len(found) or 'no'} figures where one is expected")
    return found[0]
