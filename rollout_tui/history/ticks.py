"""Ticks of runbooks: who did what when, and what was taken back. Nothing is ever removed."""

from __future__ import annotations

import sqlite3

from rollout_tui.domain.releases import Platform
from rollout_tui.domain.runbook import Tick


class TickLog:
    """One table, shared by the processes that watch a rollout."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, platform: Platform, build: str, tick: Tick) -> None:
        """Write one."""
        self._connection.execute(
            "INSERT INTO ticks VALUES (?,?,?,?,?,?,?)",
            (platform, build, tick.at, tick.check, tick.by, tick.note, tick.taken_back),
        )

    def all(self, platform: Platform, build: str) -> list[Tick]:
        """Those of one build, oldest first."""
        rows = self._connection.execute(
            "SELECT name, ticker, at, note, taken_back FROM ticks WHERE platform = ? AND build = ? ORDER BY at",
            (platform, build),
        )
        return [Tick(check, by, at, note, bool(back)) for check, by, at, note, back in rows]
