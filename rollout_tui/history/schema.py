"""The tables, and how an older file becomes a newer one. Times are epoch seconds UTC."""

from __future__ import annotations

import sqlite3

_FIRST = """
CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    platform TEXT NOT NULL, build TEXT NOT NULL, metric TEXT NOT NULL, scope TEXT NOT NULL,
    population TEXT NOT NULL, source TEXT NOT NULL,
    UNIQUE (platform, build, metric, scope, population, source)
);
-- One row a poll, as reported: `kind` p (first = bad, second = total), m (sum, count, squares), b (value).
CREATE TABLE samples (
    series INTEGER NOT NULL, taken_at REAL NOT NULL,
    kind TEXT NOT NULL, first NUMERIC NOT NULL, second NUMERIC, third NUMERIC, value REAL,
    as_of REAL NOT NULL, start REAL NOT NULL, end REAL NOT NULL,
    PRIMARY KEY (series, taken_at)
) WITHOUT ROWID;
CREATE TABLE events (
    at REAL NOT NULL, number INTEGER NOT NULL,
    kind TEXT NOT NULL, platform TEXT, level TEXT, text TEXT NOT NULL,
    PRIMARY KEY (at, number)
) WITHOUT ROWID;
CREATE TABLE states (
    platform TEXT NOT NULL, build TEXT NOT NULL, at REAL NOT NULL, state TEXT NOT NULL,
    PRIMARY KEY (platform, build, at)
) WITHOUT ROWID;
CREATE TABLE signoffs (
    platform TEXT NOT NULL, version TEXT NOT NULL, build TEXT NOT NULL, at REAL NOT NULL,
    gate TEXT NOT NULL, phase TEXT NOT NULL, signer TEXT NOT NULL, note TEXT NOT NULL,
    PRIMARY KEY (platform, version, build, at, gate, phase)
) WITHOUT ROWID;
CREATE TABLE journal (
    intent TEXT NOT NULL PRIMARY KEY,
    platform TEXT NOT NULL, version TEXT NOT NULL, build TEXT NOT NULL, action TEXT NOT NULL,
    requested TEXT NOT NULL, change TEXT NOT NULL, seen TEXT,
    actor TEXT NOT NULL, reason TEXT NOT NULL, at REAL NOT NULL,
    ending TEXT, message TEXT, ended_at REAL
) WITHOUT ROWID;
"""

_STEPS = (_FIRST,)
"""Scripts from version n to n + 1; a file's version is its `user_version`."""

VERSION = len(_STEPS)


class NewerFile(Exception):
    """The file was written by a newer program; reading it could lose what it means."""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file to this program's version. Raises NewerFile, sqlite3.Error."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise NewerFile(f"history has version {version}, this program knows {VERSION}: install the newer program")
    for number in range(version, VERSION):
        connection.executescript(f"BEGIN IMMEDIATE;{_STEPS[number]}PRAGMA user_version = {number + 1};COMMIT;")
