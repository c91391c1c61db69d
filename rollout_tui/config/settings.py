"""Settings: what the rest of the program gets from a configuration. Frozen, complete, already checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_tui.domain.plan import Plan

if TYPE_CHECKING:
    from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """One configured store, source or tracker. Times in seconds.

    `name` is its section ("prometheus"), `provider` the entry point, `options` validated by the provider's own model.
    `share_interval` (stores only) is how often the committed share is read where that costs an edit; 0 only when a
    person asks.
    """

    name: str
    provider: str
    options: BaseModel | Mapping[str, object]
    interval: float
    timeout: float
    stale_after: float
    share_interval: float = 900.0
    label: str = ""
    """The provider's name for people ("Google Play")."""


@dataclass(frozen=True, slots=True)
class ClockSettings:
    """The clock to run on: wall time, or a rehearsal's: `origin` + (wall - `anchor`) * `speed`, epoch seconds."""

    speed: float = 1.0
    origin: float = 0.0
    anchor: float = 0.0


@dataclass(frozen=True, slots=True)
class HistorySettings:
    """Where samples live and for how long (seconds)."""

    path: Path
    retention: float


@dataclass(frozen=True, slots=True)
class UiSettings:
    """How the screens look: theme auto/dark/light/contrast/ansi, symbols auto/unicode/ascii, an IANA time zone."""

    theme: str = "auto"
    symbols: str = "auto"
    timezone: str = "UTC"
    bell: bool = False


@dataclass(frozen=True, slots=True)
class ActionSettings:
    """How actions behave: how long to read back (seconds) before an action counts as not confirmed, and read-only."""

    deadline: float = 180.0
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that one configuration file says."""

    path: Path
    plan: Plan
    stores: Mapping[str, ProviderSettings]
    sources: Mapping[str, ProviderSettings]
    trackers: Mapping[str, ProviderSettings]
    history: HistorySettings
    ui: UiSettings
    actions: ActionSettings
    clock: ClockSettings
    rehearsal: str | None = None
    """Scenario and speed for the status line ("60x") where this is a rehearsal's configuration."""
