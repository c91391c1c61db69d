"""From the boards to one frozen Snapshot, with the events that the step from the last one makes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, tzinfo
from functools import partial

from rollout_tui.domain.acknowledging import with_acks
from rollout_tui.domain.actions import ActionKind, Ending, Outcome
from rollout_tui.domain.assess import assess
from rollout_tui.domain.changes import changes
from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.heard import Asked, heard
from rollout_tui.domain.plan import Plan
from rollout_tui.domain.recommend import recommend
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Rollout, Snapshot
from rollout_tui.domain.waivers import ended
from rollout_tui.domain.waiving import waiver_ended
from rollout_tui.engine.archive import Archive
from rollout_tui.engine.board import Board
from rollout_tui.history import History
from rollout_tui.ports import Clock

_KEPT = 200
"""Events that a Snapshot carries; history has all."""
_TOLD_BEFORE = 3600.0
"""Seconds after which the same change of state is another one: nobody may have looked meanwhile."""

_LEVEL = {
    Ending.DONE: Severity.OK,
    Ending.ALREADY: Severity.OK,
    Ending.DIFFERS: Severity.WARNING,
    Ending.REFUSED: Severity.WARNING,
    Ending.ASKED: Severity.INFO,
    Ending.UNCONFIRMED: Severity.CRITICAL,
}


class Assessor:
    """Keeps the newest Snapshot and the log of events."""

    def __init__(
        self,
        plan: Plan,
        boards: Sequence[Board],
        archive: Archive,
        clock: Clock,
        *,
        poll_interval: float,
        zone: tzinfo = UTC,
        asked: Sequence[Asked] = (),
    ) -> None:
        self.answered_at: float | None = None
        self.logged = 0
        """How many events were logged since the start."""
        self._plan = plan
        self._boards = boards
        self._archive = archive
        self._clock = clock
        self._poll_interval = poll_interval
        self._zone = zone
        self._asked = asked
        self._events: deque[Event] = deque(maxlen=_KEPT)
        self._before: dict[str, Rollout] = {}
        self.snapshot = self.assess()

    def begin(self, events: Iterable[Event]) -> None:
        """Start from history: its events, newest first, and what its boards showed when it was written.

        Nothing of that is news; what the first answers show beyond it is.
        """
        self.recall(events)
        for board in self._boards:
            if board.known_at is not None:
                # As fresh as it was when it was written, whatever was read last.
                then = replace(board.facts(board.known_at), stale_after={})
                self._before[board.plan.platform] = assess(then, board.known_at)
        self.answered_at = max((at for board in self._boards if (at := board.known_at) is not None), default=None)
        self.assess()

    def recall(self, events: Iterable[Event]) -> None:
        """The log as history has it, newest first: other processes write to it as well."""
        self._events = deque(events, maxlen=_KEPT)

    def assess(self) -> Snapshot:
        """Judge everything again now."""
        now = self._clock.now()
        facts = [board.facts(now) for board in self._boards]
        rollouts = tuple(assess(each, now) for each in facts)
        for board, rollout in zip(self._boards, rollouts, strict=True):
            # Before every provider was heard, what is old or missing is no change of the world.
            if not board.unheard:
                platform = rollout.plan.platform
                self.log(changes(self._before.get(platform), rollout, now))
                self._before[platform] = rollout
                self._end_waivers(board, rollout, now)
        rollouts = with_acks(rollouts, self._events)
        self.snapshot = Snapshot(
            at=now,
            plan=self._plan,
            rollouts=rollouts,
            events=tuple(self._events),
            recommendation=recommend(rollouts, now, self._zone),
            answered_at=self.answered_at,
            poll_interval=self._poll_interval,
            alarm=self._archive.alarm,
            heard=heard(self._asked, facts),
        )
        return self.snapshot

    def _end_waivers(self, board: Board, rollout: Rollout, now: float) -> None:
        """What ends a waiver is written down and announced once: it does not come back when that has passed."""
        for number, waiver in enumerate(board.waivers):
            if waiver.ended_at is not None or (why := ended(waiver, rollout, now)) is None:
                continue
            board.waivers[number] = replace(waiver, ended_at=now, ended=why)
            self._archive.write(partial(_end, waiver.id, now, why))
            self.log((waiver_ended(waiver, rollout, why, now),))

    def tell(self, outcome: Outcome) -> None:
        """An action ended: that is an event."""
        unsafe = outcome.kind is ActionKind.PAUSE and outcome.ending is Ending.REFUSED
        level = Severity.CRITICAL if unsafe else _LEVEL[outcome.ending]
        self.log((Event(outcome.at, EventKind.ACTION, outcome.told, outcome.platform, level),))

    def log(self, events: Sequence[Event]) -> None:
        """Add events, oldest first, here and in history; not a change of state that another program saw before."""
        events = [event for event in events if not self._is_told(event)]
        if not events:
            return
        self.logged += len(events)
        self._events.extendleft(events)
        self._archive.write(lambda history: history.events.add(events))

    def _is_told(self, event: Event) -> bool:
        """Whether the newest change of that platform's state is this very one: two in a row cannot be."""
        if event.kind is not EventKind.STATE:
            return False
        mine = (one for one in self._events if (one.kind, one.platform) == (event.kind, event.platform))
        last = next(mine, None)
        return last is not None and last.text == event.text and event.at - last.at <= _TOLD_BEFORE


def _end(waiver: str, at: float, why: str, history: History) -> None:
    history.waivers.end(waiver, at, why)


def picture(snapshot: Snapshot) -> tuple[object, ...]:
    """What a Snapshot shows, without what merely ticks: two that are equal in this need no repainting."""
    rollouts = tuple(_without_seconds(rollout) for rollout in snapshot.rollouts)
    return (rollouts, snapshot.events, snapshot.recommendation, snapshot.answered_at, snapshot.alarm, snapshot.heard)


def _without_seconds(rollout: Rollout) -> Rollout:
    return replace(
        rollout,
        phases=tuple(replace(p, elapsed=_minutes(p.elapsed), left=_minutes(p.left)) for p in rollout.phases),
        gates=tuple(replace(g, elapsed=_minutes(g.elapsed), left=_minutes(g.left)) for g in rollout.gates),
    )


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else seconds // 60
