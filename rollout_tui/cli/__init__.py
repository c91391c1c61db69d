"""The verbs of the command line."""

from rollout_tui.cli.entry import main

__all__ = ["main"]
