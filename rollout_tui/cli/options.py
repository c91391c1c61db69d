"""What the verbs share: `--config`, and the settings that it names."""

from __future__ import annotations

from pathlib import Path

import click

from rollout_tui.cli.codes import USAGE_ERROR
from rollout_tui.cli.loading import load_all, load_settings, read_config

__all__ = ["USAGE_ERROR", "config_option", "configs_option", "load_all", "load_settings", "read_config"]

config_option = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The configuration; default: $ROLLOUT_TUI_CONFIG, else the user's config.toml.",
)

configs_option = click.option(
    "--config",
    "configs",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="A configuration, may be repeated; default: $ROLLOUT_TUI_CONFIG, else the user's config.toml and apps/*.toml.",
)
