"""`config`: write, find, check and show the configuration."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rollout_tui.cli.options import USAGE_ERROR, config_option, configs_option, load_all, read_config

if TYPE_CHECKING:
    from rollout_tui.config.reading import Loaded

EXAMPLES = """\b
Examples:
  rollout-tui config init         write a commented configuration to fill in
  rollout-tui config validate     every mistake at once, with line and key
  rollout-tui config show         every value, and where it comes from
  rollout-tui config schema > rollout-tui.schema.json
"""


@click.group(no_args_is_help=False, help="Write, find, check and show the configuration.\n\n" + EXAMPLES)
def group() -> None:
    """The configuration."""


@group.command(
    short_help="Write the example configuration.",
    help="Write the example configuration, the whole rollout plan with comments, to the default place or FILE. "
    "Never overwrites.\n\n\b\nExamples:\n  rollout-tui config init\n  rollout-tui config init --config ./rollout.toml",
)
@config_option
def init(config: Path | None) -> None:
    """Write the example."""
    from rollout_tui.config.places import config_file, example_file

    path = config or config_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise click.UsageError(f"{path} exists already; nothing was written") from None
    except OSError as error:
        raise click.UsageError(f"{path} cannot be written: {error.strerror}") from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(example_file().read_text(encoding="utf-8"))
    click.echo(path)
    click.echo(
        "Next: change what is marked CHANGE (app, version, builds, package, addresses, where the secrets lie),\n"
        f"then run: rollout-tui config validate{_option(config)}",
        err=True,
    )


@group.command(
    short_help="Print where the configuration is read from.",
    help="Print where the configuration is read from, one line an app.\n\n\b\nExamples:\n"
    '  rollout-tui config path\n  $EDITOR "$(rollout-tui config path)"',
)
@configs_option
def path(configs: tuple[Path, ...]) -> None:
    """Print the paths."""
    from rollout_tui.config.places import config_files

    for found in configs or config_files():
        click.echo(found)
        if not found.exists():
            option = f" --config {found}" if configs else ""
            click.echo(f"It does not exist yet; rollout-tui config init{option} writes it.", err=True)


@group.command(
    short_help="Check it: every mistake at once.",
    help="Check the configuration, or all that there are: one line when it is in order, else every mistake and exit "
    "code 4. Secrets that cannot be read from here are warnings, gates that cannot pass by evidence are notes."
    "\n\n\b\nExamples:\n  rollout-tui config validate\n"
    "  rollout-tui config validate --config ./rollout.toml",
)
@configs_option
def validate(configs: tuple[Path, ...]) -> None:
    """Check the files."""
    for settings in load_all(configs):
        _tell(_load(settings.path))


def _tell(loaded: Loaded) -> None:
    """That it is in order, and what to know about it all the same."""
    from rollout_tui.config.show import warnings
    from rollout_tui.domain.evidence.feasible import notes

    _check_keys(loaded)
    for warning in warnings(loaded):
        click.echo(f"warning: {warning}", err=True)
    plan = loaded.settings.plan
    for rollout in plan.rollouts:
        for note in notes(rollout):
            click.echo(f"note: {rollout.label}, {note.phase.label}: {note.gate.text}: {note.words}", err=True)
    ladders = ", ".join(
        f"{rollout.label} build {rollout.build} in {_many(len(rollout.phases), 'phase')}" for rollout in plan.rollouts
    )
    click.echo(f"{loaded.settings.path}: in order. {plan.app} {plan.version}: {ladders}.")


def _check_keys(loaded: Loaded) -> None:
    """The key map is the screens' own: what is wrong with it they know."""
    from rollout_tui.tui.keymap import problems

    wrong = list(problems(loaded.settings.ui.keys))
    for problem in wrong:
        click.echo(f"{loaded.settings.path}: {problem}", err=True)
    if wrong:
        sys.exit(USAGE_ERROR)


@group.command(
    short_help="Show every effective value and its origin.",
    help="Show every effective value, and whether the file says it (with its line) or it is a default. Secrets are "
    "shown as references.\n\n\b\nExamples:\n  rollout-tui config show\n  rollout-tui config show --json | jq .values",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@config_option
def show(config: Path | None, as_json: bool) -> None:
    """Show what the file comes to."""
    loaded = _load(config)
    from rollout_tui.config.show import entries

    found = entries(loaded)
    if as_json:
        values = {
            entry.key: {"value": entry.value, "from": "file" if entry.line else "default", "line": entry.line}
            for entry in found
        }
        _print_json({"file": str(loaded.settings.path), "values": values})
        return
    click.echo(f"# {loaded.settings.path}")
    for entry in found:
        click.echo(f"{entry.key} = {_toml(entry.value)}  # {f'line {entry.line}' if entry.line else 'default'}")


@group.command(
    short_help="Print the JSON Schema, for editors.",
    help="Print the JSON Schema of the configuration, installed providers included, for editors.\n\n\b\nExamples:\n"
    "  rollout-tui config schema > rollout-tui.schema.json\n"
    "  # first line of config.toml:  #:schema ./rollout-tui.schema.json",
)
def schema() -> None:
    """Print the JSON Schema."""
    from rollout_tui.config.schema import json_schema

    _print_json(json_schema())


def _load(config: Path | None) -> Loaded:
    """The file, or every mistake on stderr and exit code 4."""
    from rollout_tui.config.reading import load_whole

    return read_config(config, load_whole)


def _toml(value: Any) -> str:
    """A value as TOML writes it; text from the file cannot steer the terminal."""
    from rollout_tui.domain.words import plain_text

    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml(item) for item in value)}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_toml(item)}' for key, item in value.items())} }}"
    return plain_text(json.dumps(value, ensure_ascii=False, default=str))


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def _option(config: Path | None) -> str:
    return "" if config is None else f" --config {config}"


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
