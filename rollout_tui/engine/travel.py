"""Past moments as they stood: rebuilt from one history file, by a thread and a connection of their own.

Read-only by construction: the file is opened for reading, no provider is opened, and what comes out is a Snapshot.
"""

from __future__ import annotations

import asyncio
import bisect
import logging
import sqlite3
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from rollout_tui.domain.acknowledging import with_acks
from rollout_tui.domain.assess import assess
from rollout_tui.domain.events import Event
from rollout_tui.domain.plan import Plan
from rollout_tui.domain.recommend import recommend
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.snapshot import Rollout, Snapshot
from rollout_tui.engine.board import Board, board_of
from rollout_tui.engine.cases import Cases
from rollout_tui.engine.memory import recall_then
from rollout_tui.engine.waypoints import Waypoints
from rollout_tui.history import History, HistoryError
from rollout_tui.history.recording import mistaken, unreadable
from rollout_tui.history.store import in_words

if TYPE_CHECKING:
    from rollout_tui.config.settings import Settings

_log = logging.getLogger(__name__)
T = TypeVar("T")
_EVENTS = 200
"""Events that a past Snapshot carries."""
_MOST_EVENTS = 20_000
_FRESH = 1800.0
"""Seconds up to which a value counts as that of a past moment: what a source remembered was filled in by such steps."""
_HOLE = 10
"""Poll intervals without a sample that make a hole."""


@dataclass(frozen=True, slots=True)
class Record:
    """What is recorded of these rollouts: from when to when (epoch seconds UTC), its holes, and its events by time."""

    first: float
    last: float
    holes: tuple[tuple[float, float], ...] = ()
    events: tuple[Event, ...] = ()

    def covers(self, moment: float) -> bool:
        """Whether anything is recorded of that moment."""
        return self.first <= moment <= self.last

    def event_after(self, moment: float) -> float | None:
        """When the next thing happened."""
        place = bisect.bisect_right(self.events, moment, key=_time)
        return self.events[place].at if place < len(self.events) else None

    def event_before(self, moment: float) -> float | None:
        """When the last thing before happened."""
        place = bisect.bisect_left(self.events, moment, key=_time)
        return self.events[place - 1].at if place else None


class Traveller:
    """Asked for moments; keeps evidence on its way, so that a step forward or back weighs only what came between.

    `recording` is the file of which `path` is a copy: that one is named where it cannot be read.
    """

    def __init__(
        self,
        path: Path,
        plan: Plan,
        boards: Callable[[], Sequence[Board]],
        poll_interval: float,
        zone: tzinfo = UTC,
        recording: Path | None = None,
    ) -> None:
        self._path = path
        self._recording = recording
        self._plan = plan
        self._boards = boards
        self._poll_interval = poll_interval
        self._zone = zone
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="travel")
        self._history: History | None = None
        self._ways: dict[Platform, Waypoints] = {}

    async def at(self, moment: float) -> Snapshot:
        """Everything as it was known then. Raises HistoryError."""
        return await self._in_thread(lambda history: self._snapshot(history, moment))

    async def record(self) -> Record | None:
        """What there is to look at; None where nothing was ever recorded. Raises HistoryError."""
        return await self._in_thread(self._record)

    async def close(self) -> None:
        """Close the file, also where the first moment is still being read: its thread opens the file, and closes it."""

        def end() -> None:
            if self._history is not None:
                self._history.close()

        await asyncio.get_running_loop().run_in_executor(self._executor, end)
        await asyncio.to_thread(self._executor.shutdown, wait=True)

    async def _in_thread(self, work: Callable[[History], T]) -> T:
        def run() -> T:
            try:
                if self._history is None:
                    self._history = History.reader(self._path)
                return work(self._history)
            except Exception as error:
                if not isinstance(error, HistoryError | OSError | sqlite3.Error | UnicodeError):
                    _tell_once(traceback.format_exc())
                raise self._unreadable(error) from error

        return await asyncio.get_running_loop().run_in_executor(self._executor, run)

    def _unreadable(self, error: Exception) -> HistoryError:
        if self._recording is not None:
            return unreadable(self._recording, error)
        if isinstance(error, HistoryError):
            return error
        words = in_words(error) if isinstance(error, sqlite3.Error | UnicodeError) else mistaken(error)
        return HistoryError(f"{self._path}: {words}")

    def _snapshot(self, history: History, moment: float) -> Snapshot:
        events = history.events.newest(_EVENTS, moment)
        rollouts = with_acks([self._rollout(history, board, moment) for board in self._boards()], events)
        answered = [rollout.metrics_as_of for rollout in rollouts if rollout.metrics_as_of is not None]
        return Snapshot(
            at=moment,
            plan=self._plan,
            rollouts=rollouts,
            events=tuple(events),
            recommendation=recommend(rollouts, moment, self._zone),
            answered_at=max(answered, default=None),
            poll_interval=self._poll_interval,
        )

    def _rollout(self, history: History, board: Board, moment: float) -> Rollout:
        recall_then(history, board, moment)
        board.cases = self._evidence(history, board, moment)
        facts = board.facts(moment)
        fresh = {metric: max(limit, _FRESH) for metric, limit in facts.stale_after.items()}
        return assess(replace(facts, stale_after=fresh), moment)

    def _evidence(self, history: History, board: Board, moment: float) -> Cases | None:
        clock, way = board.clock(moment), self._ways.setdefault(board.plan.platform, Waypoints())
        return None if clock is None else way.reach(history, board.plan, clock, board.stale_after, moment)

    def _record(self, history: History) -> Record | None:
        builds = [(rollout.platform, rollout.build) for rollout in self._plan.rollouts]
        extent = history.samples.extent(builds)
        if extent is None:
            return None
        first, last = extent
        holes = history.samples.holes(builds, max(_FRESH, _HOLE * self._poll_interval) + 1)
        events = history.events.between(first, last + self._poll_interval, _MOST_EVENTS)
        return Record(first, last, tuple(holes), tuple(events))


def traveller_of(settings: Settings, poll_interval: float, recording: Path | None = None) -> Traveller:
    """Who rebuilds the moments of these settings' history, which may be the copy of a recording."""
    plan, zone = settings.plan, ZoneInfo(settings.ui.timezone)
    return Traveller(
        settings.history.path,
        plan,
        lambda: [board_of(settings, each) for each in plan.rollouts],
        poll_interval,
        zone,
        recording,
    )


@lru_cache(maxsize=64)
def _tell_once(why: str) -> None:
    """Into the log, but not with every moment that is asked for."""
    _log.error("a past moment cannot be read\n%s", why)


def _time(event: Event) -> float:
    return event.at
