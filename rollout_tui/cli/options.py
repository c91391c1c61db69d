"""What the verbs share: `--config`, and the settings that it names."""

from __future__ import annotations

from pathlib import Path

import click

from rollout_tui.cli.codes import USAGE_ERROR
from rollout_tui.cli.loading import load_settings, read_config

__all__ = ["USAGE_ERROR", "config_option", "load_settings", "read_config"]

config_option = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The configuration; default: $ROLLOUT_TUI_CONFIG, else the user's config.toml.",
)
