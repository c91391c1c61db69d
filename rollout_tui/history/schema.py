"""The tables, and how an older file becomes a newer one. Times are epoch seconds UTC."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

_FIRST = """
CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    platform TEXT NOT NULL, build TEXT NOT NULL, metric TEXT NOT NULL, scope TEXT NOT NULL,
    population TEXT NOT NULL, source TEXT NOT NULL,
    lag REAL NOT NULL DEFAULT 0,
    UNIQUE (platform, build, metric, scope, population, source)
);
-- One row a poll, as reported: `kind` p (first = bad, second = total), m (sum, count, squares), b (value). The numbers
-- have no type, so that SQLite keeps them as they are.
CREATE TABLE samples (
    series INTEGER NOT NULL, taken_at REAL NOT NULL,
    kind TEXT NOT NULL, first NOT NULL, second, third, value REAL,
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
CREATE TABLE newest_states (
    platform TEXT NOT NULL, build TEXT NOT NULL, at REAL NOT NULL, state TEXT NOT NULL,
    PRIMARY KEY (platform, build)
) WITHOUT ROWID;
CREATE TABLE signoffs (
    platform TEXT NOT NULL, version TEXT NOT NULL, build TEXT NOT NULL, at REAL NOT NULL,
    gate TEXT NOT NULL, phase TEXT NOT NULL, signer TEXT NOT NULL, note TEXT NOT NULL,
    PRIMARY KEY (platform, version, build, at, gate, phase, signer)
) WITHOUT ROWID;
CREATE TABLE journal (
    intent TEXT NOT NULL PRIMARY KEY,
    platform TEXT NOT NULL, version TEXT NOT NULL, build TEXT NOT NULL, action TEXT NOT NULL,
    requested TEXT NOT NULL, change TEXT NOT NULL, seen TEXT,
    actor TEXT NOT NULL, reason TEXT NOT NULL, at REAL NOT NULL,
    ending TEXT, message TEXT, ended_at REAL
) WITHOUT ROWID;
"""

_EVIDENCE = """
CREATE TABLE judgements (
    platform TEXT NOT NULL, version TEXT NOT NULL, build TEXT NOT NULL,
    phase TEXT NOT NULL, gate TEXT NOT NULL, text TEXT NOT NULL,
    began REAL NOT NULL, until REAL NOT NULL, failed_at REAL, log_fail REAL,
    PRIMARY KEY (platform, version, build, phase, gate, text)
) WITHOUT ROWID;
"""

_WITHDRAWN = "ALTER TABLE signoffs ADD COLUMN withdrawn INTEGER NOT NULL DEFAULT 0"

_WHO = "ALTER TABLE events ADD COLUMN who TEXT NOT NULL DEFAULT ''"

_ANCHORS = "CREATE TABLE audit_anchors (number INTEGER NOT NULL PRIMARY KEY, hash TEXT NOT NULL)"

_BUGS = """
CREATE TABLE bugs (
    platform TEXT NOT NULL, build TEXT NOT NULL, scope TEXT NOT NULL, at REAL NOT NULL,
    open INTEGER NOT NULL, source TEXT NOT NULL, titles TEXT NOT NULL,
    PRIMARY KEY (platform, build, scope, at)
) WITHOUT ROWID;
"""

_WAIVERS = """
CREATE TABLE waivers (
    id TEXT NOT NULL PRIMARY KEY,
    platform TEXT NOT NULL, version TEXT NOT NULL, build TEXT NOT NULL, phase TEXT NOT NULL,
    gate TEXT NOT NULL, text TEXT NOT NULL, reason TEXT NOT NULL,
    approver TEXT NOT NULL, operator TEXT NOT NULL, given_at REAL NOT NULL, expires_at REAL NOT NULL,
    found TEXT NOT NULL, open INTEGER, confirmed TEXT NOT NULL,
    ended_at REAL, ended TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE TABLE requests (
    id TEXT NOT NULL PRIMARY KEY,
    platform TEXT NOT NULL, version TEXT NOT NULL, build TEXT NOT NULL,
    asked TEXT NOT NULL, terms TEXT NOT NULL, told TEXT NOT NULL,
    requester TEXT NOT NULL, at REAL NOT NULL, expires_at REAL NOT NULL, approver TEXT NOT NULL,
    granted_by TEXT, granted_at REAL, granted_how TEXT, used_at REAL
) WITHOUT ROWID;
"""

_TICKS = """
CREATE TABLE ticks (
    platform TEXT NOT NULL, build TEXT NOT NULL, at REAL NOT NULL, name TEXT NOT NULL,
    ticker TEXT NOT NULL, note TEXT NOT NULL, taken_back INTEGER NOT NULL,
    PRIMARY KEY (platform, build, at, name)
) WITHOUT ROWID;
"""

_GUARD = """
CREATE TABLE countdowns (
    id TEXT NOT NULL PRIMARY KEY,
    platform TEXT NOT NULL, build TEXT NOT NULL, causes TEXT NOT NULL, told TEXT NOT NULL,
    began REAL NOT NULL, due REAL NOT NULL,
    ended_at REAL, ended TEXT, said TEXT NOT NULL DEFAULT '', failed INTEGER
) WITHOUT ROWID;
CREATE TABLE guard_notes (name TEXT NOT NULL PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
"""

# What the store said from `first` until then, with the last answer; of an older file only the newest answer is known.
# `newest_states` stays, since an older program that still runs writes to it; nobody reads it any more.
_LOOKS = """
CREATE TABLE looks (
    platform TEXT NOT NULL, build TEXT NOT NULL, first REAL NOT NULL, until REAL NOT NULL, state TEXT NOT NULL,
    PRIMARY KEY (platform, build, first)
) WITHOUT ROWID;
INSERT INTO looks SELECT platform, build, at, at, state FROM newest_states;
"""

_BY_HAND = "ALTER TABLE journal ADD COLUMN by_hand TEXT NOT NULL DEFAULT ''"

_STEPS = (_FIRST, _EVIDENCE, _WITHDRAWN, _WHO, _ANCHORS, _BUGS, _WAIVERS, _TICKS, _GUARD, _LOOKS, _BY_HAND)
"""Scripts from version n to n + 1; a file's version is its `user_version`."""

VERSION = len(_STEPS)


class NewerFile(Exception):
    """The file was written by a newer program; reading it could lose what it means."""


def check(connection: sqlite3.Connection) -> int:
    """The file's version; 0 for an empty one. Raises NewerFile, sqlite3.Error."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise NewerFile(f"history has version {version}, this program knows {VERSION}: install the newer program")
    return int(version)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file to this program's version, whole or not at all. Raises NewerFile, sqlite3.Error."""
    if check(connection) == VERSION:
        return
    with whole(connection):
        # Another process may have done it while this one waited for the lock.
        for number in range(check(connection), VERSION):
            for statement in _STEPS[number].split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number + 1}")


@contextmanager
def whole(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction: all of it or nothing, also where the disk is full and SQLite has rolled back by itself."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
