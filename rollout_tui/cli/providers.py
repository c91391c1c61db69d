"""`providers`: what is installed, what each can be, and every key that its section may hold. Asks nobody anything."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rollout_tui.config.installed import Installed, Option

_ABOUT = """List every provider that is installed, the bundled ones and those of other packages: what each can be, and
the package that it comes from. With NAME: what it shares with other tools, and every key of its section with type,
default and meaning. A provider that is broken says why; the others are listed all the same.

\b
Examples:
  rollout-tui providers
  rollout-tui providers prometheus
  rollout-tui providers --json | jq '.[].name'
"""


@click.command("providers", short_help="List the installed providers and their options.", help=_ABOUT)
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON list on stdout.")
@click.option("--markdown", is_flag=True, help="A page with every option, as in docs/providers-reference.md.")
def command(name: str | None, as_json: bool, markdown: bool) -> None:
    """List them."""
    from rollout_tui.cli.providers_page import page
    from rollout_tui.config.installed import installed

    found = installed()
    chosen = [one for one in found if name in (None, one.name)]
    if not chosen:
        known = ", ".join(dict.fromkeys(one.name for one in found)) or "none"
        raise click.UsageError(f'no provider "{name}" is installed; installed: {known}')
    if as_json:
        click.echo(json.dumps([_facts(one) for one in chosen], indent=2, ensure_ascii=False))
    elif markdown:
        click.echo(page(chosen), nl=False)
    else:
        click.echo("\n".join(map(_printable, _table(chosen) if name is None else _told(chosen))))


def _printable(line: str) -> str:
    """A third party's words cannot steer the terminal."""
    return "".join(character if character.isprintable() else "·" for character in line)


def _table(found: Sequence[Installed]) -> list[str]:
    """A line each: name, roles, package, what it is for."""
    rows = [(one.name, ", ".join(one.roles) or "broken", _package(one), _about(one)) for one in found]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return ["  ".join((*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3])) for row in rows]


def _told(found: Sequence[Installed]) -> list[str]:
    """Everything about one name."""
    lines = []
    for one in found:
        lines += [f"{one.name}: {_about(one)}", f"  from     {_package(one)} ({one.place})"]
        if one.provider is None:
            continue
        lines.append(f"  can be   {', '.join(one.roles)}")
        if one.provider.shared:
            lines.append(f"  shared   {one.provider.shared}")
        lines.append("  options  * needed; those of every section: rollout-tui providers --markdown")
        lines += [f"    {line}" for line in _options(one)]
    return lines


def _options(one: Installed) -> list[str]:
    width = max((len(option.key) for option in one.options), default=0)
    return [
        f"{'*' if option.default is None else ' '} {option.key:{width}}  {option.meaning} ({_type(option)})"
        for option in one.options
    ]


def _type(option: Option) -> str:
    return option.kind if option.default in (None, "none") else f"{option.kind}, default {option.default}"


def _about(one: Installed) -> str:
    return one.error if one.provider is None else one.provider.about


def _package(one: Installed) -> str:
    return f"{one.distribution} {one.version}".strip() or "no package"


def _facts(one: Installed) -> dict[str, object]:
    """One provider as JSON."""
    from rollout_tui.config.installed import TABLES, common

    provider = one.provider
    facts: dict[str, object] = {
        "name": one.name,
        "package": one.distribution,
        "version": one.version,
        "entry_point": one.place,
        "roles": list(one.roles),
        "error": one.error or None,
    }
    if provider is None:
        return facts
    keys = {role: [asdict(option) for option in common(role)] for role in one.roles if role in TABLES}
    own = [asdict(option) for option in one.options]
    said = {"label": provider.label or provider.name, "about": provider.about, "shared": provider.shared}
    return {**facts, **said, "options": own, "common_options": keys}
