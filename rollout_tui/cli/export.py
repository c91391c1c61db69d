"""`export`: the history of a rollout in one file, to be looked at elsewhere with `watch --replay`."""

from __future__ import annotations

import time
from pathlib import Path

import click

from rollout_tui.cli.options import config_option, load_settings

_EXAMPLES = """

\b
Examples:
  rollout-tui export                 acme-connect-4.2.0.rollout beside you
  rollout-tui export --out incident.rollout
  rollout-tui watch --replay incident.rollout --at "10:31"    on another host
"""


@click.command(
    help="Write everything that was recorded into one file for another host. It holds the configuration, which has "
    "references to secrets but no secret, and who did what." + _EXAMPLES
)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Where to; never over a file."
)
@config_option
def command(config: Path | None, out: Path | None) -> None:
    """Export."""
    from rollout_tui.engine.actor import this_actor
    from rollout_tui.history import HistoryError
    from rollout_tui.history.recording import write_recording

    settings = load_settings(config)
    plan = settings.plan
    target = out or Path(f"{plan.app}-{plan.version}.rollout".replace("/", "_"))
    facts = {
        "host": this_actor().host,
        "at": str(time.time()),
        "config": settings.path.read_text(encoding="utf-8-sig"),
    }
    try:
        write_recording(settings.history.path, target, facts)
    except HistoryError as error:
        raise click.ClickException(str(error)) from error
    size = target.stat().st_size / 1024 / 1024
    click.echo(f"{target} written, {size:.1f} MiB. Look at it with: rollout-tui watch --replay {target}")
