"""A recording: a whole history in one file, with what another host needs to look at it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from rollout_tui.history.schema import NewerFile
from rollout_tui.history.store import History, HistoryError, in_words, is_damaged

_FORMAT = "2"
_SEAL = b"rollout-tui sha256 "
_SEAL_LENGTH = len(_SEAL) + 64
"""Behind the database, where SQLite does not look: a bit that fell over inside a value would else be believed."""
_NO_RECORDING = "this is no recording; `rollout-tui export` writes one"


def write_recording(history: Path, target: Path, facts: Mapping[str, str]) -> None:
    """Copy a history, which may be written meanwhile, to a new private file, with facts by name.

    Raises HistoryError; then nothing is left of the target.
    """
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        raise HistoryError(f"{target} is there already; nothing was written") from None
    except OSError as error:
        raise HistoryError(f"{target}: {in_words(error)}") from error
    source = None
    try:
        source = History.reader(history)
        source.copy_to(target)
        with contextlib.closing(sqlite3.connect(target, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("CREATE TABLE recording (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)")
            connection.executemany("INSERT INTO recording VALUES (?, ?)", [("format", _FORMAT), *facts.items()])
        seal(target)
    except (HistoryError, OSError, sqlite3.Error) as error:
        target.unlink(missing_ok=True)
        raise error if isinstance(error, HistoryError) else HistoryError(f"{target}: {in_words(error)}") from error
    finally:
        if source is not None:
            source.close()


def seal(recording: Path) -> None:
    """Put the digest of all that the file holds at its end. Raises OSError."""
    with recording.open("r+b") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.write(_SEAL + digest.encode())


def open_recording(path: Path, folder: Path) -> tuple[Path, Mapping[str, str]]:
    """A private copy of a recording in `folder`, brought to this program's version, and its facts.

    The file itself is not touched. Raises HistoryError in one sentence.
    """
    if not path.is_file():
        raise HistoryError(f"{path}: there is no such file")
    copy = folder / "recording.db"
    try:
        shutil.copyfile(path, copy)
        copy.chmod(0o600)
        whole = _unsealed(copy)
        with contextlib.closing(sqlite3.connect(copy)) as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            facts = dict(connection.execute("SELECT name, value FROM recording")) if "recording" in tables else {}
    except (OSError, sqlite3.Error, UnicodeError) as error:
        raise unreadable(path, error) from error
    if facts.get("format") != _FORMAT:
        newer = "it was recorded by another program; install its version" if "format" in facts else _NO_RECORDING
        raise HistoryError(f"{path}: {newer}")
    if not whole:
        raise unreadable(path, sqlite3.DatabaseError("malformed"))
    try:
        History.open(copy).close()
    except HistoryError as error:
        raise unreadable(path, error) from error
    return copy, {str(name): str(value) for name, value in facts.items()}


def _unsealed(copy: Path) -> bool:
    """Take the seal off; whether the file is what was sealed, to the last bit."""
    with copy.open("r+b") as file:
        end = max(0, file.seek(0, os.SEEK_END) - _SEAL_LENGTH)
        file.seek(end)
        found = file.read()
        if not found.startswith(_SEAL):
            return False
        file.truncate(end)
        file.seek(0)
        return found == _SEAL + hashlib.file_digest(file, "sha256").hexdigest().encode()


def mistaken(error: BaseException) -> str:
    """In words, where neither the file nor its host is to blame: whoever catches it writes the rest into the log."""
    return f"it cannot be read: {type(error).__name__}, see the log"


def unreadable(path: Path, error: BaseException) -> HistoryError:
    """Why the recording at `path` cannot be looked at, in one sentence that names it and not its copy."""
    cause = error.__cause__ or error
    if not is_damaged(cause):
        has_words = isinstance(cause, OSError | sqlite3.Error | NewerFile)
        return HistoryError(f"{path}: {in_words(cause) if has_words else mistaken(cause)}")
    words = in_words(cause) if isinstance(cause, sqlite3.Error | UnicodeError) else ""
    known = words if words.startswith("the file is damaged") else "the file is damaged"
    return HistoryError(f"{path}: {known}; export it anew on its host")
