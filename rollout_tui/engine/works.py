"""All that polls and acts: providers, rounds, their pollers, actions, upkeep. The first frame does not wait for it."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from rollout_tui.config.settings import ProviderSettings, Settings
from rollout_tui.domain.actions import Actor
from rollout_tui.domain.events import Event
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.requests import Approval
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.waivers import is_over
from rollout_tui.engine.acks import Acks
from rollout_tui.engine.actions import ActionRules, Actions
from rollout_tui.engine.archive import Archive
from rollout_tui.engine.assessor import Assessor
from rollout_tui.engine.board import Board
from rollout_tui.engine.http import Clients
from rollout_tui.engine.inquiry import Inquiry
from rollout_tui.engine.judging import Judging
from rollout_tui.engine.lease import Lease
from rollout_tui.engine.overrides import Overrides
from rollout_tui.engine.poller import Poller
from rollout_tui.engine.providers import Providers
from rollout_tui.engine.rounds import Desk, SourceRound, StoreRound, TrackerRound
from rollout_tui.engine.runbooks import Runbooks
from rollout_tui.engine.second import SecondPerson
from rollout_tui.engine.upkeep import Upkeep
from rollout_tui.ports import Clock, Provider


@dataclass(frozen=True, slots=True)
class Known:
    """What the engine has from the start: settings, time, memory, who acts. `read_only` says why nobody may."""

    settings: Settings
    clock: Clock
    archive: Archive
    boards: Sequence[Board]
    assessor: Assessor
    actor: Actor
    read_only: str | None


@dataclass(frozen=True, slots=True)
class Ears:
    """Whom to tell: a provider answered; something else is new; an event; and who judges a rollout as it stands now."""

    answered: Callable[[], None]
    arrived: Callable[[], None]
    tell: Callable[[Event], None]
    judged: Callable[[Platform], Rollout]


class Works:
    """One of each for every provider and rollout of the settings."""

    def __init__(
        self,
        known: Known,
        ears: Ears,
        clients: Clients,
        lookup: Callable[[str], Provider],
    ) -> None:
        settings, boards = known.settings, known.boards
        self._clock = known.clock
        sections = (*settings.stores.values(), *settings.sources.values(), *settings.trackers.values())
        self._fastest = min((section.interval for section in sections), default=math.inf)
        self.providers = Providers(settings, known.clock, clients, lookup)
        judging = Judging(known.archive, known.clock)
        desk = Desk(self.providers, known.clock, known.archive, judging, ears.answered, ears.arrived)
        self.stores = [
            StoreRound(desk, board, settings.stores[board.plan.store], self._phase_moved) for board in boards
        ]
        self.sources = [
            SourceRound(desk, mine, section)
            for name, section in settings.sources.items()
            if (mine := [board for board in boards if name in board.plan.sources])
        ]
        trackers = [
            TrackerRound(desk, mine, section, self._said_yes)
            for name, section in settings.trackers.items()
            if (mine := [board for board in boards if board.plan.tracker == name])
        ]
        self.second = SecondPerson(
            known.archive, known.clock, settings.approvals, known.actor, boards, ears.judged, ears.tell
        )
        self.overrides = Overrides(
            settings,
            self.providers,
            known.archive,
            known.clock,
            known.actor,
            boards,
            self.second,
            read_only=known.read_only,
            judged=ears.judged,
            tell=ears.tell,
            watch_closely=self._phase_moved,
        )
        rules = ActionRules(settings.actions.deadline, known.read_only, ZoneInfo(settings.ui.timezone))
        self.actions = {
            board.plan.platform: Actions(
                desk,
                board,
                store,
                rules,
                known.actor,
                self._lease(settings, board, known.actor),
                judged=partial(ears.judged, board.plan.platform),
                tell=ears.tell,
                second=self.second,
            )
            for board, store in zip(boards, self.stores, strict=True)
        }
        self.acks = Acks(
            known.archive,
            known.clock,
            known.actor,
            boards,
            read_only=known.read_only,
            judged=ears.judged,
            tell=ears.tell,
        )
        self.inquiry = Inquiry(self.providers)
        self.runbooks = Runbooks(settings.runbooks, known.archive, known.clock, known.actor, known.read_only, ears.tell)
        self.upkeep = Upkeep(
            known.clock, known.archive, known.assessor, boards, self.actions, ears.arrived, self._read_again
        )
        self.store_pollers = [
            self._poller(round_.settings, f"{board.plan.platform}", round_.poll, round_.failed, (board,))
            for board, round_ in zip(boards, self.stores, strict=True)
        ]
        self.source_pollers = [self._poller(r.settings, "source", r.poll, r.failed, r.boards) for r in self.sources]
        self.tracker_pollers = [self._poller(r.settings, "tracker", r.poll, r.failed, r.boards) for r in trackers]

    @property
    def pollers(self) -> Sequence[Poller]:
        """All of them, stores first."""
        return (*self.store_pollers, *self.metric_pollers)

    @property
    def metric_pollers(self) -> Sequence[Poller]:
        """Those whose answers depend on what the stores say: sources and trackers."""
        return (*self.source_pollers, *self.tracker_pollers)

    def _lease(self, settings: Settings, board: Board, actor: Actor) -> Lease:
        # A rehearsal's services are its own: nobody else acts on them, and no lock file is to outlive them.
        controls = "" if settings.rehearsal else self.providers.controls(board.plan.store)
        return Lease.of(controls, settings.history.path, board.plan.platform.value, str(actor))

    def _read_again(self, platform: Platform) -> None:
        """Another process acted there."""
        for store, poller in zip(self.stores, self.store_pollers, strict=True):
            if store.platform is platform:
                store.acted_elsewhere()
                poller.poke()

    def _phase_moved(self) -> None:
        """A phase began: sources and trackers count from another moment now."""
        for poller in self.metric_pollers:
            poller.poke()

    async def _said_yes(self, board: Board, approvals: Sequence[Approval]) -> None:
        """People said yes on the release's pull request."""
        for said in await self.second.hear(board, approvals):
            await self.overrides.granted(said)

    def _poller(
        self,
        section: ProviderSettings,
        what: str,
        poll: Callable[[], Awaitable[None]],
        failed: Callable[[BaseException], None],
        boards: Sequence[Board],
    ) -> Poller:
        return Poller(
            f"{section.name} {what}",
            poll,
            failed,
            interval=section.interval,
            timeout=section.timeout,
            clock=self._clock,
            at_most=partial(self._watched_closely, section, boards),
        )

    def _watched_closely(self, section: ProviderSettings, boards: Sequence[Board]) -> float:
        """The shortest configured interval while a waiver is in force on one of the boards (rollout-plan.md 9.6).

        What is late by design has nothing new to say earlier, and its requests are counted.
        """
        now = self._clock.now()
        waived = any(is_over(waiver, now) is None for board in boards for waiver in board.waivers)
        return self._fastest if waived and not section.late_by_design else math.inf
