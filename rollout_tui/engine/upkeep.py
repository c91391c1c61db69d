"""What the engine does beside polling: settle, catch up, listen to other processes, forget."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from rollout_tui.domain.events import Event
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.snapshot import Snapshot
from rollout_tui.engine.actions import Actions
from rollout_tui.engine.archive import Archive
from rollout_tui.engine.assessor import Assessor
from rollout_tui.engine.board import Board
from rollout_tui.engine.curves import STEP
from rollout_tui.engine.memory import recall_people
from rollout_tui.engine.past import Past
from rollout_tui.engine.rounds import SourceRound
from rollout_tui.history import History
from rollout_tui.ports import Clock

EVENTS = 200
"""Events painted from history."""
_SETTLE_AGAIN = 30.0
"""Seconds between tries to learn what became of an open intent."""
_FORGET_EVERY = 3600.0
"""Seconds between rounds of retention."""
_BREATH = 0.05
"""Seconds between two bites of retention: polls are written in between."""
_PATIENCE = 3
"""Timeouts of a poll that asking for a whole day may take."""


class Upkeep:
    """Slow work that nobody waits for."""

    def __init__(
        self,
        clock: Clock,
        archive: Archive,
        assessor: Assessor,
        boards: Sequence[Board],
        actions: Mapping[Platform, Actions],
        arrived: Callable[[], None],
        read_again: Callable[[Platform], None],
    ) -> None:
        self._clock = clock
        self._archive = archive
        self._assessor = assessor
        self._boards = boards
        self._actions = actions
        self._arrived = arrived
        self._read_again = read_again
        self._looked_back: dict[Platform, tuple[float, float | None]] = {}

    async def settle(self, actions: Actions) -> None:
        """Learn what became of the intents that an earlier process left open."""
        while (outcomes := await actions.settle()) is None:
            await self._clock.sleep(_SETTLE_AGAIN)
        for outcome in outcomes:
            self._assessor.tell(outcome)
        self._arrived()

    async def confirm_late(self) -> None:
        """Tell of actions that the store shows after all."""
        for actions in self._actions.values():
            outcome = await actions.confirm_late()
            if outcome is not None:
                self._assessor.tell(outcome)

    async def hear_others(self) -> None:
        """See who acts, and take over what another process wrote: its events, sign-offs and requests.

        A store on which it acted is read again at once: the share that was read before says what is not so any more.
        """
        for actions in self._actions.values():
            actions.look_around()
        logged = self._assessor.logged
        events = await self._archive.try_call(_news_of_others, None)
        if events is None:
            return
        if self._assessor.logged == logged:
            self._assessor.recall(events)
        for board in self._boards:
            await self._archive.try_call(partial(recall_people, board=board, now=self._clock.now()), None)
        for platform, actions in self._actions.items():
            if await actions.ended_elsewhere():
                self._read_again(platform)

    async def fill_curves(self, round_: SourceRound) -> None:
        """Fill the curves' holes from the source's own memory, after its first poll: the present comes first.

        Where that fails, its polls say so.
        """
        await round_.heard.wait()
        for board in round_.boards:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(_PATIENCE * round_.settings.timeout):
                    await self._fill(round_, board)

    async def look_back(self, past: Past, snapshot: Snapshot) -> None:
        """What the build before showed at this hour of its phase: asked once a bucket, and when a phase begins."""
        for board, rollout in zip(self._boards, snapshot.rollouts, strict=True):
            began = None if rollout.current is None else rollout.current.began
            moment = (snapshot.at // STEP, began)
            if self._looked_back.get(board.plan.platform) != moment:
                self._looked_back[board.plan.platform] = moment
                board.before = await past.before(rollout, snapshot.at)

    async def forget(self, retention: float) -> None:
        """Drop what is older than `retention` seconds, now and then, in bites."""
        while True:
            oldest = self._clock.now() - retention
            bite = await self._archive.try_call(partial(History.prune, before=oldest), 0)
            await self._clock.sleep(_BREATH if bite else _FORGET_EVERY)

    async def _fill(self, round_: SourceRound, board: Board) -> None:
        now = self._clock.now()
        since = board.first_hole(now)
        if since is None:
            return
        readings = await round_.back_fill(board, since, STEP / 2)
        board.back_filled(readings)
        platform = board.plan.platform
        self._archive.write(lambda history: history.samples.add([(platform, reading) for reading in readings]))
        self._arrived()


def _news_of_others(history: History) -> list[Event] | None:
    others, ours = history.changed_by_another(), history.events.left_some_out()
    return history.events.newest(EVENTS) if others or ours else None
