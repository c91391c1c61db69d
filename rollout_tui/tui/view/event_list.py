"""The list of events: which are shown, and the rows of the page (screens.md 12, mockup 13)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.words import clock_time, day, plain_text
from rollout_tui.tui.ink import Pen, Row, wrapped
from rollout_tui.tui.symbols import SEVERITY
from rollout_tui.tui.view.events import LOUD
from rollout_tui.tui.view.scene import Scene

_PLATFORM, _KIND, _WHO, _MARK, _WHAT = 13, 23, 34, 43, 45
_NARROW = 100
"""Below it who did it stands with what was done."""
_SELECTED = 5
_SELECTED_TALL = 7
"""Rows of the block about the chosen event, the second from `_TALL` rows on: its text is to be read whole."""
_ROOMY, _TALL = 16, 18


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are shown: of one platform, of one kind, with all the words; None and "" leave it open."""

    platform: Platform | None = None
    kind: EventKind | None = None
    words: str = ""

    def takes(self, event: Event) -> bool:
        """Whether the event is shown. What concerns both platforms belongs to each."""
        text = f"{event.text} {event.who} {event.kind.value}".lower()
        return (
            (self.platform is None or event.platform in (None, self.platform))
            and (self.kind is None or event.kind is self.kind)
            and all(word in text for word in self.words.lower().split())
        )

    def in_words(self) -> str:
        """As the title says it."""
        platform = "both platforms" if self.platform is None else self.platform.value
        kind = "all kinds" if self.kind is None else self.kind.value
        return " · ".join([platform, kind, *([f"“{plain_text(self.words, 30)}”"] if self.words else [])])


@dataclass(frozen=True, slots=True)
class Listed:
    """What the page shows: events newest first, the chosen one, how many are known in all and how many came since."""

    events: Sequence[Event]
    chosen: int
    known: int
    new: int = 0
    asked: EventFilter = EventFilter()
    typing: bool = False
    origin: str = ""
    """Where the chosen event comes from, and what signs it."""


def title_row(listed: Listed, width: int) -> Row:
    """What is listed, and what is not."""
    pen = Pen(width, "focus")
    x = pen.put(1, "EVENTS", bold=True) + 2
    end = f"{listed.new} new, press home" if listed.new else "newest first"
    x = pen.put(x, f"{listed.asked.in_words()} · {len(listed.events)} of {listed.known}")
    if x + len(end) + 2 < width:
        pen.right(width - 1, end, bold=listed.new > 0)
    return pen.row()


def event_list_rows(scene: Scene, listed: Listed, width: int, height: int) -> list[Row]:
    """Head, days and events around the chosen one, and below what is known of it."""
    foot = _selected(scene, listed, width, _SELECTED_TALL if height >= _TALL else _SELECTED) if height >= _ROOMY else []
    room = height - len(foot) - 1
    lines = list(_lines(scene, listed, width))
    place = next((n for n, (number, _) in enumerate(lines) if number == listed.chosen), 0)
    first = max(0, min(place - room // 2, len(lines) - room))
    shown = [row for _, row in lines[first : first + room]]
    if not listed.events:
        pen = Pen(width)
        pen.put(1, "no event is like that" if listed.known else "nothing has happened yet", "mute")
        shown = [pen.row()]
    empty = [Pen(width).row() for _ in range(room - len(shown))]
    return [_head(scene, listed, width), *shown, *empty, *foot]


def _head(scene: Scene, listed: Listed, width: int) -> Row:
    pen = Pen(width)
    if listed.typing:
        x = pen.put(1, "Filter: ", "accent", bold=True)
        x = pen.put(x, plain_text(listed.asked.words, width - 40))
        pen.put(x, " ", ground="cursor")
        pen.right(width - 1, "enter keep   esc clear", "mute")
        return pen.row()
    pen.put(1, f"time ({_zone(scene)})", "mute")
    pen.put(_PLATFORM, "platform", "mute")
    pen.put(_KIND, "kind", "mute")
    if width >= _NARROW:
        pen.put(_WHO, "who", "mute")
    pen.put(_what(width), "what", "mute")
    return pen.row()


def _lines(scene: Scene, listed: Listed, width: int) -> Iterator[tuple[int | None, Row]]:
    """Rows with the number of their event; titles of days have none."""
    before = ""
    for number, event in enumerate(listed.events):
        today = day(event.at, scene.zone)
        if today != before:
            pen = Pen(width)
            pen.fill(pen.put(1, today, "mute", bold=True) + 1, width - 1, "─")
            yield None, pen.row()
            before = today
        yield number, _event(scene, event, width, chosen=number == listed.chosen)


def _event(scene: Scene, event: Event, width: int, *, chosen: bool) -> Row:
    pen = Pen(width, "select" if chosen else "bg")
    pen.put(0, "▌" if chosen else " ", "accent")
    pen.put(1, clock_time(event.at, scene.zone), "mute")
    pen.put(_PLATFORM, "both" if event.platform is None else event.platform.value, "mute")
    pen.put(_KIND, event.kind.value, "mute")
    if width >= _NARROW:
        pen.put(_WHO, plain_text(event.who, 8), "mute")
    tone = "text"
    x = _what(width)
    if event.level is not None:
        symbol, colour = SEVERITY[event.level]
        pen.put(x - 2, symbol, colour)
        tone = colour if event.level in LOUD else tone
    pen.put(x, plain_text(event.text, width - x - 1), tone)
    return pen.row()


def _selected(scene: Scene, listed: Listed, width: int, height: int) -> list[Row]:
    """The chosen event: its time, where it comes from and what signs it, its whole text."""
    title = Pen(width)
    title.fill(title.put(1, "SELECTED", "mute", bold=True) + 1, width - 1, "─")
    rows = [title.row()]
    if listed.events:
        event = listed.events[listed.chosen]
        who = f" · {plain_text(event.who, 32)}" if event.who else ""
        when = (
            f"{day(event.at, scene.zone)} {clock_time(event.at, scene.zone)} {_zone(scene)} · {event.kind.value}{who}"
        )
        for label, text in (("when", when), ("from", listed.origin), ("what", event.text)):
            for number, line in enumerate(wrapped(plain_text(text), width - 11)):
                pen = Pen(width)
                pen.put(1, label if number == 0 else "", "mute")
                pen.put(9, line)
                rows.append(pen.row())
    rows = rows[:height]
    return [*rows, *(Pen(width).row() for _ in range(height - len(rows)))]


def _what(width: int) -> int:
    return _WHAT if width >= _NARROW else _WHO + 2


def _zone(scene: Scene) -> str:
    from datetime import datetime

    return datetime.fromtimestamp(scene.now, scene.zone).tzname() or ""
