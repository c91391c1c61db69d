"""What a program of the scripted world shows, and how a test brings it to have heard everything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rollout_tui.domain.releases import Platform
from rollout_tui.domain.snapshot import MetricStanding, Rollout
from rollout_tui.domain.verdicts import GateResult
from rollout_tui.engine.engine import Engine
from rollout_tui.history import History
from tests.clocks import breathe, until
from tests.unit.domain.builders import CRASH
from tests.unit.engine.fakes import World


def android(engine: Engine) -> Rollout:
    return engine.snapshot.rollout(Platform.ANDROID)


def metric(engine: Engine, metric_id: str = CRASH.id, platform: Platform = Platform.ANDROID) -> MetricStanding:
    standings = engine.snapshot.rollout(platform).metrics
    return next(standing for standing in standings if standing.metric.id == metric_id)


def gate(engine: Engine, gate_id: str) -> GateResult:
    return next(result for result in android(engine).gates if result.gate.id == gate_id)


def texts(engine: Engine) -> list[str]:
    return [event.text for event in engine.snapshot.events]


async def started(world: World) -> Engine:
    """A program that has heard every provider once."""
    engine = world.engine()
    await engine.start()
    await until(lambda: not any(board.unheard for board in engine._boards), "hearing every provider")
    await until(lambda: engine.snapshot.rollouts[0].metrics_as_of is not None or world.source.missing, "a Snapshot")
    await settled(engine)
    return engine


async def settled(engine: Engine) -> None:
    """Nothing is about to be published, nothing waits to be written or to be read, however often a tick reads."""
    await breathe()
    for _ in range(10):
        await engine._archive.try_call(lambda history: None, None)
        await breathe()
    await until(lambda: not engine._publisher.waits, "publishing")
    await breathe()


async def started_anyhow(world: World) -> Engine:
    engine = world.engine()
    await engine.start()
    await until(lambda: not any(board.unheard for board in engine._boards))
    await settled(engine)
    return engine


@contextmanager
def opened(world: World) -> Iterator[History]:
    """The same file, as another program has it open."""
    history = History.open(world.path)
    yield history
    history.close()
