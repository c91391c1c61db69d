"""What the verbs share: `--config` and the settings that it names, `--out`, and asking before something is done."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from rollout_tui.cli.codes import USAGE_ERROR
from rollout_tui.cli.loading import load_all, load_settings, read_config

__all__ = [
    "USAGE_ERROR",
    "config_option",
    "configs_option",
    "confirmed",
    "load_all",
    "load_settings",
    "out_option",
    "read_config",
    "write",
]

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

out_option = click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write there, not stdout."
)


def write(text: str, out: Path | None) -> None:
    """To where `--out` says."""
    if out is None:
        click.echo(text)
        return
    try:
        out.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"--out {out}: {(error.strerror or str(error)).lower()}") from error


def confirmed(question: str, wanted: str | None = None) -> bool:
    """Ask on the terminal, where there is one; `wanted` is typed in place of a yes."""
    if not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to ask on; pass --yes to confirm")
    if wanted is None:
        return click.confirm(question, default=False)
    return str(click.prompt(f'Type "{wanted}" to go on', default="", show_default=False)) == wanted
