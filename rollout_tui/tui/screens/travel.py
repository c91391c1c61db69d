"""Travelling in time: the main screen as it stood at any stored moment. Nothing can be acted on here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from textual.timer import Timer

from rollout_tui.domain.moments import EXPECTED, parse_moment
from rollout_tui.domain.snapshot import Snapshot
from rollout_tui.domain.words import DAY, MINUTE
from rollout_tui.history import HistoryError
from rollout_tui.tui.actions import BACK, BY_ID, KeyAction
from rollout_tui.tui.ink import Row, blank
from rollout_tui.tui.screens.main import MainScreen
from rollout_tui.tui.screens.page import Page, Place
from rollout_tui.tui.view.help import Subject
from rollout_tui.tui.view.kept import Kept
from rollout_tui.tui.view.past import Journey, looked_at, past_rows
from rollout_tui.tui.view.scene import Scene
from rollout_tui.tui.view.screen import screen_rows

_STEP = 15 * MINUTE
_SPEEDS = (60, 300, 900, 3600)
_LONGEST = 30
_OFF = "you look at the past; esc returns to now"
_OFF_SHORT = "this is the past"
_OFF_RECORDED = "this is a recording: nothing here can be acted on"
_TRACK_FROM = 24
"""Rows of screen from which on the track stands below the bar."""
_ACTING = ("pause", "resume", "promote", "restart", "override", "acknowledge")

_MOVE = KeyAction("travel_step", (), "←→", "15 min", "Step through time", "TRAVEL")
_DAY = KeyAction("travel_day", (), "shift+←→", "Day", "Step a day", "TRAVEL")
_EVENT = KeyAction("travel_event", (), "[ ]", "Event", "To the event before or after", "TRAVEL")
_GO = KeyAction("travel_go", (), "g", "Go to time", "Type a moment", "TRAVEL")
_NOW = KeyAction("travel_now", (), "esc", "Now", "Back to the present", "TRAVEL")
_QUIT = KeyAction("travel_quit", (), "esc", "Quit", "Leave the recording and the program", "TRAVEL")
_PLAY = KeyAction("travel_play", (), "space", "Play", "Play; < and > change the speed", "TRAVEL")


class TravelPage(Page):
    """`start` is the first moment to show (epoch seconds UTC; None: 15 min ago).

    `leaves`: it is all that was asked for, and who leaves it leaves the program.
    """

    name_of_page = "the past"
    shown = (_MOVE, _DAY, _EVENT, _GO, _PLAY, BY_ID["help"])

    def __init__(self, place: Place, start: float | None = None, *, leaves: bool = False) -> None:
        self._is_recording = bool(place.look.recording)
        super().__init__(place)
        self._out = _QUIT if leaves else BACK if self._is_recording else _NOW
        self._scene = lambda: replace(place.main.scene(), read_only=True)
        self._traveller = place.desk.traveller()
        now = place.desk.clock.now()
        self._journey = Journey(now - _STEP if start is None else start, now)
        self._then: Snapshot | None = None
        self._kept_then = Kept()
        self._loading: asyncio.Task[None] | None = None
        self._opening: asyncio.Task[None] | None = None
        self._player: Timer | None = None
        self._speed = 0

    def on_mount(self) -> None:
        """Read that moment, then what there is to look at."""
        self._go(self._journey.moment)
        self._opening = asyncio.create_task(self._open())

    async def on_unmount(self) -> None:
        """Close the file."""
        for task in (self._loading, self._opening):
            if task is not None:
                task.cancel()
        await self._traveller.close()

    def keys(self) -> Mapping[str, Callable[[], object]]:
        """Steps, events, a typed moment, playing; what would act says why it does not."""
        off = {key: self._tell_off for name in _ACTING for key in BY_ID[name].keys}
        return {
            **off,
            "left": lambda: self._step(-_STEP),
            "right": lambda: self._step(_STEP),
            "shift+left": lambda: self._step(-DAY),
            "shift+right": lambda: self._step(DAY),
            "left_square_bracket": lambda: self._to_event(before=True),
            "right_square_bracket": lambda: self._to_event(before=False),
            "g": lambda: self._change(typed="", problem=""),
            "space": self._play,
            "less_than_sign": lambda: self._faster(-1),
            "greater_than_sign": lambda: self._faster(1),
            "up": lambda: self._focus(lambda main: main.move_item(-1)),
            "down": lambda: self._focus(lambda main: main.move_item(1)),
            "tab": lambda: self._focus(lambda main: main.move_pane(1)),
            "1": lambda: self._focus(lambda main: main.choose_pane(0)),
            "2": lambda: self._focus(lambda main: main.choose_pane(1)),
            "end": self._to_last if self._is_recording else self.leave,
            "home": self._to_first,
        }

    def help(self, why_not: Mapping[str, str]) -> Subject:
        """What acts is off, whatever the present permits."""
        subject = super().help(why_not)
        return replace(
            subject, why_not=dict(why_not) | dict.fromkeys(_ACTING, _OFF_SHORT), own=(*subject.own, self._out)
        )

    def rows(self, scene: Scene, width: int, height: int) -> Sequence[Row]:
        """The main screen of then, the bar of the past, the footer."""
        journey = replace(self._journey, now=self._desk.clock.now())
        footer = self._place.footer((*self.shown, self._out), width)
        below = 2 if height >= _TRACK_FROM else 1
        then = self._then
        if then is None:
            # Nothing of the present may stand here as if it were the past.
            body: Sequence[Row] = [blank(width)] * max(2, height - below - 1)
        else:
            shown = then if self._is_recording else looked_at(then, scene.snapshot)
            past = replace(scene, snapshot=shown, now=then.at, kept=self._kept_then)
            body = screen_rows(past, width, height, footer, below)[:-1]
        return [*body, *past_rows(scene, journey, width, below), footer][-height:]

    def typed(self, key: str, character: str | None) -> bool:
        """While a moment is typed letters are text."""
        text = self._journey.typed
        if text is None:
            return False
        if key == "escape":
            self._change(typed=None, problem="")
        elif key == "enter":
            self._take(text)
        elif key == "backspace":
            self._change(typed=text[:-1], problem="")
        elif character is not None and character.isprintable():
            self._change(typed=f"{text}{character}"[:_LONGEST], problem="")
        return True

    def _take(self, text: str) -> None:
        try:
            moment = parse_moment(text, self._desk.clock.now(), self._place.look.zone)
        except ValueError:
            self._change(problem=EXPECTED)
            return
        record = self._journey.record
        if record is not None and not record.covers(moment):
            self._change(problem="nothing is recorded of that moment")
            return
        self._change(typed=None, problem="")
        self._go(moment)

    def _step(self, seconds: float) -> None:
        self._stop()
        self._go(self._journey.moment + seconds)

    def _to_event(self, *, before: bool) -> None:
        self._stop()
        record, moment = self._journey.record, self._journey.moment
        found = None if record is None else record.event_before(moment) if before else record.event_after(moment)
        if found is None:
            self.remark("nothing else is recorded in that direction", "mute")
        else:
            self._go(found)

    def _to_first(self) -> None:
        if self._journey.record is not None:
            self._go(self._journey.record.first)

    def _to_last(self) -> None:
        if self._journey.record is not None:
            self._go(self._journey.record.last)

    def _go(self, moment: float) -> None:
        """Show that moment, or the nearest that is recorded; keys that come faster than the file is read are one."""
        record = self._journey.record
        now = self._desk.clock.now()
        if record is not None:
            moment = max(record.first, min(moment, record.last))
        self._change(moment=min(moment, now))
        if self._loading is None or self._loading.done():
            self._loading = asyncio.create_task(self._load())

    async def _load(self) -> None:
        try:
            while self._then is None or self._then.at != self._journey.moment:
                self._then = await self._traveller.at(self._journey.moment)
        except HistoryError as error:
            self._change(problem=str(error))
        if self.is_attached:
            self.draw()

    async def _open(self) -> None:
        try:
            record = await self._traveller.record()
        except HistoryError as error:
            self._change(problem=str(error))
            return
        if record is None:
            self._change(problem="nothing is recorded yet")
            return
        self._change(record=record)
        if not record.covers(self._journey.moment):
            self._go(self._journey.moment)

    def _play(self) -> None:
        if self._player is not None:
            self._stop()
        else:
            self._player = self.set_interval(1.0, self._play_on)
            self._change(playing=_SPEEDS[self._speed])

    def _play_on(self) -> None:
        record = self._journey.record
        if record is not None and self._journey.moment >= record.last:
            self._stop()
        else:
            self._go(self._journey.moment + _SPEEDS[self._speed])

    def _faster(self, step: int) -> None:
        self._speed = max(0, min(self._speed + step, len(_SPEEDS) - 1))
        if self._player is not None:
            self._change(playing=_SPEEDS[self._speed])

    def _stop(self) -> None:
        if self._player is not None:
            self._player.stop()
            self._player = None
        self._change(playing=0)

    def _focus(self, move: Callable[[MainScreen], None]) -> None:
        move(self._main)
        self.draw()

    def _change(self, **changes: object) -> None:
        self._journey = replace(self._journey, **changes)  # type: ignore[arg-type]  # Journey's own names
        if self.is_attached:
            self.draw()

    def _tell_off(self) -> None:
        self.remark(_OFF_RECORDED if self._is_recording else _OFF, "warn")
