"""The real screens over a desk that stands still (`idle`) or changes all eight charts once a second (`refresh`)."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from rollout_tui.cli.loading import load_settings
from rollout_tui.domain.actions import USUAL, ActionKind, Actor, Outcome, Proposal, Terms
from rollout_tui.domain.quantities import Mean, Proportion, Quantity
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.snapshot import MetricStanding, Snapshot
from rollout_tui.engine.clock import WallClock
from rollout_tui.engine.engine import Engine
from rollout_tui.tui.app import RolloutApp
from rollout_tui.tui.look import Look


class ChangingDesk:
    """A desk whose metrics change at every beat."""

    read_only = None

    def __init__(self, engine: Engine) -> None:
        self.clock = WallClock()
        self.actor = Actor("jkim", "rel-01")
        self._engine = engine
        self._draw = random.Random(1)  # noqa: S311  benchmark data
        self._listener: Callable[[Snapshot], None] | None = None
        self.snapshot = replace(engine.snapshot, at=time.time(), answered_at=time.time())

    def listen(self, on_snapshot: Callable[[Snapshot], None]) -> Callable[[], None]:
        """One listener is enough."""
        self._listener = on_snapshot
        return lambda: None

    def read_now(self, platform: Platform | None = None) -> None:
        """Nothing is read."""

    def propose(self, platform: Platform, kind: ActionKind, terms: Terms = USUAL) -> Proposal:
        """As the engine proposes."""
        return self._engine.propose(platform, kind, terms)

    async def perform(self, proposal: Proposal, reason: str = "") -> Outcome:
        """As the engine performs."""
        return await self._engine.perform(proposal, reason)

    async def beat(self) -> None:
        """Change every metric's value and the end of its curve, once a second, for ever."""
        while True:
            await asyncio.sleep(1.0)
            now = time.time()
            rollouts = tuple(
                replace(rollout, metrics=tuple(self._moved(m, now) for m in rollout.metrics), metrics_as_of=now)
                for rollout in self.snapshot.rollouts
            )
            self.snapshot = replace(self.snapshot, at=now, answered_at=now, rollouts=rollouts)
            if self._listener is not None:
                self._listener(self.snapshot)

    def _moved(self, standing: MetricStanding, now: float) -> MetricStanding:
        if standing.reading is None:
            return standing
        quantity = self._other(standing.reading.quantity)
        value = float(quantity.value())
        curve = replace(standing.curve, values=(*standing.curve.values[:-1], value), known_until=now)
        return replace(standing, reading=replace(standing.reading, quantity=quantity, as_of=now), curve=curve)

    def _other(self, quantity: Quantity) -> Quantity:
        factor = self._draw.uniform(0.9, 1.1)
        if isinstance(quantity, Proportion):
            return Proportion(round(float(quantity.bad) * factor) + 1, quantity.total)
        if isinstance(quantity, Mean):
            return Mean(float(quantity.sum) * factor, quantity.count)
        return quantity


async def run(config: Path, changing: bool) -> None:
    """Show the screens."""
    engine = Engine(load_settings(config))
    engine.load()
    desk = ChangingDesk(engine)
    beats: list[asyncio.Task[None]] = []

    async def start() -> None:
        if changing:
            beats.append(asyncio.create_task(desk.beat()))

    await RolloutApp(desk, Look(), start).run_async(mouse=False)
    await engine.close()


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), sys.argv[2] == "refresh"))
