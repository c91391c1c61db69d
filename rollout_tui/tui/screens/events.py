"""All events, newest first: filtered, followed, and read on into the past."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.words import plain_text
from rollout_tui.tui.actions import BY_ID, KeyAction
from rollout_tui.tui.ink import Row
from rollout_tui.tui.screens.page import Page, Place
from rollout_tui.tui.view.event_list import EventFilter, Listed, event_list_rows, title_row
from rollout_tui.tui.view.event_origin import SIGNED, origin
from rollout_tui.tui.view.scene import Scene

if TYPE_CHECKING:
    from rollout_tui.domain.snapshot import Snapshot
    from rollout_tui.history.chain import Sought

_PAGE = 10
_MORE = 200
"""Older events that are fetched at once."""
_LONGEST = 60


def _as_json(event: Event) -> str:
    facts = {"at": event.at, "kind": event.kind, "platform": event.platform, "level": event.level}
    return json.dumps({**facts, "who": event.who, "text": event.text}, ensure_ascii=False)


_FILTER = KeyAction("filter_events", (), "/", "Filter", "Show events with these words", "EVENTS")
_KIND = KeyAction("event_kind", (), "c", "Kind", "Show one kind of events", "EVENTS")
_PLATFORM = KeyAction("event_platform", (), "1 2", "Platform", "Show one platform's events", "EVENTS")
_TRAVEL = KeyAction("event_travel", (), "t", "Travel there", "The screen as it stood then", "EVENTS")
_EXPORT = KeyAction("event_export", (), "x", "Export", "Write what is listed into a file", "EVENTS")


class EventsPage(Page):
    """Follows what is new while the newest is chosen; else new ones are counted and move nothing.

    `typing`: it opens with the field of its filter.
    """

    name_of_page = "the list of events"
    shown = (_FILTER, _KIND, _PLATFORM, _TRAVEL, _EXPORT, BY_ID["pause"], BY_ID["help"])

    def __init__(self, place: Place, *, typing: bool = False) -> None:
        super().__init__(place)
        self._asked = EventFilter()
        self._typing = typing
        self._chosen = 0
        self._seen: tuple[Event, ...] = ()
        """The newest events as they were when this list was followed last."""
        self._older: tuple[Event, ...] = ()
        self._all_read = False
        self._reading: asyncio.Task[None] | None = None
        self._sought: dict[Event, Sought] = {}
        """Lines of the audit log that were looked up."""
        self._asked_for: tuple[Event, Snapshot] | None = None
        """What was looked up last, and when: a line that was not there may have come with the next Snapshot."""
        self._looking_up: asyncio.Task[None] | None = None

    def keys(self) -> Mapping[str, Callable[[], object]]:
        """Moving, filtering."""
        return {
            "up": lambda: self._move(-1),
            "down": lambda: self._move(1),
            "pageup": lambda: self._move(-_PAGE),
            "pagedown": lambda: self._move(_PAGE),
            "home": lambda: self._move(-len(self._known)),
            "end": lambda: self._move(len(self._known)),
            "slash": self.filter,
            "c": self._next_kind,
            "t": self._travel,
            "x": self._export,
            "1": lambda: self._platform(0),
            "2": lambda: self._platform(1),
        }

    def filter(self) -> bool:
        """The field for words."""
        self._type(typing=True)
        return True

    def heading(self, _scene: Scene, width: int) -> Row:
        """What is listed."""
        return title_row(self._listed(), width)

    def content(self, scene: Scene, width: int, height: int) -> Sequence[Row]:
        """The list, and more about the chosen one."""
        return event_list_rows(scene, self._listed(), width, height)

    def typed(self, key: str, character: str | None) -> bool:
        """While a filter is typed letters are text."""
        if not self._typing:
            return False
        if key in ("enter", "escape"):
            self._type(typing=False, words=self._asked.words if key == "enter" else "")
        elif key == "backspace":
            self._type(typing=True, words=self._asked.words[:-1])
        elif character is not None and character.isprintable():
            self._type(typing=True, words=f"{self._asked.words}{character}"[:_LONGEST])
        return True

    def _listed(self) -> Listed:
        newest = self._desk.snapshot.events
        if self._chosen == 0:
            self._seen = newest
        new = len(set(newest) - set(self._seen))
        events = [event for event in self._known if self._asked.takes(event)]
        self._chosen = max(0, min(self._chosen, len(events) - 1))
        origin = self._origin(events[self._chosen]) if events else ""
        return Listed(events, self._chosen, len(self._known), new, self._asked, self._typing, origin)

    def _origin(self, event: Event) -> str:
        """Of what somebody did the line of the audit log is looked up beside the event loop."""
        sought, wanted = self._sought.get(event), (event, self._desk.snapshot)
        is_open = event.kind in SIGNED and (sought is None or sought.line is None) and self._asked_for != wanted
        if is_open and self._looking_up is None:
            self._asked_for = wanted
            self._looking_up = asyncio.create_task(self._look_up(event))
        return origin(event, self._desk.snapshot, sought)

    async def _look_up(self, event: Event) -> None:
        self._sought[event] = await self._desk.past.audited(event)
        self._looking_up = None
        if self.is_attached:
            self.draw()

    @property
    def _known(self) -> tuple[Event, ...]:
        end = self._seen[-1].at if self._seen else float("inf")
        return (*self._seen, *(event for event in self._older if event.at < end))

    def _move(self, step: int) -> None:
        self._chosen = max(0, self._chosen + step)
        if self._chosen + _PAGE >= len(self._listed().events) and not self._all_read and self._reading is None:
            self._reading = asyncio.create_task(self._read_on())
        self.draw()

    async def _read_on(self) -> None:
        """Older events, from history."""
        before = self._known[-1].at if self._known else self._desk.clock.now()
        older = await self._desk.past.events(before, _MORE)
        self._older = (*self._older, *older)
        self._all_read = len(older) < _MORE
        self._reading = None
        if self.is_attached:
            self.draw()

    def _travel(self) -> None:
        """To the moment of the chosen event."""
        from rollout_tui.tui.screens.travel import TravelPage

        listed = self._listed()
        if listed.events:
            self.turn_to(TravelPage(self._place, listed.events[listed.chosen].at))

    def _export(self) -> None:
        """What is listed, as JSON lines, into a new file of the folder in which the program was started."""
        events = self._listed().events
        if not events:
            self._place.tell("nothing to write: no event is listed", "warn")
            return
        name = f"events-{self._desk.snapshot.plan.app}-{int(self._desk.clock.now())}.jsonl"
        path = Path(plain_text(name).replace("/", "_"))
        try:
            with path.open("x", encoding="utf-8") as file:
                file.writelines(f"{_as_json(event)}\n" for event in events)
        except OSError as error:
            self._place.tell(f"not written, {error.strerror}: {path}", "warn")
        else:
            self._place.tell(f"{len(events)} events in {path}", "ok")

    def _next_kind(self) -> None:
        kinds: list[EventKind | None] = [None, *EventKind]
        kind = kinds[(kinds.index(self._asked.kind) + 1) % len(kinds)]
        self._ask(replace(self._asked, kind=kind))

    def _platform(self, number: int) -> None:
        """That one alone, or both again."""
        rollouts = self._desk.snapshot.rollouts
        if number < len(rollouts):
            platform = rollouts[number].plan.platform
            self._ask(replace(self._asked, platform=None if self._asked.platform is platform else platform))

    def _type(self, *, typing: bool, words: str | None = None) -> None:
        self._typing = typing
        self._ask(self._asked if words is None else replace(self._asked, words=words))

    def _ask(self, asked: EventFilter) -> None:
        self._asked, self._chosen = asked, 0
        self.draw()
