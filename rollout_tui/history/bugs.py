"""What trackers counted: a row a poll, so that a past moment is judged by the count of that moment."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Mapping
from dataclasses import astuple

from rollout_tui.domain.plan import BugScope
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.verdicts import Bug, BugCount


class BugLog:
    """Counts by platform, build and scope."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, platform: Platform, build: str, counts: Mapping[BugScope, BugCount]) -> None:
        """Write one poll's counts."""
        rows = [
            (
                platform,
                build,
                scope,
                count.as_of,
                count.open,
                count.source,
                json.dumps(list(map(astuple, count.listed))),
            )
            for scope, count in counts.items()
        ]
        self._connection.executemany("INSERT OR REPLACE INTO bugs VALUES (?,?,?,?,?,?,?)", rows)

    def newest(self, platform: Platform, build: str, until: float = math.inf) -> dict[BugScope, BugCount]:
        """The last count of each scope up to then (epoch seconds UTC)."""
        rows = self._connection.execute(
            "SELECT scope, open, MAX(at), source, titles FROM bugs WHERE platform = ? AND build = ? AND at <= ?"
            " GROUP BY scope",
            (platform, build, until),
        )
        return {
            BugScope(scope): BugCount(number, at, source, tuple(Bug(*told) for told in json.loads(listed)))
            for scope, number, at, source, listed in rows
        }

    def prune(self, before: float) -> int:
        """Forget older counts. Returns rows deleted."""
        return self._connection.execute("DELETE FROM bugs WHERE at < ?", (before,)).rowcount
