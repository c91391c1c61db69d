"""Running the terminal UI, from the settings to the exit code."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_tui.cli import showing
from rollout_tui.cli.codes import USAGE_ERROR
from rollout_tui.cli.loading import load_all

if TYPE_CHECKING:
    from rollout_tui.config.settings import Settings
    from rollout_tui.tui.early import Handover
    from rollout_tui.tui.pages import FirstPage


_TURN = 0.0005
"""Seconds that a thread runs while another one waits."""


def run_watch(
    configs: Sequence[Path] = (),
    *,
    read_only: bool = False,
    low_bandwidth: bool = False,
    mouse: bool = True,
    at: str | None = None,
) -> int:
    """Run the UI until it is left; returns the exit code. `at` is a past moment to begin with, as written."""
    # Hundreds of modules are imported before the first frame; collecting garbage in between finds none.
    gc.disable()
    from rollout_tui.tui import terminal

    all_settings = load_all(configs)
    settings = all_settings[0]
    refused = terminal.refusal()
    if refused is not None:
        print(f"rollout-tui: {refused}", file=sys.stderr)
        return USAGE_ERROR
    if settings.ui.keys:
        from rollout_tui.tui import keymap

        if wrong := list(keymap.problems(settings.ui.keys)):
            print(*(f"{settings.path}: {problem}" for problem in wrong), sep="\n", file=sys.stderr)
            return USAGE_ERROR
    if len(all_settings) > 1:
        if at is not None:
            print("rollout-tui: --at shows the past of one app; name it with --config", file=sys.stderr)
            return USAGE_ERROR
        from rollout_tui.cli.fleet import watch_fleet

        return watch_fleet(all_settings, read_only=read_only, low_bandwidth=low_bandwidth, mouse=mouse)
    from rollout_tui.engine.actor import this_actor
    from rollout_tui.engine.engine import Engine
    from rollout_tui.history import HistoryError
    from rollout_tui.tui.early import first_frame

    actor = this_actor()
    engine = Engine(settings, actor=actor, read_only=f"started with --read-only by {actor.user}" if read_only else None)
    engine.load()
    look = showing.look_of(settings, low_bandwidth=low_bandwidth)
    try:
        first = None if at is None else _past(at, settings, engine.clock.now())
    except (HistoryError, ValueError) as error:
        print(f"rollout-tui: {error}", file=sys.stderr)
        return USAGE_ERROR

    async def begin() -> None:
        """After the first frame: what nobody needs before."""
        from rollout_tui.cli.log import start_log

        gc.enable()
        gc.freeze()
        # Threads that import or read history give way to keys at once: each turn of theirs would be 5 ms.
        sys.setswitchinterval(_TURN)
        start_log()
        await engine.start()

    async def watch(handover: Handover | None) -> int:
        from rollout_tui.tui.app import RolloutApp

        app = RolloutApp(engine, look, begin, handover=handover, first=first)
        try:
            return await showing.run(app, mouse=mouse)
        finally:
            await app.leaving.finish(engine.close)

    import asyncio

    if first is not None:
        return asyncio.run(watch(None))
    with first_frame(engine, look) as handover:
        return asyncio.run(watch(handover))


def _past(at: str, settings: Settings, now: float) -> FirstPage:
    """The page of that moment. Raises ValueError or HistoryError in one sentence."""
    from rollout_tui.cli.replaying import moment_of, recorded
    from rollout_tui.tui.pages import FirstPage, past_at

    return FirstPage(past_at(moment_of(at, settings, now, recorded(settings))))
