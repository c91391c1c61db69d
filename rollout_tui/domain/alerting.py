"""Which alarms are told, and when: once when they turn, again when worse or not acknowledged, once when over.

Pure: the book of what was told goes in and comes out (rollout-plan.md 9.7). Never on every poll; an alarm that comes
and goes is told once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from rollout_tui.domain.alarms import Alarm, Seen
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.severity import Severity, rank

CALM = 300.0
"""Seconds for which an alarm must be gone before it is over, and for which silence must last before it is one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An alarm in the book. Times are epoch seconds UTC.

    `alarm` is the newest that was seen of it, `since` when it came, or became as bad as `told`, the worst level that
    people know of (None: nobody was told yet). `told_at` is when they were told last, `better_at` since when it is
    less bad than that, `gone_at` since when it is not seen.
    """

    alarm: Alarm
    since: float
    told: Severity | None = None
    told_at: float = 0.0
    better_at: float | None = None
    gone_at: float | None = None


class Turn(StrEnum):
    """Why something is told."""

    BEGAN = "began"
    WORSE = "worse"
    STILL = "still"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell; an `alarm` that is over keeps the worst level that was told, and so its channels."""

    turn: Turn
    alarm: Alarm
    since: float


Book = Mapping[str, Entry]


def step(
    book: Book, now_seen: Seen, acks: Mapping[Platform, float], now: float, repeat: float
) -> tuple[Book, tuple[Notice, ...]]:
    """The book after this moment, and what is to be told; `acks` is when each platform was acknowledged last."""
    after: dict[str, Entry] = {}
    notices: list[Notice] = []
    present = {alarm.key: alarm for alarm in now_seen.alarms}
    # What cannot be seen now stands as it stood.
    present |= {key: entry.alarm for key, entry in book.items() if key in now_seen.unseen and key not in present}
    for key in [*present, *(key for key in book if key not in present)]:
        entry, alarm = book.get(key), present.get(key)
        kept, notice = (
            _standing(entry or Entry(alarm, now), alarm, acks, now, repeat)
            if alarm is not None
            else _gone(book[key], now)
        )
        after |= {} if kept is None else {key: kept}
        notices += [] if notice is None else [notice]
    return after, tuple(notices)


def _standing(
    entry: Entry, alarm: Alarm, acks: Mapping[Platform, float], now: float, repeat: float
) -> tuple[Entry | None, Notice | None]:
    entry = replace(entry, alarm=alarm, gone_at=None)
    if entry.told is None:
        waits = alarm.level is Severity.UNKNOWN and not alarm.loud
        if waits and now - entry.since < CALM:
            return entry, None
        told = replace(entry, told=alarm.level, told_at=now)
        return told, Notice(Turn.BEGAN, alarm, told.since)
    if rank(alarm.level) > rank(entry.told):
        told = replace(entry, told=alarm.level, told_at=now, since=now, better_at=None)
        return told, Notice(Turn.WORSE, alarm, now)
    if rank(alarm.level) == rank(entry.told):
        entry = replace(entry, better_at=None)
    elif entry.better_at is None:
        entry = replace(entry, better_at=now)
    elif now - entry.better_at >= CALM:
        entry = replace(entry, told=alarm.level, better_at=None)
    if _is_repeated(entry, acks) and now - entry.told_at >= repeat:
        return replace(entry, told_at=now), Notice(Turn.STILL, alarm, entry.since)
    return entry, None


def _is_repeated(entry: Entry, acks: Mapping[Platform, float]) -> bool:
    """What is only outside its target is told once; all else until somebody saw it as it is."""
    alarm = entry.alarm
    if alarm.level is Severity.INFO:
        return False
    seen_at = max(acks.values(), default=None) if alarm.platform is None else acks.get(alarm.platform)
    return seen_at is None or seen_at < entry.since


def _gone(entry: Entry, now: float) -> tuple[Entry | None, Notice | None]:
    if entry.told is None:
        return None, None
    if entry.gone_at is None:
        return replace(entry, gone_at=now), None
    if now - entry.gone_at < CALM:
        return entry, None
    return None, Notice(Turn.OVER, replace(entry.alarm, level=entry.told), entry.since)
