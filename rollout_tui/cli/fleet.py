"""Running the terminal UI over several configurations."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rollout_tui.cli import showing

if TYPE_CHECKING:
    from rollout_tui.config.settings import Settings

_PAST_IS_FILLED = 20.0
"""Seconds after the last app began to poll in which sources tell what was missed."""


def watch_fleet(settings: Sequence[Settings], *, read_only: bool, low_bandwidth: bool, mouse: bool) -> int:
    """Run the UI until it is left; returns the exit code. It looks as the first configuration says."""
    return asyncio.run(_watch(settings, read_only=read_only, low_bandwidth=low_bandwidth, mouse=mouse))


async def _watch(settings: Sequence[Settings], *, read_only: bool, low_bandwidth: bool, mouse: bool) -> int:
    from rollout_tui.engine.actor import this_actor
    from rollout_tui.engine.engines import Engines
    from rollout_tui.tui.app import RolloutApp

    actor = this_actor()
    engines = Engines(
        settings, actor=actor, read_only=f"started with --read-only by {actor.user}" if read_only else None
    )

    async def spare_the_past() -> None:
        """What is known of a hundred apps stays: looking through it for garbage would hold up keys (0.25 s of CPU)."""
        await engines.begun()
        await asyncio.sleep(_PAST_IS_FILLED)
        gc.freeze()

    tasks = []

    async def begin() -> None:
        from rollout_tui.cli.log import start_log

        gc.enable()
        gc.freeze()
        start_log()
        await engines.start()
        tasks.append(asyncio.create_task(spare_the_past()))

    first, *others = engines.all
    app = RolloutApp(first, showing.look_of(settings[0], low_bandwidth=low_bandwidth), begin, others=others)
    try:
        return await showing.run(app, mouse=mouse)
    finally:
        for task in tasks:
            task.cancel()
        await app.leaving.finish(engines.close)
