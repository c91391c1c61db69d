"""Running the terminal UI, from the settings to the exit code."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_tui.cli.codes import USAGE_ERROR
from rollout_tui.cli.loading import load_settings

if TYPE_CHECKING:
    from rollout_tui.tui.early import Handover


def run_watch(config: Path | None, *, read_only: bool = False, low_bandwidth: bool = False, mouse: bool = True) -> int:
    """Run the UI until it is left; returns the exit code."""
    # Hundreds of modules are imported before the first frame; collecting garbage in between finds none.
    gc.disable()
    from rollout_tui.tui import terminal

    settings = load_settings(config)
    refused = terminal.refusal()
    if refused is not None:
        print(f"rollout-tui: {refused}", file=sys.stderr)
        return USAGE_ERROR
    from zoneinfo import ZoneInfo

    from rollout_tui.engine.actor import this_actor
    from rollout_tui.engine.engine import Engine
    from rollout_tui.tui import symbols, theme
    from rollout_tui.tui.early import first_frame
    from rollout_tui.tui.look import Look

    actor = this_actor()
    engine = Engine(settings, actor=actor, read_only=f"started with --read-only by {actor.user}" if read_only else None)
    engine.load()
    look = Look(
        theme=theme.choose(settings.ui.theme),
        ascii_only=symbols.choose(settings.ui.symbols) is symbols.SymbolSet.ASCII,
        zone=ZoneInfo(settings.ui.timezone),
        tick=10.0 if low_bandwidth else 1.0,
        rehearsal=settings.rehearsal,
        bell=settings.ui.bell,
        paint_changes=not os.environ.get("ROLLOUT_TUI_FULL_PAINT"),
    )

    async def begin() -> None:
        """After the first frame: what nobody needs before."""
        from rollout_tui.cli.log import start_log

        gc.enable()
        gc.freeze()
        start_log()
        await engine.start()

    async def watch(handover: Handover | None) -> int:
        from rollout_tui.tui.app import RolloutApp

        app = RolloutApp(engine, look, begin, handover=handover)
        try:
            with terminal.own_title():
                code = await app.run_async(mouse=mouse and not terminal.over_ssh())
        finally:
            await engine.close()
        if app.failure is not None:
            raise app.failure
        return code or app.return_code or 0

    import asyncio

    with first_frame(engine, look) as handover:
        return asyncio.run(watch(handover))
