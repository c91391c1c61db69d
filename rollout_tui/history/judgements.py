"""What was judged: up to which poll each gate's evidence was weighed, and the FAILs that stay (gates.md 5).

Never a bare verdict: that comes from the stored polls. The latch is here as well, so that losing polls loses no FAIL.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from rollout_tui.domain.evidence.finding import Latch
from rollout_tui.domain.releases import Platform
from rollout_tui.history.schema import whole


@dataclass(frozen=True, slots=True)
class Judgement:
    """One gate's entry. `text` is the condition as the plan writes it: another limit is another gate.

    Polls of the phase that began at `began` are judged up to `until`; both epoch seconds UTC.
    """

    phase: str
    gate: str
    text: str
    began: float
    until: float
    latch: Latch | None


_KEEP_FIRST = """INSERT INTO judgements VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET
    began = excluded.began, until = excluded.until,
    log_fail = CASE WHEN failed_at IS NULL OR excluded.failed_at < failed_at
        THEN excluded.log_fail ELSE log_fail END,
    failed_at = CASE WHEN failed_at IS NULL OR excluded.failed_at < failed_at
        THEN excluded.failed_at ELSE failed_at END"""


class Judgements:
    """One row a gate, phase and build. A latch that was written is never written over by none."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put(self, platform: Platform, version: str, build: str, judgements: Iterable[Judgement]) -> None:
        """Write or renew entries in one transaction."""
        rows = [
            (
                platform,
                version,
                build,
                entry.phase,
                entry.gate,
                entry.text,
                entry.began,
                entry.until,
                None if entry.latch is None else entry.latch.at,
                None if entry.latch is None else entry.latch.log_fail,
            )
            for entry in judgements
        ]
        with whole(self._connection):
            self._connection.executemany(_KEEP_FIRST, rows)

    def all(self, platform: Platform, version: str, build: str) -> list[Judgement]:
        """Every entry of one build."""
        rows = self._connection.execute(
            "SELECT phase, gate, text, began, until, failed_at, log_fail FROM judgements"
            " WHERE platform = ? AND version = ? AND build = ?",
            (platform, version, build),
        )
        return [
            Judgement(phase, gate, text, began, until, None if failed_at is None else Latch(failed_at, log_fail))
            for phase, gate, text, began, until, failed_at, log_fail in rows
        ]
