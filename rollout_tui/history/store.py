"""Opening the file: private to its owner, readable by a second process while this one writes."""

from __future__ import annotations

import contextlib
import sqlite3
from contextlib import AbstractContextManager
from pathlib import Path

from rollout_tui.history.audit import Audit, AuditLog, audit_file
from rollout_tui.history.bugs import BugLog
from rollout_tui.history.countdowns import CountdownLog
from rollout_tui.history.guard_notes import GuardNotes
from rollout_tui.history.journal import Journal
from rollout_tui.history.judgements import Judgements
from rollout_tui.history.log import EventLog, SignOffLog, StateLog
from rollout_tui.history.requests import RequestLog
from rollout_tui.history.samples import Samples
from rollout_tui.history.schema import NewerFile, check, migrate, whole
from rollout_tui.history.sharing import NotShared, make_private
from rollout_tui.history.ticks import TickLog
from rollout_tui.history.waivers import WaiverLog

_BUSY = 5.0
"""Seconds to wait for another process's write."""


class HistoryError(Exception):
    """History cannot be opened or written, in words ("disk full")."""


class History:
    """One file's tables, each with its own small room. Methods raise `HistoryError` through `guarded`.

    Calls block for as long as the disk takes: the engine makes them in one thread of its own.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.path = path
        self._connection = connection
        self.samples = Samples(connection)
        self.events = EventLog(connection)
        self.states = StateLog(connection)
        self.signoffs = SignOffLog(connection)
        self.waivers = WaiverLog(connection)
        self.requests = RequestLog(connection)
        self.journal = Journal(connection)
        self.judgements = Judgements(connection)
        self.bugs = BugLog(connection)
        self.ticks = TickLog(connection)
        self.countdowns = CountdownLog(connection)
        self.guard_notes = GuardNotes(connection)
        self.audit = Audit(connection, AuditLog(audit_file(path)))
        self._data_version = self._version_of_data()

    @classmethod
    def open(cls, path: Path) -> History:
        """Open for reading and writing; the file is made where it is missing (mode 0600). Raises HistoryError.

        One that a group of this host shares is prepared beforehand (sharing.py).
        """
        try:
            make_private(path)
            connection = sqlite3.connect(path, timeout=_BUSY, isolation_level=None, check_same_thread=False)
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                migrate(connection)
            except BaseException:
                connection.close()
                raise
        except (OSError, sqlite3.Error, NewerFile, UnicodeError) as error:
            raise HistoryError(f"{path}: {in_words(error)}") from error
        return cls(connection, path)

    @classmethod
    def reader(cls, path: Path) -> History:
        """Open for reading only, while another process may write. Raises HistoryError."""
        try:
            connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_BUSY, isolation_level=None
            )
            try:
                if check(connection) == 0:
                    raise HistoryError(f"{path}: nothing was ever written to it")
            except BaseException:
                connection.close()
                raise
        except (OSError, sqlite3.Error, NewerFile, UnicodeError) as error:
            raise HistoryError(f"{path}: {in_words(error)}") from error
        return cls(connection, path)

    def prune(self, before: float) -> int:
        """Forget some samples, events, bug counts and looks older than `before`; journal, changes and sign-offs stay.

        Returns rows deleted, few enough that a poll never waits for it: call again until 0.
        """
        return (
            self.samples.prune(before)
            or self.events.prune(before)
            or self.bugs.prune(before)
            or self.states.prune(before)
        )

    def whole(self) -> AbstractContextManager[None]:
        """One transaction over several tables: all of it or nothing."""
        return whole(self._connection)

    def copy_to(self, target: Path) -> None:
        """Write the whole file as it stands now to another place; others may write meanwhile. Raises sqlite3.Error."""
        with contextlib.closing(sqlite3.connect(target)) as other:
            self._connection.backup(other)

    def changed_by_another(self) -> bool:
        """Whether another program wrote since this was asked last."""
        known, self._data_version = self._data_version, self._version_of_data()
        return known != self._data_version

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _version_of_data(self) -> int:
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        return int(version)


_OF_THE_HOST = {
    "database or disk is full": "disk full",
    "attempt to write a readonly database": "the file is read-only",
    "unable to open database file": "the file cannot be opened",
    "disk I/O error": "the disk does not answer",
    "database is locked": "another program holds the file",
}
"""What SQLite says where nothing is wrong with what the file holds, and plain words for it."""
_DAMAGED = {
    "file is not a database": "the file is damaged or not a history",
    "malformed": "the file is damaged or cut short",
    "Could not decode": "the file is damaged: some of its text cannot be read",
    "codec can't decode": "the file is damaged: some of its text cannot be read",
}
_OF_THE_FILE = (HistoryError, sqlite3.Error, UnicodeError, ValueError, ArithmeticError, KeyError)
"""What reading it raises where it does not hold what was written."""


def in_words(error: BaseException) -> str:
    """Why the file cannot be used: SQLite's and the system's words, plain."""
    if isinstance(error, NotShared):
        return str(error.strerror)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    text = str(error)
    return next((words for key, words in {**_OF_THE_HOST, **_DAMAGED}.items() if key in text), text)


def is_damaged(error: BaseException) -> bool:
    """Whether the file itself is to blame: not the host on which it lies, nor the age or a mistake of this program."""
    of_the_host = isinstance(error, OSError) or any(key in str(error) for key in _OF_THE_HOST)
    return isinstance(error, _OF_THE_FILE) and not of_the_host
