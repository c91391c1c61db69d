"""What a person says to an alarm: that it was seen, and that nothing shall be paused by itself for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from rollout_tui.domain.acknowledging import stands
from rollout_tui.domain.actions import Actor
from rollout_tui.domain.countdowns import CountdownEnd
from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.requests import Said
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.engine.archive import Archive
from rollout_tui.engine.board import Board
from rollout_tui.engine.deeds import Record
from rollout_tui.history import HistoryError
from rollout_tui.ports import Clock


class Acks:
    """The answers of this desk's person; in history, where the guard and every screen find them."""

    def __init__(
        self,
        archive: Archive,
        clock: Clock,
        actor: Actor,
        boards: Sequence[Board],
        *,
        read_only: str | None,
        judged: Callable[[Platform], Rollout],
        tell: Callable[[Event], None],
    ) -> None:
        self._archive = archive
        self._clock = clock
        self._actor = actor
        self._boards = {board.plan.platform: board for board in boards}
        self._read_only = read_only
        self._judged = judged
        self._tell = tell

    async def acknowledge(self, platform: Platform) -> Said:
        """All that stands there now was seen."""
        if self._read_only is not None:
            return Said(False, f"read-only: {self._read_only}")
        rollout, now, by = self._judged(platform), self._clock.now(), self._actor.person
        what = stands(rollout)
        if not what:
            return Said(False, f"Nothing on {rollout.plan.label} asks to be acknowledged.")
        told = f"{by} acknowledged: {', '.join(what)}"
        try:
            deed = Record("acknowledgement", now, told).deed(self._actor, rollout)
            await self._archive.call(lambda history: history.audit.append(deed))
        except HistoryError as error:
            return Said(False, f"It cannot be kept ({error}): alerts go on.")
        self._tell(Event(now, EventKind.ACK, told, platform, who=by))
        runs = rollout.countdown is not None and rollout.countdown.runs
        return Said(True, f"{told}. The automatic pause goes on." if runs else f"{told}.")

    async def stop(self, platform: Platform) -> Said:
        """End the countdown of an automatic pause, for all causes that stand now."""
        if self._read_only is not None:
            return Said(False, f"read-only: {self._read_only}")
        board, now, by = self._boards[platform], self._clock.now(), self._actor.person
        countdown, name = board.countdown, board.plan.label
        if countdown is None or not countdown.runs:
            return Said(False, f"No automatic pause of {name} is counted down.")
        try:
            stopped = await self._archive.call(
                lambda history: history.countdowns.end(countdown.id, CountdownEnd.STOPPED, now, by)
            )
        except HistoryError as error:
            return Said(False, f"NOT stopped ({error}): the automatic pause goes on.")
        if not stopped:
            return Said(False, f"Too late: the automatic pause of {name} had ended already; look at its events.")
        board.countdown = replace(countdown, ended=CountdownEnd.STOPPED, ended_at=now, said=by)
        told = f"{by} stopped the automatic pause of {name}: it does not pause by itself for this again"
        missing = ""
        try:
            deed = Record("automatic-stop", now, told, countdown.told, countdown.id).deed(
                self._actor, self._judged(platform)
            )
            await self._archive.call(lambda history: history.audit.append(deed))
        except HistoryError:
            missing = " It is not in the audit log: that could not be written."
        self._tell(Event(now, EventKind.ACTION, told, platform, Severity.WARNING, by))
        await self.acknowledge(platform)
        return Said(True, f"{told}.{missing}")
