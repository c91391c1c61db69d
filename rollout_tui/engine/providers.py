"""Opening the configured providers: stores, sources and trackers, each at most once, with the clients."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from rollout_tui.config.providers import UnknownProvider, find
from rollout_tui.config.secrets import resolve
from rollout_tui.config.settings import ProviderSettings, Settings
from rollout_tui.engine.http import Clients
from rollout_tui.engine.trouble import describe
from rollout_tui.ports import (
    Clock,
    Investigator,
    Misconfigured,
    Provider,
    ProviderContext,
    ProviderError,
    Source,
    Store,
    Tracker,
)

if TYPE_CHECKING:
    from pydantic import BaseModel

    Opener = Callable[[BaseModel, ProviderContext], "T"]

T = TypeVar("T")
Askable = tuple[str, str, Investigator | ProviderError]
"""A section that tells what is wrong with a build: its name, its label, and who tells it, or why nobody can."""


class Providers:
    """The opened providers of one configuration. `close` ends them; the clients belong to whoever made those."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        clients: Clients,
        lookup: Callable[[str], Provider] = find,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._lookup = lookup
        self._clients = clients
        self._stores: dict[str, Store] = {}
        self._sources: dict[str, Source] = {}
        self._trackers: dict[str, Tracker] = {}
        self._investigators: dict[tuple[str, str], Investigator] = {}
        self._opening = threading.RLock()

    def prepare(self) -> None:
        """Open everything, from a thread: imports and keys cost time that the screen must not miss.

        What cannot be opened says so when it is asked for.
        """
        opened = (
            (self.store, self._settings.stores),
            (self.source, self._settings.sources),
            (self.tracker, self._settings.trackers),
        )
        for opener, sections in opened:
            for name in sections:
                with contextlib.suppress(Exception):
                    opener(name)

    def store(self, name: str) -> Store:
        """The store of that section. Raises ProviderError."""
        with self._opening:
            if name not in self._stores:
                self._stores[name] = self._open(self._settings.stores, name, lambda p: p.open_store, "store")
            return self._stores[name]

    def controls(self, name: str) -> str:
        """What the store of that section acts on, the same for every user of the host; empty where it is not told."""
        section = self._settings.stores[name]
        try:
            provider = self._lookup(section.provider)
            return (
                "" if provider.controls is None else f"{provider.name} {provider.controls(_options(provider, section))}"
            )
        except Exception:  # noqa: BLE001  what cannot be opened says so when it is asked for
            return ""

    def source(self, name: str) -> Source:
        """The source of that section. Raises ProviderError."""
        with self._opening:
            if name not in self._sources:
                self._sources[name] = self._open(self._settings.sources, name, lambda p: p.open_source, "source")
            return self._sources[name]

    def tracker(self, name: str) -> Tracker:
        """The tracker of that section. Raises ProviderError."""
        with self._opening:
            if name not in self._trackers:
                self._trackers[name] = self._open(self._settings.trackers, name, lambda p: p.open_tracker, "tracker")
            return self._trackers[name]

    def investigators(self, table: str, names: Sequence[str]) -> Sequence[Askable]:
        """Of those sections ("stores", "sources") that tell what is wrong with a build: name, label, and who tells it.

        One that cannot be opened is its error.
        """
        found: list[Askable] = []
        sections = {"stores": self._settings.stores, "sources": self._settings.sources}[table]
        for name in names:
            with contextlib.suppress(UnknownProvider):
                if self._lookup(sections[name].provider).open_investigator is not None:
                    found.append((name, sections[name].label or name, self._investigator(table, sections, name)))
        return found

    def _investigator(
        self, table: str, sections: Mapping[str, ProviderSettings], name: str
    ) -> Investigator | ProviderError:
        with self._opening:
            try:
                if (table, name) not in self._investigators:
                    self._investigators[table, name] = self._open(
                        sections, name, lambda p: p.open_investigator, "investigator"
                    )
                return self._investigators[table, name]
            except ProviderError as error:
                return error

    async def close(self) -> None:
        """Close every provider."""
        opened: list[Store | Source | Tracker | Investigator] = [
            *self._investigators.values(),
            *self._stores.values(),
            *self._sources.values(),
            *self._trackers.values(),
        ]
        # One that cannot be closed must not keep the others, or the program, from ending.
        await asyncio.gather(*(provider.close() for provider in opened), return_exceptions=True)

    def _open(
        self,
        sections: Mapping[str, ProviderSettings],
        name: str,
        opener_of: Callable[[Provider], Opener[T] | None],
        role: str,
    ) -> T:
        section = sections[name]
        try:
            provider = self._lookup(section.provider)
        except UnknownProvider as error:
            raise Misconfigured(str(error)) from error
        opener = opener_of(provider)
        if opener is None:
            raise Misconfigured(f'provider "{section.provider}" cannot be a {role}')
        clients = self._clients
        context = ProviderContext(name, clients.get(), self._clock, resolve, clients.get)
        try:
            return opener(_options(provider, section), context)
        except ProviderError:
            raise
        except Exception as error:
            raise Misconfigured(f"{name} cannot be opened: {describe(error)}") from error


def _options(provider: Provider, section: ProviderSettings) -> BaseModel:
    """The section's options; those of a reading that was kept are plain values, which the provider's model takes."""
    options = section.options
    return provider.options.model_validate(dict(options)) if isinstance(options, Mapping) else options
