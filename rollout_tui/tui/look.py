"""How this terminal shows things, decided once at the start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from rollout_tui.tui.symbols import SymbolSet
from rollout_tui.tui.theme import Theme


@dataclass(frozen=True, slots=True)
class Look:
    """Theme, characters, time zone, and how often the clock ticks (seconds)."""

    theme: Theme = Theme.DARK
    symbols: SymbolSet = SymbolSet.UNICODE
    zone: tzinfo = UTC
    tick: float = 1.0
    rehearsal: str | None = None
    recording: str = ""
    """The host of which a recording is looked at; empty where the present is."""
    bell: bool = False
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Keys of a person's own, and the key of the table that each stands for."""
    paint_changes: bool = True
    """Write changed cells only; off where a terminal is not what this program wrote to it."""

    @property
    def ascii_only(self) -> bool:
        """Whether charts are drawn in ASCII, one level a row."""
        return self.symbols is SymbolSet.ASCII
