"""The fleet: one line a rollout, worst first; the first screen where three rollouts or more are watched."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from textual.events import Click, Key, MouseScrollDown, MouseScrollUp

from rollout_tui.domain.fleet import FleetLine, LineKey, Sort, arranged, filtered
from rollout_tui.engine.fleet import Fleet
from rollout_tui.tui.actions import BY_ID, KeyAction
from rollout_tui.tui.ink import Row
from rollout_tui.tui.look import Look
from rollout_tui.tui.screens.whole import WholeScreen
from rollout_tui.tui.view.fleet import FleetList, FleetScene, fleet_rows, line_at
from rollout_tui.tui.view.help import Subject

_PAGE = 10
_LONGEST = 60
_KEPT = 10.0
"""Seconds without a key after which the lines are sorted anew."""
_GATHER = 0.5
"""Seconds in which news of many apps become one repaint."""

_OPEN = KeyAction("open_rollout", (), "enter", "Open", "Open the chosen rollout", "FLEET")
_FILTER = KeyAction("filter_fleet", (), "/", "Filter", "Show rollouts with these words", "FLEET")
_SORT = KeyAction("sort_fleet", (), "s", "Sort", "Another order", "FLEET")
_SHOWN = (_OPEN, _FILTER, _SORT, BY_ID["pause"], BY_ID["events"], BY_ID["help"], BY_ID["quit"])


class FleetScreen(WholeScreen[FleetScene]):
    """`clock` is monotonic, in seconds; `open_line` goes to a rollout, `leave` is what `esc` does at last."""

    def __init__(
        self,
        fleet: Fleet,
        look: Look,
        footer: Callable[[Sequence[KeyAction], int], Row],
        clock: Callable[[], float],
        open_line: Callable[[LineKey], object],
        leave: Callable[[], object],
    ) -> None:
        super().__init__(look, self.scene)
        self._fleet = fleet
        self._footer = footer
        self._clock = clock
        self._open_line = open_line
        self._leave = leave
        self._chosen: LineKey | None = None
        self._sort = Sort.WORST
        self._words = ""
        self._typing = False
        self._order: Sequence[LineKey] = ()
        self._touched: float | None = None
        self._gathering = False
        self._keys: Mapping[str, Callable[[], object]] = {
            "up": lambda: self._move(-1),
            "down": lambda: self._move(1),
            "pageup": lambda: self._move(-_PAGE),
            "pagedown": lambda: self._move(_PAGE),
            "home": lambda: self._move(-len(fleet.snapshot.lines)),
            "end": lambda: self._move(len(fleet.snapshot.lines)),
            "enter": self._open,
            "slash": lambda: self._type(typing=True),
            "s": self._next_sort,
            "escape": self._out,
        }

    @property
    def chosen(self) -> LineKey | None:
        """The rollout on which keys act, as it is seen; None where no line is shown."""
        return self._chosen

    def touch(self) -> None:
        """A key was pressed: the order stands for ten seconds."""
        if self._touched is None or not self._is_kept:
            self._order = [line.key for line in self._arranged()]
        self._touched = self._clock()

    def scene(self) -> FleetScene:
        """What the view looks at, now."""
        desk = self._fleet.desks[0]
        return FleetScene(
            self._fleet.snapshot,
            desk.clock.now(),
            str(desk.actor),
            read_only=all(each.read_only is not None for each in self._fleet.desks),
            rehearsal=self._look.rehearsal,
            recording=self._look.recording,
            zone=self._look.zone,
            ascii_only=self._look.ascii_only,
        )

    def help(self, why_not: Mapping[str, str]) -> Subject:
        """Its own keys before all others."""
        return Subject(why_not, "FLEET", (_OPEN, _FILTER, _SORT))

    def rows(self, scene: FleetScene, width: int, height: int) -> Sequence[Row]:
        """Status line, NEXT, lines, footer."""
        listed = self._listed()
        self._chosen = listed.lines[listed.index].key if listed.lines else None
        return fleet_rows(scene, listed, width, height, self._footer(_SHOWN, width))

    def news(self) -> None:
        """Somebody has a new Snapshot; what comes within half a second is drawn together."""
        if not self._gathering:
            self._gathering = True
            self.set_timer(_GATHER, self._gathered)

    def on_key(self, event: Key) -> None:
        """A key of this screen; all others are the app's."""
        key = self._look.aliases.get(event.key, event.key)
        handler = self._letter(event) if self._typing else self._keys.get(key)
        if handler is not None:
            event.stop()
            event.prevent_default()
            self.touch()
            handler()

    def on_click(self, event: Click) -> None:
        """The mouse chooses a line; it never confirms."""
        key = line_at(self._listed(), event.screen_y, self.app.size.height)
        if key is not None:
            self.touch()
            self._choose(key)

    def on_mouse_scroll_down(self, _event: MouseScrollDown) -> None:
        """The next line."""
        self.touch()
        self._move(1)

    def on_mouse_scroll_up(self, _event: MouseScrollUp) -> None:
        """The one before."""
        self.touch()
        self._move(-1)

    def _tick(self) -> None:
        """The clock; the order once nobody has pressed a key for some time."""
        if not self.is_current and not self.dimmed:
            return
        if self._order and not self._is_kept:
            self._order = ()
            self.draw()
        super()._tick()

    @property
    def _is_kept(self) -> bool:
        return self._touched is not None and self._clock() - self._touched < _KEPT

    def _arranged(self) -> Sequence[FleetLine]:
        return arranged(self._fleet.snapshot.lines, self._sort, self._order if self._is_kept else ())

    def _listed(self) -> FleetList:
        lines = filtered(self._arranged(), self._words)
        # Until somebody chooses, the line on top is the chosen one, whichever it is.
        chosen = None if self._touched is None else self._chosen
        return FleetList(lines, chosen, self._words, self._typing, self._sort, kept=self._is_kept)

    def _gathered(self) -> None:
        self._gathering = False
        if self.is_current or self.dimmed:
            self.draw()

    def _choose(self, key: LineKey) -> None:
        self._chosen = key
        self.draw()

    def _move(self, step: int) -> None:
        listed = self._listed()
        if listed.lines:
            self._choose(listed.lines[max(0, min(listed.index + step, len(listed.lines) - 1))].key)

    def _open(self) -> None:
        if self._chosen is not None:
            self._open_line(self._chosen)

    def _next_sort(self) -> None:
        orders = [*Sort]
        self._sort = orders[(orders.index(self._sort) + 1) % len(orders)]
        self._order = [line.key for line in arranged(self._fleet.snapshot.lines, self._sort)]
        self.draw()

    def _letter(self, event: Key) -> Callable[[], object] | None:
        """What a key does while the filter is typed: letters are text, up and down still choose."""
        if event.key in ("enter", "escape"):
            return lambda: self._type(typing=False, words=self._words if event.key == "enter" else "")
        if event.key == "backspace":
            return lambda: self._type(typing=True, words=self._words[:-1])
        if event.character is not None and event.character.isprintable():
            return lambda: self._type(typing=True, words=f"{self._words}{event.character}"[:_LONGEST])
        return self._keys.get(event.key)

    def _type(self, *, typing: bool, words: str | None = None) -> None:
        self._typing = typing
        self._words = self._words if words is None else words
        self.draw()

    def _out(self) -> None:
        """The whole list again; from there to where one came from."""
        if self._words:
            self._type(typing=False, words="")
        else:
            self._leave()
