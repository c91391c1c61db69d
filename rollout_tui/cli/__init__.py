"""The verbs of the command line."""

from rollout_tui.cli.main import main

__all__ = ["main"]
