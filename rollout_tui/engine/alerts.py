"""From Snapshots to messages: what the rules of domain/alerting.py tell, to the channels that want it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from rollout_tui.config.settings import AlertSettings, ChannelSettings
from rollout_tui.domain.alarms import Alarm, seen
from rollout_tui.domain.alerting import Book, Entry, Notice, Turn, step
from rollout_tui.domain.digest import digest_lines, last_due, next_line
from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.severity import Severity, worst
from rollout_tui.domain.snapshot import Snapshot
from rollout_tui.domain.words import clock_time, moment, plain_text, span
from rollout_tui.engine.channels import Channel, Message
from rollout_tui.history import History

if TYPE_CHECKING:
    from rollout_tui.engine.archive import Archive

_log = logging.getLogger(__name__)
_BOOK, _DIGEST = "alarms", "digest"
"""Names of what history keeps for the next guard."""
_UPDATES = frozenset(
    {EventKind.STATE, EventKind.ACTION, EventKind.ELSEWHERE, EventKind.WAIVER, EventKind.REQUEST, EventKind.ACK}
)
"""Events that are told once; severities, verdicts and silence are alarms, which are told by their own rules."""
_WIDTH = 400
_TURNS = {Turn.BEGAN: "", Turn.WORSE: "WORSE: ", Turn.OVER: "OVER: "}


class Alerts:
    """Looks at every Snapshot; the channels send."""

    def __init__(self, settings: AlertSettings, channels: Sequence[Channel], archive: Archive) -> None:
        self._settings = settings
        self._channels = channels
        self._archive = archive
        self._zone = ZoneInfo(settings.timezone)
        self._book: Book = {}
        self._known: frozenset[Event] = frozenset()
        self._digest_at = 0.0

    async def begin(self, snapshot: Snapshot) -> None:
        """Take over what an earlier guard told: it is not told again."""
        self._known = frozenset(snapshot.events)
        written = await self._archive.try_call(lambda history: history.guard_notes.get(_BOOK), None)
        sent = await self._archive.try_call(lambda history: history.guard_notes.get(_DIGEST), None)
        self._book = {} if written is None else read_book(written)
        # The first guard of a history begins with the next digest.
        self._digest_at = snapshot.at if sent is None else float(sent)
        if sent is None:
            self._keep(_DIGEST, str(snapshot.at))

    async def look(self, snapshot: Snapshot) -> None:
        """Tell what is new."""
        platforms = [rollout.plan.platform for rollout in snapshot.rollouts]
        nobody: dict[Platform, float] = {}
        found = await self._archive.try_call(partial(_acknowledged, platforms), nobody)
        before = self._book
        self._book, notices = step(before, seen(snapshot), found, snapshot.at, self._settings.repeat)
        if self._book != before:
            self._keep(_BOOK, write_book(self._book))
        updates = [event for event in reversed(snapshot.events) if event not in self._known]
        self._known = frozenset(snapshot.events)
        for channel in self._channels:
            mine = [notice for notice in notices if wants(channel.settings, notice.alarm)]
            news = [event for event in updates if _wants_update(channel.settings, event)]
            if mine or news:
                channel.put(self._message(snapshot, mine, news))
        self._daily(snapshot)

    def say(self, snapshot: Snapshot, text: str) -> None:
        """Tell every channel, whatever its levels: what is about to happen by itself, or did not."""
        for channel in self._channels:
            channel.put(Message(f"{Severity.CRITICAL} {_name(snapshot)}", plain_text(text, 3 * _WIDTH)))

    def _daily(self, snapshot: Snapshot) -> None:
        due = last_due(snapshot.at, self._settings.digest_at, self._zone)
        if due <= self._digest_at:
            return
        self._digest_at = due
        self._keep(_DIGEST, str(due))
        body = "\n".join(digest_lines(snapshot, self._zone))
        for channel in self._channels:
            if channel.settings.digest:
                title = f"Daily status of {_name(snapshot)}, {moment(snapshot.at, self._zone)}"
                channel.put(Message(title, body))

    def _message(self, snapshot: Snapshot, notices: Sequence[Notice], updates: Iterable[Event]) -> Message:
        lines = [self._line(notice, snapshot.at) for notice in notices]
        for event in updates:
            where = "" if event.platform is None else f"{snapshot.rollout(event.platform).plan.label}: "
            lines.append(f"{clock_time(event.at, self._zone)} {where}{plain_text(event.text, _WIDTH)}")
        waived = [
            f"{rollout.plan.label}: {gate.gate.label} is WAIVED until {moment(gate.waiver.expires_at, self._zone)}."
            for rollout in snapshot.rollouts
            for gate in rollout.gates
            if gate.waiver is not None
        ]
        standing = [notice.alarm.level for notice in notices if notice.turn is not Turn.OVER]
        title = f"{worst(standing)} " if standing else "OVER " if notices else ""
        if notices:
            lines += [*waived, next_line(snapshot)]
        return Message(f"{title}{_name(snapshot)}", "\n".join(lines))

    def _line(self, notice: Notice, now: float) -> str:
        text = plain_text(notice.alarm.text, _WIDTH)
        if notice.turn is Turn.STILL:
            return f"STILL, not acknowledged for {span(now - notice.since)}: {text}"
        if notice.turn is Turn.OVER:
            return f"OVER after {span(now - notice.since)}: {text}"
        return f"{_TURNS[notice.turn]}{text}"

    def _keep(self, name: str, text: str) -> None:
        self._archive.write(lambda history: history.guard_notes.put(name, text))


def wants(channel: ChannelSettings, alarm: Alarm) -> bool:
    """Whether a channel is told of an alarm."""
    return alarm.loud or (alarm.gate and channel.gates) or alarm.level.value in channel.levels


def _wants_update(channel: ChannelSettings, event: Event) -> bool:
    """Release updates are INFO unless they say what else they are; what the guard does itself it says by `say`."""
    if event.who == "guard":
        return False
    level = event.level if event.level not in (None, Severity.OK) else Severity.INFO
    return event.kind in _UPDATES and level is not None and level.value in channel.levels


def write_book(book: Book) -> str:
    """The book for history."""
    return json.dumps([asdict(entry) for entry in book.values()], ensure_ascii=False)


def read_book(text: str) -> Book:
    """The book from history; one that cannot be read is begun anew, and what stands is told again."""
    try:
        entries = [_entry(raw) for raw in json.loads(text)]
    except (ValueError, TypeError, KeyError):
        return {}
    return {entry.alarm.key: entry for entry in entries}


def _entry(raw: dict[str, Any]) -> Entry:
    alarm = raw["alarm"]
    place = None if alarm["platform"] is None else Platform(alarm["platform"])
    told = None if raw["told"] is None else Severity(raw["told"])
    return Entry(
        **raw | {"told": told, "alarm": Alarm(**alarm | {"level": Severity(alarm["level"]), "platform": place})}
    )


def _acknowledged(platforms: Sequence[Platform], history: History) -> dict[Platform, float]:
    found = {platform: history.events.acknowledged(platform) for platform in platforms}
    return {platform: at for platform, at in found.items() if at is not None}


def _name(snapshot: Snapshot) -> str:
    return f"{snapshot.plan.app} {snapshot.plan.version}"
