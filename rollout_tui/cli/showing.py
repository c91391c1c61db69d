"""What every way of running the terminal UI shares: how this terminal shows things, and the run itself."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rollout_tui.config.settings import Settings
    from rollout_tui.tui.app import RolloutApp
    from rollout_tui.tui.look import Look


def look_of(settings: Settings, *, low_bandwidth: bool) -> Look:
    """How this terminal shows these settings."""
    from zoneinfo import ZoneInfo

    from rollout_tui.tui import keymap, symbols, theme
    from rollout_tui.tui.look import Look

    return Look(
        theme=theme.choose(settings.ui.theme),
        symbols=symbols.choose(settings.ui.symbols),
        zone=ZoneInfo(settings.ui.timezone),
        tick=10.0 if low_bandwidth else 1.0,
        rehearsal=settings.rehearsal,
        bell=settings.ui.bell,
        aliases=keymap.aliases(settings.ui.keys) if settings.ui.keys else {},
        paint_changes=not os.environ.get("ROLLOUT_TUI_FULL_PAINT"),
    )


async def run(app: RolloutApp, *, mouse: bool) -> int:
    """Show it until it is left; returns the exit code. Raises the mistake that ended it."""
    from rollout_tui.tui import terminal

    with terminal.own_title():
        code = await app.run_async(mouse=mouse and not terminal.over_ssh())
    if app.failure is not None:
        raise app.failure
    return code or app.return_code or 0
