"""Automatic pauses: counted down by the guard, stopped by anybody. The first end that is written stands."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from rollout_tui.domain.countdowns import Countdown, CountdownEnd
from rollout_tui.domain.releases import Platform

_COLUMNS = "id, platform, build, causes, told, began, due, ended_at, ended, said, failed"


class CountdownLog:
    """One table, shared by the guard and everybody who may stop it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def begin(self, countdown: Countdown) -> None:
        """Write a new one."""
        self._connection.execute(
            "INSERT INTO countdowns (id, platform, build, causes, told, began, due) VALUES (?,?,?,?,?,?,?)",
            (
                countdown.id,
                countdown.platform,
                countdown.build,
                json.dumps(countdown.causes),
                countdown.told,
                countdown.began,
                countdown.due,
            ),
        )

    def end(self, countdown: str, end: CountdownEnd, at: float, said: str = "") -> bool:
        """End it. False where it had ended before: that end stands."""
        done = self._connection.execute(
            "UPDATE countdowns SET ended = ?, ended_at = ?, said = ? WHERE id = ? AND ended_at IS NULL",
            (end, at, said, countdown),
        )
        return done.rowcount == 1

    def cover(self, countdown: str, causes: Sequence[str]) -> None:
        """All that stood when it ended: none of it is a new cause later."""
        self._connection.execute("UPDATE countdowns SET causes = ? WHERE id = ?", (json.dumps(causes), countdown))

    def tell(self, countdown: str, said: str, *, failed: bool) -> None:
        """How the pause ended that it led to."""
        self._connection.execute("UPDATE countdowns SET said = ?, failed = ? WHERE id = ?", (said, failed, countdown))

    def all(self, platform: Platform, build: str) -> list[Countdown]:
        """Those of one build, oldest first."""
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM countdowns WHERE platform = ? AND build = ? ORDER BY began",  # noqa: S608
            (platform, build),
        )
        return [_countdown(row) for row in rows]

    def newest(self, platform: Platform, build: str) -> Countdown | None:
        """The last one of a build."""
        return next(reversed(self.all(platform, build)), None)


def _countdown(row: Sequence[Any]) -> Countdown:
    id_, platform, build, causes, told, began, due, ended_at, ended, said, failed = row
    return Countdown(
        id_,
        Platform(platform),
        build,
        tuple(json.loads(causes)),
        told,
        began,
        due,
        ended_at,
        None if ended is None else CountdownEnd(ended),
        said,
        None if failed is None else bool(failed),
    )
