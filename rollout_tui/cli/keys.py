"""`keys`: every key, from the one table that the screens use, with those that the configuration adds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from rollout_tui.cli.options import config_option, load_settings

_EXAMPLES = """

\b
Examples:
  rollout-tui keys
  rollout-tui keys --json | jq '.[] | select(.id == "pause")'
"""


@click.command(help="List the keys of the screens; `[ui.keys]` in the configuration adds keys to them." + _EXAMPLES)
@click.option("--json", "as_json", is_flag=True, help="JSON on stdout.")
@config_option
def command(config: Path | None, as_json: bool) -> None:
    """List the keys."""
    from rollout_tui.tui.actions import ACTIONS

    added = _added(config)
    rows = [
        {"id": one.id, "keys": [*one.keys, *added.get(one.id, ())], "about": one.about, "group": one.group}
        for one in ACTIONS
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    group = ""
    for row in rows:
        if row["group"] != group:
            group = str(row["group"])
            click.echo(group)
        keys = ", ".join(row["keys"]) or "ctrl+p"
        click.echo(f"  {row['id']:<14} {keys:<28} {row['about']}")


def _added(config: Path | None) -> Mapping[str, Sequence[str]]:
    """Of the configuration, where there is one."""
    from rollout_tui.config.places import config_file

    return load_settings(config).ui.keys if config is not None or config_file().exists() else {}
