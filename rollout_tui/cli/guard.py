"""`guard`: the engine without a screen. Alerts, the automatic pause, `/healthz` and `/metrics`.

Exit codes: 0 ended by SIGTERM or SIGINT, 1 a guard of this history runs already (or what was asked was not done),
4 usage, 128+n ended by another signal.
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

_ABOUT = """Watch without a screen, until SIGTERM: poll, remember, alert, and pause by itself where the configuration
says so ([actions.automatic_pause]). One line a change on stdout. One guard a history: only it sends alerts.

\b
Examples:
  rollout-tui guard
  rollout-tui guard --listen 127.0.0.1:9464    /healthz and /metrics
  rollout-tui guard --test-alert team          one test message
  rollout-tui guard --stop android             no automatic pause now
"""


def _address(_context: click.Context, _parameter: click.Parameter, written: str | None) -> tuple[str, int] | None:
    if written is None:
        return None
    host, _, port = written.rpartition(":")
    if not port.isdigit() or int(port) > 65535 or not host:
        raise click.BadParameter(f'"{written}": expected HOST:PORT such as 127.0.0.1:9464')
    return host.strip("[]"), int(port)


@click.command("guard", help=_ABOUT)
@click.option("--listen", metavar="HOST:PORT", callback=_address, help="Serve /healthz and /metrics there.")
@click.option("--test-alert", metavar="CHANNEL", help="Send one test message to that channel, and end.")
@click.option(
    "--stop",
    metavar="PLATFORM",
    shell_complete=platforms,
    help="Stop the automatic pause that is counted down, and end.",
)
@config_option
def command(config: Path | None, listen: tuple[str, int] | None, test_alert: str | None, stop: str | None) -> None:
    """Guard."""
    if sum(one is not None for one in (listen, test_alert, stop)) > 1:
        raise click.UsageError("--listen, --test-alert and --stop are three different things to do")
    settings = load_settings(config)
    if test_alert is not None:
        sys.exit(asyncio.run(_test(settings, test_alert)))
    if stop is not None:
        sys.exit(asyncio.run(_stop(settings, stop)))
    from rollout_tui.cli.guarding import run_guard

    sys.exit(run_guard(settings, listen))


async def _test(settings: Settings, name: str) -> int:
    from rollout_tui.engine.channels import Channel, Message, by_apprise

    section = settings.alerts.channels.get(name)
    if section is None:
        known = ", ".join(settings.alerts.channels) or "none"
        raise click.UsageError(f'no channel "{name}" in {settings.path}; it has {known}')
    channel = Channel(name, section, by_apprise, lambda _text, _works: None)
    levels = ", ".join(section.levels)
    text = f"A test of rollout-tui. This channel gets {levels}"
    text += f"{', failed gates' if section.gates else ''}{', the daily status' if section.digest else ''}."
    delivery = await channel.try_once(Message(f"Test {settings.plan.app} {settings.plan.version}", text))
    if not delivery.done:
        click.echo(f"Channel {name}: not sent: {delivery.why}", err=True)
        return 1
    click.echo(f"Channel {name}: sent.")
    return 0


async def _stop(settings: Settings, platform: str) -> int:
    from rollout_tui.cli.act import rollout_named
    from rollout_tui.cli.session import engine_for

    plan = rollout_named(settings, platform)
    async with engine_for(settings) as engine:
        said = await engine.alarms.stop(plan.platform)
    click.echo(said.text, err=not said.done)
    return 0 if said.done else 1
