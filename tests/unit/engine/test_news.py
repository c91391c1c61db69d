"""What is new against before, a phase, a value or a state, is said once, also across two programs."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from rollout_tui.domain.actions import Ending
from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.readings import Scope
from rollout_tui.domain.releases import Platform, StateWord
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.verdicts import Verdict
from rollout_tui.engine.engine import Engine
from rollout_tui.history import History
from rollout_tui.ports import Unreachable
from tests.clocks import breathe, until
from tests.unit.domain.builders import CRASH, HOUR, NOW, play
from tests.unit.engine.acting import act, raising
from tests.unit.engine.fakes import World
from tests.unit.engine.watching import android, gate, metric, settled, started, texts


async def test_a_new_phase_is_never_judged_by_the_counts_of_the_one_before(world: World) -> None:
    world.state = play("0.1", NOW)
    engine = await started(world)
    await world.clock.advance(70)
    await settled(engine)
    assert gate(engine, "crash_free_sessions").verdict is Verdict.PASS
    await world.clock.advance(230)
    world.source.reading = asyncio.Event()
    world.state = replace(world.state, share=Decimal("0.5"), share_as_of=None)
    engine.read_now(Platform.ANDROID)
    await breathe()
    await until(lambda: android(engine).current is not None and android(engine).current.phase.id == "closed")  # type: ignore[union-attr]
    assert gate(engine, "crash_free_sessions").verdict is Verdict.NO_DATA
    world.source.reading.set()
    await world.clock.advance(70)
    await until(lambda: gate(engine, "crash_free_sessions").verdict is Verdict.PASS, "counts of the new phase")
    windows = [q.window.start for q in world.source.asked[-1] if q.scope is Scope.PHASE]
    assert windows == [pytest.approx(NOW + 300)] * 3
    assert "Phase Closed testing began" in texts(engine)


async def test_what_changed_is_said_once_and_kept(world: World) -> None:
    engine = await started(world)
    assert texts(engine) == [], "the first look changes nothing"
    world.source.quantities[CRASH.id] = Proportion(241, 10_002)
    await world.clock.advance(70)
    await settled(engine)
    assert any(text.startswith("Crash rate CRITICAL: 2.41 % of 10,002") for text in texts(engine))
    said = len(texts(engine))
    await world.clock.advance(130)
    await settled(engine)
    assert len(texts(engine)) == said
    history = History.reader(world.path)
    assert [event.text for event in history.events.newest(99)] == texts(engine)
    history.close()


async def test_a_store_that_cannot_be_read_is_told_once_and_not_once_a_gate(world: World) -> None:
    engine = await started(world)
    assert gate(engine, "crash_free_sessions").holds
    world.store.on_read = raising(Unreachable("HTTP 503"))
    before = len(engine.snapshot.events)
    await world.clock.advance(70)
    await settled(engine)
    assert not any(result.holds for result in android(engine).gates)
    world.store.on_read = lambda: None
    await world.clock.advance(70)
    await settled(engine)
    assert gate(engine, "crash_free_sessions").holds
    told = texts(engine)[: len(engine.snapshot.events) - before]
    assert told == ["Google Play can be read again", "Google Play cannot be read: HTTP 503"]


async def test_a_worse_value_remembers_what_it_was(world: World) -> None:
    engine = world.engine()
    await engine.poll_once()
    world.source.quantities[CRASH.id] = Proportion(241, 10_002)
    await engine.poll_once()
    assert metric(engine).was == (pytest.approx(23 / 7930), NOW - 5)


async def test_on_a_slow_rise_it_remembers_the_value_within_the_target_not_the_last_line_that_was_crossed(
    world: World,
) -> None:
    engine = world.engine()
    await engine.poll_once()
    for crashed in (65, 150, 241):  # beyond the target, the alert line, the critical line
        world.source.quantities[CRASH.id] = Proportion(crashed, 10_002)
        await engine.poll_once()
    assert metric(engine).was == (pytest.approx(23 / 7930), NOW - 5)


async def test_a_change_made_elsewhere_is_said_until_somebody_acts_here(world: World) -> None:
    engine = await started(world)
    world.state = replace(world.state, word=StateWord.PAUSED, status="halted")
    await world.clock.advance(70)
    await settled(engine)
    assert android(engine).store.changed_elsewhere == "inProgress became halted"
    assert "Changed elsewhere: inProgress became halted" in texts(engine)
    assert "Google Play: RUNNING (inProgress) to PAUSED (halted)" in texts(engine)


async def test_answers_move_the_age_of_the_link(world: World) -> None:
    engine = world.engine()
    assert engine.snapshot.answered_at is None
    await engine.poll_once()
    assert engine.snapshot.answered_at == NOW

    def fail() -> None:
        raise Unreachable("down")

    world.source.on_read = world.store.on_read = world.tracker.on_count = fail
    await world.clock.advance(60)
    await engine.poll_once()
    assert engine.snapshot.answered_at == NOW, "a failure is no answer"


async def test_a_source_of_which_nothing_is_asked_does_not_make_the_link_look_alive(world: World) -> None:
    engine = world.engine()
    await engine.poll_once()

    def fail() -> None:
        raise Unreachable("down")

    world.store.on_read = world.tracker.on_count = fail
    world.source.gives = frozenset()
    await world.clock.advance(60)
    await engine.poll_once()
    assert not world.source.asked[-1]
    assert engine.snapshot.answered_at == NOW


async def test_a_start_says_only_what_changed_while_nobody_watched(world: World) -> None:
    first = await started(world)
    await first.close()
    await world.clock.advance(8 * HOUR)
    world.source.quantities[CRASH.id] = Proportion(241, 10_002)
    again = await started(world)
    severities = [event.text for event in again.snapshot.events if event.kind is EventKind.SEVERITY]
    assert len(severities) == 1
    assert severities[0].startswith("Crash rate CRITICAL")


async def test_a_pause_that_another_program_told_is_not_told_again_by_one_that_sees_it_later(world: World) -> None:
    late = await started(world)
    other = await started(world)
    running, world.state = world.state, replace(world.state, word=StateWord.PAUSED, status="halted")
    await other.read_stores()
    await other.close()
    world.state = replace(running, share_as_of=NOW - 600)  # what it knows until it reads the share again
    await world.clock.advance(360)
    await settled(late)
    world.state = replace(running, word=StateWord.PAUSED, status="halted", share_as_of=world.clock.now())
    await late.read_stores()
    await settled(late)
    await world.clock.advance(30)
    await settled(late)
    turned = [text for text in texts(late) if text.startswith("Google Play: RUNNING (inProgress) to PAUSED")]
    assert len(turned) == 1


async def test_after_an_action_of_another_process_the_store_is_read_again_with_its_share(world: World) -> None:
    watching = await started(world)
    acting = world.engine()
    await acting.read_stores()
    count = len(world.store.reads)
    await world.clock.advance(10)
    await settled(watching)
    assert len(world.store.reads) == count, "nothing is due, and nobody acted"
    assert (await act(acting)).ending is Ending.DONE
    await acting.close()
    count = len(world.store.reads)
    await world.clock.advance(5)
    await settled(watching)
    await until(lambda: word(watching) is StateWord.PAUSED, "the pause on the other screen")
    assert world.store.reads[count:] == [(Platform.ANDROID, True)]
    await world.clock.advance(10)
    await settled(watching)
    assert len(world.store.reads) == count + 1, "once"


def word(engine: Engine) -> StateWord | None:
    state = android(engine).store.state
    return None if state is None else state.word


async def test_a_look_at_the_stores_alone_does_not_make_the_metrics_news(world: World) -> None:
    first = await started(world)
    await first.close()
    await world.clock.advance(HOUR)
    acting = world.engine()
    await acting.read_stores()
    await acting.close()
    again = await started(world)
    assert [event.text for event in again.snapshot.events if event.kind is EventKind.SEVERITY] == []


async def test_a_change_of_state_that_another_program_saw_long_before_is_told_once(world: World) -> None:
    """A guard reads Google Play's state every 15 min, a screen reads it back at once."""
    engine = await started(world)
    paused = "Google Play: RUNNING (inProgress) to PAUSED (halted)"
    running = "Google Play: PAUSED (halted) to RUNNING (inProgress)"
    engine._assessor.recall([Event(NOW, EventKind.STATE, paused, Platform.ANDROID, Severity.WARNING)])
    before = world.state
    for state, expected in (
        (replace(before, word=StateWord.PAUSED, status="halted"), [paused]),
        (before, [running, paused]),
        (replace(before, word=StateWord.PAUSED, status="halted"), [paused, running, paused]),
    ):
        world.state = state
        await world.clock.advance(300)
        await settled(engine)
        assert [text for text in texts(engine) if text.startswith("Google Play:")] == expected
