"""The audit log: who did what, why, and on which verdicts. Append-only and hash-chained, a file beside the history.

Its newest links are remembered in the history as well, so that a log that was cut off or written anew is found.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rollout_tui.domain.actions import Actor
from rollout_tui.domain.releases import ReleaseState
from rollout_tui.domain.verdicts import GateResult
from rollout_tui.history.chain import ORIGIN, REPAIR, Checked, Link, check, hash_of, link, place, read_line

_PATIENCE = 2.0
"""Wall seconds to wait for another process's line."""
_BETWEEN_TRIES = 0.02
_TAIL = 64 * 1024
"""Bytes from the end in which the last line is looked for first."""


class AuditError(Exception):
    """The audit log cannot be written or read, in words."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that somebody did.

    `kind` is one word: intent, outcome, sign-off, waiver, approval, ... `what` says it in a sentence. `before` and
    `after` are the store's states where there are any, `verdicts` those of that moment, `ref` ties an outcome to its
    intent. `more` are further facts, as text.
    """

    kind: str
    at: float
    who: Actor
    platform: str
    version: str
    build: str
    what: str
    why: str = ""
    ref: str = ""
    before: ReleaseState | None = None
    after: ReleaseState | None = None
    verdicts: Sequence[GateResult] = ()
    more: Mapping[str, str] = field(default_factory=dict)


def audit_file(history: Path) -> Path:
    """The log of that history: `history.audit.jsonl` beside `history.db`."""
    return history.with_suffix(".audit.jsonl")


class AuditLog:
    """The file. Every call opens it anew: whoever moves it away loses no later line in a file that nobody sees."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, deed: Deed) -> list[Link]:
        """Put it on disk; returns only when it would survive a power cut. The links that the log now ends with.

        Raises AuditError.
        """
        try:
            with self._held() as file:
                return self._append(file, deed)
        except OSError as error:
            raise AuditError(f"{self.path}: {(error.strerror or str(error)).lower()}") from error

    def records(self) -> Iterator[dict[str, Any]]:
        """Every line as it can be read, oldest first. Raises AuditError."""
        return (read for line in self._data().split(b"\n") if (read := read_line(line)) is not None)

    def at(self, moment: float, platform: str) -> list[dict[str, Any]]:
        """The lines of what was done there at that very moment (epoch seconds UTC). Raises AuditError."""
        wanted = f'"time":"{_time(moment)}"'.encode()
        found = (read_line(line) for line in self._data().split(b"\n") if wanted in line)
        return [read for read in found if read is not None and read.get("platform") == platform]

    def check(self, anchors: Sequence[Link] = ()) -> Checked:
        """Look for lines that were changed, removed or moved. Raises AuditError."""
        return check(self._data(), anchors)

    def _append(self, file: int, deed: Deed) -> list[Link]:
        last, torn = _end(file)
        text, links = b"", [] if last is ORIGIN else [last]
        if read_line(torn) is not None:
            last, text = place(json.loads(torn)), b"\n"
        elif torn:
            note = {"kind": REPAIR, "time": _time(deed.at), "torn": hash_of(torn), "bytes": len(torn)}
            last, line = link(last, note)
            links.append(last)
            text += b"\n" + line + b"\n"
        last, line = link(last, _content(deed))
        links.append(last)
        text += line + b"\n"
        while text:
            text = text[os.write(file, text) :]
        os.fsync(file)
        return links

    def _data(self) -> bytes:
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise AuditError(f"{self.path}: {(error.strerror or str(error)).lower()}") from error

    @contextlib.contextmanager
    def _held(self) -> Iterator[int]:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = not self.path.exists()
        file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            self._lock(file)
            yield file
        finally:
            os.close(file)
        if new:
            _sync_folder(self.path.parent)

    def _lock(self, file: int) -> None:
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if time.monotonic() > until:
                    raise AuditError(f"{self.path}: another program holds it") from error
                time.sleep(_BETWEEN_TRIES)
            else:
                return


class Audit:
    """The log of a history whose file is open: what is appended is remembered there."""

    def __init__(self, connection: sqlite3.Connection, log: AuditLog) -> None:
        self._connection = connection
        self.log = log

    def append(self, deed: Deed) -> None:
        """Write it down. Raises AuditError where it is not; what only history cannot keep is no error."""
        links = self.log.append(deed)
        with contextlib.suppress(sqlite3.Error):
            self._connection.executemany(
                "INSERT OR IGNORE INTO audit_anchors VALUES (?,?)", [(entry.number, entry.hash) for entry in links]
            )

    def anchors(self) -> list[Link]:
        """What history remembers of the log, oldest first."""
        rows = self._connection.execute("SELECT number, hash FROM audit_anchors ORDER BY number")
        return [Link(number, hash_) for number, hash_ in rows]


def _content(deed: Deed) -> dict[str, object]:
    who = deed.who
    content: dict[str, object] = {
        "kind": deed.kind,
        "time": _time(deed.at),
        "user": who.user,
        "uid": who.uid,
        "login": who.login,
        "host": who.host,
        "origin": who.origin,
        "pid": who.pid,
        "platform": deed.platform,
        "version": deed.version,
        "build": deed.build,
        "what": deed.what,
        "why": deed.why,
        "ref": deed.ref,
        "before": None if deed.before is None else _state(deed.before),
        "after": None if deed.after is None else _state(deed.after),
        "verdicts": [_verdict(result) for result in deed.verdicts],
    }
    return {**content, **({"more": dict(deed.more)} if deed.more else {})}


def _state(state: ReleaseState) -> dict[str, object]:
    share = None if state.share is None else str(state.share)
    return {"state": state.word.value, "status": state.status, "share": share, "as_of": _time(state.as_of)}


def _verdict(result: GateResult) -> dict[str, object]:
    as_of = None if result.as_of is None else _time(result.as_of)
    return {"gate": result.gate.id, "verdict": result.verdict.value, "reason": result.reason, "as_of": as_of}


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _end(file: int) -> tuple[Link, bytes]:
    """The last good line, and the bytes behind it that are none."""
    size, room = os.fstat(file).st_size, _TAIL
    while True:
        start = max(0, size - room)
        data = os.pread(file, size - start, start)
        lines = data.split(b"\n")
        end = size - start - len(lines[-1])
        # What was cut off in front is no whole line; the last piece has no end.
        for line in reversed(lines[1 if start else 0 : -1]):
            read = read_line(line)
            if read is not None:
                return place(read), data[end:]
            end -= len(line) + 1
        if start == 0:
            return ORIGIN, data
        room *= 8


def _sync_folder(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
