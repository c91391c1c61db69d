"""Finding installed providers: entry points of one group, the bundled ones and third parties' alike."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points

from rollout_tui.ports import ENTRY_POINTS, Provider


class UnknownProvider(LookupError):
    """No installed provider of that name, or one that cannot be imported; in words."""


def names() -> list[str]:
    """Names of all installed providers."""
    return sorted(_entries())


@cache
def find(name: str) -> Provider:
    """The provider of that name, imported now. Raises UnknownProvider."""
    entry = _entries().get(name)
    if entry is None:
        raise UnknownProvider(f'no provider "{name}" is installed; installed: {", ".join(names()) or "none"}')
    try:
        provider = entry.load()
    except Exception as error:
        raise UnknownProvider(f'provider "{name}" ({entry.value}) cannot be imported: {error}') from error
    if not isinstance(provider, Provider):
        raise UnknownProvider(f'provider "{name}" ({entry.value}) is no rollout_tui.ports.Provider')
    return provider


@cache
def _entries() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=ENTRY_POINTS)}
