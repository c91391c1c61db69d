"""The desks of many apps seen as one fleet: one picture of all of them, and who has news."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import count

from rollout_tui.domain.fleet import FIRST_FROM, FleetLine, FleetSnapshot, fleet_from, lines_of
from rollout_tui.domain.snapshot import Snapshot
from rollout_tui.engine.desk import Desk


class Fleet:
    """`desks` stand in the order in which their configurations were named; a line's place is the desk's number."""

    def __init__(self, desks: Sequence[Desk]) -> None:
        self.desks = tuple(desks)
        self._known: list[tuple[Snapshot, tuple[FleetLine, ...]] | None] = [None] * len(self.desks)
        self._made: tuple[tuple[Snapshot, ...], FleetSnapshot] | None = None

    @property
    def is_first(self) -> bool:
        """Whether so many rollouts are watched that one looks at all of them first."""
        return sum(len(desk.snapshot.rollouts) for desk in self.desks) >= FIRST_FROM

    @property
    def snapshot(self) -> FleetSnapshot:
        """All rollouts as they stand now; only what is new since the last time is worked out."""
        snapshots = tuple(desk.snapshot for desk in self.desks)
        if self._made is None or any(old is not new for old, new in zip(self._made[0], snapshots, strict=True)):
            self._made = (snapshots, fleet_from(snapshots, [*map(self._lines, count(), snapshots)]))
        return self._made[1]

    def listen(self, heard: Callable[[Desk], None]) -> Callable[[], None]:
        """Call back with the desk that has a new Snapshot. Returns a function that ends it."""
        ends = [desk.listen(partial(_heard, heard, desk)) for desk in self.desks]

        def end() -> None:
            for each in ends:
                each()

        return end

    def _lines(self, place: int, snapshot: Snapshot) -> tuple[FleetLine, ...]:
        known = self._known[place]
        if known is None or known[0] is not snapshot:
            known = self._known[place] = (snapshot, lines_of(place, snapshot))
        return known[1]


def _heard(heard: Callable[[Desk], None], desk: Desk, _snapshot: Snapshot) -> None:
    heard(desk)
