"""Actions at a store: propose, journal, perform, read back, journal. Never repeated blindly (design.md, One action)."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from rollout_tui.domain import words
from rollout_tui.domain.actions import (
    ActionKind,
    Actor,
    Change,
    Ending,
    Intent,
    Obstacle,
    Outcome,
    Proposal,
    Running,
    Step,
)
from rollout_tui.domain.ladder import next_phase
from rollout_tui.domain.obstacles import obstacles
from rollout_tui.domain.plan import Phase
from rollout_tui.domain.releases import PhaseKind, ReleaseState
from rollout_tui.domain.sentences import severity_sentence, worst_metric
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.engine.board import Board, describe
from rollout_tui.engine.lease import Lease, LeaseHeld
from rollout_tui.engine.rounds import Desk, StoreRound
from rollout_tui.history import HistoryError
from rollout_tui.history.journal import Entry
from rollout_tui.ports import Impossible, OutcomeUnknown, ProviderError, StateDiffers, Store

_log = logging.getLogger(__name__)

_READ_BACK = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between looks at the store after a change; the last one repeats until the deadline."""
_LEAST_LOOKS = 4
"""On a fast clock a deadline is short: the store is looked at this often all the same."""


@dataclass(frozen=True, slots=True)
class ActionRules:
    """How actions behave at this desk: seconds of read-back, and why none is possible (read-only)."""

    deadline: float
    read_only: str | None


class Actions:
    """The actions of one rollout, one at a time, across processes."""

    def __init__(
        self, desk: Desk, board: Board, store_round: StoreRound, rules: ActionRules, actor: Actor, lease: Lease
    ) -> None:
        self._desk = desk
        self._board = board
        self._round = store_round
        self._rules = rules
        self._actor = actor
        self._lease = lease
        self._lock = asyncio.Lock()

    def propose(self, kind: ActionKind, rollout: Rollout) -> Proposal:
        """What the action would do, from what is known now. No call is made."""
        now, plan = self._desk.clock.now(), self._board.plan
        target = _target(kind, rollout)
        against = list(obstacles(kind, rollout, now, self._rules.read_only))
        change: Change | None = None
        if target is not None and rollout.running is None:
            try:
                intent = Intent(kind, target, target.share if kind is ActionKind.PROMOTE else None)
                change = self._store().plan(plan, intent, rollout.store.state)
            except Impossible as error:
                if not against:
                    against.append(Obstacle(error.message, error.remedy))
            except ProviderError as error:
                against.append(Obstacle(error.message, error.remedy))
        elif not against:
            against.append(Obstacle("there is no phase to act on", "u reads the store again"))
        bad = worst_metric(rollout)
        return Proposal(
            id=uuid.uuid4().hex,
            platform=plan.platform,
            kind=kind,
            made_at=now,
            title=f"{kind.value.upper()} {plan.label.upper()}",
            seen=rollout.store.state,
            change=change,
            target=target,
            because="" if bad is None else severity_sentence(bad),
            obstacles=tuple(against),
            gates=rollout.gates if kind is ActionKind.PROMOTE else (),
            typed=_typed(plan.platform.value, target, rollout) if kind is ActionKind.PROMOTE else None,
        )

    async def perform(self, proposal: Proposal, reason: str = "") -> Outcome:
        """Carry out a confirmed proposal. What a store does is told by the Outcome, never raised."""
        if proposal.change is None or not proposal.possible:
            return self._ended(proposal, Ending.REFUSED, _first_obstacle(proposal))
        if self._rules.read_only is not None:
            return self._ended(proposal, Ending.REFUSED, f"read-only: {self._rules.read_only}")
        async with self._lock:
            try:
                with self._lease:
                    return await self._perform(proposal, proposal.change, reason)
            except LeaseHeld as error:
                return self._ended(proposal, Ending.REFUSED, str(error))

    async def settle(self) -> None:
        """Close intents that an earlier process left open, by reading the store; nothing is repeated."""
        platform = self._board.plan.platform
        try:
            entries = await self._desk.archive.call(lambda history: history.journal.open_intents(platform))
        except HistoryError:
            return
        for entry in entries:
            if entry.build != self._board.plan.build:
                continue
            state = await self._read()
            if state is None:
                return
            ending, message = _settled(entry, state)
            outcome = Outcome(entry.intent, platform, entry.kind, ending, message, self._desk.clock.now(), state)
            await self._close(outcome)
            self._board.last_outcome = outcome
            self._desk.arrived()

    async def _perform(self, proposal: Proposal, change: Change, reason: str) -> Outcome:
        async with self._shown(proposal):
            journalled = await self._journal(proposal, change, reason)
            if not journalled and proposal.kind is not ActionKind.PAUSE:
                alarm = self._desk.archive.alarm or "history cannot be written"
                return self._ended(proposal, Ending.REFUSED, f"not done: {alarm}; only pausing works without a journal")
            self._step(Step.JOURNALLED)
            outcome = await self._change(proposal, change)
            outcome = replace(outcome, journalled=journalled)
            if not journalled:
                outcome = replace(outcome, message=f"{outcome.message} It could not be journalled.")
            await self._close(outcome)
            return outcome

    async def _change(self, proposal: Proposal, change: Change) -> Outcome:
        unanswered = ""
        try:
            async with asyncio.timeout(max(30.0, self._rules.deadline)):
                await self._store().perform(self._board.plan, change, proposal.seen)
        except StateDiffers as error:
            self._round.take(error.now)
            if change.expects.met_by(error.now):
                return self._ended(proposal, Ending.ALREADY, f"{change.store} already shows it.", error.now)
            return self._ended(proposal, Ending.DIFFERS, f"Nothing was changed. {error.message}", error.now)
        except (OutcomeUnknown, TimeoutError) as error:
            unanswered = f"{describe(error)} "
        except ProviderError as error:
            return self._ended(proposal, Ending.REFUSED, _with_remedy(error))
        except Exception as error:  # noqa: BLE001  a provider's mistake leaves the outcome open, not the program dead
            _log.exception("performing %s", proposal.kind)
            unanswered = f"{describe(error)} "
        self._step(Step.ACCEPTED)
        return await self._read_back(proposal, change, unanswered)

    async def _read_back(self, proposal: Proposal, change: Change, unanswered: str) -> Outcome:
        """Look at the store until it shows the change or the deadline passes."""
        self._step(Step.READING_BACK)
        deadline = self._desk.clock.now() + self._rules.deadline
        looks, state = 0, None
        while looks < _LEAST_LOOKS or self._desk.clock.now() < deadline:
            state = await self._read() or state
            if state is not None and change.expects.met_by(state):
                return self._ended(proposal, Ending.DONE, f"{change.store} shows it: {state.status}.", state)
            await self._desk.clock.sleep(_READ_BACK[min(looks, len(_READ_BACK) - 1)])
            looks += 1
        shows = "cannot be read" if state is None else f"still shows {state.status}"
        waited = words.span(self._rules.deadline)
        message = f"{unanswered}Not confirmed by {change.store} after {waited}: it {shows}. Look there by hand."
        return self._ended(proposal, Ending.UNCONFIRMED, message, state)

    async def _read(self) -> ReleaseState | None:
        try:
            async with asyncio.timeout(30.0):
                state = await self._store().read(self._board.plan, share=True)
        except Exception as error:  # noqa: BLE001  looked at again, and told on the board
            self._round.failed(error)
            return None
        self._round.take(state)
        return state

    @asynccontextmanager
    async def _shown(self, proposal: Proposal) -> AsyncIterator[None]:
        """Show the action as under way for as long as it is."""
        now = self._desk.clock.now()
        self._board.acted()
        self._board.running = Running(proposal, (), now, now + self._rules.deadline)
        self._desk.arrived()
        try:
            yield
        finally:
            self._board.running = None
            self._desk.arrived()

    def _step(self, step: Step) -> None:
        running = self._board.running
        if running is not None:
            self._board.running = replace(running, steps=(*running.steps, step))
            self._desk.arrived()

    async def _journal(self, proposal: Proposal, change: Change, reason: str) -> bool:
        plan = self._board.plan
        entry = Entry(
            proposal.id,
            plan.platform,
            plan.version,
            plan.build,
            proposal.kind,
            _requested(proposal),
            change,
            proposal.seen,
            str(self._actor),
            reason,
            self._desk.clock.now(),
        )
        try:
            await self._desk.archive.call(lambda history: history.journal.write_intent(entry))
        except HistoryError:
            return False
        return True

    async def _close(self, outcome: Outcome) -> None:
        try:
            await self._desk.archive.call(lambda history: history.journal.write_outcome(outcome))
            platform, build = self._board.plan.platform, self._board.plan.build
            self._board.requested = await self._desk.archive.call(
                lambda history: history.journal.last_request(platform, build)
            )
        except HistoryError as error:
            _log.warning("outcome not journalled: %s", error)

    def _ended(self, proposal: Proposal, ending: Ending, message: str, state: ReleaseState | None = None) -> Outcome:
        now = self._desk.clock.now()
        outcome = Outcome(proposal.id, proposal.platform, proposal.kind, ending, message.strip(), now, state)
        self._board.last_outcome = outcome
        self._desk.arrived()
        return outcome

    def _store(self) -> Store:
        return self._desk.providers.store(self._board.plan.store)


def _target(kind: ActionKind, rollout: Rollout) -> Phase | None:
    """The phase in which the action ends; a pause of something unknown concerns the first one."""
    current = rollout.current
    if current is None:
        return rollout.plan.phases[0] if kind is not ActionKind.PROMOTE else None
    if kind is ActionKind.PROMOTE:
        return next_phase(rollout.plan.phases, rollout.phases.index(current))
    return current.phase


def _typed(platform: str, target: Phase | None, rollout: Rollout) -> str | None:
    """What a person types to promote: platform and target as the dialog writes it (screens.md 11)."""
    if target is None:
        return None
    if target.kind is PhaseKind.REVIEW:
        return f"{platform} review"
    current = rollout.current
    if current is not None and current.phase.kind is PhaseKind.REVIEW:
        return f"{platform} release"
    share = "100" if target.share is None else words.plain_percent(target.share).removesuffix(" %")
    return f"{platform} {share}"


def _requested(proposal: Proposal) -> str:
    """In the plan's words: the share of a promotion, else what the store's word becomes."""
    if proposal.kind is ActionKind.PROMOTE and proposal.target is not None:
        share = proposal.target.share
        return proposal.target.label if share is None else words.plain_percent(share)
    change = proposal.change
    return proposal.kind.value if change is None or not change.fields else change.fields[0].after


def _first_obstacle(proposal: Proposal) -> str:
    return proposal.obstacles[0].reason if proposal.obstacles else "nothing to do"


def _with_remedy(error: ProviderError) -> str:
    return f"{error.message} {error.remedy}".strip()


def _settled(entry: Entry, state: ReleaseState) -> tuple[Ending, str]:
    verb = entry.kind.value
    if entry.change.expects.met_by(state):
        return Ending.DONE, f"The {verb} of {entry.actor} took effect: the store shows {state.status}."
    if entry.seen is not None and state.same_as(entry.seen):
        return Ending.REFUSED, f"The {verb} of {entry.actor} did not happen: the store still shows {state.status}."
    return Ending.UNCONFIRMED, f"The {verb} of {entry.actor} is open: the store shows {state.status}. Look there."
