"""How a test acts on the scripted world, what may go wrong there, and what the journal says of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from rollout_tui.domain.actions import ActionKind, Outcome
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.verdicts import SignOff
from rollout_tui.engine.engine import Engine
from rollout_tui.engine.lease import Lease
from rollout_tui.history import History
from tests.unit.domain.builders import NOW
from tests.unit.engine.fakes import World

ANDROID = Platform.ANDROID


def lease_of(world: World) -> Lease:
    """That of another process on the same history."""
    return Lease.of("", world.path, "android", "mara@rel-01")


def raising(error: Exception) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


async def looking(world: World) -> Engine:
    engine = world.engine()
    await engine.poll_once()
    return engine


async def without_history(world: World) -> Engine:
    world.path.parent.mkdir()
    world.path.write_bytes(b"no database " * 99)
    engine = world.engine()
    await engine.poll_once()
    return engine


async def act(engine: Engine, kind: ActionKind = ActionKind.PAUSE) -> Outcome:
    """Propose, confirm."""
    return await engine.perform(engine.propose(ANDROID, kind), "because")


async def to_the_deadline(world: World, acting: asyncio.Task[Outcome]) -> Outcome:
    while not acting.done():
        await world.clock.advance(5)
        await asyncio.sleep(0.001)
    return acting.result()


def journalled(world: World) -> list[tuple[str, str | None]]:
    """Action and ending of every journal line."""
    history = History.reader(world.path)
    rows = history._connection.execute("SELECT action, ending FROM journal ORDER BY at").fetchall()
    history.close()
    return [tuple(row) for row in rows]


async def may_promote(world: World) -> Engine:
    """48 hours are over and mara signed."""
    world.state = replace(world.state, since=NOW - 49 * 3600)
    engine = world.engine()
    await engine._archive.call(
        lambda history: history.signoffs.add(
            ANDROID, SignOff("signoff:maintainer", "closed", "4.2.0", "4201", "mara", NOW, "go")
        )
    )
    engine.load()
    await engine.poll_once()
    return engine
