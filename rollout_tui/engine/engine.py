"""The engine: boards from history at once, providers, pollers and actions when they are needed; publishes Snapshots."""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import threading
from collections.abc import Callable, Coroutine
from functools import cached_property, partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rollout_tui.config.providers import find
from rollout_tui.config.settings import Settings
from rollout_tui.domain.actions import USUAL, ActionKind, Actor, Outcome, Proposal, Terms
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.snapshot import Rollout, Snapshot
from rollout_tui.engine.acting import UnderWay
from rollout_tui.engine.actor import this_actor
from rollout_tui.engine.archive import Archive
from rollout_tui.engine.assessor import Assessor
from rollout_tui.engine.board import asked_of, board_of
from rollout_tui.engine.clock import make_clock
from rollout_tui.engine.memory import recall
from rollout_tui.engine.past import Past
from rollout_tui.engine.publishing import Publisher
from rollout_tui.engine.readonly import why_read_only
from rollout_tui.engine.trouble import kind_and_place
from rollout_tui.ports import Clock, Provider

if TYPE_CHECKING:
    import httpx

    from rollout_tui.domain.events import Event
    from rollout_tui.engine.acks import Acks
    from rollout_tui.engine.channels import Sender
    from rollout_tui.engine.guard import Guard
    from rollout_tui.engine.http import Clients
    from rollout_tui.engine.inquiry import Inquiry
    from rollout_tui.engine.overrides import Overrides
    from rollout_tui.engine.runbooks import Runbooks
    from rollout_tui.engine.travel import Traveller
    from rollout_tui.engine.works import Works

_log = logging.getLogger(__name__)
_EVENTS = 200
"""Events painted from history."""
_TICK = 5.0
"""Seconds between assessments without news: ages turn stale, clocks run over."""


class Engine:
    """A `Desk` (see desk.py) over real providers.

    `load`, then `start`, in the end `close`; or `load` and `poll_once` for one look.
    `clients` are those that several engines share, closed by whoever made them. `transport` and `lookup` replace the
    network and the installed providers in tests.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        lookup: Callable[[str], Provider] = find,
        actor: Actor | None = None,
        read_only: str | None = None,
        clients: Clients | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock or make_clock(settings.clock)
        self.actor = actor or this_actor()
        self.read_only = why_read_only(read_only, os.environ, settings)
        self._tasks: list[asyncio.Task[None]] = []
        self._transport = transport
        self._shared = clients
        self._lookup = lookup
        self._publisher = Publisher(lambda: self._assessor.assess())
        self._archive = Archive(settings.history.path, self._publisher.arrived, settings.history.group)
        self.past = Past(self._archive)
        self._boards = [board_of(settings, plan) for plan in settings.plan.rollouts]
        self._acting = UnderWay(self._boards)
        fastest = min((section.interval for section in settings.sources.values()), default=60.0)
        self._assessor = Assessor(
            settings.plan,
            self._boards,
            self._archive,
            self.clock,
            poll_interval=fastest,
            zone=ZoneInfo(settings.ui.timezone),
            asked=asked_of(settings),
        )

    @cached_property
    def _works(self) -> Works:
        """All that polls and acts; its modules are imported when they are first needed."""
        from rollout_tui.engine.works import Ears, Known, Works

        known = Known(
            self.settings, self.clock, self._archive, self._boards, self._assessor, self.actor, self.read_only
        )
        ears = Ears(self._answered, self._publisher.arrived, self._tell, self.judged)
        return Works(known, ears, self._clients, self._lookup)

    @cached_property
    def _clients(self) -> Clients:
        """The HTTP clients: its own, but for one engine among several."""
        from rollout_tui.engine.http import Clients

        return self._shared or Clients(self._transport)

    # --- Desk ------------------------------------------------------------------------------------------------------

    @property
    def snapshot(self) -> Snapshot:
        """The newest picture."""
        return self._assessor.snapshot

    def listen(self, on_snapshot: Callable[[Snapshot], None]) -> Callable[[], None]:
        """Call back with every Snapshot that shows something new; returns a function that ends it."""
        return self._publisher.listen(on_snapshot)

    def read_now(self, platform: Platform | None = None) -> None:
        """Poll everything again now, committed share included."""
        works = self._works
        for board, store, poller in zip(self._boards, works.stores, works.store_pollers, strict=True):
            if platform is None or board.plan.platform is platform:
                store.want_share()
                poller.poke()
        for poller in works.metric_pollers:
            poller.poke()

    def propose(self, platform: Platform, kind: ActionKind, terms: Terms = USUAL) -> Proposal:
        """What the action would do on these terms, from what is known now."""
        return self._works.actions[platform].propose(kind, self.snapshot.rollout(platform), terms)

    def traveller(self) -> Traveller:
        """Somebody who rebuilds past moments from history."""
        from rollout_tui.engine.travel import traveller_of

        return traveller_of(self.settings, self.snapshot.poll_interval)

    @property
    def runbooks(self) -> Runbooks:
        """The rollback procedures and their ticks."""
        return self._works.runbooks

    @property
    def inquiry(self) -> Inquiry:
        """Who tells what is wrong with a build."""
        return self._works.inquiry

    @property
    def people(self) -> Overrides:
        """What people decide about gates."""
        return self._works.overrides

    @property
    def alarms(self) -> Acks:
        """Who saw what stands, and who stops an automatic pause."""
        return self._works.acks

    def guard(self, send: Sender | None = None) -> Guard:
        """Who alerts and pauses by itself; begun after `start`. `send` replaces the way to the channels in tests."""
        from rollout_tui.engine.guard import Guard

        return Guard(self, self._archive, self._boards, self._works.pollers, self._tell, send)

    async def perform(self, proposal: Proposal, reason: str = "") -> Outcome:
        """Carry out a confirmed proposal. It goes on when the caller is cancelled."""
        return await self._acting.carry_out(self._perform(proposal, reason), proposal)

    async def settle(self, platform: Platform) -> bool:
        """Learn what became of what an earlier process left open; False where that cannot be told yet."""
        outcomes = await self._works.actions[platform].settle()
        for outcome in outcomes or ():
            self._assessor.tell(outcome)
        return outcomes is not None

    async def _perform(self, proposal: Proposal, reason: str) -> Outcome:
        outcome = await self._works.actions[proposal.platform].perform(proposal, reason)
        try:
            self._assessor.assess()  # what the store showed came before the end of the action
            self._assessor.tell(outcome)
            self._publisher.publish()
        except Exception as error:  # noqa: BLE001  how it ended is known, whatever else is not
            _log.error("nothing can be judged: %s", kind_and_place(error))
        return outcome

    # --- life ------------------------------------------------------------------------------------------------------

    def load(self) -> None:
        """Paint the boards from history: no network, no provider, quick enough for the first frame."""
        now = self.clock.now()
        for board in self._boards:
            self._archive.load(partial(recall, board=board, now=now), None)
        nothing: list[Event] = []
        self._assessor.begin(self._archive.load(lambda history: history.events.newest(_EVENTS), nothing))

    def announce(self) -> None:
        """Tell those who listen what is known now, where it was loaded when they listened already."""
        self._publisher.arrived()

    async def start(self) -> None:
        """Begin to poll, until `close`; settle what an earlier process left open, fill the holes of the curves."""
        self._spawn(self._run())
        self._spawn(self._tick())

    async def poll_once(self) -> Snapshot:
        """One look at everything: stores first, since they tell since when sources must count."""
        await self.read_stores()
        await asyncio.gather(*(poller.poll_once() for poller in self._works.metric_pollers))
        self._publisher.publish()
        return self.snapshot

    async def read_stores(self, platform: Platform | None = None) -> Snapshot:
        """One look at the stores alone, committed share included; at that platform's: all that a pause needs."""
        works = self._works
        looks = []
        for board, store, poller in zip(self._boards, works.stores, works.store_pollers, strict=True):
            if platform is None or board.plan.platform is platform:
                store.want_share()
                looks.append(poller.poll_once())
        await asyncio.gather(*looks)
        self._publisher.publish()
        return self.snapshot

    def guarded_by(self) -> str | None:
        """Who guards this history now; a look at a lock."""
        from rollout_tui.engine.guardnote import guard_of

        note = guard_of(self.settings.history.path)
        return None if note is None else str(note)

    async def rest(self, until: threading.Event) -> None:
        """Leave history alone until then; what is being written is waited for."""
        await self._archive.rest(until)

    async def close(self) -> None:
        """End all tasks, write what is queued, close providers and history.

        A pause still goes out; other actions that are under way stay open in the journal, and the next start settles
        them.
        """
        await self._acting.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._publisher.end()
        if "_works" in self.__dict__:  # nothing was opened where nothing was asked
            await self._works.providers.close()
            if self._shared is None:
                await self._clients.close()
        await self._archive.close()

    # --- inside ----------------------------------------------------------------------------------------------------

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        task.add_done_callback(_report)
        self._tasks.append(task)

    async def _run(self) -> None:
        """Open the providers beside the loop, then let each of them be polled in a task of its own."""
        await asyncio.to_thread(importlib.import_module, "rollout_tui.engine.works")
        works = self._works
        self._spawn(works.upkeep.forget(self.settings.history.retention))
        await asyncio.to_thread(works.providers.prepare)
        for poller in works.pollers:
            self._spawn(poller.run())
        for actions in works.actions.values():
            self._spawn(works.upkeep.settle(actions))
        for round_ in works.sources:
            self._spawn(works.upkeep.fill_curves(round_))

    def judged(self, platform: Platform) -> Rollout:
        """A rollout as it stands now."""
        return self._assessor.assess().rollout(platform)

    def _tell(self, event: Event) -> None:
        self._assessor.log((event,))
        self._publisher.arrived()

    def _answered(self) -> None:
        self._assessor.answered_at = self.clock.now()
        self._publisher.arrived()

    async def _tick(self) -> None:
        speed = self.settings.clock.speed
        while True:
            await self.clock.sleep(_TICK * max(1.0, speed / 5))
            try:
                await self._works.upkeep.hear_others()
                await self._works.upkeep.confirm_late()
                await self._works.upkeep.look_back(self.past, self.snapshot)
            except Exception as error:  # noqa: BLE001  what nobody looks at again would never be found to be old
                _log.error("a tick failed: %s", kind_and_place(error))
            self._publisher.publish()


def _report(task: asyncio.Task[None]) -> None:
    """A task of the engine never ends by an error; if one does, that is a defect to be found in the log."""
    error = None if task.cancelled() else task.exception()
    if error is not None:
        _log.error("a task of the engine ended: %s", kind_and_place(error))
