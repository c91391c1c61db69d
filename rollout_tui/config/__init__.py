"""TOML to settings: a documented grammar, every error at once with file, key and what was expected."""

from rollout_tui.config.errors import ConfigErrors
from rollout_tui.config.load import load

__all__ = ["ConfigErrors", "load"]
