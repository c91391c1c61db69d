"""The last good reading of a configuration, kept so that the next start need not check it again.

Checking costs as much as painting the first frame. A cached reading counts only for the very same file (path, inode,
size, time of change) and program (what reads the file, and what its values are made of); anything else is read anew.
It holds references, never secrets, lies in the user's cache folder with mode 0600, and one that is not wholly the
user's own is not opened.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import stat
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_tui import __version__
from rollout_tui.config.settings import ProviderSettings, Settings
from rollout_tui.domain import plan

if TYPE_CHECKING:
    from pydantic import BaseModel

_FORMAT = 1
_PROGRAM = (Path(__file__).parent, Path(plan.__file__).parent)
"""Folders of the code that reads a file, and of the values that are kept of it."""


def recall(path: Path) -> Settings | None:
    """The settings that this very file gave last time; None when they must be read."""
    try:
        place, key = _place(path), _key(path)
        file = os.open(place, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return None
    with open(file, "rb") as stream:  # noqa: PTH123  opened above, without following links
        about = os.fstat(file)
        if about.st_uid != os.getuid() or stat.S_IMODE(about.st_mode) & 0o077:
            return None
        try:
            known, settings = pickle.load(stream)  # noqa: S301  our own file, checked above
        except Exception:  # noqa: BLE001  a damaged or older cache is no cache
            return None
    return settings if known == key and isinstance(settings, Settings) else None


def remember(path: Path, settings: Settings) -> None:
    """Keep the settings for the next start; a folder that cannot be written is no mistake."""
    with contextlib.suppress(OSError, pickle.PicklingError):
        place = _place(path)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = place.with_suffix(f".{os.getpid()}")
        file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(file, "wb") as stream:  # noqa: PTH123  opened above, private from the start
            pickle.dump((_key(path), _plain(settings)), stream)
        fresh.replace(place)


def _plain(settings: Settings) -> Settings:
    """The settings with the providers' options as plain values: their models are imported when they are opened."""

    def plain(sections: Mapping[str, ProviderSettings]) -> dict[str, ProviderSettings]:
        return {name: replace(section, options=_values(section.options)) for name, section in sections.items()}

    return replace(
        settings,
        stores=plain(settings.stores),
        sources=plain(settings.sources),
        trackers=plain(settings.trackers),
    )


def _values(options: BaseModel | Mapping[str, object]) -> Mapping[str, object]:
    return options if isinstance(options, Mapping) else options.model_dump(exclude_unset=True)


def _place(path: Path) -> Path:
    from platformdirs import user_cache_path

    name = hashlib.sha256(str(path.absolute()).encode()).hexdigest()[:24]
    return user_cache_path("rollout-tui") / f"{name}.settings"


def _key(path: Path) -> tuple[object, ...]:
    """What must be the same for a reading to count."""
    about = path.stat()
    program = tuple(_written(folder) for folder in _PROGRAM)
    environment = (os.environ.get("XDG_DATA_HOME"), os.environ.get("HOME"))
    return (_FORMAT, __version__, program, about.st_ino, about.st_size, about.st_mtime_ns, environment)


def _written(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Name, size and time of change of the modules in a folder: a value of another shape cannot be kept."""
    with os.scandir(folder) as entries:
        files = [(entry.name, entry.stat()) for entry in entries if entry.name.endswith(".py")]
    return tuple(sorted((name, about.st_size, about.st_mtime_ns) for name, about in files))
