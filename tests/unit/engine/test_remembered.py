"""History beside the polls: painted from at once, filled with what was missed, heard, pruned; an alarm if it fails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.quantities import Bare, Proportion
from rollout_tui.domain.readings import Reading, Scope
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.verdicts import SignOff, Verdict
from rollout_tui.engine.engine import Engine
from rollout_tui.history import History
from rollout_tui.ports import Query
from tests.clocks import breathe, until
from tests.unit.domain.builders import CRASH, HOUR, NOW
from tests.unit.engine.fakes import World, remembered
from tests.unit.engine.watching import android, gate, metric, opened, settled, started, texts
from tests.unit.history.values import poll


async def test_the_first_frame_comes_from_history_with_its_ages(world: World) -> None:
    first = world.engine()
    await first.poll_once()
    with opened(world) as history:
        history.signoffs.add(
            Platform.ANDROID, SignOff("signoff:maintainer", "closed", "4.2.0", "4201", "mara", NOW, "go")
        )
    await first.close()
    await world.clock.advance(90)
    again = world.engine()
    standing = metric(again)
    assert (standing.severity, standing.reading and standing.reading.as_of) == (Severity.OK, NOW - 5)
    evidence = gate(again, "crash_free_sessions")
    assert (evidence.verdict, evidence.reason) == (Verdict.NO_DATA, "history is being read")
    assert gate(again, "signoff:maintainer").verdict is Verdict.PASS
    state = android(again).store.state
    assert state is not None
    assert state.as_of == NOW
    assert again.snapshot.answered_at == NOW
    assert any(value is not None for value in standing.curve.values)
    await world.clock.advance(3 * HOUR)
    later = world.engine()
    assert metric(later).problem == "STALE, 3 h old"
    assert gate(later, "crash_free_sessions").verdict is Verdict.NO_DATA


async def test_what_was_missed_is_asked_of_the_source_and_drawn_not_judged(world: World) -> None:
    world.source.past = lambda query, step: (
        remembered(query, step, Proportion(1, 50), NOW) if query.scope is Scope.RECENT else []
    )
    engine = await started(world)
    await until(lambda: sum(v is not None for v in metric(engine).curve.values) > 180, "back-filling")
    await settled(engine)
    assert metric(engine).severity is Severity.OK, "the past is not the present"
    await engine.close()
    again = world.engine()
    assert sum(v is not None for v in metric(again).curve.values) > 180
    assert metric(again).severity is Severity.OK


async def test_the_present_is_asked_for_before_the_past(world: World) -> None:
    asked: list[str] = []

    def past(query: Query, step: float) -> list[Reading]:
        if query.scope is Scope.RECENT:
            asked.append(query.metric.id)
        return []

    world.source.past = past
    world.source.reading = asyncio.Event()
    engine = world.engine()
    await engine.start()
    await until(lambda: world.source.asked, "the first poll")
    await breathe()
    assert asked == []
    world.source.reading.set()
    await until(lambda: len(asked) == 4, "asking for the past")
    await until(lambda: metric(engine).severity is Severity.OK, "the present")


async def test_polls_are_kept_as_reported_even_when_they_cannot_be_used(world: World) -> None:
    world.source.quantities[CRASH.id] = Bare(float("nan"))
    engine = world.engine()
    await engine.poll_once()
    await settled(engine)
    assert engine.snapshot.alarm is None
    history = History.reader(world.path)
    kept = {reading.metric: reading for reading in history.samples.newest(Platform.ANDROID, "4201", Scope.RECENT)}
    history.close()
    assert repr(kept[CRASH.id].quantity) == "Bare(amount=nan)"
    assert len(kept) == 4


async def test_a_history_that_cannot_be_written_is_an_alarm_and_polling_goes_on(world: World) -> None:
    world.path.parent.mkdir()
    world.path.write_bytes(b"no database " * 99)
    engine = await started(world)
    assert engine.snapshot.alarm is not None
    assert engine.snapshot.alarm.startswith("history cannot be written: ")
    assert metric(engine).severity is Severity.OK


async def test_a_full_disk_is_an_alarm_until_there_is_room_again(world: World) -> None:
    engine = await started(world)
    assert engine._archive._history is not None
    connection = engine._archive._history._connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    world.source.quantities[CRASH.id] = Proportion(300, 7930)
    await until_written(engine, world, lambda: engine.snapshot.alarm is not None)
    assert engine.snapshot.alarm == "history cannot be written: disk full"
    assert metric(engine).severity is Severity.CRITICAL
    connection.execute("PRAGMA max_page_count = 1000000")
    await until_written(engine, world, lambda: engine.snapshot.alarm is None)


async def until_written(engine: Engine, world: World, happened: Callable[[], bool]) -> None:
    for _ in range(200):
        if happened():
            return
        await world.clock.advance(60)
        await settled(engine)
    raise AssertionError(f"not within 200 polls: {engine.snapshot.alarm}")


async def test_another_programs_events_and_signoffs_are_heard(world: World) -> None:
    engine = await started(world)
    with opened(world) as other:
        other.events.add([Event(NOW + 1, EventKind.ACTION, "Pause by mara@rel-02", Platform.ANDROID)])
        other.signoffs.add(
            Platform.ANDROID, SignOff("signoff:maintainer", "closed", "4.2.0", "4201", "mara", NOW, "go")
        )
    await world.clock.advance(6)
    await until(lambda: "Pause by mara@rel-02" in texts(engine), "hearing of the other program")
    await until(lambda: gate(engine, "signoff:maintainer").verdict is Verdict.PASS)


async def test_old_samples_are_forgotten_beside_the_polls(world: World) -> None:
    with opened(world) as history:
        old = poll(NOW - 100 * 86400)
        history.samples.add([(Platform.ANDROID, replace(old, taken_at=NOW - 100 * 86400 + n)) for n in range(4500)])
        history.samples.add([(Platform.ANDROID, replace(old, taken_at=NOW - 80 * 86400))])
    engine = await started(world)

    def left(history: History) -> int:
        (count,) = history._connection.execute(
            "SELECT count(*) FROM samples WHERE taken_at < ?", (NOW - 1000,)
        ).fetchone()
        return int(count)

    for _ in range(100):
        await world.clock.advance(0.1)
        await settled(engine)
        if await engine._archive.call(left) == 1:
            break
    assert await engine._archive.call(left) == 1
