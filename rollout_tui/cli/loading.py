"""Settings for a verb, and turning their mistakes into exit code 4."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

from rollout_tui.cli.codes import USAGE_ERROR

if TYPE_CHECKING:
    from rollout_tui.config.settings import Settings

T = TypeVar("T")


def load_settings(config: Path | None) -> Settings:
    """The settings of one app, or every mistake on stderr and exit code 4."""
    return _settings(_only(config))


def load_all(configs: Sequence[Path]) -> list[Settings]:
    """The settings of every app: of those files, else of all that there are. Mistakes of all of them, then exit code 4.

    Two of them must not keep one history: each would take the other's for its own.
    """
    from rollout_tui.config.places import config_files

    paths = list(configs) or config_files()
    if len(paths) == 1:
        return [_settings(_there(paths[0], given=bool(configs)))]
    from rollout_tui.config import ConfigErrors

    found, lines, places = [], list[str](), dict[Path, Path]()
    for path in paths:
        try:
            settings = _known(path)
        except ConfigErrors as errors:
            lines += errors.lines()
            continue
        history = settings.history.path.resolve()
        if history in places:
            lines.append(
                f"{path}: {settings.plan.app} keeps its history in {history}, as {places[history]} does; give one of "
                "them another [history] path, or name one file"
            )
        places.setdefault(history, path)
        found.append(settings)
    if lines:
        _refuse(*lines)
    return found


def read_config(config: Path | None, read: Callable[[Path], T]) -> T:
    """What `read` makes of the one configuration, or every mistake on stderr and exit code 4."""
    return _read(_only(config), read)


def _only(config: Path | None) -> Path:
    """That file, else the only one that there is."""
    if config is not None:
        return config
    from rollout_tui.config.places import config_files

    paths = config_files()
    if len(paths) > 1:
        _refuse(
            f"There are {len(paths)} configurations; this is done with one at a time. Name it:",
            *(f"  --config {path}" for path in paths),
        )
    return _there(paths[0], given=False)


def _there(path: Path, *, given: bool) -> Path:
    if not given and not path.exists():
        _refuse(
            f"There is no configuration yet ({path}).",
            "  rollout-tui rehearse      try the program on a rehearsed rollout: no credentials, no network",
            "  rollout-tui config init   write a commented configuration to fill in",
        )
    return path


def _settings(path: Path) -> Settings:
    return _read(path, _known)


def _read(path: Path, read: Callable[[Path], T]) -> T:
    from rollout_tui.config import ConfigErrors

    try:
        return read(path)
    except ConfigErrors as errors:
        _refuse(*errors.lines())


def _known(path: Path) -> Settings:
    """A file that was read before is not checked again. Raises ConfigErrors."""
    from rollout_tui.config import cache

    return cache.recall(path) or _checked(path)


def _checked(path: Path) -> Settings:
    from rollout_tui.config import cache, load

    settings = load(path)
    if settings.rehearsal is None:
        # A rehearsal's configuration is gone with the rehearsal.
        cache.remember(path, settings)
    return settings


def _refuse(*lines: str) -> NoReturn:
    for line in lines:
        print(line, file=sys.stderr)
    sys.exit(USAGE_ERROR)
