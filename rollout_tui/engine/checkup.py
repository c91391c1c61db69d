"""A checkup of every configured provider: one look at each, in turn, and what it told. Nothing is changed anywhere."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from rollout_tui.config.providers import find
from rollout_tui.config.settings import ProviderSettings, Settings
from rollout_tui.domain import words
from rollout_tui.domain.checkup import Grade, Remark
from rollout_tui.domain.keyed import with_commands
from rollout_tui.domain.plan import BugScope, RolloutPlan
from rollout_tui.domain.readings import Answer, Reading, Scope, Window
from rollout_tui.domain.releases import ReleaseState, StateWord
from rollout_tui.engine.http import Clients
from rollout_tui.engine.providers import Providers
from rollout_tui.engine.trouble import describe, remedy
from rollout_tui.ports import (
    Clock,
    Denied,
    Examined,
    Misconfigured,
    Provider,
    ProviderError,
    Query,
    Source,
    Store,
    Tracker,
)

if TYPE_CHECKING:
    import httpx

_CLOCK_OFF = 30.0
"""Seconds by which a server's clock may differ from this host's before it is worth a warning."""
_HOUR = 3600.0
_DAY = 24 * _HOUR
_LIMITS = ("x-rate-limit", "x-ratelimit-remaining")
"""Headers in which vendors say what is left of a budget."""
Progress = Callable[[str], None]


class Heard:
    """What every answer said beside its content: how many there were, the server's time, what is left of a budget."""

    def __init__(self, wall: Callable[[], float]) -> None:
        self._wall = wall
        self.requests = 0
        self.clock: float | None = None
        self.limit = ""

    def forget(self) -> None:
        """Listen to the next provider."""
        self.requests, self.clock, self.limit = 0, None, ""

    async def __call__(self, response: httpx.Response) -> None:
        """An answer came."""
        self.requests += 1
        with suppress(ValueError):
            theirs = parsedate_to_datetime(response.headers.get("date", ""))
            self.clock = self._wall() - theirs.timestamp()
        for name in _LIMITS:
            self.limit = words.plain_text(response.headers.get(name, self.limit), 80)


class Checkup:
    """Looks at stores, sources and trackers of a configuration. `with_edit` reads the committed share too."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        lookup: Callable[[str], Provider] = find,
        wall: Callable[[], float] = time.time,
        with_edit: bool = False,
    ) -> None:
        self._settings, self._clock, self._lookup, self._with_edit = settings, clock, lookup, with_edit
        self._heard = Heard(wall)
        self._clients = Clients(transport, self._heard)
        self._providers = Providers(settings, clock, self._clients, lookup)

    async def run(self, progress: Progress) -> list[Remark]:
        """Every remark, provider by provider. Never raises for what a provider does."""
        found: list[Remark] = []
        try:
            for section, look in self._looks():
                progress(f"asking {section.label or section.name}")
                found += await self._checked(section, look)
        finally:
            await self._providers.close()
            await self._clients.close()
        return found

    def _looks(self) -> Iterator[tuple[ProviderSettings, Callable[[], Awaitable[list[Remark]]]]]:
        """Each section with the look at it."""
        rollouts = self._settings.plan.rollouts
        for name, section in self._settings.stores.items():
            mine = [one for one in rollouts if one.store == name]
            yield section, lambda s=section, r=mine: self._store(s, r)  # type: ignore[misc]
        for name, section in self._settings.sources.items():
            mine = [one for one in rollouts if name in one.sources]
            yield section, lambda s=section, r=mine: self._source(s, r)  # type: ignore[misc]
        for name, section in self._settings.trackers.items():
            mine = [one for one in rollouts if one.tracker == name]
            yield section, lambda s=section, r=mine: self._tracker(s, r)  # type: ignore[misc]

    async def _checked(self, section: ProviderSettings, look: Callable[[], Awaitable[list[Remark]]]) -> list[Remark]:
        self._heard.forget()
        try:
            async with asyncio.timeout(3 * section.timeout):
                remarks = await look()
        except Exception as error:  # noqa: BLE001  a provider's failure is what a checkup is for
            self._heard.requests = 0
            remarks = [_failure(section.name, error)]
        return [*remarks, *self._beside(section)]

    async def _store(self, section: ProviderSettings, rollouts: Sequence[RolloutPlan]) -> list[Remark]:
        store: Store = self._providers.store(section.name)
        remarks = []
        for rollout in rollouts:
            # The first look signs in and finds what is where; what goes on costing is the second.
            await store.read(rollout, share=False)
        self._heard.requests = 0
        for rollout in rollouts:
            state = await store.read(rollout, share=self._with_edit)
            share = "" if state.share is None else f", committed {words.plain_percent(state.share)}"
            said = (with_commands(words.plain_text(note, 160), rollout.platform) for note in state.notes[:2])
            notes = "".join(f"; {note}" for note in said)
            text = f"{rollout.label} build {rollout.build}: {state.word} ({state.status}{share}){notes}"
            remarks.append(Remark(section.name, *self._graded(state, text)))
        told = await self._investigated("stores", section.name, rollouts)
        return [*remarks, *told, *await self._examined(section.name, store, rollouts)]

    def _graded(self, state: ReleaseState, text: str) -> tuple[Grade, str, str]:
        """An answer with its fix. Without the share, which nobody asked for, some stores cannot tell more."""
        if state.word is not StateWord.UNKNOWN:
            return Grade.OK, text, ""
        if state.kind is not None and state.share is None and not self._with_edit:
            return Grade.NOTE, text, "rollout-tui doctor --with-edit reads the share too"
        return Grade.NO_DATA, text, "look at `build` and at the store's console"

    async def _source(self, section: ProviderSettings, rollouts: Sequence[RolloutPlan]) -> list[Remark]:
        source: Source = self._providers.source(section.name)
        now, given = self._clock.now(), source.metrics()
        queries = [
            Query(metric, Scope.RECENT, rollout, Window(now - metric.window, now), section.stale_after)
            for rollout in rollouts
            for metric in rollout.metrics
            if metric.id in given
        ]
        told = await self._investigated("sources", section.name, rollouts)
        if not queries:
            text = "no platform shows a metric of it: no poll asks it anything"
            return [Remark(section.name, Grade.NOTE, text, "name its metrics in `metrics` of a platform"), *told]
        answers = await source.read(queries)
        remarks = [_example(section, query, answer, now) for query, answer in zip(queries, answers, strict=True)]
        return [*remarks, *told, *await self._examined(section.name, source, rollouts)]

    async def _tracker(self, section: ProviderSettings, rollouts: Sequence[RolloutPlan]) -> list[Remark]:
        tracker: Tracker = self._providers.tracker(section.name)
        remarks = []
        for rollout in rollouts:
            count = await tracker.count(rollout, BugScope.ANY, None)
            newest = f": {words.plain_text(count.newest[0], 80)}" if count.newest else ""
            remarks.append(Remark(section.name, Grade.OK, f"{rollout.label}: {count.open} critical open{newest}"))
        return [*remarks, *await self._examined(section.name, tracker, rollouts)]

    async def _investigated(self, table: str, name: str, rollouts: Sequence[RolloutPlan]) -> list[Remark]:
        """Whether what it knows of crashes can be had, where it can tell; a person's look, which no poll makes."""
        before = self._heard.requests
        remarks = []
        for _, _, who in self._providers.investigators(table, [name]):
            for rollout in rollouts:
                try:
                    if isinstance(who, ProviderError):
                        raise who
                    found = await who.investigate(rollout, self._clock.now() - _DAY)
                except ProviderError as error:
                    remarks.append(_failure(name, error))
                    continue
                groups, words_of = len(found.groups), len(found.feedback)
                text = (
                    f"{rollout.label} build {rollout.build}: {groups} crash groups, {words_of} testers' words in a day"
                )
                remarks.append(Remark(name, Grade.OK, text))
        self._heard.requests = before
        return remarks

    async def _examined(self, name: str, provider: object, rollouts: Sequence[RolloutPlan]) -> list[Remark]:
        """What the provider itself knows to look at."""
        if not isinstance(provider, Examined):
            return []
        before = self._heard.requests
        remarks = [replace(remark, topic=name) for remark in await provider.examine(rollouts)]
        self._heard.requests = before
        return remarks

    def _beside(self, section: ProviderSettings) -> Iterator[Remark]:
        """Budget, clock, and what is shared with other tools."""
        if self._heard.requests:
            yield Remark(section.name, Grade.NOTE, self._budget(section))
        off = self._heard.clock
        if off is not None and abs(off) >= _CLOCK_OFF:
            side = "ahead of" if off > 0 else "behind"
            text = f"this host's clock is {words.span(abs(off))} {side} its server's"
            yield Remark(section.name, Grade.WARNING, text, "set it: timedatectl set-ntp true, or chronyc makestep")
        with suppress(Exception):
            shared = self._lookup(section.provider).shared
            if shared:
                yield Remark(section.name, Grade.NOTE, shared)

    def _budget(self, section: ProviderSettings) -> str:
        """What watching costs, from this look."""
        looks = _HOUR / section.interval
        text = (
            f"this look made {self._heard.requests} {'request' if self._heard.requests == 1 else 'requests'}; every "
            f"{words.span(section.interval)} that is at most {self._heard.requests * looks:,.0f} an hour"
        )
        costs = self._lookup(section.provider).share_costs
        if costs and section.share_interval > 0:
            text += f"; the committed share costs {costs}, {_HOUR / section.share_interval:g} an hour"
        elif costs:
            text += f"; the committed share costs {costs}, only when a person asks or acts"
        return f"{text}; its server says {self._heard.limit}" if self._heard.limit else text


def _example(section: ProviderSettings, query: Query, answer: Answer, now: float) -> Remark:
    """One metric of one build."""
    what = f"{query.rollout.label} build {query.rollout.build}, {query.metric.label.lower()}"
    if not isinstance(answer, Reading):
        return Remark(section.name, Grade.NO_DATA, f"{what}: {words.plain_text(answer.reason, 200)}", _NO_READING)
    age = now - answer.as_of
    n = "" if answer.quantity.n is None else f" of {words.count(answer.quantity.n)} {answer.population}"
    text = f"{what}: {words.value(query.metric, answer.quantity)}{n}, {words.age(age)} old"
    if age > section.stale_after:
        fix = "see whether the source is fed, or set `stale_after` to how late it is"
        return Remark(section.name, Grade.NO_DATA, f"{text}: stale after {words.span(section.stale_after)}", fix)
    return Remark(section.name, Grade.OK, text)


_NO_READING = "see that this build reports there, and that the query names it"


def _failure(topic: str, error: BaseException) -> Remark:
    """What a provider said no to: a person mends configuration and rights, time may mend the rest."""
    mendable = isinstance(error, Denied | Misconfigured)
    usual = _OF_THE_PROVIDER if not isinstance(error, ProviderError | TimeoutError) else "" if mendable else _NO_ANSWER
    return Remark(topic, Grade.PROBLEM if mendable else Grade.NO_DATA, describe(error), remedy(error) or usual)


_NO_ANSWER = "see that its address is right and can be reached from here (network, proxy); else wait, it may be theirs"
_OF_THE_PROVIDER = "report it to whoever made this provider: rollout-tui providers says from which package it is"
