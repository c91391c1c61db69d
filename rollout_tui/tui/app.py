"""The app: wires desk, screens and keys. It decides nothing about a rollout."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import ClassVar

from rich.console import RenderableType
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.timer import Timer

from rollout_tui.domain.actions import GOES_OUT, USUAL, ActionKind, Ending, Outcome, Proposal, Terms
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.severity import Severity, worst
from rollout_tui.domain.snapshot import Snapshot
from rollout_tui.engine.desk import Desk
from rollout_tui.tui import terminal
from rollout_tui.tui.actions import ACTIONS, BY_ID, FOOTER, opening, reasons_against
from rollout_tui.tui.delta import Shadow, delta
from rollout_tui.tui.driver import Manners
from rollout_tui.tui.early import Handover
from rollout_tui.tui.ink import Row
from rollout_tui.tui.keyguard import KeyClock
from rollout_tui.tui.look import Look
from rollout_tui.tui.notices import Notices
from rollout_tui.tui.screens.confirm import ConfirmDialog
from rollout_tui.tui.screens.help import HelpDialog
from rollout_tui.tui.screens.main import MainScreen
from rollout_tui.tui.screens.palette import PaletteDialog
from rollout_tui.tui.symbols import ascii_text
from rollout_tui.tui.theme import Theme, style
from rollout_tui.tui.view.footer import footer_row

_log = logging.getLogger(__name__)
_NOTICE = 5.0
"""Seconds that a notice stands in the footer."""


class RolloutApp(App[int], inherit_bindings=False):
    """Draws what the desk knows; asks the desk to act. `start` begins the polling, after the first frame.

    Keys are judged by when they were read, or by `clock` (monotonic, seconds). `handover` is the frame that stands on
    the terminal already. `failure` is what ended the app, if anything of ours did.
    """

    ENABLE_COMMAND_PALETTE = False  # the palette is made from our table of keys
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(",".join(action.keys), f"key('{action.id}')", action.label, id=action.id)
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
    ) -> None:
        self._look = look or Look()
        self.handover = handover
        super().__init__(
            driver_class=Manners,
            ansi_color=self._look.theme in (Theme.ANSI, Theme.MONO),
        )
        self.failure: Exception | None = None
        self._desk = desk
        self._begin = start
        self._clock = KeyClock() if clock is None else KeyClock(clock, lambda _: clock())
        self._main = MainScreen(desk, self._look, self._footer)
        self._notices = Notices()
        self._notice_timer: Timer | None = None
        self._acting: dict[asyncio.Task[None], Proposal] = {}
        self._asked_to_quit = False
        self._worst: Severity | None = None
        self._reasons: tuple[Snapshot, Platform, Mapping[str, str]] | None = None
        self._shadow = Shadow()
        self._painted_size = (0, 0)
        self._ignore_signals: Callable[[], None] = lambda: None
        self._handlers: dict[str, Callable[[], None]] = {
            "next_pane": lambda: self._main.move_pane(1),
            "previous_pane": lambda: self._main.move_pane(-1),
            "first_pane": lambda: self._main.choose_pane(0),
            "second_pane": lambda: self._main.choose_pane(1),
            "down": lambda: self._main.move_item(1),
            "up": lambda: self._main.move_item(-1),
            "read_now": self._read_now,
            "repaint": self._repaint,
            "palette": self._palette,
            "help": self._help,
            "quit": self._quit,
        }

    def on_mount(self) -> None:
        """Paint from what is known, then begin to poll."""
        self.push_screen(self._main)
        self._desk.listen(self._arrived)
        self._ignore_signals = terminal.on_signals(self._leave)
        self.set_interval(terminal.CHECK_EVERY, self._check_terminal)
        self._name_window(self._desk.snapshot)
        self.app_resume_signal.subscribe(self, lambda _: self._shadow.forget())
        self.call_after_refresh(self._start)

    def on_unmount(self) -> None:
        """From now on signals end the process as they always do."""
        self._ignore_signals()

    def action_key(self, action_id: str) -> None:
        """A key of the table was pressed on the main screen, or its line chosen in the palette."""
        if isinstance(self.screen, MainScreen):
            action = BY_ID[action_id]
            if action.acts is not None:
                self._open(self._main.focused_platform, action.acts)
            else:
                self._handlers[action_id]()

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Where updates become bytes: only changed cells are written (delta.py)."""
        if self.handover is not None and screen is not self._main and not self._painted_size[0]:
            return  # an empty screen must not replace the first frame
        if self._look.paint_changes:
            size = (self.size.width, self.size.height)
            if size != self._painted_size:
                self._shadow.forget()
                if self.handover is not None and self.handover.size == size and not self._painted_size[0]:
                    self._know(self.handover.rows)
                self._painted_size = size
            renderable = delta(renderable, self._shadow)
        super()._display(screen, renderable)

    def _know(self, rows: Sequence[Row]) -> None:
        """The first frame stands on the terminal: only what is new since then must be written."""
        theme, ascii_only = self._look.theme, self._look.ascii_only
        for y, row in enumerate(rows):
            texts = ((ascii_text(text) if ascii_only else text, style(theme, ink)) for text, ink in row)
            self._shadow.remember(y, texts)

    # --- arrivals ----------------------------------------------------------------------------------------------

    async def _start(self) -> None:
        if self._begin is not None:
            await self._begin()

    def _arrived(self, snapshot: Snapshot) -> None:
        """A new Snapshot: draw it, and look whether an open dialog still says the truth."""
        self._main.draw()
        if isinstance(self.screen, ConfirmDialog):
            self.screen.refresh_proposal()
        self._name_window(snapshot)

    def _name_window(self, snapshot: Snapshot) -> None:
        """The window title carries the worst state; a new CRITICAL rings once where that is wished for."""
        severity = worst(rollout.severity for rollout in snapshot.rollouts)
        if severity is self._worst:
            return
        if severity is Severity.CRITICAL and self._look.bell:
            self.bell()
        self._worst = severity
        self.title = f"{severity} {snapshot.plan.app} {snapshot.plan.version}"
        if self._driver is not None and not self.is_headless:
            self._driver.write(terminal.title(self.title))

    # --- actions -----------------------------------------------------------------------------------------------

    def _open(self, platform: Platform, kind: ActionKind, changed: str = "", terms: Terms = USUAL) -> None:
        """Open the dialog at once, from what is known."""
        proposal = self._desk.propose(platform, kind, terms)
        if not proposal.possible:
            self._tell(proposal.obstacles[0].reason if proposal.obstacles else "not possible now", "warn")
            looked_at = self._desk.read_only is not None and proposal.change is not None
            if kind not in GOES_OUT and not looked_at:
                return
        key = next(iter(opening(kind).keys), None)
        dialog = ConfirmDialog(self._desk, proposal, self._look, self._main.scene, self._clock, key, changed)
        self._main.dim(True)
        self.push_screen(dialog, self._decided)

    def _decided(self, proposal: Proposal | None) -> None:
        self._main.dim(False)
        if proposal is not None:
            task = asyncio.create_task(self._perform(proposal))
            self._acting[task] = proposal
            task.add_done_callback(self._acted)

    def _acted(self, task: asyncio.Task[None]) -> None:
        del self._acting[task]
        self._asked_to_quit = False

    async def _perform(self, proposal: Proposal) -> None:
        self._notices.outcome = None
        self._main.draw()
        try:
            outcome = await self._desk.perform(proposal)
        except Exception as error:  # noqa: BLE001  a pause that failed is told where it was asked for
            _log.exception("the action could not be carried out")
            message = f"{type(error).__name__} in this program, see its log; look at the store."
            outcome = Outcome(
                proposal.id, proposal.platform, proposal.kind, Ending.UNCONFIRMED, message, self._desk.clock.now()
            )
        self._notices.outcome = outcome
        self._main.draw()
        if not isinstance(self.screen, MainScreen):
            return
        if outcome.ending is Ending.DIFFERS:
            self._open(proposal.platform, proposal.kind, outcome.message, proposal.terms)
        elif outcome.consent is not None:
            terms = proposal.terms.allowing(outcome.consent)
            self._open(proposal.platform, proposal.kind, outcome.message, terms)

    def _repaint(self) -> None:
        self._shadow.forget()
        self.refresh(repaint=True, layout=True)

    def _read_now(self) -> None:
        self._desk.read_now(None)
        self._tell("reading stores and sources now", "mute")

    # --- footer, help, palette, end ----------------------------------------------------------------------------

    def _footer(self, width: int) -> Row:
        return footer_row([BY_ID[name] for name in FOOTER], self._why_not(), *self._notices.now(), width)

    def _why_not(self) -> Mapping[str, str]:
        """Reasons why keys cannot act now, by id; worked out once for each Snapshot."""
        snapshot, platform = self._desk.snapshot, self._main.focused_platform
        if self._reasons is None or self._reasons[0] is not snapshot or self._reasons[1] is not platform:
            reasons = reasons_against(snapshot, platform, self._desk.read_only, self._look.zone)
            self._reasons = (snapshot, platform, reasons)
        return self._reasons[2]

    def _help(self) -> None:
        self._main.dim(True)
        self.push_screen(HelpDialog(self._why_not(), self._look), self._chosen)

    def _palette(self) -> None:
        self._main.dim(True)
        self.push_screen(PaletteDialog(self._why_not(), self._look), self._chosen)

    def _chosen(self, action_id: str | None) -> None:
        """A page was closed, perhaps with something to do."""
        self._main.dim(False)
        if action_id is not None:
            self.action_key(action_id)

    def _tell(self, text: str, tone: str) -> None:
        """A notice in the footer, for five seconds."""
        self._notices.notice = (text, tone)
        self._main.draw()
        if self._notice_timer is not None:
            self._notice_timer.stop()
        self._notice_timer = self.set_timer(_NOTICE, self._untell)

    def _untell(self) -> None:
        self._notices.notice = None
        self._main.draw()

    def _quit(self) -> None:
        """With an action under way, ask once: the journal settles it."""
        if self._acting and not self._asked_to_quit:
            self._asked_to_quit = True
            verbs = " and ".join(f"{p.kind.value} {p.platform.value}" for p in self._acting.values())
            self._tell(f"{verbs} under way; q again quits, the journal has it", "warn")
            return
        self.exit(0)

    def _leave(self, code: int) -> None:
        self.exit(code, return_code=code)

    def _check_terminal(self) -> None:
        if not self.is_headless and terminal.is_gone():
            self._leave(128 + 1)

    def _handle_exception(self, error: Exception) -> None:
        """A mistake of ours ends the app; whoever started it tells it from `failure`."""
        self.failure = error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Leave without a traceback on the terminal: Textual's would print local variables."""
        self._close_messages_no_wait()
