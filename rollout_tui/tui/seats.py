"""A seat at the desk of each app: its main screen, its dialogs, its actions. Taken when it is first needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rollout_tui.domain.actions import Proposal, Step
from rollout_tui.engine.desk import Desk
from rollout_tui.engine.fleet import Fleet
from rollout_tui.tui.acting import Acting, Stage
from rollout_tui.tui.actions import KeyAction
from rollout_tui.tui.deciding import Deciding
from rollout_tui.tui.ink import Row
from rollout_tui.tui.keyguard import KeyClock
from rollout_tui.tui.look import Look
from rollout_tui.tui.notices import Notices
from rollout_tui.tui.screens.dialog import Dialog
from rollout_tui.tui.screens.main import MainScreen
from rollout_tui.tui.screens.page import Place
from rollout_tui.tui.view.quitting import OpenWork, Unended
from rollout_tui.tui.view.scene import Scene


@dataclass(frozen=True, slots=True)
class House:
    """What all seats share: how this terminal shows things, its keys and notices, and the app's hands.

    `ask` shows a dialog and calls back with its result, `is_free` says that none is open, `footer` makes the last row
    from keys, `main_footer` that of a main screen; `leave` is what `esc` does on one.
    """

    look: Look
    keys: KeyClock
    notices: Notices
    ask: Callable[[Dialog[Any], Callable[[Any], None]], object]
    is_free: Callable[[], bool]
    footer: Callable[[Sequence[KeyAction], int], Row]
    main_footer: Callable[[int], Row]
    leave: Callable[[], object]


class Seat:
    """One app's. What was confirmed here goes on when another app is looked at."""

    def __init__(self, desk: Desk, house: House, *, named: bool) -> None:
        self.desk = desk
        self._named = named
        self.main = MainScreen(desk, house.look, house.main_footer, house.leave)
        self.deciding = Deciding(desk, house.look, house.keys, house.notices, house.ask, self._scene)
        stage = Stage(house.ask, house.is_free, self._scene)
        self.of = desk.snapshot.plan.app if named else ""
        self.acting = Acting(desk, house.look, house.keys, house.notices, stage, self.of)
        self.place = Place(desk, house.look, self.main, house.footer, house.notices.tell, self.acting.open)

    def steps(self, proposal: Proposal) -> Sequence[Step] | None:
        """What was done of it already; None while it begins or ends and is not shown as under way."""
        running = self.desk.snapshot.rollout(proposal.platform).running
        return None if running is None or running.proposal.id != proposal.id else running.steps

    def _scene(self) -> Scene:
        """What dialogs look at: one of many apps is named in them."""
        return replace(self.main.scene(), named=self._named)


class Seats:
    """Every app's seat, by the app's number in the fleet."""

    def __init__(self, fleet: Fleet, house: House) -> None:
        self._fleet = fleet
        self._house = house
        self._taken: dict[int, Seat] = {}

    def at(self, place: int) -> Seat:
        """The seat there."""
        if place not in self._taken:
            named = len(self._fleet.desks) > 1
            self._taken[place] = Seat(self._fleet.desks[place], self._house, named=named)
        return self._taken[place]

    def of(self, desk: Desk) -> Seat:
        """The seat at that desk."""
        return self.at(self._fleet.desks.index(desk))

    @property
    def desks(self) -> Sequence[Desk]:
        """Every app's."""
        return self._fleet.desks

    @property
    def under_way(self) -> Sequence[Unended]:
        """What was confirmed anywhere and has not ended."""
        seats = self._taken.values()
        return tuple(Unended(seat.of, one, seat.steps(one)) for seat in seats for one in seat.acting.under_way)

    @property
    def open_work(self) -> OpenWork:
        """What leaving means now."""
        guards = [(desk.snapshot.plan.app, desk.guarded_by()) for desk in self._fleet.desks]
        seen = dict.fromkeys(guard for _, guard in guards if guard is not None)
        return OpenWork(self.under_way, tuple(seen), tuple(app for app, guard in guards if guard is None))
