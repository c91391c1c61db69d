"""Finding installed providers: entry points of one group, the bundled ones and third parties' alike."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from rollout_tui.domain.words import plain_text
from rollout_tui.ports import ENTRY_POINTS, Provider

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


class UnknownProvider(LookupError):
    """No installed provider of that name, or one that cannot be imported; in words."""


def names() -> list[str]:
    """Names of all installed providers."""
    return sorted(_entries())


def claims(name: str) -> list[EntryPoint]:
    """The entry points of that name, one a place: more than one where two packages claim it."""
    return list({entry.value: entry for entry in _entries().get(name, [])}.values())


@cache
def find(name: str) -> Provider:
    """The provider of that name, imported now. Raises UnknownProvider."""
    candidates = claims(name)
    if not candidates:
        raise UnknownProvider(f'no provider "{name}" is installed; installed: {", ".join(names()) or "none"}')
    if len(candidates) > 1:
        places = sorted(entry.value for entry in candidates)
        raise UnknownProvider(f'provider "{name}" is installed twice: {", ".join(places)}; uninstall one of them')
    return _load(candidates[0])


def _load(entry: EntryPoint) -> Provider:
    told = f'provider "{entry.name}" ({entry.value})'
    try:
        provider = entry.load()
    except (Exception, SystemExit) as error:
        reason = plain_text(f"{type(error).__name__}: {error}", 160)
        raise UnknownProvider(f"{told} cannot be imported: {reason}") from error
    if not isinstance(provider, Provider):
        raise UnknownProvider(f"{told} is no rollout_tui.ports.Provider")
    return provider


@cache
def _entries() -> dict[str, list[EntryPoint]]:
    from importlib.metadata import entry_points

    found: dict[str, list[EntryPoint]] = {}
    for entry in entry_points(group=ENTRY_POINTS):
        found.setdefault(entry.name, []).append(entry)
    return found
