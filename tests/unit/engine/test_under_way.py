"""An action under way: its steps are shown, and it is the only one of its platform, also across processes."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from rollout_tui.domain.actions import ActionKind, Ending, Step
from rollout_tui.domain.releases import StateWord
from rollout_tui.domain.snapshot import Snapshot
from rollout_tui.ports import Unreachable
from tests.clocks import breathe, until
from tests.unit.engine.acting import ANDROID, act, journalled, lease_of, looking, may_promote, raising, to_the_deadline
from tests.unit.engine.fakes import World
from tests.unit.engine.watching import android


async def test_the_steps_are_shown_and_the_state_stays_what_the_store_says(world: World) -> None:
    engine = await looking(world)
    world.store.takes_effect = False
    seen: list[tuple[Step, ...]] = []

    def watch(snapshot: Snapshot) -> None:
        running = snapshot.rollout(ANDROID).running
        if running is not None and (not seen or seen[-1] != running.steps):
            seen.append(running.steps)
            assert snapshot.rollout(ANDROID).store.state is not None
            assert snapshot.rollout(ANDROID).store.state.word is StateWord.RUNNING  # type: ignore[union-attr]

    engine.listen(watch)
    acting = asyncio.create_task(act(engine))
    await until(lambda: seen and Step.READING_BACK in seen[-1], "the read-back")
    assert seen[-1] == (Step.JOURNALLED, Step.ACCEPTED, Step.READING_BACK)
    assert not engine.propose(ANDROID, ActionKind.RESUME).possible
    world.state = replace(world.state, word=StateWord.PAUSED, status="halted")
    assert (await to_the_deadline(world, acting)).ending is Ending.DONE


async def test_a_second_action_is_refused_while_one_runs(world: World) -> None:
    engine = await looking(world)
    world.store.takes_effect = False
    proposal = engine.propose(ANDROID, ActionKind.PAUSE)
    acting = asyncio.create_task(engine.perform(proposal))
    await breathe()
    second = await engine.perform(replace(proposal, id="second"))
    assert second.ending is Ending.REFUSED
    assert "another action is under way" in second.message
    assert len(world.store.performed) <= 1
    await to_the_deadline(world, acting)


async def test_an_action_goes_on_when_the_screen_that_asked_for_it_goes_away(world: World) -> None:
    engine = await looking(world)
    started = asyncio.Event()
    world.store.on_perform = started.set
    world.store.on_read = raising(Unreachable("HTTP 503"))
    asking = asyncio.create_task(act(engine))
    await started.wait()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await until(lambda: world.clock.sleeping, "the wait for the next look")
    world.store.on_read = lambda: None
    await world.clock.advance(10)
    await until(lambda: journalled(world) == [("pause", "done")], "the end of the action")


# --- other processes -------------------------------------------------------------------------------------------------


async def test_one_action_per_platform_across_processes(world: World) -> None:
    engine = await may_promote(world)
    with lease_of(world).held("resume", 60):
        outcome = await act(engine, ActionKind.PROMOTE)
    assert outcome.ending is Ending.REFUSED
    assert outcome.message.startswith("an action on android is under way by mara@rel-01, process")
    assert world.store.performed == []


async def test_what_another_program_of_ours_did_is_no_change_made_elsewhere(world: World) -> None:
    watching = await looking(world)
    await act(await looking(world))
    await world.clock.advance(60)
    await watching.read_stores()
    assert android(watching).store.state is not None
    assert android(watching).store.state.word is StateWord.PAUSED  # type: ignore[union-attr]
    assert android(watching).store.changed_elsewhere is None
    assert android(watching).store.requested is not None
