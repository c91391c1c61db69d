"""`status`: the facts of the main screen as plain lines or JSON."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import click

from rollout_tui.cli.options import configs_option, load_all

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rollout_tui.config.settings import Settings

EXAMPLES = """\b
Examples:
  rollout-tui status                 one look, plain lines
  rollout-tui status --json | jq .platforms.android.state
  rollout-tui status --watch         a line a change, also for screen readers
"""


@click.command(help="Print the state of every rollout: one look at stores and sources.\n\n" + EXAMPLES)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.option("--watch", is_flag=True, help="Go on, and print a line for each change.")
@configs_option
def command(configs: tuple[Path, ...], as_json: bool, watch: bool) -> None:
    """Print the state of every rollout."""
    if as_json and watch:
        raise click.UsageError("--json gives one look; it cannot be combined with --watch")
    settings = load_all(configs)
    if watch:
        try:
            asyncio.run(_watch_all(settings))
        except KeyboardInterrupt:
            raise SystemExit(130) from None
        return
    click.echo(asyncio.run(_look(settings, as_json)))


async def _look(settings: Sequence[Settings], as_json: bool) -> str:
    """Every app; as JSON one app is the object itself, several are `apps`."""
    if not as_json:
        return "\n\n".join(await asyncio.gather(*(_told(one) for one in settings)))
    facts = await asyncio.gather(*(_facts(one) for one in settings))
    return json.dumps(facts[0] if len(facts) == 1 else {"apps": facts}, ensure_ascii=False, indent=2)


async def _told(settings: Settings) -> str:
    from zoneinfo import ZoneInfo

    from rollout_tui.cli.lines import snapshot_lines
    from rollout_tui.cli.session import engine_for

    async with engine_for(settings) as engine:
        return "\n".join(snapshot_lines(await engine.poll_once(), ZoneInfo(settings.ui.timezone)))


async def _facts(settings: Settings) -> dict[str, Any]:
    from rollout_tui.cli.facts import snapshot_facts
    from rollout_tui.cli.session import engine_for

    async with engine_for(settings) as engine:
        return snapshot_facts(await engine.poll_once(), engine.propose)


async def _watch_all(settings: Sequence[Settings]) -> None:
    await asyncio.gather(*(_watch(one, of=f"{one.plan.app}: " if len(settings) > 1 else "") for one in settings))


async def _watch(settings: Settings, of: str) -> None:
    from zoneinfo import ZoneInfo

    from rollout_tui.cli.following import Following
    from rollout_tui.cli.session import engine_for

    async with engine_for(settings) as engine:
        following = Following(click.echo, ZoneInfo(settings.ui.timezone), of)
        following.tell(await engine.poll_once())
        engine.listen(following.tell)
        await engine.start()
        await asyncio.Event().wait()
