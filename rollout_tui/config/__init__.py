"""TOML to settings: a documented grammar, every error at once with file, key and what was expected.

Imported by everything that needs a setting, so it imports nothing itself: reading and checking cost as much as a frame.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_tui.config.errors import ConfigErrors

if TYPE_CHECKING:
    from rollout_tui.config.settings import Settings
    from rollout_tui.ports import Provider

__all__ = ["ConfigErrors", "load"]


def load(path: Path, lookup: Callable[[str], Provider] | None = None) -> Settings:
    """The settings that the file says; `lookup` finds providers (default: the installed ones). Raises ConfigErrors."""
    from rollout_tui.config import providers, reading

    return reading.load(path, lookup or providers.find)
