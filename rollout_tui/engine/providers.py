"""Opening the configured providers: stores, sources and trackers, each at most once, with the shared client."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel

from rollout_tui.config.providers import UnknownProvider, find
from rollout_tui.config.secrets import resolve
from rollout_tui.config.settings import ProviderSettings, Settings
from rollout_tui.engine.http import make_client
from rollout_tui.ports import Clock, Misconfigured, Provider, ProviderContext, Source, Store, Tracker

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")
Opener = Callable[[BaseModel, ProviderContext], T]


class Providers:
    """The opened providers of one process. `close` ends them and the client."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
        lookup: Callable[[str], Provider] = find,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._transport = transport
        self._lookup = lookup
        self._client: httpx.AsyncClient | None = None
        self._stores: dict[str, Store] = {}
        self._sources: dict[str, Source] = {}
        self._trackers: dict[str, Tracker] = {}

    def store(self, name: str) -> Store:
        """The store of that section. Raises ProviderError."""
        if name not in self._stores:
            self._stores[name] = self._open(self._settings.stores, name, lambda p: p.open_store, "store")
        return self._stores[name]

    def source(self, name: str) -> Source:
        """The source of that section. Raises ProviderError."""
        if name not in self._sources:
            self._sources[name] = self._open(self._settings.sources, name, lambda p: p.open_source, "source")
        return self._sources[name]

    def tracker(self, name: str) -> Tracker:
        """The tracker of that section. Raises ProviderError."""
        if name not in self._trackers:
            self._trackers[name] = self._open(self._settings.trackers, name, lambda p: p.open_tracker, "tracker")
        return self._trackers[name]

    async def close(self) -> None:
        """Close every provider, then the client."""
        opened: list[Store | Source | Tracker] = [
            *self._stores.values(),
            *self._sources.values(),
            *self._trackers.values(),
        ]
        for provider in opened:
            await provider.close()
        if self._client is not None:
            await self._client.aclose()

    def _open(
        self,
        sections: Mapping[str, ProviderSettings],
        name: str,
        opener_of: Callable[[Provider], Opener[T] | None],
        role: str,
    ) -> T:
        section = sections[name]
        try:
            opener = opener_of(self._lookup(section.provider))
        except UnknownProvider as error:
            raise Misconfigured(str(error)) from error
        if opener is None:
            raise Misconfigured(f'provider "{section.provider}" cannot be a {role}')
        if self._client is None:
            self._client = make_client(self._transport)
        return opener(section.options, ProviderContext(name, self._client, self._clock, resolve))
