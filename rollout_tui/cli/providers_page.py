"""The page of all providers and their options, as Markdown: docs/providers-reference.md is what this writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rollout_tui.config.installed import TABLES, Installed, Option, common

_HEAD = """# Providers and their options

Written by `make reference` from the code; do not edit it. `rollout-tui providers` tells the same of what is installed,
third parties' providers included. A **secret reference** is `env:NAME`, `file:PATH` or `keyring:SERVICE/USER`, never
the secret itself. Keys without a default are needed.

## Every section

A section `[stores.NAME]`, `[sources.NAME]` or `[trackers.NAME]` names its `provider` and may hold:
"""


def page(found: Sequence[Installed]) -> str:
    """The whole page; what is broken is left out."""
    lines = [_HEAD, *_rows(common("store"))]
    for one in found:
        provider = one.provider
        if provider is None:
            continue
        lines += ["", f"## {one.name}", "", f"{provider.about}.", ""]
        tables = [f"`[{TABLES[role]}.NAME]`" for role in one.roles if role in TABLES]
        lines += [f"Can be: {', '.join(one.roles)}; its section is {' or '.join(tables)}."]
        if provider.shared:
            lines += ["", f"Shared with other tools: {provider.shared}."]
        lines += ["", *_rows(one.options)]
    return "\n".join(lines) + "\n"


def _rows(found: Sequence[Option]) -> Iterator[str]:
    yield "| key | type | default | |"
    yield "|---|---|---|---|"
    for option in found:
        default = "" if option.default is None else "none" if option.default == "none" else f"`{option.default}`"
        cells = (f"`{option.key}`", option.kind, default, option.meaning)
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
