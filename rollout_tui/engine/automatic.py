"""Pausing one rollout by itself, by the rule of domain/automatic.py: counted down where everybody sees it, then done.

The way to the store is that of every action: proposed, journalled, performed, read back. Whoever ends a countdown first
in history has ended it; a person's stop that is written there is never overtaken.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from rollout_tui.domain.actions import ActionKind, Ending, Outcome, Proposal
from rollout_tui.domain.automatic import AutomaticRule, Cause, Move, Watch, causes, look
from rollout_tui.domain.countdowns import Countdown, CountdownEnd
from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.releases import Platform, StateWord
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.words import clock_time
from rollout_tui.engine.second import new_id
from rollout_tui.engine.trouble import kind_and_place
from rollout_tui.history import History, HistoryError

if TYPE_CHECKING:
    from datetime import tzinfo

    from rollout_tui.engine.archive import Archive
    from rollout_tui.engine.board import Board
    from rollout_tui.ports import Clock

_PATIENCE = 3.0
"""Wall seconds that a pause which is due waits for a disk."""
_AGAIN = 3
"""How often it is proposed where the store was not as it was seen."""


class Acts(Protocol):
    """The part of the engine that pauses."""

    def judged(self, platform: Platform) -> Rollout:
        """A rollout as it stands now."""
        ...

    def propose(self, platform: Platform, kind: ActionKind) -> Proposal:
        """What an action would do."""
        ...

    async def perform(self, proposal: Proposal, reason: str) -> Outcome:
        """Carry it out."""
        ...


class AutomaticPause:
    """One rollout's. `say` tells every channel, at every level."""

    def __init__(
        self,
        acts: Acts,
        archive: Archive,
        clock: Clock,
        board: Board,
        rule: AutomaticRule,
        tell: Callable[[Event], None],
        say: Callable[[str], None],
        zone: tzinfo,
    ) -> None:
        self._acts = acts
        self._archive = archive
        self._clock = clock
        self._board = board
        self._rule = rule
        self._tell = tell
        self._say = say
        self._zone = zone
        self._watch = Watch()
        self._known: dict[str, Countdown] = {}
        """Every countdown of this build, also those that history could not take."""

    @property
    def platform(self) -> Platform:
        """What it would pause."""
        return self._board.plan.platform

    @property
    def running(self) -> Countdown | None:
        """What is counted down now."""
        return next((one for one in self._known.values() if one.runs), None)

    async def begin(self) -> None:
        """Take over what an earlier guard left: a pause that was begun and whose end nobody wrote down has failed."""
        await self._recall()
        for countdown in [*self._known.values()]:
            if countdown.ended is CountdownEnd.PAUSED and countdown.failed is None:
                await self._ended(countdown, "The guard ended before it knew how the pause ended.", failed=True)

    async def look(self) -> None:
        """One look, and what follows from it."""
        ran = self.running
        await self._recall()
        rollout, now = self._acts.judged(self.platform), self._clock.now()
        if ran is not None and self._known[ran.id].ended is CountdownEnd.STOPPED:
            await self._cover(self._known[ran.id], tuple(c.id for c in causes(rollout, self._rule)[0]))
            self._say(f"{self._name}: the automatic pause was stopped by {self._known[ran.id].said}.")
        spent = {cause for one in self._known.values() if _is_spent(one) for cause in one.causes}
        move = look(self._watch, rollout, self.running, spent, now, self._rule)
        self._watch = move.watch
        await self._follow(move, now)

    async def _follow(self, move: Move, now: float) -> None:
        countdown = self.running
        if move.begin is not None:
            await self._count_down(move.begin, move.covers, now)
        elif countdown is not None and move.call_off:
            if await self._end(countdown, CountdownEnd.CALLED_OFF, now, move.call_off):
                self._log(f"Automatic pause of {self._name} called off: {move.call_off}", Severity.INFO)
                self._say(f"{self._name}: the automatic pause is called off: {move.call_off}.")
        elif countdown is not None and move.pause and await self._end(countdown, CountdownEnd.PAUSED, now, ""):
            await self._cover(self._known[countdown.id], move.covers)
            await self._pause(self._known[countdown.id])

    async def _count_down(self, cause: Cause, covers: tuple[str, ...], now: float) -> None:
        due = now + self._rule.countdown
        plan = self._board.plan
        countdown = Countdown(new_id(), plan.platform, plan.build, covers, cause.told, now, due)
        stop = f"Stop it: a, then y, on a screen; or rollout-tui guard --stop {plan.platform.value}."
        try:
            await self._archive.call(lambda history: history.countdowns.begin(countdown), _PATIENCE)
        except HistoryError as error:
            stop = f"Only ending the guard stops it ({error})."
        self._keep(countdown)
        when = f"{clock_time(due, self._zone)} {self._zone}"
        self._log(f"{self._name} pauses by itself at {when} unless somebody stops it. {cause.told}", Severity.CRITICAL)
        self._say(f"{self._name} PAUSES BY ITSELF at {when} unless somebody stops it. {cause.told} {stop}")

    async def _pause(self, countdown: Countdown) -> None:
        try:
            failed, said = await self._paused(countdown)
        except Exception as error:  # noqa: BLE001  whatever is wrong here must be told as loudly as a refusal
            failed, said = True, f"Mistake of this program ({kind_and_place(error)})."
        await self._ended(countdown, said, failed=failed)
        if not failed:
            self._say(f"{self._name} IS PAUSED by the guard. {said} It was for: {countdown.told} Nothing resumes it.")

    async def _paused(self, countdown: Countdown) -> tuple[bool, str]:
        """Whether it failed, and how it ended."""
        said = ""
        for _ in range(_AGAIN):
            proposal = self._acts.propose(self.platform, ActionKind.PAUSE)
            state = self._board.state
            if state is not None and state.word is StateWord.PAUSED:
                return False, "It was paused already."
            if not proposal.possible or proposal.change is None:
                return True, " ".join(one.reason for one in proposal.obstacles) or "Nothing is known that would pause."
            if proposal.change.irreversible:
                return True, f"{proposal.change.headline} That cannot be undone: a person must decide it."
            outcome = await self._acts.perform(proposal, f"automatic pause: {countdown.told}")
            if outcome.ending in (Ending.DONE, Ending.ALREADY):
                return False, outcome.said
            said = outcome.told
            if outcome.ending is not Ending.DIFFERS:
                break
        return True, said

    async def _ended(self, countdown: Countdown, said: str, *, failed: bool) -> None:
        self._keep(replace(countdown, said=said, failed=failed))
        self._archive.write(lambda history: history.countdowns.tell(countdown.id, said, failed=failed))
        if failed:
            self._log(f"THE AUTOMATIC PAUSE of {self._name} FAILED. {said} Pause by hand now", Severity.CRITICAL)
        else:
            self._log(f"{self._name} was paused by the guard. {countdown.told} Nothing resumes it", Severity.WARNING)

    async def _end(self, countdown: Countdown, end: CountdownEnd, now: float, said: str) -> bool:
        """End it; False where somebody else did. Without a history nobody else could, as far as anybody knows."""
        try:
            mine = await self._archive.call(
                lambda history: history.countdowns.end(countdown.id, end, now, said), _PATIENCE
            )
        except HistoryError:
            mine = True
        if not mine and not await self._is_unwritten(countdown):
            await self._recall()
            return False
        self._keep(replace(countdown, ended=end, ended_at=now, said=said))
        return True

    async def _is_unwritten(self, countdown: Countdown) -> bool:
        """Whether history never took it: then nobody could end it there."""
        rows = await self._archive.try_call(self._rows, None)
        return rows is not None and all(row.id != countdown.id for row in rows)

    async def _cover(self, countdown: Countdown, covers: tuple[str, ...]) -> None:
        """What stands when it ends is one cause with it, and no new one later."""
        wider = tuple(dict.fromkeys((*countdown.causes, *covers)))
        self._keep(replace(countdown, causes=wider))
        self._archive.write(lambda history: history.countdowns.cover(countdown.id, wider))

    async def _recall(self) -> None:
        """What history has, over what is known here: others stop what this process counts down."""
        for row in await self._archive.try_call(self._rows, None) or ():
            known = self._known.get(row.id)
            if known is None or known.runs:
                self._known[row.id] = row
        self._board.countdown = next(reversed(self._known.values()), None)

    def _rows(self, history: History) -> list[Countdown]:
        return history.countdowns.all(self.platform, self._board.plan.build)

    def _keep(self, countdown: Countdown) -> None:
        self._known[countdown.id] = countdown
        self._board.countdown = countdown

    @property
    def _name(self) -> str:
        return self._board.plan.label

    def _log(self, text: str, level: Severity) -> None:
        self._tell(Event(self._clock.now(), EventKind.ACTION, text.rstrip("."), self.platform, level, "guard"))


def _is_spent(countdown: Countdown) -> bool:
    return countdown.ended in (CountdownEnd.STOPPED, CountdownEnd.PAUSED)
