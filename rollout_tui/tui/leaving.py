"""Leaving the program: by a key, by a signal, with its terminal, and to the shell for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from threading import Event

from textual.app import App

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

    def begin(self, handover: Handover | None) -> None:
        """Hear signals, one that came before as well, and look after the terminal."""
        self._end_signals = terminal.on_signals(self._leave)
        if handover is not None and handover.ended_by is not None:
            self._leave(128 + handover.ended_by)
        self._app.set_interval(terminal.CHECK_EVERY, self._check_terminal)

    def end(self) -> None:
        """From now on signals end the process as they always do."""
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
        for of, proposal in self._seats.under_way:
            what = " ".join(filter(None, (proposal.kind.value, of, proposal.platform.value)))
            return f"{what} is under way; ctrl+z once the store shows it"
        return None

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
        self._app.exit(code, return_code=code)

    def _check_terminal(self) -> None:
        driver = self._app._driver
        if not self._app.is_headless and terminal.is_gone():
            self._leave(128 + 1)
        elif isinstance(driver, Manners):
            driver.look_at_size()
