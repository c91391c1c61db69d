"""`watch`: the terminal UI."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rollout_tui.cli.options import config_option, load_settings

if TYPE_CHECKING:
    from rollout_tui.tui.early import Handover

_EXAMPLES = """

\b
Examples:
  rollout-tui                        watch what the user's configuration rolls out
  rollout-tui watch --read-only      look, but never touch
  rollout-tui rehearse               try it without any configuration
"""


@click.command(help="Watch the rollouts on this terminal; p pauses the focused one, after y." + _EXAMPLES)
@click.option("--read-only", is_flag=True, help="No key changes a store.")
@click.option("--low-bandwidth", is_flag=True, help="For slow lines: the clock ticks every 10 s.")
@click.option("--no-mouse", is_flag=True, help="Leave the mouse to the terminal, as over SSH.")
@config_option
def command(config: Path | None, read_only: bool, low_bandwidth: bool, no_mouse: bool) -> None:
    """Watch the rollouts on this terminal."""
    sys.exit(run_watch(config, read_only=read_only, low_bandwidth=low_bandwidth, mouse=not no_mouse))


def run_watch(config: Path | None, *, read_only: bool = False, low_bandwidth: bool = False, mouse: bool = True) -> int:
    """Run the UI until it is left; returns the exit code."""
    # Hundreds of modules are imported before the first frame; collecting garbage in between finds none.
    gc.disable()
    from rollout_tui.tui import terminal

    settings = load_settings(config)
    refused = terminal.refusal()
    if refused is not None:
        click.echo(f"rollout-tui: {refused}", err=True)
        return 4
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
