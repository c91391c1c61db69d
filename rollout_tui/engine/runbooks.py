"""Runbooks at work: what people ticked, what the program sees, each step stamped into the timeline."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from rollout_tui.domain.actions import Actor
from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.requests import Said
from rollout_tui.domain.runbook import (
    FLAT_FOR,
    NOTE,
    Runbook,
    RunbookStanding,
    Sees,
    Tick,
    first_tick,
    seen_now,
    standing,
)
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.words import plain_text
from rollout_tui.engine.archive import Archive
from rollout_tui.history import HistoryError
from rollout_tui.ports import OBSERVED_SHARE, Clock

_BESIDE = 80
"""Characters of what is written beside a tick."""
_LINE = 200
"""Characters of a note of its own."""


class Runbooks:
    """The runbook of each rollout of this desk."""

    def __init__(
        self,
        runbooks: Mapping[Platform, Runbook],
        archive: Archive,
        clock: Clock,
        actor: Actor,
        read_only: str | None,
        tell: Callable[[Event], None],
    ) -> None:
        self._runbooks = runbooks
        self._archive = archive
        self._clock = clock
        self._actor = actor
        self._read_only = read_only
        self._tell = tell

    async def standing(self, rollout: Rollout) -> RunbookStanding:
        """What is done now."""
        plan, now = rollout.plan, self._clock.now()
        nothing: list[Tick] = []
        ticks = await self._archive.try_call(lambda history: history.ticks.all(plan.platform, plan.build), nothing)
        shares = await self._shares(plan, now)
        seen = await asyncio.to_thread(seen_now, rollout, shares, now)
        paused = await self._paused(rollout, first_tick(ticks), now if Sees.PAUSED in seen else None)
        return standing(self._runbooks[plan.platform], ticks, seen, paused)

    async def tick(self, rollout: Rollout, check_id: str, note: str = "", *, taken_back: bool = False) -> Said:
        """A person says that it is done, or takes that back; kept and told in the timeline, else it did not happen."""
        if self._read_only is not None:
            return Said(False, f"read-only: {self._read_only}")
        check = self._runbooks[rollout.plan.platform].check(check_id)
        tick = Tick(check_id, self._actor.user, self._clock.now(), plain_text(note).strip()[:_BESIDE], taken_back)
        verb = "Runbook, taken back" if taken_back else "Runbook"
        return await self._keep(rollout.plan, tick, f"{verb}: {check.text}{f' ({tick.note})' if tick.note else ''}")

    async def note(self, rollout: Rollout, text: str) -> Said:
        """What a person wants to be read later, with name and time in the timeline; else it was not written."""
        if self._read_only is not None:
            return Said(False, f"read-only: {self._read_only}")
        line = plain_text(text).strip()[:_LINE]
        return await self._keep(rollout.plan, Tick(NOTE, self._actor.user, self._clock.now(), line), f"Note: {line}")

    async def _keep(self, plan: RolloutPlan, tick: Tick, told: str) -> Said:
        try:
            await self._archive.call(lambda history: history.ticks.add(plan.platform, plan.build, tick))
        except HistoryError as error:
            return Said(False, f"It cannot be kept: {error}")
        self._tell(Event(tick.at, EventKind.STEP, told, plan.platform, who=self._actor.user))
        return Said(True, told)

    async def _paused(self, rollout: Rollout, ticked: float | None, now: float | None) -> tuple[float, str] | None:
        """When and by whom the pause of this phase was confirmed that came before the first tick.

        Without a tick: the pause that is in force `now` (None: none is).
        """
        until, current = ticked or now, rollout.current
        if until is None or current is None or current.began is None:
            return None
        plan, since, otherwise = rollout.plan, current.began, None
        entry = await self._archive.try_call(
            lambda history: history.journal.last_pause(plan.platform, plan.build, since, until), otherwise
        )
        return None if entry is None else (entry.at, entry.actor.partition("@")[0])

    async def _shares(self, plan: RolloutPlan, now: float) -> Sequence[tuple[float, float]]:
        """Observed shares of the last hours, oldest first."""
        nothing: list[tuple[float, float]] = []
        since = now - 48 * FLAT_FOR
        return await self._archive.try_call(
            lambda history: history.samples.values(plan.platform, plan.build, OBSERVED_SHARE, since, now), nothing
        )
