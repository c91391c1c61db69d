"""Overrides of gates: what was given, by whom, and why it ended. A row is never taken back, only ended."""

from __future__ import annotations

import sqlite3
from dataclasses import astuple, fields, replace

from rollout_tui.domain.releases import Platform
from rollout_tui.domain.verdicts import Verdict, Waiver

_NAMES = [field.name for field in fields(Waiver)]
_COLUMNS = ", ".join(_NAMES)
_HOLES = ", ".join("?" for _ in _NAMES)
_FOUND = _NAMES.index("found")


class WaiverLog:
    """One table, shared by the processes that watch a rollout."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, platform: Platform, waiver: Waiver) -> None:
        """Write a new one."""
        self._connection.execute(
            f"INSERT INTO waivers (platform, {_COLUMNS}) VALUES (?, {_HOLES})",  # noqa: S608  constants
            (platform, *astuple(waiver)),
        )

    def end(self, waiver: str, at: float, why: str) -> bool:
        """Take note that it is over. The first reason stands; returns whether this one is it."""
        done = self._connection.execute(
            "UPDATE waivers SET ended_at = ?, ended = ? WHERE id = ? AND ended_at IS NULL", (at, why, waiver)
        )
        return done.rowcount == 1

    def then(self, platform: Platform, moment: float) -> list[Waiver]:
        """What was known of them at a past moment: an end that was still to come is none."""
        given = [waiver for waiver in self.all(platform) if waiver.given_at <= moment]
        return [
            replace(waiver, ended_at=None, ended="") if (waiver.ended_at or 0.0) > moment else waiver
            for waiver in given
        ]

    def all(self, platform: Platform) -> list[Waiver]:
        """Those of every version and build, oldest first."""
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM waivers WHERE platform = ? ORDER BY given_at",  # noqa: S608  constants
            (platform,),
        )
        return [Waiver(**dict(zip(_NAMES, row, strict=True)) | {"found": Verdict(row[_FOUND])}) for row in rows]
