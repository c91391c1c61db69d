"""What the guard must know after a restart: whom it told what, and when it sent the last digest."""

from __future__ import annotations

import sqlite3


class GuardNotes:
    """Texts by name; one process writes them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put(self, name: str, text: str) -> None:
        """Write one in place of the one before."""
        self._connection.execute("INSERT OR REPLACE INTO guard_notes VALUES (?, ?)", (name, text))

    def get(self, name: str) -> str | None:
        """The newest of that name."""
        row = self._connection.execute("SELECT text FROM guard_notes WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])
