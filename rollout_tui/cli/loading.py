"""Settings for a verb, and turning their mistakes into exit code 4."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from rollout_tui.cli.codes import USAGE_ERROR

if TYPE_CHECKING:
    from rollout_tui.config.settings import Settings

T = TypeVar("T")


def load_settings(config: Path | None) -> Settings:
    """The settings, or every mistake on stderr and exit code 4. A file that was read before is not checked again."""
    from rollout_tui.config import cache
    from rollout_tui.config.places import config_file

    known = cache.recall(config or config_file())
    return read_config(config, _read) if known is None else known


def _read(path: Path) -> Settings:
    from rollout_tui.config import cache, load

    settings = load(path)
    if settings.rehearsal is None:
        # A rehearsal's configuration is gone with the rehearsal.
        cache.remember(path, settings)
    return settings


def read_config(config: Path | None, read: Callable[[Path], T]) -> T:
    """What `read` makes of the configuration, or every mistake on stderr and exit code 4."""
    from rollout_tui.config import ConfigErrors
    from rollout_tui.config.places import config_file

    path = config or config_file()
    if config is None and not path.exists():
        print(
            f"There is no configuration yet ({path}).\n"
            "  rollout-tui rehearse      try the program on a rehearsed rollout: no credentials, no network\n"
            "  rollout-tui config init   write a commented configuration to fill in",
            file=sys.stderr,
        )
        sys.exit(USAGE_ERROR)
    try:
        return read(path)
    except ConfigErrors as errors:
        for line in errors.lines():
            print(line, file=sys.stderr)
        sys.exit(USAGE_ERROR)
