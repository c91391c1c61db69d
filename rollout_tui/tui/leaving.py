"""Leaving the program: by a key, by a signal, with its terminal, and to the shell for a while."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Awaitable, Callable, Sequence
from threading import Event

from textual.app import App

from rollout_tui.domain.actions import ActionKind
from rollout_tui.engine.acting import LAST_WORDS
from rollout_tui.tui import terminal
from rollout_tui.tui.driver import Manners
from rollout_tui.tui.early import Handover
from rollout_tui.tui.seats import House, Seats


class Leaving:
    """One for the app. `chosen` takes what a dialog gives that is to be done instead."""

    def __init__(self, app: App[int], seats: Seats, house: House, chosen: Callable[[str | None], object]) -> None:
        self._app = app
        self._seats = seats
        self._house = house
        self._chosen = chosen
        self._end_signals: Callable[[], None] = lambda: None
        self._is_left = False

    def begin(self, handover: Handover | None) -> None:
        """Hear signals, one that came before as well, and look after the terminal."""
        self._end_signals = terminal.on_signals(self._leave)
        if handover is not None and handover.ended_by is not None:
            self._leave(128 + handover.ended_by)
        self._app.set_interval(terminal.CHECK_EVERY, self._check_terminal)

    def end(self) -> None:
        """From now on signals end the process as they always do; not while a pause is on its way to its store."""
        self._is_left = True
        if not self._on_their_way:
            self._end_signals()
        elif not self._app.is_headless:
            terminal.stand_no_stop()

    async def finish(self, close: Callable[[], Awaitable[None]]) -> None:
        """Close what stands behind the screen; a pause goes out first, whoever is impatient with the terminal."""
        if on_their_way := self._on_their_way:
            with contextlib.suppress(OSError, ValueError):  # the terminal may be gone
                told = f"the pause of {', '.join(on_their_way)} goes out first, which takes at most {LAST_WORDS:.0f} s"
                print(f"rollout-tui: {told}", file=sys.stderr, flush=True)
            asyncio.get_running_loop().call_later(LAST_WORDS, self._end_signals)  # a disk may hang for longer
        try:
            await close()
        finally:
            self._end_signals()

    def quit(self) -> None:
        """With an action under way, ask once: the journal settles it."""
        if not self._seats.under_way:
            self._app.exit(0)
            return
        from rollout_tui.tui.screens.quitting import QuitDialog

        self._house.ask(QuitDialog(lambda: self._seats.open_work, self._house.look, self._house.keys), self._answered)

    def suspend(self) -> None:
        """To the shell; never with an action half done: nothing would go out until `fg`."""
        against = self._against_suspending()
        if against is not None:
            self._house.notices.tell(against, "warn")
        else:
            self._app.run_worker(self._to_shell(), group="suspend", exclusive=True)

    def page_left(self, _result: object) -> None:
        """The page that the program began with, and is nothing without, was left."""
        self._app.exit(0)

    def _against_suspending(self) -> str | None:
        if not terminal.has_shell():
            return "no shell waits behind this screen; q quits"
        for one in self._seats.under_way:
            return f"{one.proposal.kind.value} {one.name} is under way; ctrl+z once the store shows it"
        return None

    @property
    def _on_their_way(self) -> Sequence[str]:
        """Pauses that were confirmed and have not reached their store."""
        pauses = (one for one in self._seats.under_way if one.proposal.kind is ActionKind.PAUSE)
        return tuple(one.name for one in pauses if not one.is_out)

    async def _to_shell(self) -> None:
        """Stop with no lock of a history held: others, such as a guard, go on with it."""
        back = Event()
        try:
            await asyncio.gather(*(desk.rest(back) for desk in self._seats.desks))
            driver = self._app._driver
            if self._seats.under_way:  # confirmed meanwhile
                self.suspend()
            elif isinstance(driver, Manners):
                self._app.app_suspend_signal.publish(self._app)
                driver.suspend()
        finally:
            back.set()

    def _answered(self, answer: str | None) -> None:
        if answer == "quit":
            self._app.exit(0)
        else:
            self._chosen(answer)

    def _leave(self, code: int) -> None:
        if not self._is_left:
            self._app.exit(code, return_code=code)

    def _check_terminal(self) -> None:
        driver = self._app._driver
        if not self._app.is_headless and terminal.is_gone():
            self._leave(128 + 1)
        elif isinstance(driver, Manners):
            driver.look_at_size()
