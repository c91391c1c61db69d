"""A pause goes before everything else: over a read-back, over what is only confirmed, over what we did meanwhile."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from decimal import Decimal

import pytest

from rollout_tui.domain.actions import ActionKind, Ending, Expectation, Step
from rollout_tui.domain.releases import Platform, StateWord
from rollout_tui.engine import acting
from rollout_tui.engine.engine import Engine
from rollout_tui.engine.leasenote import Note
from rollout_tui.ports import StateDiffers
from tests.clocks import breathe, until
from tests.unit.engine.acting import journalled, lease_of, may_promote
from tests.unit.engine.fakes import World
from tests.unit.engine.watching import android

ANDROID = Platform.ANDROID


def reading_back(engine: Engine) -> bool:
    running = engine._assessor.assess().rollout(ANDROID).running
    return running is not None and Step.READING_BACK in running.steps


async def test_a_pause_ends_the_read_back_of_a_promotion_and_is_done(world: World) -> None:
    engine = await may_promote(world)
    world.store.takes_effect = False
    promoting = asyncio.create_task(engine.perform(engine.propose(ANDROID, ActionKind.PROMOTE)))
    await until(lambda: reading_back(engine) and world.clock.sleeping, "the read-back")
    engine._assessor.assess()
    pause = engine.propose(ANDROID, ActionKind.PAUSE)
    assert pause.possible
    assert not engine.propose(ANDROID, ActionKind.RESUME).possible
    world.store.takes_effect = True
    paused = await engine.perform(pause)
    promoted = await promoting
    assert (paused.ending, promoted.ending) == (Ending.DONE, Ending.UNCONFIRMED)
    assert promoted.message == "A pause came first; Google Play still shows inProgress."
    assert world.state.word is StateWord.PAUSED
    assert sorted(journalled(world)) == [("pause", "done"), ("promote", "not confirmed")]


async def test_a_pause_does_not_wait_for_a_store_that_never_answers_a_promotion(world: World) -> None:
    engine = await may_promote(world)
    actions = engine._works.actions[ANDROID]
    actions._sending._rules = replace(actions._rules, patience=0.01)
    hanging = asyncio.Event()
    perform = world.store.perform

    async def hang(*_: object) -> None:
        hanging.set()
        await asyncio.Event().wait()

    world.store.perform = hang  # type: ignore[method-assign, assignment]
    promoting = asyncio.create_task(engine.perform(engine.propose(ANDROID, ActionKind.PROMOTE)))
    await hanging.wait()
    world.store.perform = perform  # type: ignore[method-assign]
    assert (await engine.perform(engine.propose(ANDROID, ActionKind.PAUSE))).ending is Ending.DONE
    assert (await promoting).ending is Ending.UNCONFIRMED


@pytest.mark.parametrize("work", ["promote", "settle"])
async def test_a_pause_does_not_wait_for_a_disk_that_holds_up_what_came_before_it(world: World, work: str) -> None:
    engine = await may_promote(world)
    actions = engine._works.actions[ANDROID]
    quick = replace(actions._rules, patience=0.01)
    actions._rules = actions._sending._rules = quick
    actions._records._patience = 0.01
    disk = threading.Event()
    try:
        engine._archive.write(lambda _: disk.wait(60))
        doing = engine.perform(engine.propose(ANDROID, ActionKind.PROMOTE)) if work == "promote" else actions.settle()
        before = asyncio.ensure_future(doing)
        await until(lambda: actions._turns.taken, "its turn")
        async with asyncio.timeout(20):
            paused = await engine.perform(engine.propose(ANDROID, ActionKind.PAUSE))
        assert (paused.ending, paused.journalled) == (Ending.DONE, False)
        assert world.state.word is StateWord.PAUSED
    finally:
        disk.set()
    ended = await before
    assert ended is None if work == "settle" else ended.ending is Ending.REFUSED
    assert [change.expects.word for change, _ in world.store.performed] == [StateWord.PAUSED]


async def test_a_confirmed_pause_still_reaches_its_store_when_the_program_is_ended(world: World) -> None:
    """The line drops, or `q` is pressed, a moment after `y`."""
    engine = await may_promote(world)
    answer, asked, perform = asyncio.Event(), asyncio.Event(), world.store.perform
    world.store.takes_effect = True

    async def slow(*arguments: object) -> None:
        asked.set()
        await answer.wait()
        await perform(*arguments)  # type: ignore[arg-type]

    world.store.perform = slow  # type: ignore[method-assign, assignment]
    pausing = asyncio.create_task(engine.perform(engine.propose(ANDROID, ActionKind.PAUSE)))
    await asked.wait()
    closing = asyncio.create_task(engine.close())
    await breathe()
    answer.set()
    await closing
    assert world.state.word is StateWord.PAUSED
    pausing.cancel()


async def test_a_pause_whose_store_never_answers_keeps_no_program_from_ending(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acting, "LAST_WORDS", 0.05)
    engine = await may_promote(world)
    asked = asyncio.Event()

    async def hang(*_: object) -> None:
        asked.set()
        await asyncio.Event().wait()

    world.store.perform = hang  # type: ignore[method-assign, assignment]
    pausing = asyncio.create_task(engine.perform(engine.propose(ANDROID, ActionKind.PAUSE)))
    await asked.wait()
    async with asyncio.timeout(30):
        await engine.close()
    assert journalled(world) == [("pause", None)], "the next start settles it"
    pausing.cancel()


async def test_a_pause_that_meets_our_own_promotion_pauses_what_is_now(world: World) -> None:
    engine = await may_promote(world)
    pause = engine.propose(ANDROID, ActionKind.PAUSE)
    everybody = Expectation(None, "completed", Decimal(1))
    with lease_of(world).held("promote", 60, everybody):
        world.state = replace(world.state, share=Decimal(1), status="completed")
    calls: list[str] = []

    def once() -> None:
        calls.append("")
        if len(calls) == 1:
            now = replace(world.state, word=StateWord.RUNNING, status="completed", share=Decimal(1))
            world.state = now
            raise StateDiffers("The store now says 100 %.", now)

    world.store.on_perform = once
    outcome = await engine.perform(pause)
    assert (outcome.ending, len(calls)) == (Ending.DONE, 2)
    assert world.state.word is StateWord.PAUSED
    assert [ending for _, ending in journalled(world)].count("done") == 1


async def test_a_promotion_yields_to_a_pause_of_another_process(world: World) -> None:
    engine = await may_promote(world)
    promotion = engine.propose(ANDROID, ActionKind.PROMOTE)
    async with lease_of(world).held_to_pause(60, 0):
        outcome = await engine.perform(promotion)
    assert outcome.ending is Ending.REFUSED
    assert "mara@rel-01" in outcome.message
    assert "(pause)" in outcome.message
    assert world.store.performed == []


async def test_a_pause_that_begins_while_a_promotion_is_written_down_goes_first(world: World) -> None:
    engine = await may_promote(world)
    records = engine._works.actions[ANDROID]._records
    intend, pausing = records.intend, lease_of(world).held_to_pause(60, 0)

    async def meanwhile(*arguments: object) -> object:
        written = await intend(*arguments)  # type: ignore[arg-type]
        await pausing.__aenter__()
        return written

    records.intend = meanwhile  # type: ignore[method-assign, assignment]
    outcome = await engine.perform(engine.propose(ANDROID, ActionKind.PROMOTE))
    await pausing.__aexit__(None, None, None)
    assert (outcome.ending, outcome.message) == (Ending.REFUSED, "not done: a pause by mara@rel-01 goes first")
    assert journalled(world) == [("promote", "refused")]
    assert world.store.performed == []


async def test_who_waits_for_a_pause_that_never_ends_is_told_at_once(world: World) -> None:
    engine = await may_promote(world)
    world.store.takes_effect = False
    pausing = asyncio.create_task(engine.perform(engine.propose(ANDROID, ActionKind.PAUSE)))
    await until(lambda: reading_back(engine), "the read-back")
    again = await engine.perform(replace(engine.propose(ANDROID, ActionKind.PAUSE), obstacles=()))
    assert (again.ending, "another action is under way" in again.message) == (Ending.REFUSED, True)
    pausing.cancel()
    assert android(engine).store.state is not None


async def test_who_acts_in_another_process_is_shown_and_stands_against_all_but_a_pause(world: World) -> None:
    engine = await may_promote(world)
    note = Note("mara@rel-01", 4711, "resume", 0.0, False)
    actions = engine._works.actions[ANDROID]
    actions._lease.holder = lambda: note  # type: ignore[method-assign]
    await engine._works.upkeep.hear_others()
    snapshot = engine._assessor.assess()
    assert snapshot.rollout(ANDROID).held == "resume by mara@rel-01, process 4711"
    assert snapshot.events[0].text == "Under way on this host: resume by mara@rel-01, process 4711"
    reasons = [obstacle.reason for obstacle in engine.propose(ANDROID, ActionKind.PROMOTE).obstacles]
    assert reasons == ["under way on this host: resume by mara@rel-01, process 4711"]
    assert engine.propose(ANDROID, ActionKind.PAUSE).possible
    actions._lease.holder = lambda: None  # type: ignore[method-assign]
    await engine._works.upkeep.hear_others()
    assert engine._assessor.assess().rollout(ANDROID).held is None
