"""`status`: the facts of the main screen as plain lines or JSON."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import click

from rollout_tui.cli.options import config_option, load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from rollout_tui.config.settings import Settings
    from rollout_tui.domain.snapshot import Snapshot

EXAMPLES = """\b
Examples:
  rollout-tui status                 one look, plain lines
  rollout-tui status --json | jq .platforms.android.state
  rollout-tui status --watch         a line for every change, for screen readers and plain terminals
"""


@click.command(help="Print the state of every rollout: one look at stores and sources.\n\n" + EXAMPLES)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.option("--watch", is_flag=True, help="Go on, and print each line that changes.")
@config_option
def command(config: Path | None, as_json: bool, watch: bool) -> None:
    """Print the state of every rollout."""
    if as_json and watch:
        raise click.UsageError("--json gives one look; it cannot be combined with --watch")
    settings = load_settings(config)
    if watch:
        try:
            asyncio.run(_watch(settings))
        except KeyboardInterrupt:
            raise SystemExit(130) from None
        return
    click.echo(asyncio.run(_look(settings, as_json)))


async def _look(settings: Settings, as_json: bool) -> str:
    from rollout_tui.cli.session import engine_for

    async with engine_for(settings) as engine:
        snapshot = await engine.poll_once()
        if as_json:
            from rollout_tui.cli.facts import snapshot_facts

            return json.dumps(snapshot_facts(snapshot, engine.propose), ensure_ascii=False, indent=2)
        return "\n".join(_lines(settings, snapshot))


async def _watch(settings: Settings) -> None:
    """Print everything once, then each line whose facts changed; ages alone are no change."""
    from rollout_tui.cli.session import engine_for

    async with engine_for(settings) as engine:
        shown = _lines(settings, await engine.poll_once())
        click.echo("\n".join(shown))
        known = {_without_ages(line) for line in shown}

        def tell(snapshot: Snapshot) -> None:
            nonlocal known
            lines = _lines(settings, snapshot)[1:]
            for line in lines:
                if _without_ages(line) not in known:
                    click.echo(line)
            known = {_without_ages(line) for line in lines}

        engine.listen(tell)
        await engine.start()
        await asyncio.Event().wait()


def _lines(settings: Settings, snapshot: Snapshot) -> list[str]:
    from zoneinfo import ZoneInfo

    from rollout_tui.cli.lines import snapshot_lines

    return snapshot_lines(snapshot, ZoneInfo(settings.ui.timezone))


def _without_ages(line: str) -> str:
    """The facts of a line: what is told again only when it changes."""
    import re

    return re.sub(r"\b\d+ (s|min|h|d)( \d+ min)? (old|ago|left)\b", "", line)
