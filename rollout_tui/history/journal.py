"""The journal of actions: an intent is on disk before the first byte goes out, its outcome after the read-back."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from rollout_tui.domain.actions import ActionKind, Change, Ending, Expectation, FieldChange, Outcome
from rollout_tui.domain.releases import Platform, ReleaseState, StateWord
from rollout_tui.domain.snapshot import Requested
from rollout_tui.history.log import decode_state, encode_state

_ENTRY = "intent, platform, version, build, action, requested, change, seen, actor, reason, at"


@dataclass(frozen=True, slots=True)
class Entry:
    """An intent: what is about to be done, by whom, and what they saw. `requested` in the plan's words ("50 %")."""

    intent: str
    platform: Platform
    version: str
    build: str
    kind: ActionKind
    requested: str
    change: Change
    seen: ReleaseState | None
    actor: str
    reason: str
    at: float

    def request(self) -> Requested:
        """For people: what was asked for, when, by whom."""
        return Requested(self.requested, self.at, self.actor)


class Journal:
    """Intents and outcomes."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def write_intent(self, entry: Entry) -> None:
        """Put the intent on disk; returns only when it would survive a power cut."""
        self._durably(
            "INSERT INTO journal (intent, platform, version, build, action, requested, change, seen, actor, reason, at)"
            " VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            (
                entry.intent,
                entry.platform,
                entry.version,
                entry.build,
                entry.kind,
                entry.requested,
                json.dumps(asdict(entry.change), default=str, ensure_ascii=False),
                None if entry.seen is None else encode_state(entry.seen),
                entry.actor,
                entry.reason,
                entry.at,
            ),
        )

    def write_outcome(self, outcome: Outcome) -> None:
        """Close the intent. The first outcome stands, but one that was not confirmed may still be settled."""
        self._durably(
            "UPDATE journal SET ending = ?, message = ?, by_hand = ?, ended_at = ? WHERE intent = ?"
            " AND (ending IS NULL OR ending = ?)",
            (outcome.ending, outcome.message, outcome.by_hand, outcome.at, outcome.proposal, Ending.UNCONFIRMED),
        )

    def open_intents(self, platform: Platform) -> list[Entry]:
        """Intents without an outcome, oldest first: the store must be asked what became of them."""
        rows = self._connection.execute(
            f"SELECT {_ENTRY} FROM journal WHERE platform = ? AND ending IS NULL ORDER BY at",  # noqa: S608  constant
            (platform,),
        )
        return [_entry(row) for row in rows]

    def last_entry(self, platform: Platform, build: str, until: float = math.inf) -> Entry | None:
        """What was asked of the store last up to then (epoch seconds UTC) and not refused."""
        row = self._connection.execute(
            f"SELECT {_ENTRY} FROM journal WHERE platform = ? AND build = ?"  # noqa: S608  constant
            " AND (ending IS NULL OR ending NOT IN (?, ?)) AND at <= ? ORDER BY at DESC LIMIT 1",
            (platform, build, Ending.REFUSED, Ending.DIFFERS, until),
        ).fetchone()
        return None if row is None else _entry(row)

    def last_outcome(self, platform: Platform, build: str, until: float = math.inf) -> Outcome | None:
        """How the newest action ended that had ended by then (epoch seconds UTC)."""
        row = self._connection.execute(
            "SELECT intent, action, ending, message, ended_at, by_hand FROM journal WHERE platform = ? AND build = ?"
            " AND ending IS NOT NULL AND ended_at <= ? ORDER BY at DESC LIMIT 1",
            (platform, build, until),
        ).fetchone()
        if row is None:
            return None
        intent, action, ending, message, at, by_hand = row
        return Outcome(intent, platform, ActionKind(action), Ending(ending), message, at, by_hand=by_hand)

    def last_pause(self, platform: Platform, build: str, since: float, until: float) -> Entry | None:
        """The last pause between those moments (epoch seconds UTC) that was carried out, or may have been."""
        row = self._connection.execute(
            f"SELECT {_ENTRY} FROM journal WHERE platform = ? AND build = ? AND action = ?"  # noqa: S608  constant
            " AND (ending IS NULL OR ending IN (?, ?)) AND at BETWEEN ? AND ? ORDER BY at DESC LIMIT 1",
            (platform, build, ActionKind.PAUSE, Ending.DONE, Ending.UNCONFIRMED, since, until),
        ).fetchone()
        return None if row is None else _entry(row)

    def _durably(self, statement: str, values: tuple[object, ...]) -> None:
        """WAL with NORMAL may lose the newest commits in a power cut; a journal must not."""
        self._connection.execute("PRAGMA synchronous = FULL")
        try:
            self._connection.execute(statement, values)
        finally:
            self._connection.execute("PRAGMA synchronous = NORMAL")


def _entry(row: Sequence[Any]) -> Entry:
    intent, platform, version, build, action, requested, change, seen, actor, reason, at = row
    return Entry(
        intent,
        Platform(platform),
        version,
        build,
        ActionKind(action),
        requested,
        _change(change),
        None if seen is None else decode_state(seen),
        actor,
        reason,
        at,
    )


def _change(text: str) -> Change:
    raw = json.loads(text)
    expects = raw["expects"]
    return Change(
        store=raw["store"],
        headline=raw["headline"],
        fields=tuple(FieldChange(**field) for field in raw["fields"]),
        effects=tuple(raw["effects"]),
        way_back=raw["way_back"],
        expects=Expectation(
            None if expects["word"] is None else StateWord(expects["word"]),
            expects["status"],
            None if expects["share"] is None else Decimal(expects["share"]),
        ),
        irreversible=raw["irreversible"],
        arguments=tuple((key, value) for key, value in raw["arguments"]),
    )
