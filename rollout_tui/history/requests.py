"""What waits for a second person. A grant is written once and used once, whichever process is first."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from rollout_tui.domain.releases import Platform
from rollout_tui.domain.requests import Asked, Grant, Request

_COLUMNS = """id, platform, version, build, asked, terms, told, requester, at, expires_at, approver,
    granted_by, granted_at, granted_how, used_at"""


class RequestLog:
    """One table, shared by the users who ask and those who grant."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, request: Request) -> None:
        """Write a new one, not granted yet."""
        self._connection.execute(
            f"INSERT INTO requests ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,NULL,NULL,NULL,NULL)",  # noqa: S608
            (
                request.id,
                request.platform,
                request.version,
                request.build,
                request.asked,
                request.terms,
                request.told,
                request.requester,
                request.at,
                request.expires_at,
                request.approver,
            ),
        )

    def grant(self, request: str, grant: Grant) -> bool:
        """Write a yes. False where it was granted before, by whomever, used, expired, or asked for by the granter."""
        done = self._connection.execute(
            "UPDATE requests SET granted_by = ?, granted_at = ?, granted_how = ? WHERE id = ? AND granted_by IS NULL"
            " AND used_at IS NULL AND expires_at > ? AND requester <> ? COLLATE NOCASE",
            (grant.by, grant.at, grant.how, request, grant.at, grant.by),
        )
        return done.rowcount == 1

    def use(self, request: str, at: float) -> bool:
        """Use a grant up. True once, for one process: it may go on."""
        done = self._connection.execute(
            "UPDATE requests SET used_at = ? WHERE id = ? AND granted_by IS NOT NULL AND used_at IS NULL"
            " AND expires_at > ?",
            (at, request, at),
        )
        return done.rowcount == 1

    def one(self, request: str) -> Request | None:
        """The request of that id, however its letters are written."""
        row = self._connection.execute(
            f"SELECT {_COLUMNS} FROM requests WHERE id = ?",  # noqa: S608  constant
            (request.strip().upper(),),
        ).fetchone()
        return None if row is None else _request(row)

    def since(self, at: float) -> list[Request]:
        """Those that were made since then, oldest first."""
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM requests WHERE at >= ? ORDER BY at",  # noqa: S608  constant
            (at,),
        )
        return [_request(row) for row in rows]


def _request(row: Sequence[Any]) -> Request:
    id_, platform, version, build, asked, terms, told, requester, at, expires_at, approver, by, when, how, used_at = row
    return Request(
        id_,
        Platform(platform),
        version,
        build,
        Asked(asked),
        terms,
        told,
        requester,
        at,
        expires_at,
        approver,
        None if by is None else Grant(by, when, how),
        used_at,
    )
