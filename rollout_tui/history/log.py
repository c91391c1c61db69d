"""Events, changes of release state, and sign-offs."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields, replace
from decimal import Decimal
from typing import Any

from rollout_tui.domain.events import MEASURED, Event, EventKind, is_of_one_state, is_of_the_same, says_the_same
from rollout_tui.domain.releases import Grant, PhaseKind, Platform, ReleaseState, StateWord, Trial
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.verdicts import SignOff
from rollout_tui.history.schema import whole

_SAME_WITHIN = 60.0
"""Two programs that watch one rollout see the same change within these seconds; it is one event."""
_MEASURED_WITHIN = 300.0
"""The same of what each measures at its own moments."""
_UNWATCHED = 300.0
"""Seconds without an answer after which nobody can say that the store was looked at meanwhile."""
_AT_ONCE = 64
"""Looks of a build, by their beginning, among which the newest answers stand: each program that watches has one."""
_SIDE_BY_SIDE = 8
"""Programs that watch one rollout with a share of their own time each."""
_FORGOTTEN_AT_ONCE = 1000
_LOOKED = """SELECT first, until, state FROM (SELECT first, until, state FROM looks
    WHERE platform = :platform AND build = :build AND first <= :at ORDER BY first DESC LIMIT :at_once)
ORDER BY MIN(until, :at) DESC, first DESC LIMIT :side_by_side"""
"""What was known at a moment, the newest answer first; of two that last on, the one that began later."""
_OF_THE_CONNECTION = {"budget"}
"""What is never stored of a state: it was true of that moment's requests. Files of before may hold it."""
_Look = tuple[float, float, str]
"""When it began, its last answer's time, and that answer."""
_EVENT = "SELECT at, kind, platform, level, text, who FROM events"
_ADD_EVENT = """INSERT INTO events (at, number, kind, platform, level, text, who)
SELECT :at, (SELECT 1 + COALESCE(MAX(number), 0) FROM events WHERE at = :at), :kind, :platform, :level, :text, :who"""
_NEAR = """SELECT text FROM events WHERE kind = :kind AND platform IS :platform
    AND at BETWEEN :at - :near AND :at + :near ORDER BY at DESC, number DESC"""

_STATES_TOLD = """SELECT at, text FROM events WHERE kind = :kind AND platform IS :platform AND at <= :at + :near
    AND at >= COALESCE((SELECT MIN(at) FROM states WHERE platform = :platform AND build = :build), 0)
ORDER BY at DESC, number DESC"""
"""Of this build: another one begins with nothing told."""
_NEWEST_LOOKS = "SELECT build, state FROM looks WHERE platform = ? ORDER BY until DESC, first DESC LIMIT ?"


class EventLog:
    """The log that the screen shows; several events of one moment keep their order."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._left_out = False

    def add(self, events: Iterable[Event]) -> None:
        """Append; one that another program has written is not written twice."""
        with whole(self._connection):
            for event in events:
                if self._is_told(event):
                    self._left_out = True
                else:
                    self._connection.execute(_ADD_EVENT, asdict(event))

    def left_some_out(self) -> bool:
        """Whether an event was not written, since this was asked last: who added it shows one too many."""
        left_out, self._left_out = self._left_out, False
        return left_out

    def _is_told(self, event: Event) -> bool:
        """Whether the newest of its kind near it, or about the same metric or gate, says the same."""
        if event.kind is EventKind.STATE and self._is_known(event):
            return True
        measured = event.kind in MEASURED
        near = {"near": _MEASURED_WITHIN if measured else _SAME_WITHIN}
        texts = [text for (text,) in self._connection.execute(_NEAR, asdict(event) | near)]
        if measured:
            return next((says_the_same(text, event.text) for text in texts if is_of_the_same(text, event.text)), False)
        return texts[:1] == [event.text]

    def _is_known(self, event: Event) -> bool:
        """Whether the newest that was told of this build's state says so already, however long ago.

        Each program that watches sees a change when it looks itself. It is another one where the store was seen
        otherwise in between.
        """
        looks = self._connection.execute(_NEWEST_LOOKS, (event.platform, _AT_ONCE)).fetchall()
        build = looks[0][0] if looks else None
        asked = asdict(event) | {"near": _SAME_WITHIN, "build": build}
        for at, text in self._connection.execute(_STATES_TOLD, asked):
            if is_of_one_state(text, event.text):
                return text == event.text and not _turned_since(at, [decode_state(s) for b, s in looks if b == build])
        return False

    def newest(self, limit: int, before: float = math.inf) -> list[Event]:
        """The newest first, of those older than `before`."""
        rows = self._connection.execute(f"{_EVENT} WHERE at < ? ORDER BY at DESC, number DESC LIMIT ?", (before, limit))
        return [_event(row) for row in rows]

    def between(self, start: float, end: float, limit: int) -> list[Event]:
        """The newest `limit` of those in [start, end), oldest first."""
        rows = self._connection.execute(
            f"{_EVENT} WHERE at >= ? AND at < ? ORDER BY at DESC, number DESC LIMIT ?", (start, end, limit)
        )
        return [_event(row) for row in rows][::-1]

    def acknowledged(self, platform: Platform) -> float | None:
        """When somebody acknowledged last what stood on that platform (epoch seconds UTC)."""
        (at,) = self._connection.execute(
            "SELECT MAX(at) FROM events WHERE kind = ? AND platform = ?", (EventKind.ACK, platform)
        ).fetchone()
        return None if at is None else float(at)

    def prune(self, before: float) -> int:
        """Forget older events. Returns rows deleted."""
        return self._connection.execute("DELETE FROM events WHERE at < ?", (before,)).rowcount


def _turned_since(moment: float, answers: Sequence[ReleaseState]) -> bool:
    """Whether an answer from after that moment differs from the newest one."""
    newest = max(answers, key=_known_at, default=None)
    return newest is not None and any(not answer.same_as(newest) for answer in answers if _known_at(answer) > moment)


def _known_at(answer: ReleaseState) -> float:
    """A share that was read long ago tells nothing of what came after it, however new the rest is."""
    return answer.as_of if answer.share_as_of is None else answer.share_as_of


def _event(row: Sequence[Any]) -> Event:
    at, kind, platform, level, text, who = row
    return Event(at, EventKind(kind), text, platform and Platform(platform), level and Severity(level), who)


class StateLog:
    """What the store said: a row for every change, of which the phase clocks are made, and its looks.

    A look is a time in which every answer was the same but for its age, with the last of them: so that a past moment
    knows what was known then, and how old it was. Where nobody looked for a while the next answer begins another.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, platform: Platform, state: ReleaseState, *, watched: bool = False) -> None:
        """Write an answer: as a change where it says more than the one before it did, and as a look.

        `watched`: somebody looked all the while since the answer before.
        """
        key = (platform, state.build, state.as_of)
        with whole(self._connection):
            before = self._connection.execute(
                "SELECT state FROM states WHERE platform = ? AND build = ? AND at <= ? ORDER BY at DESC LIMIT 1", key
            ).fetchone()
            if before is None or not state.same_as(decode_state(before[0])):
                self._connection.execute(
                    "INSERT OR REPLACE INTO states VALUES (?, ?, ?, ?)", (*key, encode_state(state))
                )
            self._look(key, state, math.inf if watched else _UNWATCHED)

    def _look(self, key: tuple[str, str, float], state: ReleaseState, patience: float) -> None:
        """Another program may have written a newer answer already: what is known since then is not taken back."""
        looks = self._looks(*key)
        own = self._that_goes_on(looks, state, patience)
        if own is None:
            self._connection.execute(
                "INSERT INTO looks VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
                " SET until = excluded.until, state = excluded.state WHERE until <= excluded.until",
                (*key, state.as_of, encode_state(state)),
            )
        elif state.as_of >= own[1]:
            self._connection.execute(
                "UPDATE looks SET until = ?, state = ? WHERE platform = ? AND build = ? AND first = ?",
                (state.as_of, encode_state(state), *key[:2], own[0]),
            )

    def _that_goes_on(self, looks: Iterable[_Look], state: ReleaseState, patience: float) -> _Look | None:
        """The look of which this is another answer.

        Programs that watch side by side read a share each at its own time: their looks go on beside each other, as
        long as no answer between says anything else.
        """
        for look in looks:
            before = decode_state(look[2])
            if state.as_of - look[1] > patience or not _same_but_for_ages(before, state):
                return None
            if _share_goes_on(before, state):
                return look
        return None

    def _looks(self, platform: str, build: str, at: float) -> list[_Look]:
        asked = {"platform": platform, "build": build, "at": at}
        limits = {"at_once": _AT_ONCE, "side_by_side": _SIDE_BY_SIDE}
        return self._connection.execute(_LOOKED, asked | limits).fetchall()

    def at(self, platform: Platform, build: str, moment: float) -> ReleaseState | None:
        """What the store had said last at a past moment, with the age that it had then.

        Of what was read before looks were kept, only the changes are known; its age is that of the change.
        """
        looks = self._looks(platform, build, moment)
        if looks:
            _, until, text = looks[0]
            return _as_of(decode_state(text), min(until, moment))
        row = self._connection.execute(
            "SELECT state FROM states WHERE platform = ? AND build = ? AND at <= ? ORDER BY at DESC LIMIT 1",
            (platform, build, moment),
        ).fetchone()
        return None if row is None else decode_state(row[0])

    def newest(self, platform: Platform, build: str) -> ReleaseState | None:
        """The store's last answer, with its own age."""
        looks = self._looks(platform, build, math.inf)
        return decode_state(looks[0][2]) if looks else None

    def all(self, platform: Platform, build: str, until: float = math.inf) -> list[ReleaseState]:
        """Every change for this build up to then (epoch seconds UTC), oldest first."""
        rows = self._connection.execute(
            "SELECT state FROM states WHERE platform = ? AND build = ? AND at <= ? ORDER BY at",
            (platform, build, until),
        )
        return [decode_state(text) for (text,) in rows]

    def prune(self, before: float) -> int:
        """Forget some looks that ended earlier, but never the last of a build. Returns rows deleted."""
        return self._connection.execute(
            "DELETE FROM looks WHERE (platform, build, first) IN (SELECT platform, build, first FROM looks"
            " WHERE until < ? AND EXISTS (SELECT 1 FROM looks AS later WHERE later.platform = looks.platform"
            " AND later.build = looks.build AND later.first > looks.first AND later.until >= looks.until) LIMIT ?)",
            (before, _FORGOTTEN_AT_ONCE),
        ).rowcount


def _same_but_for_ages(before: ReleaseState, state: ReleaseState) -> bool:
    return replace(before, as_of=state.as_of, share_as_of=state.share_as_of, budget=state.budget) == state


def _share_goes_on(before: ReleaseState, state: ReleaseState) -> bool:
    """Whether the share is that of before: one that cost an edit keeps its own time, another comes with each answer."""
    read_each_time = before.share_as_of == before.as_of and state.share_as_of == state.as_of
    return read_each_time or state.share_as_of == before.share_as_of


def _as_of(state: ReleaseState, at: float) -> ReleaseState:
    """The same answer as it was given at an earlier time; a share that was read with it then was as new as it."""
    share_at = state.share_as_of
    if share_at is not None:
        share_at = at if share_at == state.as_of else min(share_at, at)
    return replace(state, as_of=at, share_as_of=share_at)


class SignOffLog:
    """Named answers of people."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, platform: Platform, signoff: SignOff) -> None:
        """Write one answer."""
        self._connection.execute(
            "INSERT OR REPLACE INTO signoffs VALUES (?,?,?,?,?,?,?,?,?)",
            (
                platform,
                signoff.version,
                signoff.build,
                signoff.at,
                signoff.gate,
                signoff.phase,
                signoff.by,
                signoff.note,
                signoff.withdrawn,
            ),
        )

    def all(self, platform: Platform, version: str, build: str) -> list[SignOff]:
        """The answers for one version and build, oldest first."""
        rows = self._connection.execute(
            "SELECT gate, phase, version, build, signer, at, note, withdrawn FROM signoffs"
            " WHERE platform = ? AND version = ? AND build = ? ORDER BY at",
            (platform, version, build),
        )
        return [
            SignOff(gate, phase, version, build, by, at, note, bool(withdrawn))
            for gate, phase, version, build, by, at, note, withdrawn in rows
        ]


def encode_state(state: ReleaseState) -> str:
    """A state as JSON, shares as decimals in text; of the release alone."""
    facts = {name: value for name, value in asdict(state).items() if name not in _OF_THE_CONNECTION}
    return json.dumps(facts, default=str, ensure_ascii=False)


def decode_state(text: str) -> ReleaseState:
    """The state that `encode_state` wrote; unknown fields of a newer program are left out."""
    raw: dict[str, Any] = json.loads(text)
    known = {field.name for field in fields(ReleaseState)} - _OF_THE_CONNECTION
    values = {key: value for key, value in raw.items() if key in known}
    values["word"] = StateWord(values["word"])
    values["kind"] = None if values.get("kind") is None else PhaseKind(values["kind"])
    values["share"] = None if values.get("share") is None else Decimal(values["share"])
    values["notes"] = tuple(values.get("notes", ()))
    values["trial"] = None if values.get("trial") is None else Trial(**values["trial"])
    values["grant"] = None if values.get("grant") is None else Grant(**values["grant"])
    return ReleaseState(**values)
