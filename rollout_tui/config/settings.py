"""Settings: what the rest of the program gets from a configuration. Frozen, complete, already checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_tui.domain.automatic import AutomaticRule
from rollout_tui.domain.plan import Plan
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.runbook import PLAN, Runbook

if TYPE_CHECKING:
    from pydantic import BaseModel


STALE_INTERVALS = 3
"""Without `stale_after`, data is stale after this many intervals, or later where it is late by design."""


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

    @property
    def late_by_design(self) -> bool:
        """Whether asking more often than its interval would tell nothing new."""
        return self.stale_after > STALE_INTERVALS * self.interval


@dataclass(frozen=True, slots=True)
class ClockSettings:
    """The clock to run on: wall time, or a rehearsal's: `origin` + (wall - `anchor`) * `speed`, epoch seconds."""

    speed: float = 1.0
    origin: float = 0.0
    anchor: float = 0.0


@dataclass(frozen=True, slots=True)
class HistorySettings:
    """Where samples live and for how long (seconds); `group` names the users of this host who share it."""

    path: Path
    retention: float
    group: str | None = None


@dataclass(frozen=True, slots=True)
class UiSettings:
    """How the screens look: theme auto/dark/light/contrast/ansi, symbols auto/unicode/ascii, an IANA time zone."""

    theme: str = "auto"
    symbols: str = "auto"
    timezone: str = "UTC"
    bell: bool = False
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys that are added to actions of the screens, by the action's id."""


@dataclass(frozen=True, slots=True)
class ActionSettings:
    """How actions behave: how long to read back (seconds) before an action counts as not confirmed, and read-only.

    `automatic` says which platforms the guard may pause by itself, and when.
    """

    deadline: float = 180.0
    read_only: bool = False
    automatic: Mapping[Platform, AutomaticRule] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """Where alerts go: a reference to the address, never the address; the levels; failed gates; the daily digest."""

    url: str
    levels: tuple[str, ...] = ("WARNING", "CRITICAL")
    gates: bool = True
    digest: bool = False


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """Who is told what. `repeat` in seconds; `digest_at` as HH:MM of `timezone`."""

    channels: Mapping[str, ChannelSettings] = field(default_factory=dict)
    repeat: float = 1800.0
    digest_at: str = "09:00"
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class ApprovalSettings:
    """Who may approve, and what needs a second person (promote, complete, waive); a request lasts `expiry` seconds.

    `logins` are the approvers' names at the tracker where they differ from those on the host.
    """

    approvers: tuple[str, ...] = ()
    second_person: tuple[str, ...] = ()
    expiry: float = 3600.0
    logins: Mapping[str, str] = field(default_factory=dict)


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
    approvals: ApprovalSettings = ApprovalSettings()
    alerts: AlertSettings = AlertSettings()
    runbooks: Mapping[Platform, Runbook] = field(default_factory=lambda: PLAN)
    rehearsal: str | None = None
    """Scenario and speed for the status line ("60x") where this is a rehearsal's configuration."""
