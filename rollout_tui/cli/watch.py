"""`watch`: the terminal UI."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from rollout_tui.cli.options import configs_option

_EXAMPLES = """

\b
Examples:
  rollout-tui                      watch what the configuration rolls out
  rollout-tui watch --read-only    look, but never touch
  rollout-tui watch --at "10:31"   the screen as it stood then; t travels on
  rollout-tui watch --replay FILE  a recording of another host
  rollout-tui watch --config a.toml --config b.toml   a fleet
  rollout-tui rehearse             try it without any configuration
"""


@click.command(help="Watch the rollouts on this terminal; p pauses the focused one, after y." + _EXAMPLES)
@click.option("--read-only", is_flag=True, help="No key changes a store.")
@click.option("--low-bandwidth", is_flag=True, help="For slow lines: the clock ticks every 10 s.")
@click.option("--no-mouse", is_flag=True, help="Leave the mouse to the terminal, as over SSH.")
@click.option("--at", metavar="TIME", help="Begin with a past moment: 10:31, 7 Mar 17:55, 3 h ago.")
@click.option(
    "--replay",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Look at a recording of another host, as `export` writes it; needs no configuration.",
)
@configs_option
def command(
    configs: tuple[Path, ...], read_only: bool, low_bandwidth: bool, no_mouse: bool, at: str | None, replay: Path | None
) -> None:
    """Watch the rollouts on this terminal."""
    if replay is not None:
        from rollout_tui.cli.replaying import run_replay

        sys.exit(run_replay(replay, at, low_bandwidth=low_bandwidth, mouse=not no_mouse))
    from rollout_tui.cli.watching import run_watch

    sys.exit(run_watch(configs, read_only=read_only, low_bandwidth=low_bandwidth, mouse=not no_mouse, at=at))
