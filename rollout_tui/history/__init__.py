"""What was seen and done: samples, events, release states, sign-offs and the journal of actions, in one SQLite file."""

from rollout_tui.history.store import History, HistoryError

__all__ = ["History", "HistoryError"]
