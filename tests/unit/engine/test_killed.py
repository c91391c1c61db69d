"""After a kill: an open intent is settled by reading the store, never by doing it again."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from rollout_tui.domain.releases import StateWord
from rollout_tui.engine.engine import Engine
from rollout_tui.ports import Unreachable
from tests.clocks import until
from tests.unit.engine.acting import journalled, lease_of, raising
from tests.unit.engine.fakes import World
from tests.unit.engine.watching import settled, texts

ROOT = Path(__file__).parents[3]
KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from rollout_tui.domain.actions import ActionKind
from rollout_tui.domain.releases import Platform
from tests.unit.engine.fakes import World

async def main():
    world = World(Path(sys.argv[1]))
    engine = world.engine()
    await engine.poll_once()
    world.store.on_perform = lambda: os.kill(os.getpid(), signal.SIGKILL)
    await engine.perform(engine.propose(Platform.ANDROID, ActionKind.PAUSE))

asyncio.run(main())
"""


def killed_mid_change(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(folder)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == -9, done.stderr.decode()


async def restarted(world: World) -> Engine:
    engine = world.engine()
    await engine.start()
    return engine


async def later(world: World, engine: Engine, ending: str) -> None:
    """Half a minute after the other, until the open intent has ended that way."""
    for _ in range(60):
        await world.clock.advance(31)
        await settled(engine)
        if journalled(world) != [("pause", None)]:
            break
    assert journalled(world) == [("pause", ending)]


async def test_a_kill_after_the_change_is_settled_as_done(world: World, tmp_path: Path) -> None:
    killed_mid_change(tmp_path)
    assert journalled(world) == [("pause", None)]
    world.state = replace(world.state, word=StateWord.PAUSED, status="halted")
    engine = await restarted(world)
    await until(lambda: journalled(world) == [("pause", "done")], "settling")
    told = "Paused. The pause of jkim@rel-01 took effect: the store shows halted."
    await until(lambda: told in texts(engine), "telling")
    assert world.store.performed == []


async def test_a_kill_before_the_change_is_settled_as_not_done_when_it_can_be_told(
    world: World, tmp_path: Path
) -> None:
    killed_mid_change(tmp_path)
    engine = await restarted(world)
    await until(lambda: len(world.store.reads) >= 2, "reading the store")
    await settled(engine)
    assert journalled(world) == [("pause", None)], "a moment after the intent it may still take effect"
    await later(world, engine, "refused")
    said = "did not happen: the store still shows inProgress"
    await until(lambda: any(said in text for text in texts(engine)), "the event")
    assert world.store.performed == [], "never repeated"


async def test_an_open_intent_waits_for_a_store_that_can_be_read(world: World, tmp_path: Path) -> None:
    killed_mid_change(tmp_path)
    world.store.on_read = raising(Unreachable("HTTP 503"))
    engine = await restarted(world)
    await world.clock.advance(400)
    await settled(engine)
    assert journalled(world) == [("pause", None)]
    world.store.on_read = lambda: None
    world.state = replace(world.state, word=StateWord.PAUSED, status="halted")
    await later(world, engine, "done")


async def test_an_action_that_lives_in_another_process_is_left_to_it(world: World, tmp_path: Path) -> None:
    killed_mid_change(tmp_path)
    with lease_of(world).held("pause", 600):
        engine = await restarted(world)
        await until(lambda: world.store.reads, "the first poll")
        for _ in range(30):
            await world.clock.advance(31)
            await settled(engine)
        assert journalled(world) == [("pause", None)]
    await later(world, engine, "refused")


async def test_a_store_that_shows_something_third_is_for_a_person_to_look_at(world: World, tmp_path: Path) -> None:
    killed_mid_change(tmp_path)
    world.state = replace(world.state, share=Decimal("0.2"))
    await world.clock.advance(600)
    engine = await restarted(world)
    await until(lambda: journalled(world) == [("pause", "not confirmed")], "settling")
    by_hand = "Check Android at Google Play by hand"
    await until(lambda: engine.snapshot.recommendation.headline.startswith(by_hand), "telling")
