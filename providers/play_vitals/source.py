"""The source: the share of one build's users in the newest whole day or hour, as of that period's end (stores.md 3).

A rate without usable counts: `distinctUsers` is rounded, and users of several days overlap, so it is never a sample
size and never added up. Gates stay UNDECIDED on it unless a person answers for a size (gates.md 7). No set is
aggregated over a range of one's own, so the newest whole period inside a phase stands for the phase.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from providers.answering import Answering, NoData, in_order, raise_if_all_failed
from providers.play_vitals.api import VitalsApi
from providers.play_vitals.errors import WHO
from providers.play_vitals.options import PlayVitalsOptions, VitalOptions
from providers.play_vitals.queries import Slice, of_build
from providers.play_vitals.rows import Row, read_rows, share_of_users
from providers.play_vitals.times import PERIODS, Period
from providers.play_vitals.vitals import USERS, VITALS, PeriodName
from rollout_tui.domain.metrics import Kind, Population
from rollout_tui.domain.quantities import Bare
from rollout_tui.domain.readings import Answer, Reading, Scope, Window
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.words import age, plain_text
from rollout_tui.ports import Clock, Misconfigured, ProviderError, Query, Unreachable

_MOMENT = 1.0
"""Seconds within which a phase and a period begin together."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question that this source can answer, and by which vital."""

    query: Query
    options: VitalOptions

    @property
    def period(self) -> Period:
        """The period of its rows."""
        return PERIODS[self.options.period]

    @property
    def population(self) -> Population:
        """Whom the vital counts."""
        return _counted(self.options)

    @property
    def slice(self) -> Slice:
        """The query that answers it, with others."""
        options, vital = self.options, VITALS[self.options.vital]
        return Slice(vital.metric_set, options.period, options.cohort, self.query.rollout.build)


@dataclass(frozen=True, slots=True)
class _Newest:
    """The newest whole period of a slice, epoch seconds UTC, with the rows that Google has of it."""

    start: float
    end: float
    rows: list[Row]


class PlayVitalsSource:
    """Shares of users, never of sessions."""

    def __init__(self, options: PlayVitalsOptions, api: VitalsApi, clock: Clock, name: str) -> None:
        self._options = options
        self._api = api
        self._clock = clock
        self._gives = Answering(name)

    def metrics(self) -> frozenset[str]:
        """Ids of the configured metrics."""
        return frozenset(self._options.metrics)

    async def read(self, queries: Sequence[Query]) -> Sequence[Answer]:
        """One answer per query, in order: freshness first, then one query a slice. Raises ProviderError."""
        now = self._clock.now()
        asks = [self._ask(query) for query in queries]
        usable = [ask for ask in asks if isinstance(ask, Ask)]
        if usable:
            await self._api.ahead()
        found = await self._newest(usable)
        raise_if_all_failed(found.values())
        return in_order(queries, asks, now, lambda ask: self._answer(ask, found[ask.slice], now), self._gives.nothing)

    async def back_fill(self, query: Query, step: float) -> Sequence[Reading]:
        """One reading per day or hour of the query's window, fewer for a longer step. Oldest first."""
        ask = self._ask(query)
        if not isinstance(ask, Ask):
            raise Misconfigured(ask)
        await self._api.ahead()
        end = _end(ask.slice, await self._api.latest_end(ask.slice.metric_set))
        start = ask.period.begin(query.window.start)
        if end is None or start >= end:
            return []
        rows = await self._rows(ask.slice, [ask.options.vital], start, end)
        readings: list[Reading] = []
        for row in rows:
            until = ask.period.after(row.start)
            whole = query.scope is Scope.RECENT or row.start >= query.window.start - _MOMENT
            apart = not readings or until - readings[-1].window.end >= step
            if whole and apart and query.window.start < until <= min(end, query.window.end):
                readings += self._past(ask, row, until)
        return readings

    async def close(self) -> None:
        """Nothing is held."""

    # --- the newest period ---------------------------------------------------------------------------------------

    async def _newest(self, asks: Iterable[Ask]) -> dict[Slice, _Newest | ProviderError]:
        """The newest period of each slice; or why it cannot be asked."""
        wanted: dict[Slice, list[str]] = {}
        for ask in asks:
            wanted.setdefault(ask.slice, []).append(ask.options.vital)
        ends: dict[str, Mapping[PeriodName, float]] = {}
        found: dict[Slice, _Newest | ProviderError] = {}
        for part, vitals in wanted.items():
            try:
                if part.metric_set not in ends:
                    ends[part.metric_set] = await self._api.latest_end(part.metric_set)
                end = _end(part, ends[part.metric_set])
                if end is None:
                    found[part] = Unreachable(f"{WHO} does not say how far its data goes")
                    continue
                start = PERIODS[part.period].before(end)
                found[part] = _Newest(start, end, await self._rows(part, vitals, start, end))
            except ProviderError as error:
                found[part] = error
        return found

    async def _rows(self, part: Slice, vitals: Iterable[str], start: float, end: float) -> list[Row]:
        documents = await self._api.query(part.metric_set, part.body(vitals, start, end))
        return read_rows(documents, PERIODS[part.period])

    # --- answers -------------------------------------------------------------------------------------------------

    def _ask(self, query: Query) -> Ask | str:
        """The question for Google, or why there is none."""
        options = self._options.metrics.get(query.metric.id)
        if options is None:
            return f"{WHO} is not configured to give {query.metric.id}"
        if query.rollout.platform is not Platform.ANDROID:
            return f"{WHO} knows Android alone"
        if query.metric.kind is not Kind.RATIO:
            return f"{WHO} gives shares of users, no {query.metric.kind}"
        counted = _counted(options)
        if counted not in query.metric.populations:
            return f"{WHO} counts {counted}, the gate {query.metric.population}"
        try:
            of_build(query.rollout.build)
        except ValueError as error:
            return f"{WHO} cannot be asked: {error}"
        return Ask(query, options)

    def _answer(self, ask: Ask, found: _Newest | ProviderError, now: float) -> Answer:
        query = ask.query
        if isinstance(found, ProviderError):
            return self._gives.nothing(query, found.message, now)
        if now - found.end > query.stale_after:
            reason = f"{WHO}: the newest {ask.period.word} ended {age(now - found.end)} ago"
            return self._gives.nothing(query, reason, now)
        if query.scope is Scope.PHASE and found.start < query.window.start - _MOMENT:
            return self._gives.nothing(query, f"{WHO} has no whole {ask.period.word} of this phase yet", now)
        try:
            share = self._share(ask, found.rows, found.start, found.end)
        except NoData as error:
            return self._gives.nothing(query, str(error), now)
        return self._reading(ask, share, Window(found.start, found.end), now)

    def _share(self, ask: Ask, rows: Iterable[Row], start: float, end: float) -> Bare:
        """The share in the row of this build and period. Raises NoData."""
        build = ask.query.rollout.build
        at_that_time = [row for row in rows if abs(row.start - start) < _MOMENT]
        own = [row for row in at_that_time if row.build == build]
        if not own:
            others = sorted({row.build for row in at_that_time if row.build})
            which = f"; it has {plain_text(', '.join(others), 40)}" if others else ": too few users, or none"
            raise NoData(f"{WHO} has no row for build {build} {ask.period.word} to {_moment(end)}{which}")
        values = own[0].values
        if values.get(USERS) == 0:
            raise NoData(f"{WHO} counted no users of build {build}")
        if ask.options.vital not in values:
            raise NoData(f"{WHO} has no {ask.options.vital} for build {build}")
        return Bare(share_of_users(values[ask.options.vital], self._options.rates))

    def _past(self, ask: Ask, row: Row, until: float) -> list[Reading]:
        try:
            share = self._share(ask, [row], row.start, until)
        except NoData:
            return []
        return [self._reading(ask, share, Window(row.start, until), until)]

    def _reading(self, ask: Ask, share: Bare, window: Window, taken_at: float) -> Reading:
        return self._gives.reading(ask.query, ask.population, share, window, min(window.end, taken_at), taken_at)


def _end(part: Slice, ends: Mapping[PeriodName, float]) -> float | None:
    """The end of the newest whole period; None where the set does not say it."""
    latest = ends.get(part.period)
    return None if latest is None else PERIODS[part.period].begin(latest)


def _counted(options: VitalOptions) -> Population:
    return Population.TESTERS if options.cohort == "testers" else Population.USERS


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%d %b %H:%M UTC")
