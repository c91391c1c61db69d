"""Leaving the program: by a key, by a signal, with its terminal, and to the shell for a while."""

from __future__ import annotations

from collections.abc import Callable

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
        """To the shell. What is under way is in the journal, and goes on with the program."""
        driver = self._app._driver
        if not terminal.has_shell():
            self._house.notices.tell("no shell waits behind this screen; q quits", "warn")
        elif isinstance(driver, Manners):
            self._app.app_suspend_signal.publish(self._app)
            driver.suspend()

    def page_left(self, _result: object) -> None:
        """The page that the program began with, and is nothing without, was left."""
        self._app.exit(0)

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
