"""The app: wires desk, screens and keys. It decides nothing about a rollout."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from rich.console import RenderableType
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen

from rollout_tui.domain.actions import ActionKind, Ending, Obstacle, Outcome, Proposal
from rollout_tui.domain.obstacles import obstacles
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.severity import Severity, worst
from rollout_tui.domain.snapshot import Snapshot
from rollout_tui.engine.desk import Desk
from rollout_tui.tui import terminal
from rollout_tui.tui.actions import ACTIONS, BY_ID, FOOTER
from rollout_tui.tui.delta import Shadow, delta
from rollout_tui.tui.ink import Row
from rollout_tui.tui.look import Look
from rollout_tui.tui.screens.confirm import ConfirmDialog
from rollout_tui.tui.screens.help import HelpDialog
from rollout_tui.tui.screens.main import MainScreen
from rollout_tui.tui.theme import Theme
from rollout_tui.tui.view.footer import footer_row

_log = logging.getLogger(__name__)
_NOTICE = 5.0
"""Seconds that a notice stands in the footer."""
_TONE = {
    Ending.DONE: "ok",
    Ending.ALREADY: "ok",
    Ending.DIFFERS: "warn",
    Ending.REFUSED: "warn",
    Ending.UNCONFIRMED: "crit",
}


class RolloutApp(App[int], inherit_bindings=False):
    """Draws what the desk knows; asks the desk to act. `start` begins the polling, after the first frame."""

    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(",".join(action.keys), f"key('{action.id}')", action.label, id=action.id, priority=False)
        for action in ACTIONS
        if action.id != "palette"
    ]

    def __init__(
        self,
        desk: Desk,
        look: Look | None = None,
        start: Callable[[], Awaitable[None]] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._look = look or Look()
        super().__init__(ansi_color=self._look.theme in (Theme.ANSI, Theme.MONO))
        self._desk = desk
        self._begin = start
        self._clock = clock
        self._main = MainScreen(desk, self._look, self._footer)
        self._notice: tuple[str, str] | None = None
        self._outcome: Outcome | None = None
        self._acting: set[asyncio.Task[None]] = set()
        self._asked_to_quit = False
        self._worst: Severity | None = None
        self._reasons: tuple[Snapshot, Platform, dict[str, str]] | None = None
        self._shadow = Shadow()
        self._painted_size = (0, 0)
        self._handlers: dict[str, Callable[[], None]] = {
            "next_pane": lambda: self._main.move_pane(1),
            "previous_pane": lambda: self._main.move_pane(-1),
            "first_pane": lambda: self._main.choose_pane(0),
            "second_pane": lambda: self._main.choose_pane(1),
            "down": lambda: self._main.move_item(1),
            "up": lambda: self._main.move_item(-1),
            "read_now": self._read_now,
            "repaint": self._repaint,
            "help": self._help,
            "quit": self._quit,
        }

    def on_mount(self) -> None:
        """Paint from what is known, then begin to poll."""
        self.push_screen(self._main)
        self._desk.listen(self._arrived)
        terminal.on_signals(self._leave)
        self.set_interval(terminal.CHECK_EVERY, self._check_terminal)
        self._name_window(self._desk.snapshot)
        self.app_resume_signal.subscribe(self, lambda _: self._shadow.forget())
        self.call_after_refresh(self._start)

    def action_key(self, action_id: str) -> None:
        """A key of the table was pressed on the main screen."""
        if isinstance(self.screen, MainScreen):
            action = BY_ID[action_id]
            if action.acts is not None:
                self._open(action.acts, action.keys[0])
            else:
                self._handlers[action_id]()

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Where updates become bytes: only changed cells are written (delta.py)."""
        if self._look.paint_changes:
            size = (self.size.width, self.size.height)
            if size != self._painted_size:
                self._shadow.forget()
                self._painted_size = size
            renderable = delta(renderable, self._shadow)
        super()._display(screen, renderable)

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

    # --- actions -----------------------------------------------------------------------------------------------

    def _open(self, kind: ActionKind, key: str, changed: str = "") -> None:
        """Open the dialog at once, from what is known."""
        proposal = self._desk.propose(self._main.focused_platform, kind)
        if not proposal.possible and kind is not ActionKind.PROMOTE:
            self._tell(proposal.obstacles[0].reason if proposal.obstacles else "not possible now", "warn")
            return
        self._main.dim(True)
        dialog = ConfirmDialog(self._desk, proposal, self._look, self._main.scene, self._clock, key, changed)
        self.push_screen(dialog, self._decided)

    def _decided(self, proposal: Proposal | None) -> None:
        self._main.dim(False)
        if proposal is not None:
            task = asyncio.create_task(self._perform(proposal))
            self._acting.add(task)
            task.add_done_callback(self._acting.discard)

    async def _perform(self, proposal: Proposal) -> None:
        self._outcome = None
        outcome = await self._desk.perform(proposal)
        self._outcome = outcome
        self._main.draw()
        if outcome.ending is Ending.DIFFERS and isinstance(self.screen, MainScreen):
            key = next(action.keys[0] for action in ACTIONS if action.acts is proposal.kind)
            self._open(proposal.kind, key, outcome.message)

    def _repaint(self) -> None:
        self._shadow.forget()
        self.refresh(repaint=True, layout=True)

    def _read_now(self) -> None:
        self._desk.read_now(None)
        self._tell("reading stores and sources now", "mute")

    # --- footer, help, end -------------------------------------------------------------------------------------

    def _footer(self, width: int) -> Row:
        why_not = self._why_not()
        keys = [(BY_ID[name].shown, BY_ID[name].label, name not in why_not) for name in FOOTER]
        if width < 100:
            # What cannot act makes room; pausing, help and the way out never do.
            keys = [key for key in keys if key[2] or key[0] == "p"]
        note, tone = self._notice or ("", "mute")
        if not note and self._outcome is not None:
            outcome = self._outcome
            note, tone = f"{outcome.kind.value} {outcome.ending.value}: {outcome.message}", _TONE[outcome.ending]
        return footer_row(keys, note, tone, width)

    def _why_not(self) -> dict[str, str]:
        """Reasons why keys cannot act now, by id; worked out once for each Snapshot."""
        snapshot, platform = self._desk.snapshot, self._main.focused_platform
        if self._reasons is not None and self._reasons[0] is snapshot and self._reasons[1] is platform:
            return self._reasons[2]
        reasons: dict[str, str] = {}
        rollout = snapshot.rollout(platform)
        for action in ACTIONS:
            if action.acts is not None:
                # By the rules alone: asking the store's own plan would open it before the first frame.
                against = obstacles(action.acts, rollout, snapshot.at, self._desk.read_only, self._look.zone)
                if against:
                    reasons[action.id] = _short(against)
        self._reasons = (snapshot, platform, reasons)
        return reasons

    def _help(self) -> None:
        self._main.dim(True)
        self.push_screen(HelpDialog(self._why_not(), self._look, self._clock), lambda _: self._main.dim(False))

    def _tell(self, text: str, tone: str) -> None:
        """A notice in the footer, for five seconds."""
        self._notice = (text, tone)
        self._main.draw()
        self.set_timer(_NOTICE, lambda: self._untell(text))

    def _untell(self, text: str) -> None:
        if self._notice is not None and self._notice[0] == text:
            self._notice = None
            self._main.draw()

    def _quit(self) -> None:
        """With an action under way, ask once: the journal settles it."""
        if self._acting and not self._asked_to_quit:
            self._asked_to_quit = True
            self._tell("an action is under way; q again quits, the journal will settle it", "warn")
            return
        self.exit(0)

    def _leave(self, code: int) -> None:
        self.exit(code, return_code=code)

    def _check_terminal(self) -> None:
        if not self.is_headless and terminal.is_gone():
            self._leave(128 + 1)


def _short(against: Sequence[Obstacle]) -> str:
    first = against[0].reason
    return first if len(against) == 1 else f"{first} and {len(against) - 1} more"
