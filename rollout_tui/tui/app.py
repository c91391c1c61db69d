"""The app: wires desk, screens and keys. It decides nothing about a rollout."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, ClassVar

from rich.console import RenderableType
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen

from rollout_tui.domain.severity import Severity
from rollout_tui.engine.desk import Desk
from rollout_tui.engine.fleet import Fleet
from rollout_tui.tui import terminal
from rollout_tui.tui.actions import ACTIONS, BY_ID, FOOTER, FOOTER_OF_ONE, KeyAction
from rollout_tui.tui.canvas import Canvas
from rollout_tui.tui.driver import Manners, is_behind
from rollout_tui.tui.early import Handover
from rollout_tui.tui.ink import Row
from rollout_tui.tui.keyguard import KeyClock
from rollout_tui.tui.leaving import Leaving
from rollout_tui.tui.look import Look
from rollout_tui.tui.notices import Notices
from rollout_tui.tui.pacing import LOOK_AGAIN, Pacing
from rollout_tui.tui.pages import PAGES, FirstPage
from rollout_tui.tui.screens.confirm import ConfirmDialog, OverrideWanted
from rollout_tui.tui.screens.dialog import Dialog
from rollout_tui.tui.screens.help import HelpDialog
from rollout_tui.tui.screens.main import MainScreen
from rollout_tui.tui.screens.palette import PaletteDialog
from rollout_tui.tui.screens.whole import WholeScreen
from rollout_tui.tui.seats import House
from rollout_tui.tui.sitting import Sitting
from rollout_tui.tui.theme import Theme
from rollout_tui.tui.title import worst_of
from rollout_tui.tui.view.footer import footer_row

_log = logging.getLogger(__name__)
_NOTHING_TO_READ = "this is a recording: there is nothing to read"
_OF_ALL = frozenset({"fleet", "read_now", "repaint", "filter", "palette", "help", "suspend", "quit"})
"""Keys that are about the program, not about one rollout of the fleet."""
_ALWAYS = "suspend"
"""What a key does over dialogs and in fields as well."""


class RolloutApp(App[int], inherit_bindings=False):
    """Draws what the desk knows; asks the desk to act. `start` begins the polling, after the first frame.

    With `others`, the desks of further apps, it is a fleet, with a seat at each of them (seats.py). Keys are judged by
    when they were read, or by `clock` (monotonic, seconds). `handover` is the frame that stands on the terminal
    already. `failure` is what ended the app, if anything of ours did.
    """

    ENABLE_COMMAND_PALETTE = False  # the palette is made from our table of keys
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(",".join(action.keys), f"key('{action.id}')", action.label, id=action.id, priority=action.id == _ALWAYS)
        for action in ACTIONS
        if action.keys
    ]

    def __init__(
        self,
        desk: Desk,
        look: Look | None = None,
        start: Callable[[], Awaitable[None]] | None = None,
        clock: Callable[[], float] | None = None,
        handover: Handover | None = None,
        first: FirstPage | None = None,
        others: Sequence[Desk] = (),
    ) -> None:
        self._look = look or Look()
        self.handover = handover
        self._first = first
        super().__init__(driver_class=Manners, ansi_color=self._look.theme in (Theme.ANSI, Theme.MONO))
        self.failure: Exception | None = None
        self._begin = start
        self._notices = Notices(self._draw, self._draw_older, lambda seconds, call: self.set_timer(seconds, call))
        self._keys = KeyClock() if clock is None else KeyClock(clock, lambda _: clock())
        house = House(
            self._look,
            self._keys,
            self._notices,
            self._ask,
            lambda: isinstance(self.screen, WholeScreen),
            self._footer,
            self._main_footer,
            lambda: self._sitting.leave_main(),
        )
        self._sitting = Sitting(Fleet((desk, *others)), house, lambda base: self.switch_screen(self._kept(base)))
        self._canvas = Canvas(self._look, handover)
        self._pacing = Pacing(
            lambda: is_behind(self._driver), lambda call: self.set_timer(LOOK_AGAIN, call), lambda: self.refresh()
        )
        self.leaving = Leaving(self, self._sitting.seats, house, self._chosen)
        self._end_listening: Callable[[], None] = lambda: None
        self._handlers: dict[str, Callable[[], object]] = {
            "next_pane": lambda: self._main.move_pane(1),
            "previous_pane": lambda: self._main.move_pane(-1),
            "first_pane": lambda: self._main.choose_pane(0),
            "second_pane": lambda: self._main.choose_pane(1),
            "down": lambda: self._main.move_item(1),
            "up": lambda: self._main.move_item(-1),
            "fleet": lambda: self._sitting.show_fleet(),
            "filter": self._filter,
            "override": lambda: self._sitting.seat.deciding.open(),
            "acknowledge": lambda: self._sitting.seat.deciding.acknowledge(),
            "shorter": lambda: self._notices.tell(f"charts show {self._main.choose_window(-1)}", "mute"),
            "longer": lambda: self._notices.tell(f"charts show {self._main.choose_window(1)}", "mute"),
            "freeze": self._freeze,
            "read_now": self._read_now,
            "repaint": self._repaint,
            "palette": lambda: self._ask(PaletteDialog(self._why_not(), self._look), self._chosen),
            "help": lambda: self._ask(HelpDialog(self._front.help(self._why_not()), self._look), self._chosen),
            "suspend": self.leaving.suspend,
            "quit": self.leaving.quit,
        }

    def on_mount(self) -> None:
        """Paint from what is known, then begin to poll."""
        for alias, key in self._look.aliases.items():
            action = next(action for action in ACTIONS if key in action.keys)
            self.bind(alias, f"key('{action.id}')")
        self.push_screen(self._kept(self._sitting.all if self._is_fleet and self._first is None else self._main))
        self._end_listening = self._sitting.fleet.listen(self._arrived)
        self.leaving.begin(self.handover)
        self._name_window()
        self.app_resume_signal.subscribe(self, lambda _: self._canvas.forget())
        if self._begin is not None:
            self.call_after_refresh(self._begin)
        if self._first is not None:
            closed = self.leaving.page_left if self._first.leaves else self._chosen
            self.push_screen(self._first.make(self._sitting.seat.place), closed)

    def on_resize(self) -> None:
        """Resizes that come together are one, perhaps back to the size that was: cells are lost all the same."""
        if self._canvas.resized():
            self.refresh(repaint=True, layout=True)

    def on_unmount(self) -> None:
        """Hear no more of the desk, and of no signal but where a pause is on its way."""
        self._end_listening()
        self.leaving.end()

    def action_key(self, action_id: str) -> None:
        """A key of the table was pressed on a screen, or its line chosen in the palette."""
        action = BY_ID[action_id]
        here = isinstance(self.screen, WholeScreen) and (self.screen is self._main or not action.main_only)
        if not here and action_id != _ALWAYS:
            return
        if self.screen is self._sitting.all and action_id not in _OF_ALL:
            self._sitting.key_on_fleet(action, self.action_key)
        elif action.acts is not None:
            self._sitting.seat.acting.open(self._main.focused_platform, action.acts)
        elif action_id in self._handlers:
            self._handlers[action_id]()
        else:
            self._turn_to(action_id)

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Where updates become bytes."""
        drawn = screen.outer_size or self.size  # may lag behind the terminal's
        size = (drawn.width, drawn.height)
        if (screen is self._main or self._canvas.is_begun) and self._pacing.may_draw():
            super()._display(screen, self._canvas.paint(renderable, size))

    # --- arrivals ----------------------------------------------------------------------------------------------

    def _arrived(self, desk: Desk) -> None:
        """A new Snapshot of one app: draw it where it is seen, and look whether an open dialog still says the truth."""
        if not self.screen_stack:
            return  # it ends: the screens are gone already
        if self._front is self._sitting.all or desk is self._sitting.seat.desk:
            self._front.news()
        if isinstance(self.screen, ConfirmDialog):
            if desk is self.screen.desk:
                self.screen.refresh_proposal()
        elif desk is self._sitting.seat.desk and isinstance(self.screen, Dialog):
            self.screen.draw()
        if desk is not self._sitting.seat.desk or not self._main.is_frozen:
            self._name_window()

    def _draw(self) -> None:
        self._front.draw()

    def _draw_older(self) -> None:
        """Nobody pressed a key and nothing is new: a frozen view stands as it is."""
        if self._front is not self._main or not self._main.is_frozen:
            self._draw()

    @property
    def _front(self) -> WholeScreen[Any]:
        """The main screen or the page that is seen, perhaps behind a dialog."""
        screens = (screen for screen in reversed(self.screen_stack) if isinstance(screen, WholeScreen))
        return next(screens, self._main)

    def _name_window(self) -> None:
        """A new CRITICAL rings once where that is wished for."""
        severity, title = worst_of(self._sitting.fleet)
        if self._look.recording:
            severity, title = Severity.UNKNOWN, f"RECORDING {title}"
        if title == self.title:
            return
        if severity is Severity.CRITICAL and not self.title.startswith(severity) and self._look.bell:
            self.bell()
        self.title = title
        if self._driver is not None and not self.is_headless:
            self._driver.write(terminal.title(title))

    def on_override_wanted(self, message: OverrideWanted) -> None:
        """A gate stands in the way of an action, and somebody wants to decide about it."""
        self._sitting.seats.of(message.desk).deciding.open_for(message.platform, message.gate)

    @property
    def _main(self) -> MainScreen:
        return self._sitting.main

    @property
    def _is_fleet(self) -> bool:
        return self._sitting.fleet.is_first

    def _kept(self, base: WholeScreen[Any]) -> WholeScreen[Any]:
        """A base that lives on while another one stands in its place: Textual ends what is not installed."""
        if not self.is_screen_installed(base):
            self.install_screen(base, f"base {len(self._installed_screens)}")
        return base

    # --- dialogs and pages -------------------------------------------------------------------------------------

    def _ask(self, dialog: Dialog[Any], answered: Callable[[Any], None]) -> None:
        """Show a dialog over what is seen, which is faint until the dialog is closed."""
        behind = self._front

        def close(result: object) -> None:
            behind.dim(False)
            answered(result)

        behind.dim(True)
        self.push_screen(dialog, close)

    def _turn_to(self, action_id: str) -> None:
        """Open a page in place of the one that stands there; its own key closes it again."""
        page = PAGES[action_id](self._sitting.seat.place)
        if self.screen is self._main:
            self.push_screen(page, self._chosen)
        elif type(self.screen) is type(page):
            self.pop_screen()
        else:
            self.switch_screen(page)

    def _filter(self) -> None:
        """What is listed here; else the events."""
        if not self._front.filter():
            self._turn_to("filter")

    def _chosen(self, action_id: str | None) -> None:
        """A dialog or page was closed, perhaps with something to do."""
        if action_id is not None:
            self.action_key(action_id)

    def _repaint(self) -> None:
        self._canvas.forget()
        self.refresh(repaint=True, layout=True)

    def _freeze(self) -> None:
        missed = self._main.freeze()
        if missed:
            self._notices.tell(f"{missed} changes while frozen" if missed != 1 else "1 change while frozen", "mute")
        if missed is not None:
            self._name_window()

    def _read_now(self) -> None:
        if self._look.recording:
            self._notices.tell(_NOTHING_TO_READ, "mute")
            return
        desk, _ = self._sitting.chosen(self._front)
        desk.read_now(None)
        self._notices.tell("reading stores and sources now", "mute")

    def _footer(self, keys: Sequence[KeyAction], width: int) -> Row:
        front = self._front
        off = front.help(self._why_not()).why_not
        resumes = None if "resume" in off else self._sitting.chosen(front)[1]
        return footer_row(keys, off, self._notices.now(resumes, front), width)

    def _main_footer(self, width: int) -> Row:
        return self._footer([BY_ID[name] for name in (FOOTER_OF_ONE if self._is_fleet else FOOTER)], width)

    def _why_not(self) -> Mapping[str, str]:
        against = self._sitting.why_not(self._front)
        return against if not self._look.recording else {**against, "read_now": _NOTHING_TO_READ}

    def _handle_exception(self, error: Exception) -> None:
        """A mistake of ours ends the app; whoever started it tells it from `failure`."""
        self.failure = error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Leave without a traceback on the terminal: Textual's would print local variables."""
        self._close_messages_no_wait()
