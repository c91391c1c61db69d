"""One refresh: everything is read at its own pace, and all that arrives becomes one Snapshot."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from rollout_tui.domain.plan import BugScope
from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.readings import Scope
from rollout_tui.domain.releases import Platform, StateWord
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Snapshot
from rollout_tui.domain.verdicts import Verdict
from rollout_tui.engine import publishing
from rollout_tui.engine.engine import Engine
from rollout_tui.ports import OBSERVED_SHARE, ShareHeld
from tests.clocks import breathe, until
from tests.unit.domain.builders import CRASH, HOUR, NOW
from tests.unit.engine.acting import raising
from tests.unit.engine.fakes import BOTH, JKIM, World
from tests.unit.engine.watching import android, gate, metric, settled, started, started_anyhow, texts


async def test_one_look_reads_everything_stores_first(world: World) -> None:
    engine = world.engine()
    snapshot = await engine.poll_once()
    rollout = snapshot.rollout(Platform.ANDROID)
    assert rollout.current is not None
    assert (rollout.current.phase.id, rollout.current.elapsed) == ("closed", 31 * HOUR)
    assert [standing.severity for standing in rollout.metrics] == [Severity.OK] * 4
    assert gate(engine, "crash_free_sessions").verdict is Verdict.PASS
    assert world.store.reads == [(Platform.ANDROID, True)], "the committed share is read at the start"


async def test_a_source_is_asked_for_the_recent_window_and_for_the_phase_so_far(world: World) -> None:
    await world.engine().poll_once()
    (asked,) = world.source.asked
    windows = {(query.metric.id, query.scope): query.window for query in asked}
    recent, phase = windows[CRASH.id, Scope.RECENT], windows[CRASH.id, Scope.PHASE]
    assert (recent.start, recent.end) == (NOW - CRASH.window, NOW)
    assert (phase.start, phase.end) == (NOW - 31 * HOUR, NOW)
    assert ("session_duration", Scope.PHASE) not in windows, "no gate rests on it"


async def test_new_bugs_are_counted_since_the_phase_began(world: World) -> None:
    await world.engine().poll_once()
    assert world.tracker.counted == [(Platform.ANDROID, BugScope.ANY, NOW - 31 * HOUR)]


async def test_the_observed_share_is_asked_of_a_source_that_knows_it(world: World) -> None:
    world.source.gives |= {OBSERVED_SHARE}
    world.source.quantities[OBSERVED_SHARE] = Proportion(43, 100)
    engine = world.engine()
    await engine.poll_once()
    observed = android(engine).store.observed
    assert observed is not None
    assert (observed.share, observed.as_of) == (Proportion(43, 100), NOW - 5)


async def test_the_share_is_read_at_its_own_slow_pace_and_when_somebody_asks(world: World) -> None:
    engine = await started(world)
    await world.clock.advance(14 * 60)
    shares = [share for _, share in world.store.reads]
    assert shares[0]
    assert not any(shares[1:])
    assert len(shares) > 10
    engine.read_now(Platform.ANDROID)
    await breathe()
    assert [share for _, share in world.store.reads][-1]
    count = len(world.store.reads)
    await world.clock.advance(17 * 60)
    assert [share for _, share in world.store.reads][count:].count(True) == 1


async def test_a_share_that_waits_for_another_process_is_asked_for_with_the_next_look(world: World) -> None:
    listed = replace(world.state, word=StateWord.UNKNOWN, status="PUBLISHED", share=None, share_as_of=None)
    waits = ShareHeld("the share waits for another process of this host: process 4711", "wait", listed)
    world.store.on_read = raising(waits)
    engine = await started_anyhow(world)
    store = android(engine).store
    assert (store.problem, store.state) == (None, listed)
    world.store.on_read = lambda: None
    await world.clock.advance(70)
    await settled(engine)
    state = android(engine).store.state
    assert state is not None
    assert state.same_as(world.state)
    assert world.store.reads == [(Platform.ANDROID, True)] * 2


async def test_a_share_that_history_knows_is_not_hidden_while_another_process_reads_it(world: World) -> None:
    await (await started(world)).close()
    listed = replace(world.state, word=StateWord.UNKNOWN, status="PUBLISHED", share=None, share_as_of=None)
    waits = ShareHeld("the share waits for another process of this host: process 4711", "wait", listed)
    world.store.on_read = raising(waits)
    await world.clock.advance(30)
    again = await started_anyhow(world)
    store = android(again).store
    assert (store.problem, store.state) == (waits.message, world.state)
    assert texts(again)[0] == f"Google Play cannot be read: {waits.message}"


async def test_a_slow_source_delays_nobody(tmp_path: Path) -> None:
    world = World(tmp_path, plans=BOTH)
    world.source.reading = asyncio.Event()
    engine = world.engine()
    await engine.start()
    await until(lambda: engine.snapshot.rollout(Platform.IOS).store.state is not None, "the App Store's answer")
    await until(lambda: gate(engine, "critical_bugs").verdict is Verdict.PASS, "the tracker's answer")
    assert metric(engine).problem == "not read yet"
    world.source.reading.set()
    await until(lambda: metric(engine).severity is Severity.OK, "the slow answer")
    await world.close()


async def test_opening_a_provider_never_holds_up_the_loop(world: World) -> None:
    engine = world.engine()
    assert world.opened == [], "the first frame comes before any provider"
    await started(world)
    assert sorted(world.opened) == ["app_store", "github", "play", "prometheus", "sentry"]
    assert engine is not None


async def test_a_burst_of_arrivals_is_one_snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "_SETTLE", 3600.0)  # however long a busy machine takes for the burst
    world = World(tmp_path, plans=BOTH)
    engine = world.engine()
    seen: list[Snapshot] = []
    engine.listen(seen.append)
    await engine.start()
    publisher = engine._publisher
    await until(lambda: publisher.waits, "the first arrival")
    first = publisher._pending
    await until(lambda: not any(board.unheard for board in engine._boards), "hearing every provider")
    assert publisher._pending is first, "what follows puts nothing off"
    assert seen == []
    publisher.publish()
    assert [all(rollout.store.state for rollout in snapshot.rollouts) for snapshot in seen] == [True]
    await world.close()


async def test_a_tick_without_news_publishes_nothing_but_a_minute_does(world: World) -> None:
    engine = world.engine()
    await engine.poll_once()
    seen: list[Snapshot] = []
    engine.listen(seen.append)
    tick = asyncio.create_task(engine._tick())
    await breathe()
    await world.clock.advance(5)  # the 17 hours that are left lose their last minute
    await settled(engine)
    seen.clear()
    for _ in range(3):
        await world.clock.advance(5)
        await settled(engine)
    assert seen == []
    await world.clock.advance(50)
    await settled(engine)
    assert len(seen) >= 1
    assert seen[-1].rollouts[0].current is not None
    tick.cancel()


async def test_a_listener_that_fails_silences_nobody_and_one_that_left_is_not_called(world: World) -> None:
    engine = world.engine()
    seen: list[Snapshot] = []

    def fails(snapshot: Snapshot) -> None:
        raise RuntimeError("drawing failed")

    engine.listen(fails)
    end = engine.listen(seen.append)
    await engine.poll_once()
    assert seen[-1] == engine.snapshot
    end()
    end()
    count = len(seen)
    world.source.quantities[CRASH.id] = Proportion(300, 7930)
    await engine.poll_once()
    assert len(seen) == count


# --- a program as a whole -------------------------------------------------------------------------------------------


async def test_who_pauses_one_platform_does_not_wait_for_the_store_of_another(tmp_path: Path) -> None:
    world = World(tmp_path, plans=BOTH)
    world.app_store.reading = asyncio.Event()
    async with asyncio.timeout(20):
        seen = (await world.engine().read_stores(Platform.ANDROID)).rollout(Platform.ANDROID)
    assert seen.store.state is not None
    assert world.app_store.reads == []
    await world.close()


async def test_a_store_is_called_by_its_own_name_where_nobody_named_it(world: World) -> None:
    settings = world.settings()
    stores = {name: replace(section, label="") for name, section in settings.stores.items()}
    engine = Engine(replace(settings, stores=stores), clock=world.clock, lookup=world.lookup, actor=JKIM)
    world.engines.append(engine)
    await engine.read_stores()
    assert android(engine).store.name == "Google Play"


async def test_a_mistake_in_a_tick_does_not_end_the_ticking(world: World) -> None:
    engine = await started(world)
    heard: list[str] = []

    async def fail() -> None:
        heard.append("")
        raise RecursionError

    engine._works.upkeep.hear_others = fail  # type: ignore[method-assign]
    await world.clock.advance(60)
    assert len(heard) > 1


async def test_closing_ends_everything_that_was_opened(world: World) -> None:
    engine = await started(world)
    before = len(world.store.reads)
    await engine.close()
    assert world.store.closed
    assert world.source.closed
    assert world.tracker.closed
    await world.clock.advance(600)
    assert len(world.store.reads) == before
    assert world.clock.sleeping == 0
    await engine.close()
