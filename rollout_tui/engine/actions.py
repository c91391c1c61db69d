"""Actions at a store: journal, perform, read back, journal. Never repeated blindly (design.md, One action)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo

from rollout_tui.domain import words
from rollout_tui.domain.actions import USUAL, ActionKind, Actor, Change, Ending, Outcome, Proposal, Running, Step, Terms
from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.obstacles import obstacles
from rollout_tui.domain.releases import ReleaseState
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.engine.board import Board
from rollout_tui.engine.lease import Lease, LeaseHeld
from rollout_tui.engine.proposals import already, propose, requested
from rollout_tui.engine.removal import performed, planned
from rollout_tui.engine.rounds import Desk, StoreRound
from rollout_tui.engine.settling import settled
from rollout_tui.engine.trouble import describe, remedy
from rollout_tui.history import HistoryError
from rollout_tui.history.journal import Entry
from rollout_tui.ports import NeedsConsent, OutcomeUnknown, ProviderError, StateDiffers, Store

_READ_BACK = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between looks at the store after a change; the last one repeats until the deadline."""
_LEAST_LOOKS = 4
"""On a fast clock a deadline is short: the store is looked at this often all the same."""
_ONE_LOOK = 30.0
"""Wall seconds after which a look at the store has failed."""


@dataclass(frozen=True, slots=True)
class ActionRules:
    """How actions behave at this desk: seconds of read-back, and why none is possible (read-only).

    `patience` is how many seconds of the wall a pause waits for a disk or for another process before it goes on
    without them: pausing is the safe direction.
    """

    deadline: float
    read_only: str | None
    zone: tzinfo = UTC
    patience: float = 3.0


class Actions:
    """The actions of one rollout, one at a time, across processes.

    `judged` is the rollout as it stands now, `tell` adds an event to the log.
    """

    def __init__(
        self,
        desk: Desk,
        board: Board,
        store_round: StoreRound,
        rules: ActionRules,
        actor: Actor,
        lease: Lease,
        *,
        judged: Callable[[], Rollout],
        tell: Callable[[Event], None],
    ) -> None:
        self._desk = desk
        self._board = board
        self._round = store_round
        self._rules = rules
        self._actor = actor
        self._lease = lease
        self._judged = judged
        self._tell = tell
        self._lock = asyncio.Lock()

    def propose(self, kind: ActionKind, rollout: Rollout, terms: Terms = USUAL) -> Proposal:
        """What the action would do on these terms, from what is known now. No call is made."""
        rules = self._rules
        return propose(
            kind,
            rollout,
            terms,
            self._desk.clock.now(),
            lambda intent, seen: planned(self._store(), self._board.plan, intent, seen),
            read_only=rules.read_only,
            zone=rules.zone,
        )

    async def perform(self, proposal: Proposal, reason: str = "") -> Outcome:
        """Carry out a confirmed proposal. What a store does is told by the Outcome, never raised."""
        if self._rules.read_only is not None:
            return self._ended(proposal, Ending.REFUSED, f"read-only: {self._rules.read_only}")
        nothing_to_do = already(proposal)
        if nothing_to_do is not None:
            return self._ended(proposal, Ending.ALREADY, nothing_to_do, proposal.seen)
        if proposal.change is None or not proposal.possible:
            against = proposal.obstacles[0].reason if proposal.obstacles else "nothing to do"
            return self._ended(proposal, Ending.REFUSED, against)
        if self._lock.locked():
            return self._ended(proposal, Ending.REFUSED, "another action is under way; wait until the store shows it")
        async with self._lock:
            try:
                async with self._leased(proposal.kind):
                    return await self._perform(proposal, proposal.change, reason)
            except LeaseHeld as error:
                return self._ended(proposal, Ending.REFUSED, str(error))

    async def settle(self) -> list[Outcome] | None:
        """Close what an earlier process left open, by reading the store; nothing is repeated.

        Returns the outcomes, or None where it must be tried again: the store or the journal cannot be read, it is too
        early to tell, or another process is at it.
        """
        platform, build = self._board.plan.platform, self._board.plan.build
        try:
            async with self._lock:
                with self._lease.held():
                    entries = await self._desk.archive.call(lambda history: history.journal.open_intents(platform))
                    return await self._settle_all([entry for entry in entries if entry.build == build])
        except (LeaseHeld, HistoryError):
            return None

    async def _settle_all(self, entries: list[Entry]) -> list[Outcome] | None:
        outcomes: list[Outcome] = []
        for entry in entries:
            await self._round.recall_request()
            state = await self._read()
            now = self._desk.clock.now()
            found = None if state is None else settled(entry, state, now, self._rules.deadline)
            if found is None:
                return None
            outcome = Outcome(entry.intent, self._board.plan.platform, entry.kind, *found, now, state)
            await self._close(outcome)
            self._remember(outcome)
            outcomes.append(outcome)
        return outcomes

    async def confirm_late(self) -> Outcome | None:
        """An action that was not confirmed in time is done as soon as the store shows it."""
        state, last, entry = self._board.state, self._board.last_outcome, self._board.asked
        if state is None or last is None or entry is None or self._lock.locked():
            return None
        waits = last.ending is Ending.UNCONFIRMED and last.proposal == entry.intent
        if not waits or state.as_of <= last.at or not entry.change.expects.met_by(state):
            return None
        message = f"{entry.change.store} shows it now: {state.status}."
        outcome = replace(last, ending=Ending.DONE, message=message, at=self._desk.clock.now(), state=state)
        self._remember(outcome)
        await self._close(outcome)
        return outcome

    async def _perform(self, proposal: Proposal, change: Change, reason: str) -> Outcome:
        against = self._against(proposal)
        if against is not None:
            return self._ended(proposal, Ending.REFUSED, against)
        async with self._shown(proposal):
            journalled = await self._journal(proposal, change, reason)
            if not journalled and proposal.kind is not ActionKind.PAUSE:
                alarm = self._desk.archive.alarm or "history cannot be written"
                return self._ended(proposal, Ending.REFUSED, f"not done: {alarm}; only pausing works without a journal")
            if journalled:
                self._step(Step.JOURNALLED)
            self._announce(proposal, change)
            outcome = replace(await self._change(proposal, change), journalled=journalled)
            if not journalled:
                outcome = replace(outcome, message=f"{outcome.message} It could not be journalled.")
            await self._close(outcome)
            self._remember(outcome)
            return outcome

    def _against(self, proposal: Proposal) -> str | None:
        """What speaks against it at the moment of the action, from data that is fresh now (rollout-plan.md 9.4)."""
        if proposal.kind is ActionKind.PAUSE:
            return None
        now = self._desk.clock.now()
        against = obstacles(proposal.kind, self._judged(), now, None, self._rules.zone)
        return f"Not any more: {against[0].reason}. Look again." if against else None

    async def _change(self, proposal: Proposal, change: Change) -> Outcome:
        unanswered = ""
        try:
            async with asyncio.timeout(max(_ONE_LOOK, self._rules.deadline)):
                await performed(self._store(), self._board.plan, proposal, change)
        except StateDiffers as error:
            self._round.take(error.now)
            if change.expects.met_by(error.now):
                return self._ended(proposal, Ending.ALREADY, f"{change.store} already shows it.", error.now)
            return self._ended(proposal, Ending.DIFFERS, f"Nothing was changed. {describe(error)}", error.now)
        except NeedsConsent as error:
            outcome = self._ended(proposal, Ending.REFUSED, f"Nothing was changed. {_with_remedy(error)}")
            return replace(outcome, consent=error.consent)
        except (OutcomeUnknown, TimeoutError) as error:
            unanswered = f"{describe(error)} "
        except ProviderError as error:
            return self._ended(proposal, Ending.REFUSED, _with_remedy(error))
        except Exception as error:  # noqa: BLE001  a provider's mistake leaves the outcome open, not the program dead
            unanswered = f"{describe(error)} "
        else:
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
        if state is not None and state.notes:
            shows = f"{shows}: {words.plain_text(state.notes[0], 160)}"
        waited = words.span(self._rules.deadline)
        message = f"{unanswered}Not confirmed by {change.store} after {waited}: it {shows}. Look there by hand."
        return self._ended(proposal, Ending.UNCONFIRMED, message, state)

    async def _read(self) -> ReleaseState | None:
        try:
            async with asyncio.timeout(_ONE_LOOK):
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
        self._desk.looked()
        try:
            yield
        finally:
            self._board.running = None
            self._desk.looked()

    def _step(self, step: Step) -> None:
        running = self._board.running
        if running is not None:
            self._board.running = replace(running, steps=(*running.steps, step))
            self._desk.looked()

    async def _journal(self, proposal: Proposal, change: Change, reason: str) -> bool:
        plan = self._board.plan
        entry = Entry(
            proposal.id,
            plan.platform,
            plan.version,
            plan.build,
            proposal.kind,
            requested(proposal),
            change,
            proposal.seen,
            str(self._actor),
            reason,
            self._desk.clock.now(),
        )
        within = self._rules.patience if proposal.kind is ActionKind.PAUSE else None
        try:
            await self._desk.archive.call(lambda history: history.journal.write_intent(entry), within)
        except HistoryError:
            return False
        return True

    async def _close(self, outcome: Outcome) -> None:
        """Write the outcome; where that fails the archive says so, and the intent is settled at the next start."""
        with contextlib.suppress(HistoryError):
            within = self._rules.patience
            await self._desk.archive.call(lambda history: history.journal.write_outcome(outcome), within)
            await self._round.recall_request()

    def _remember(self, outcome: Outcome) -> None:
        self._board.last_outcome = outcome
        self._desk.looked()

    def _announce(self, proposal: Proposal, change: Change) -> None:
        text = f"{proposal.kind.value.capitalize()} by {self._actor}: {change.headline}"
        self._tell(Event(self._desk.clock.now(), EventKind.ACTION, text, proposal.platform, who=self._actor.user))

    @asynccontextmanager
    async def _leased(self, kind: ActionKind) -> AsyncIterator[None]:
        if kind is ActionKind.PAUSE:
            async with self._lease.held_or_passed(self._rules.patience):
                yield
            return
        with self._lease.held():
            yield

    def _ended(self, proposal: Proposal, ending: Ending, message: str, state: ReleaseState | None = None) -> Outcome:
        now = self._desk.clock.now()
        outcome = Outcome(proposal.id, proposal.platform, proposal.kind, ending, message.strip(), now, state)
        self._board.last_outcome = outcome
        self._desk.looked()
        return outcome

    def _store(self) -> Store:
        return self._desk.providers.store(self._board.plan.store)


def _with_remedy(error: ProviderError) -> str:
    return f"{describe(error)} {remedy(error) or ''}".strip()
