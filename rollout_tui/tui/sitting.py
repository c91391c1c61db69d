"""Where one sits: at the desk of one app, or before the fleet; one of both is the base of the screens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rollout_tui.domain.fleet import LineKey
from rollout_tui.domain.releases import Platform
from rollout_tui.engine.desk import Desk
from rollout_tui.engine.fleet import Fleet
from rollout_tui.tui.actions import KeyAction
from rollout_tui.tui.reasons import Reasons
from rollout_tui.tui.screens.fleet import FleetScreen
from rollout_tui.tui.screens.main import MainScreen
from rollout_tui.tui.screens.whole import WholeScreen
from rollout_tui.tui.seats import House, Seat, Seats


class Sitting:
    """`turn` puts a screen in the place of the base. `seat` is where one sits, or sat last before the fleet."""

    def __init__(self, fleet: Fleet, house: House, turn: Callable[[WholeScreen[Any]], object]) -> None:
        self.fleet = fleet
        self.seats = Seats(fleet, house)
        self.seat: Seat = self.seats.at(0)
        self.all = FleetScreen(fleet, house.look, house.footer, house.keys.now, self.open, self._leave_fleet)
        self._tell = house.notices.tell
        self._turn = turn
        self._reasons = Reasons(house.look.zone)

    @property
    def main(self) -> MainScreen:
        """The main screen of the app at whose desk one sits."""
        return self.seat.main

    def show_fleet(self) -> None:
        """From a main screen to the fleet."""
        self._turn(self.all)

    def leave_main(self) -> None:
        """Back to the fleet, where that was first."""
        if self.fleet.is_first:
            self.show_fleet()

    def _leave_fleet(self) -> None:
        if not self.fleet.is_first:
            self._turn(self.main)

    def open(self, line: LineKey) -> None:
        """The main screen of that rollout's app, with the focus on it."""
        place, platform = line
        self.seat = self.seats.at(place)
        self.main.choose_platform(platform)
        self._turn(self.main)

    def key_on_fleet(self, action: KeyAction, then: Callable[[str], object]) -> None:
        """A key of the chosen rollout: what acts asks here; what shows more goes to its app first."""
        line = self.all.chosen
        if line is None:
            self._tell("no rollout is chosen", "mute", self.all)
            return
        self.all.touch()
        if action.acts is not None:
            self.seat = self.seats.at(line[0])
            self.seat.acting.open(line[1], action.acts)
        else:
            self.open(line)
            then(action.id)

    def chosen(self, front: WholeScreen[Any]) -> tuple[Desk, Platform]:
        """What keys are about on the screen that is seen."""
        line = self.all.chosen if front is self.all else None
        if line is None:
            return self.seat.desk, self.main.focused_platform
        return self.fleet.desks[line[0]], line[1]

    def why_not(self, front: WholeScreen[Any]) -> Mapping[str, str]:
        """Reasons why keys cannot act there now, by id."""
        return self._reasons.against(*self.chosen(front))
