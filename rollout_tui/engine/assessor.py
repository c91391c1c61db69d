"""From the boards to one frozen Snapshot, with the events that the step from the last one makes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from rollout_tui.domain.actions import Ending, Outcome
from rollout_tui.domain.assess import assess
from rollout_tui.domain.changes import changes
from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.plan import Plan
from rollout_tui.domain.recommend import recommend
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Rollout, Snapshot
from rollout_tui.domain.verdicts import Judge
from rollout_tui.engine.archive import Archive
from rollout_tui.engine.board import Board
from rollout_tui.ports import Clock

_KEPT = 200
"""Events that a Snapshot carries; history has all."""

_LEVEL = {
    Ending.DONE: Severity.OK,
    Ending.ALREADY: Severity.OK,
    Ending.DIFFERS: Severity.WARNING,
    Ending.REFUSED: Severity.WARNING,
    Ending.UNCONFIRMED: Severity.CRITICAL,
}


class Assessor:
    """Keeps the newest Snapshot and the log of events."""

    def __init__(
        self, plan: Plan, boards: Sequence[Board], archive: Archive, clock: Clock, judge: Judge, poll_interval: float
    ) -> None:
        self.answered_at: float | None = None
        self._plan = plan
        self._boards = boards
        self._archive = archive
        self._clock = clock
        self._judge = judge
        self._poll_interval = poll_interval
        self._events: deque[Event] = deque(maxlen=_KEPT)
        self._before: dict[str, Rollout] = {}
        self.snapshot = self.assess()

    def begin(self, events: Iterable[Event]) -> None:
        """Start from history: its events, newest first, and what its boards show. Nothing of it is news."""
        self._events = deque(events, maxlen=_KEPT)
        self._before = {}
        self.assess()

    def assess(self) -> Snapshot:
        """Judge everything again now."""
        now = self._clock.now()
        rollouts = tuple(assess(board.facts(now), now, self._judge) for board in self._boards)
        for rollout in rollouts:
            platform = rollout.plan.platform
            self._log(changes(self._before.get(platform), rollout, now))
            self._before[platform] = rollout
        self.snapshot = Snapshot(
            at=now,
            plan=self._plan,
            rollouts=rollouts,
            events=tuple(self._events),
            recommendation=recommend(rollouts, now),
            answered_at=self.answered_at,
            poll_interval=self._poll_interval,
            alarm=self._archive.alarm,
        )
        return self.snapshot

    def tell(self, outcome: Outcome) -> None:
        """An action ended: that is an event."""
        text = f"{outcome.kind.value.capitalize()} {outcome.ending.value}: {outcome.message}"
        self._log((Event(outcome.at, EventKind.ACTION, text, outcome.platform, _LEVEL[outcome.ending]),))

    def _log(self, events: Sequence[Event]) -> None:
        if not events:
            return
        self._events.extendleft(events)
        self._archive.write(lambda history: history.events.add(events))
