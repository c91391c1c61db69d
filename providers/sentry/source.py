"""The source: counts of one release over whole hours, as Sentry answers them (stores.md 7)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from providers.answering import Answering, NoData, in_order, raise_if_all_failed, unfit
from providers.moments import iso
from providers.sentry.api import SentryApi
from providers.sentry.errors import WHO
from providers.sentry.naming import of_release, release_name
from providers.sentry.options import Counts, SentryApp, SentryOptions
from providers.sentry.sessions import FIELDS, Hours, hours
from rollout_tui.domain.checkup import Grade, Remark
from rollout_tui.domain.metrics import Population
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.quantities import Proportion, flaw
from rollout_tui.domain.readings import Answer, Reading, Scope, Window
from rollout_tui.domain.words import age, plain_text
from rollout_tui.ports import Clock, Misconfigured, ProviderError, Query

_HOUR = 3600.0
_STEPS = (_HOUR, 6 * _HOUR, 24 * _HOUR)
_MOST_INTERVALS = 900
"""Of one answer; Sentry refuses questions that would have more than a thousand."""
_MOMENT = 1.0
_COUNTED: dict[Counts, Population] = {
    "sessions": Population.SESSIONS,
    "users": Population.USERS,
    "adoption": Population.SESSIONS,
}


@dataclass(frozen=True, slots=True)
class Slice:
    """What one request answers: a release (or all, where it is empty), from a time on, by intervals."""

    app: SentryApp
    release: str
    start: float
    step: float


@dataclass(frozen=True, slots=True)
class Ask:
    """A question that this source can answer."""

    query: Query
    counts: Counts
    slice: Slice

    @property
    def everybody(self) -> Slice:
        """The same window, of all releases."""
        return Slice(self.slice.app, "", self.slice.start, self.slice.step)

    @property
    def slices(self) -> tuple[Slice, ...]:
        """What must be asked for it."""
        return (self.slice, self.everybody) if self.counts == "adoption" else (self.slice,)


Found = dict[Slice, Hours | ProviderError | NoData | None]


class SentrySource:
    """Sessions and users of releases; adoption. The window of a reading is the one that Sentry answered."""

    def __init__(self, options: SentryOptions, api: SentryApi, clock: Clock, name: str) -> None:
        self._options = options
        self._api = api
        self._clock = clock
        self._gives = Answering(name)
        self._counted = {metric: _COUNTED[given.counts] for metric, given in options.metrics.items()}

    def metrics(self) -> frozenset[str]:
        """Ids of the configured metrics."""
        return frozenset(self._options.metrics)

    async def read(self, queries: Sequence[Query]) -> Sequence[Answer]:
        """One answer per query, in order; one request a release and window. Raises ProviderError."""
        now = self._clock.now()
        asks = [self._ask(query) for query in queries]
        found = await self._fetched([ask for ask in asks if isinstance(ask, Ask)], now)
        raise_if_all_failed(found.values())
        return in_order(queries, asks, now, lambda ask: self._answer(ask, found, now), self._gives.nothing)

    async def back_fill(self, query: Query, step: float) -> Sequence[Reading]:
        """Readings at the ends of past hours, oldest first.

        Distinct users of several hours cannot be added up: of them there are single hours alone, and no phase.
        """
        ask = self._ask(query, past=True)
        if not isinstance(ask, Ask):
            raise Misconfigured(ask)
        added_up = ask.counts == "sessions"
        if ask.counts == "adoption" or ask.slice.start >= query.window.end:
            return []
        if not added_up and (query.scope is Scope.PHASE or query.metric.window > ask.slice.step):
            return []
        found = (await self._fetched([ask], query.window.end))[ask.slice]
        if isinstance(found, ProviderError):
            raise found
        return list(self._past(ask, found, step)) if isinstance(found, Hours) else []

    async def examine(self, rollouts: Sequence[RolloutPlan]) -> Sequence[Remark]:
        """Whether Sentry knows each release, and in which project. Raises ProviderError."""
        found = []
        for rollout in rollouts:
            app = self._options.apps.get(rollout.platform)
            if app is not None:
                found.append(await self._known(rollout, app))
        return found

    async def close(self) -> None:
        """Nothing is held."""

    # --- asking --------------------------------------------------------------------------------------------------

    def _ask(self, query: Query, *, past: bool = False) -> Ask | str:
        """The question for Sentry, or why there is none."""
        metric, rollout = query.metric, query.rollout
        reason = unfit(query, WHO, self._counted, self._options.apps, "project", "counts sessions and users")
        if reason is not None:
            return reason
        app, counts = self._options.apps[rollout.platform], self._options.metrics[metric.id].counts
        try:
            name = release_name(app, rollout)
        except ValueError as error:
            return f"{WHO} cannot be asked: {error}"
        since = query.window.start - metric.window if past and query.scope is Scope.RECENT else query.window.start
        step = _step(query.window.end - since)
        # What is counted for a phase began in it; the recent window grows to whole hours, as Sentry would grow it.
        rounded = math.ceil(since / step) if query.scope is Scope.PHASE else math.floor(since / step)
        return Ask(query, counts, Slice(app, name, rounded * step, step))

    async def _fetched(self, asks: Sequence[Ask], until: float) -> Found:
        """What Sentry says to each slice, or why it says nothing."""
        wanted: dict[Slice, dict[str, None]] = {}
        for ask in asks:
            for part in ask.slices:
                if part.start < until:
                    wanted.setdefault(part, {}).update(dict.fromkeys(filter(None, FIELDS[ask.counts])))
        found: Found = {}
        for part, fields in wanted.items():
            end = math.ceil(until / part.step) * part.step
            search = of_release(part.release) if part.release else ""
            try:
                document = await self._api.sessions(part.app, search, tuple(fields), part.start, end, part.step)
                found[part] = hours(document, part.release or None, part.step)
            except (ProviderError, NoData) as error:
                found[part] = error
        return found

    async def _known(self, rollout: RolloutPlan, app: SentryApp) -> Remark:
        try:
            name = release_name(app, rollout)
        except ValueError as error:
            return Remark(WHO, Grade.PROBLEM, plain_text(str(error), 200), "look at `release` and `package`")
        shown, document = plain_text(name, 120), await self._api.release(name)
        if document is None:
            fix = "compare `release` with the release names in Sentry; none exists before the first session or event"
            return Remark(WHO, Grade.NO_DATA, f"release {shown} is not known", fix)
        listed = document.get("projects")
        projects = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
        if any(app.project in (str(each.get("slug")), str(each.get("id"))) for each in projects):
            return Remark(WHO, Grade.OK, f"release {shown} reports to {app.project}")
        where = plain_text(", ".join(str(each.get("slug")) for each in projects), 80) or "no project"
        return Remark(WHO, Grade.NO_DATA, f"release {shown} reports to {where}, not to {app.project}", "set `project`")

    # --- answers -------------------------------------------------------------------------------------------------

    def _answer(self, ask: Ask, found: Found, now: float) -> Answer:
        query, part = ask.query, ask.slice
        if part not in found:
            return self._gives.nothing(query, f"{WHO} counts by whole hours, and none of this phase has begun", now)
        try:
            own = _there(found[part], f"{WHO} has no sessions of {_where(part)} since {iso(part.start)}")
            if query.scope is Scope.PHASE and own.start < query.window.start - _MOMENT:
                raise NoData(f"{WHO} answered from {iso(own.start)} on, which is before this phase")
            quantity = own.total(ask.counts) if ask.counts != "adoption" else self._adoption(ask, own, found)
            newest = own.newest(ask.counts)
            if newest is None:
                raise NoData(f"{WHO} does not say when {plain_text(part.release, 120)} was used last")
        except (ProviderError, NoData) as error:
            return self._gives.nothing(query, str(error), now)
        # Within the newest hour Sentry does not say when; an hour that has begun goes up to now.
        as_of, end = min(newest, now), min(own.end, now)
        if now - as_of > query.stale_after:
            return self._gives.nothing(query, f"{WHO}: the newest sessions are {age(now - as_of)} old", now)
        problem = flaw(quantity)
        if problem is not None:
            return self._gives.nothing(query, f"{WHO}: {problem}", now)
        return self._gives.reading(query, _COUNTED[ask.counts], quantity, Window(own.start, end), as_of, now)

    def _adoption(self, ask: Ask, own: Hours, found: Found) -> Proportion:
        every = _there(found[ask.everybody], f"{WHO} has no sessions of {_where(ask.everybody)}")
        return Proportion(own.count(), every.count())

    def _past(self, ask: Ask, found: Hours, apart: float) -> Iterator[Reading]:
        """Readings at the ends of intervals; those whose counts are not whole are left out."""
        query = ask.query
        parts = [(end, counts) for end, counts in found.parts(ask.counts) if end <= query.window.end]
        span = max(1, math.ceil(query.metric.window / found.step))
        patience = max(query.stale_after, 2 * apart)
        before = newest = -math.inf
        for index, (end, counts) in enumerate(parts):
            newest = end if counts is not None and counts.total else newest
            first = 0 if query.scope is Scope.PHASE else max(0, index + 1 - span)
            held = [each for _, each in parts[first : index + 1]]
            if end <= query.window.start or end - before < apart or end - newest > patience or None in held:
                continue
            quantity = _sum(held)
            if flaw(quantity) is None:
                before = end
                window = Window(found.start + first * found.step, end)
                yield self._gives.reading(query, _COUNTED[ask.counts], quantity, window, newest, end)


def _there(found: Hours | ProviderError | NoData | None, missing: str) -> Hours:
    """The answer. Raises NoData or ProviderError where there is none."""
    if found is None:
        raise NoData(missing)
    if isinstance(found, Hours):
        return found
    raise found


def _sum(parts: Sequence[Proportion | None]) -> Proportion:
    known = [part for part in parts if part is not None]
    return Proportion(sum(int(part.bad) for part in known), sum(int(part.total) for part in known))


def _where(part: Slice) -> str:
    environments = f", environment {', '.join(part.app.environments)}" if part.app.environments else ""
    release = f"release {part.release}" if part.release else "any release"
    return plain_text(f"{release} in project {part.app.project}{environments}", 240)


def _step(span: float) -> float:
    """The finest interval with which a span makes not too many."""
    return next((step for step in _STEPS if span / step <= _MOST_INTERVALS), _STEPS[-1])
