"""How this terminal shows things, decided once at the start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from rollout_tui.tui.theme import Theme


@dataclass(frozen=True, slots=True)
class Look:
    """Theme, characters, time zone, and how often the clock ticks (seconds)."""

    theme: Theme = Theme.DARK
    ascii_only: bool = False
    zone: tzinfo = UTC
    tick: float = 1.0
    rehearsal: str | None = None
    bell: bool = False
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Keys of a person's own, and the key of the table that each stands for."""
    paint_changes: bool = True
    """Write changed cells only; off where a terminal is not what this program wrote to it."""
