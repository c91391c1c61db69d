"""`acknowledge`: a person saw what stands on a platform; the guard tells nobody of it again until it gets worse.

Exit codes: 0 acknowledged, 1 nothing to acknowledge or it could not be kept, 4 usage.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from rollout_tui.cli.completing import platforms
from rollout_tui.cli.options import config_option, load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from rollout_tui.config.settings import Settings

_ABOUT = """Say that you saw what stands on a platform, as the key a does on screen. Alerts of it are not repeated;
what comes later, or gets worse, is told. An automatic pause goes on: `rollout-tui guard --stop` ends that.

\b
Examples:
  rollout-tui acknowledge android
"""


@click.command("acknowledge", help=_ABOUT)
@click.argument("platform", shell_complete=platforms)
@config_option
def command(config: Path | None, platform: str) -> None:
    """Acknowledge."""
    sys.exit(asyncio.run(_acknowledge(load_settings(config), platform)))


async def _acknowledge(settings: Settings, platform: str) -> int:
    from rollout_tui.cli.act import rollout_named
    from rollout_tui.cli.session import engine_for

    plan = rollout_named(settings, platform)
    async with engine_for(settings) as engine:
        await engine.poll_once()
        said = await engine.alarms.acknowledge(plan.platform)
    click.echo(said.text, err=not said.done)
    return 0 if said.done else 1
