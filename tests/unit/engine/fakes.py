"""Providers with scripted answers, and settings that use them: what the engine meets, without a network."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from rollout_tui.config.settings import (
    ActionSettings,
    ApprovalSettings,
    ClockSettings,
    HistorySettings,
    ProviderSettings,
    Settings,
    UiSettings,
)
from rollout_tui.domain.actions import ActionKind, Actor, Change, Expectation, FieldChange, Intent
from rollout_tui.domain.plan import BugScope, Plan, RolloutPlan
from rollout_tui.domain.quantities import Quantity
from rollout_tui.domain.readings import Answer, NoReading, Reading, Scope, Window
from rollout_tui.domain.releases import PhaseKind, Platform, ReleaseState, StateWord
from rollout_tui.domain.requests import Approval
from rollout_tui.domain.verdicts import BugCount
from rollout_tui.engine.engine import Engine
from rollout_tui.ports import Clock, Impossible, Provider, Query
from tests.clocks import ManualClock
from tests.unit.domain.builders import ANDROID, IOS, METRICS, NOW, good_quantity, proven_quantity

T = TypeVar("T")
JKIM = Actor("jkim", "rel-01", "10.0.0.7")


class NoOptions(BaseModel):
    """A provider without options."""


@dataclass
class FakeStore:
    """A store that holds one state per platform and does what it is told, unless `on_perform` says otherwise."""

    clock: Clock
    states: dict[Platform, ReleaseState]
    label: str = "Google Play"
    reads: list[tuple[Platform, bool]] = field(default_factory=list)
    performed: list[tuple[Change, ReleaseState | None]] = field(default_factory=list)
    intents: list[Intent] = field(default_factory=list)
    on_read: Callable[[], None] = lambda: None
    on_perform: Callable[[], None] = lambda: None
    reading: asyncio.Event | None = None
    """Where set, a read waits for it."""
    takes_effect: bool = True
    closed: bool = False

    async def read(self, rollout: RolloutPlan, *, share: bool) -> ReleaseState:
        """The state, as of now."""
        self.reads.append((rollout.platform, share))
        if self.reading is not None:
            await self.reading.wait()
        self.on_read()
        return replace(self.states[rollout.platform], as_of=self.clock.now())

    def plan(self, rollout: RolloutPlan, intent: Intent, seen: ReleaseState | None) -> Change:
        """Halted, in progress, or the share of the phase."""
        self.intents.append(intent)
        wanted = _WANTED[intent.kind]
        share = intent.share if intent.kind is ActionKind.PROMOTE else None
        if seen is not None and seen.word is StateWord.REJECTED:
            raise Impossible("nothing can be done with a rejected build", "send a new one")
        return Change(
            self.label,
            f"{self.label}: {rollout.version} ({rollout.build}) becomes {wanted[1]}.",
            (FieldChange("state", "?" if seen is None else seen.status, wanted[1]),),
            (),
            "resume",
            Expectation(wanted[0], wanted[1], share),
        )

    async def perform(self, rollout: RolloutPlan, change: Change, seen: ReleaseState | None) -> None:
        """Do it."""
        self.performed.append((change, seen))
        if self.takes_effect:
            expects = change.expects
            old = self.states[rollout.platform]
            self.states[rollout.platform] = replace(
                old,
                word=expects.word or old.word,
                status=expects.status or old.status,
                share=old.share if expects.share is None else expects.share,
            )
        self.on_perform()

    async def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True


_WANTED = {
    ActionKind.PAUSE: (StateWord.PAUSED, "halted"),
    ActionKind.RESUME: (StateWord.RUNNING, "inProgress"),
    ActionKind.PROMOTE: (None, "completed"),
    ActionKind.RESTART: (StateWord.RUNNING, "inProgress"),
}


@dataclass
class FakeSource:
    """A source that answers every question with good counts, unless `quantity` or `on_read` says otherwise."""

    clock: Clock
    name: str = "prometheus"
    quantities: dict[str, Quantity] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    asked: list[Sequence[Query]] = field(default_factory=list)
    on_read: Callable[[], None] = lambda: None
    reading: asyncio.Event | None = None
    past: Callable[[Query, float], Sequence[Reading]] = lambda query, step: ()
    gives: frozenset[str] = frozenset(metric.id for metric in METRICS)
    age: float = 5.0
    closed: bool = False

    async def read(self, queries: Sequence[Query]) -> Sequence[Answer]:
        """An answer to each."""
        self.asked.append(queries)
        if self.reading is not None:
            await self.reading.wait()
        self.on_read()
        return [self.answer(query) for query in queries]

    def answer(self, query: Query) -> Answer:
        """The scripted one."""
        metric, now = query.metric, self.clock.now()
        if metric.id in self.missing:
            return NoReading(metric.id, query.scope, query.rollout.build, self.missing[metric.id], now, self.name)
        usual = proven_quantity(metric) if query.scope is Scope.PHASE else good_quantity(metric)
        counted = self.quantities.get(metric.id) or usual
        return Reading(
            metric.id,
            query.scope,
            query.rollout.build,
            metric.population,
            counted,
            query.window,
            now - self.age,
            now,
            self.name,
        )

    async def back_fill(self, query: Query, step: float) -> Sequence[Reading]:
        """What it remembers."""
        return self.past(query, step)

    def metrics(self) -> frozenset[str]:
        """What it gives."""
        return self.gives

    async def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True


@dataclass
class FakeTracker:
    """A tracker with a number of open bugs."""

    clock: Clock
    open: int = 0
    counted: list[tuple[Platform, BugScope, float | None]] = field(default_factory=list)
    on_count: Callable[[], None] = lambda: None
    said: list[Approval] = field(default_factory=list)
    asked_since: list[float] = field(default_factory=list)
    notes: str = ""
    keeps_notes: bool = False
    closed: bool = False

    async def count(self, rollout: RolloutPlan, scope: BugScope, since: float | None) -> BugCount:
        """The number."""
        self.counted.append((rollout.platform, scope, since))
        self.on_count()
        return BugCount(self.open, self.clock.now(), "GitHub")

    async def approvals(self, rollout: RolloutPlan, since: float) -> Sequence[Approval]:
        """What was said on the release's pull request."""
        self.asked_since.append(since)
        return self.said

    async def write_notes(self, rollout: RolloutPlan, text: str) -> str | None:
        """The release notes, where it keeps them."""
        self.notes = text if self.keeps_notes else ""
        return "the notes of v4.2.0" if self.keeps_notes else None

    async def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True


class World:
    """One Android rollout at half of the users (31 of 48 hours) and all that surrounds it; `engine()` looks at it."""

    def __init__(self, folder: Path, *, plans: tuple[RolloutPlan, ...] = (ANDROID,)) -> None:
        self.clock = ManualClock(NOW)
        self.path = folder / "state" / "history.db"
        self.plans = plans
        running = ReleaseState(
            "4201",
            "4.2.0",
            StateWord.RUNNING,
            "inProgress",
            NOW,
            PhaseKind.SHARE,
            "production",
            Decimal("0.5"),
            NOW,
            since=NOW - 31 * 3600,
        )
        in_test = replace(running, build="87", kind=PhaseKind.TESTERS, share=None, track=None, status="IN_BETA_TESTING")
        self.store = FakeStore(self.clock, {Platform.ANDROID: running})
        self.app_store = FakeStore(self.clock, {Platform.IOS: in_test}, "App Store")
        self.source = FakeSource(self.clock)
        self.second = FakeSource(self.clock, "sentry", gives=frozenset())
        self.tracker = FakeTracker(self.clock)
        self.opened: list[str] = []
        self.broken: dict[str, Exception] = {}
        self.timeout = 5.0
        self.deadline = 180.0
        self.approvals = ApprovalSettings(("jkim", "mara", "tom"))
        self.engines: list[Engine] = []

    @property
    def state(self) -> ReleaseState:
        """What Google Play holds."""
        return self.store.states[Platform.ANDROID]

    @state.setter
    def state(self, state: ReleaseState) -> None:
        self.store.states[Platform.ANDROID] = state

    def settings(self, *, read_only: bool = False) -> Settings:
        """The configuration."""

        def section(name: str, label: str, interval: float = 60.0) -> ProviderSettings:
            return ProviderSettings(
                name, name, NoOptions(), interval, self.timeout, 3 * interval, share_interval=900.0, label=label
            )

        return Settings(
            path=Path("rollout.toml"),
            plan=Plan("acme-connect", "4.2.0", self.plans),
            stores={"play": section("play", "Google Play"), "app_store": section("app_store", "App Store")},
            sources={"prometheus": section("prometheus", "Prometheus"), "sentry": section("sentry", "Sentry")},
            trackers={"github": section("github", "GitHub", 300.0)},
            history=HistorySettings(self.path, 90 * 86400.0),
            ui=UiSettings(),
            actions=ActionSettings(self.deadline, read_only),
            clock=ClockSettings(),
            approvals=self.approvals,
        )

    def engine(self, *, read_only: str | None = None, actor: Actor = JKIM) -> Engine:
        """A program that looks at this world; painted from history, not yet started."""
        engine = Engine(self.settings(), clock=self.clock, lookup=self.lookup, actor=actor, read_only=read_only)
        engine.load()
        self.engines.append(engine)
        return engine

    def lookup(self, name: str) -> Provider:
        """The installed providers."""

        def opened(what: T) -> T:
            self.opened.append(name)
            if name in self.broken:
                raise self.broken[name]
            return what

        return Provider(
            name,
            "scripted",
            NoOptions,
            open_source=lambda options, context: opened(self.source if name == "prometheus" else self.second),
            open_store=lambda options, context: opened(self.store if name == "play" else self.app_store),
            open_tracker=lambda options, context: opened(self.tracker),
        )

    async def close(self) -> None:
        """End every program."""
        for engine in self.engines:
            await engine.close()


def remembered(query: Query, step: float, quantity: Quantity, taken_at: float) -> list[Reading]:
    """A source's memory: one reading per step."""
    count = int((query.window.end - query.window.start) // step)
    times = [query.window.start + step * (number + 1) for number in range(count)]
    metric = query.metric
    return [
        Reading(
            metric.id,
            query.scope,
            query.rollout.build,
            metric.population,
            quantity,
            Window(time - metric.window, time),
            time,
            taken_at,
            "prometheus",
        )
        for time in times
    ]


BOTH = (ANDROID, IOS)
