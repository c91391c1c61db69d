"""What a shell completes beside verbs and options: the platforms of a configuration, the scenarios of a rehearsal.

A press of the tab key reads one small file at most, asks nobody, and says nothing but names.
"""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import click

_LARGEST = 1_000_000
"""Bytes; nobody waits at a prompt for a larger file."""


def platforms(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Those that the configuration rolls out; all that there are where it cannot be read."""
    return [name for name in _configured(context) or ("android", "ios") if name.startswith(incomplete)]


def scenarios(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The stories that can be rehearsed."""
    from rollout_tui.rehearsal.scenarios import SCENARIOS

    return [name for name in SCENARIOS if name.startswith(incomplete)]


def _configured(context: click.Context) -> list[str]:
    from rollout_tui.config.places import config_files

    try:
        given = context.params.get("config") or context.params.get("configs")
        files = config_files() if not given else [given] if isinstance(given, Path) else given
        return list(dict.fromkeys(name for file in files for name in _platforms(file)))
    except Exception:  # noqa: BLE001  nothing may be written at a prompt, and what is wrong the verb itself says
        return []


def _platforms(path: Path) -> list[str]:
    """As they are written; whether the rest of the file is right is not looked at."""
    import tomli

    about = path.stat()
    if not stat.S_ISREG(about.st_mode) or about.st_size > _LARGEST:
        return []  # a pipe would never end
    written: Any = tomli.loads(path.read_text(encoding="utf-8"))
    return [name for name in written.get("platforms", {}) if name in ("android", "ios")]
