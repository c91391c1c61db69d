"""A desk with scripted answers: what the app sees instead of an engine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from threading import Event as Moment

from rollout_tui.domain.actions import (
    GOES_OUT,
    USUAL,
    ActionKind,
    Actor,
    Change,
    Consent,
    Ending,
    Expectation,
    FieldChange,
    Outcome,
    Proposal,
    Terms,
)
from rollout_tui.domain.closeup import CloseUp
from rollout_tui.domain.events import Event
from rollout_tui.domain.investigation import Inquired
from rollout_tui.domain.ladder import next_phase
from rollout_tui.domain.metrics import Metric
from rollout_tui.domain.obstacles import obstacles
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.reach import reached
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.requests import Said
from rollout_tui.domain.runbook import PLAN, RunbookStanding, Sees, Tick, standing
from rollout_tui.domain.snapshot import Curve, Rollout, Snapshot
from rollout_tui.domain.waivers import Field, Wish, mistakes
from rollout_tui.engine.travel import Record
from rollout_tui.history import HistoryError
from rollout_tui.history.chain import Link, Sought
from tests.unit.domain.builders import NOW

EFFECT = {ActionKind.PAUSE: "becomes halted", ActionKind.RESUME: "goes on", ActionKind.PROMOTE: "goes to 100 %"}
EFFECT |= {ActionKind.RESTART: "begins at 10 %", ActionKind.REMOVE: "is removed from sale"}


_TYPED = {ActionKind.REMOVE: "ios remove from sale"}


class FixedClock:
    """Time stands still until it is set."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing waits on this clock")


class FakePast:
    """What is stored: `stored` events, newest first."""

    def __init__(self) -> None:
        self.stored: tuple[Event, ...] = ()
        self.windows: list[tuple[str, float, float, int]] = []
        self.close_ups: list[tuple[str, float, float, int]] = []
        self.ghost: tuple[float | None, ...] = ()
        self.links: dict[Event, Link] = {}
        self.why_not = "the audit log cannot be read"

    async def events(self, before: float, limit: int) -> Sequence[Event]:
        return [event for event in self.stored if event.at < before][:limit]

    async def audited(self, event: Event) -> Sought:
        line = self.links.get(event)
        return Sought(line, "" if line is not None else self.why_not)

    async def curves(self, rollout: Rollout, end: float, step: float, count: int) -> dict[str, Curve]:
        """Level curves of buckets of that width."""
        self.windows.append((rollout.plan.platform.value, end, step, count))
        return {metric.id: Curve(step, end, (0.003,) * count) for metric in rollout.plan.metrics}

    async def close_up(self, rollout: Rollout, metric: Metric, end: float, step: float, count: int) -> CloseUp:
        """A level curve whose last value is 0.0241, a hole in the middle, and `ghost` as far as it goes."""
        self.close_ups.append((metric.id, end, step, count))
        values = [0.003] * (count - 1) + [0.0241]
        values[count // 2] = None  # type: ignore[call-overload]
        ghost = (*self.ghost, *([None] * count))[:count] if self.ghost else ()
        marks = tuple(event for event in reversed(self.stored) if end - step * count <= event.at < end)
        began = None if rollout.current is None else rollout.current.began
        return CloseUp(metric, end - step * count, step, tuple(values), ghost, "4130" if ghost else "", marks, began)


class FakeTraveller:
    """Past moments: an hour of `then`, seen from `NOW`."""

    def __init__(self, then: Snapshot) -> None:
        self.then = then
        self.asked: list[float] = []
        self.recorded: Record | None = Record(NOW - 6 * 3600, NOW)
        self.broken = ""
        self.closed = False

    async def at(self, moment: float) -> Snapshot:
        if self.broken:
            raise HistoryError(self.broken)
        self.asked.append(moment)
        return replace(self.then, at=moment)

    async def record(self) -> Record | None:
        if self.broken:
            raise HistoryError(self.broken)
        return self.recorded

    async def close(self) -> None:
        self.closed = True


class FakeInquiry:
    """Answers as scripted; `texts` are what is behind logs."""

    def __init__(self) -> None:
        self.answers: list[Inquired] = []
        self.asked: list[tuple[str, float]] = []
        self.texts: dict[tuple[str, str], str] = {}

    async def ask(self, plan: RolloutPlan, since: float) -> Sequence[Inquired]:
        self.asked.append((plan.platform.value, since))
        return self.answers

    async def log(self, plan: RolloutPlan, section: str, log: str) -> str:
        return self.texts[section, log]


class FakePeople:
    """Takes every wish without mistakes; `decided` is what was asked for."""

    def __init__(self, desk: FakeDesk) -> None:
        self._desk = desk
        self.approvers: Sequence[str] = ("jkim", "mara", "tom")
        self.must_agree = True
        self.decided: list[Wish | tuple[str, str]] = []

    def mistakes(self, platform: Platform, wish: Wish) -> Mapping[Field, str]:
        gates = self._desk.snapshot.rollout(platform).gates
        gate = next(one.gate for one in gates if one.gate.id == wish.gate)
        return mistakes(wish, gate, self._desk.actor.person, self.approvers)

    async def waive(self, platform: Platform, wish: Wish) -> Said:
        self.decided.append(wish)
        return Said(False, "Ask mara for K7Q2MX.")

    async def sign(self, platform: Platform, gate: str, by: str, note: str) -> Said:
        self.decided.append((gate, by))
        return Said(True, f"{by} signs it.")


class FakeAlarms:
    """Takes every answer; `said` is what was answered."""

    def __init__(self) -> None:
        self.said: list[tuple[str, Platform]] = []

    async def acknowledge(self, platform: Platform) -> Said:
        self.said.append(("acknowledge", platform))
        return Said(True, "jkim acknowledged: Crash rate CRITICAL.")

    async def stop(self, platform: Platform) -> Said:
        self.said.append(("stop", platform))
        return Said(True, "jkim stopped the automatic pause of Android.")


class FakeRunbooks:
    """The plan's runbooks, ticked in memory; `seen` is what the program sees."""

    def __init__(self) -> None:
        self.ticks: list[Tick] = []
        self.notes: list[str] = []
        self.seen: dict[Sees, float] = {}
        self.refused = ""

    async def standing(self, rollout: Rollout) -> RunbookStanding:
        return standing(PLAN[rollout.plan.platform], self.ticks, self.seen)

    async def tick(self, rollout: Rollout, check_id: str, note: str = "", *, taken_back: bool = False) -> Said:
        if self.refused:
            return Said(False, self.refused)
        self.ticks.append(Tick(check_id, "jkim", NOW + len(self.ticks), note, taken_back))
        return Said(True, "kept")

    async def note(self, rollout: Rollout, text: str) -> Said:
        if self.refused:
            return Said(False, self.refused)
        self.notes.append(text)
        return Said(True, f"Note: {text}")


class FakeDesk:
    """Records what was performed; `outcome` is how the next action ends, `hold` keeps it under way until it is set."""

    def __init__(self, snapshot: Snapshot, read_only: str | None = None) -> None:
        self.clock = FixedClock()
        self.actor = Actor("jkim", "rel-01")
        self.read_only = read_only
        self.snapshot = snapshot
        self.performed: list[Proposal] = []
        self.reads = 0
        self.guard: str | None = None
        self.rests: list[Moment] = []
        self.outcome = Ending.DONE
        self.hold: asyncio.Event | None = None
        self.asks: list[Consent] = []
        self.shares: tuple[Decimal, ...] = ()
        self.past = FakePast()
        self.runbooks = FakeRunbooks()
        self.inquiry = FakeInquiry()
        self.people = FakePeople(self)
        self.alarms = FakeAlarms()
        self.travels = FakeTraveller(snapshot)
        self._listeners: list[Callable[[Snapshot], None]] = []

    def listen(self, on_snapshot: Callable[[Snapshot], None]) -> Callable[[], None]:
        self._listeners.append(on_snapshot)
        return lambda: self._listeners.remove(on_snapshot)

    def publish(self, snapshot: Snapshot) -> None:
        """A new Snapshot arrives."""
        self.snapshot = snapshot
        for listener in self._listeners:
            listener(snapshot)

    def read_now(self, platform: Platform | None = None) -> None:
        self.reads += 1

    def guarded_by(self) -> str | None:
        return self.guard

    async def rest(self, until: Moment) -> None:
        self.rests.append(until)

    def traveller(self) -> FakeTraveller:
        return self.travels

    def propose(self, platform: Platform, kind: ActionKind, terms: Terms = USUAL) -> Proposal:
        rollout = self.snapshot.rollout(platform)
        current = rollout.current
        index = None if current is None else rollout.phases.index(current)
        target = None if index is None else next_phase(rollout.plan.phases, index)
        change = Change(
            rollout.store.name,
            f"{rollout.store.name}: build {rollout.plan.build} {EFFECT[kind]}.",
            (FieldChange("state", "inProgress", "halted"),),
            (*(f"Allowed: {name}." for name in terms.allowed), "Users who have it keep it."),
            "r resumes it",
            Expectation(),
        )
        return Proposal(
            "p1",
            platform,
            kind,
            f"{kind.value.upper()} {rollout.plan.label.upper()}",
            rollout.store.state,
            change,
            target,
            obstacles=obstacles(kind, rollout, NOW, self.read_only),
            gates=rollout.gates if kind is ActionKind.PROMOTE else (),
            typed=_TYPED.get(kind, f"{platform.value} 100" if kind in GOES_OUT else None),
            typed_again=rollout.plan.version if kind is ActionKind.REMOVE else None,
            terms=terms,
            shares=self.shares if kind is ActionKind.RESUME else (),
            reaches="" if target is None else reached(kind, rollout, target, target.share),
        )

    async def perform(self, proposal: Proposal) -> Outcome:
        self.performed.append(proposal)
        if self.hold is not None:
            await self.hold.wait()
        consent = self.asks.pop(0) if self.asks else None
        ending = self.outcome if consent is None else Ending.REFUSED
        said = "the store shows it" if consent is None else consent.question
        return Outcome("p1", proposal.platform, proposal.kind, ending, said, NOW, consent=consent)


def paused_elsewhere(snapshot: Snapshot) -> Snapshot:
    """Somebody changed the share of the first rollout in the console."""
    first = snapshot.rollouts[0]
    state = first.store.state
    assert state is not None
    moved = replace(
        first, store=replace(first.store, state=replace(state, share=state.share / 5 if state.share else None))
    )
    return replace(snapshot, rollouts=(moved, *snapshot.rollouts[1:]))
