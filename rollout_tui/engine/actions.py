"""Actions at a store: journal, perform, read back, journal. Never repeated blindly (design.md, One action)."""

from __future__ import annotations

import contextlib
import logging
import math
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from rollout_tui.domain.actions import USUAL, ActionKind, Actor, Change, Ending, Outcome, Proposal, Running, Step, Terms
from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.obstacles import obstacles
from rollout_tui.domain.releases import ReleaseState
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.verdicts import GateResult
from rollout_tui.engine.board import Board
from rollout_tui.engine.lease import SETTLING, Hold, Lease, LeaseHeld
from rollout_tui.engine.proposals import already, propose
from rollout_tui.engine.recording import Recorded, Recording
from rollout_tui.engine.removal import planned
from rollout_tui.engine.rounds import Desk, StoreRound
from rollout_tui.engine.second import SecondPerson
from rollout_tui.engine.sending import ActionRules, Sending, Sent
from rollout_tui.engine.settling import settled
from rollout_tui.engine.trouble import kind_and_place
from rollout_tui.engine.turns import Taken, Turns, Urged
from rollout_tui.history import HistoryError
from rollout_tui.history.journal import Entry

_log = logging.getLogger(__name__)
__all__ = ["ActionRules", "Actions"]

_PERSISTENCE = 3
"""How often a pause is planned anew where an action of ours changed the store under it."""
_PAUSE_FIRST = "not done: a pause came first"


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
        second: SecondPerson,
    ) -> None:
        self._desk = desk
        self._board = board
        self._round = store_round
        self._rules = rules
        self._actor = actor
        self._lease = lease
        self._judged = judged
        self._tell = tell
        self._turns = Turns()
        self._records = Recording(desk.archive, board, actor, rules.patience)
        self._sending = Sending(desk, board, store_round, rules, self._turns)
        self._second = second
        self._heard = -math.inf
        """When the newest action of another process ended that was heard of."""

    def propose(self, kind: ActionKind, rollout: Rollout, terms: Terms = USUAL) -> Proposal:
        """What the action would do on these terms, from what is known now. No call is made."""
        rules = self._rules
        proposal = propose(
            kind,
            rollout,
            terms,
            self._desk.clock.now(),
            lambda intent, seen: planned(self._sending.store, self._board.plan, intent, seen),
            read_only=rules.read_only,
            zone=rules.zone,
        )
        return replace(proposal, second=self._second.told(proposal))

    async def perform(self, proposal: Proposal, reason: str = "") -> Outcome:
        """Carry out a confirmed proposal. What a store does is told by the Outcome, never raised."""
        if self._rules.read_only is not None:
            return self._ended(proposal, Sent(Ending.REFUSED, f"read-only: {self._rules.read_only}"))
        try:
            async with self._turns.of(pausing=proposal.kind is ActionKind.PAUSE):
                return await self._persist(proposal, reason)
        except Taken:
            refused = Sent(Ending.REFUSED, "another action is under way; wait until the store shows it")
            return self._ended(proposal, refused)
        except Urged:
            return self._ended(proposal, Sent(Ending.REFUSED, _PAUSE_FIRST))

    async def settle(self) -> list[Outcome] | None:
        """Close what an earlier process left open, by reading the store; nothing is repeated.

        Returns the outcomes, or None where it must be tried again: the store or the journal cannot be read, it is too
        early to tell, or another action or process is at it.
        """
        try:
            async with self._turns.of(pausing=False):
                with self._lease.held(SETTLING, self._rules.longest):
                    return await self._settle_all(await self._turns.unless_urged(self._open_intents()))
        except (LeaseHeld, HistoryError, Taken, Urged):
            return None

    def look_around(self) -> None:
        """See whether another process of this host acts on it, and tell when one begins."""
        note = self._lease.holder()
        held = None if note is None else f"{note.action} by {note.by}, process {note.pid}"
        if held == self._board.held:
            return
        self._board.held = held
        if note is not None:
            text = f"Under way on this host: {held}"
            self._tell(Event(self._desk.clock.now(), EventKind.ACTION, text, self._board.plan.platform, who=note.by))
        self._desk.looked()

    async def ended_elsewhere(self) -> bool:
        """Whether another process has ended an action since this was asked last."""
        plan, own = self._board.plan, self._board.last_outcome
        ended = await self._desk.archive.try_call(lambda h: h.journal.last_outcome(plan.platform, plan.build), None)
        known = max(self._heard, -math.inf if own is None else own.at)
        if ended is None or ended.at <= known or self._turns.taken:
            return False
        self._heard = ended.at
        return True

    async def confirm_late(self) -> Outcome | None:
        """An action that was not confirmed in time is done as soon as the store shows it."""
        state, last, entry = self._board.state, self._board.last_outcome, self._board.asked
        if state is None or last is None or entry is None or self._turns.taken:
            return None
        waits = last.ending is Ending.UNCONFIRMED and last.proposal == entry.intent
        if not waits or state.as_of <= last.at or not entry.change.expects.met_by(state):
            return None
        message = f"{entry.change.store} shows it now: {state.status}."
        now = self._desk.clock.now()
        outcome = replace(last, ending=Ending.DONE, message=message, at=now, state=state, by_hand="")
        self._remember(outcome)
        await self._close(outcome, entry.seen, "settled")
        return outcome

    async def _settle_all(self, entries: list[Entry]) -> list[Outcome] | None:
        outcomes: list[Outcome] = []
        for entry in entries:
            await self._turns.unless_urged(self._round.recall_request())
            state = await self._sending.read()
            now = self._desk.clock.now()
            found = None if state is None else settled(entry, state, now, self._rules.deadline)
            if found is None:
                return None
            outcome = Outcome(entry.intent, self._board.plan.platform, entry.kind, *found, now, state)
            await self._close(outcome, entry.seen, "settled")
            self._remember(outcome)
            outcomes.append(outcome)
        return outcomes

    async def _persist(self, proposal: Proposal, reason: str) -> Outcome:
        """Do it; a pause again, on what the store is now, where an action of ours came in between."""
        for _ in range(_PERSISTENCE):
            try:
                async with self._leased(proposal) as hold:
                    outcome = await self._act(proposal, reason, hold)
            except LeaseHeld as error:
                return self._ended(proposal, Sent(Ending.REFUSED, str(error)))
            if not _came_between(proposal, outcome, hold):
                break
            again = self.propose(ActionKind.PAUSE, self._judged(), proposal.terms)
            if not again.possible:
                break
            proposal = again
        return outcome

    async def _act(self, proposal: Proposal, reason: str, hold: Hold) -> Outcome:
        if proposal.kind is not ActionKind.PAUSE and await self._turns.unless_urged(self._unsettled()):
            early = "an action before it is not settled yet: nobody wrote down how it ended; try again in some minutes"
            return self._ended(proposal, Sent(Ending.REFUSED, early))
        nothing_to_do = already(proposal)
        if nothing_to_do is not None:
            return self._ended(proposal, Sent(Ending.ALREADY, nothing_to_do, proposal.seen))
        change = proposal.change
        if change is None or not proposal.possible:
            against = proposal.obstacles[0].reason if proposal.obstacles else "nothing to do"
            return self._ended(proposal, Sent(Ending.REFUSED, against))
        late = self._against(proposal)
        if late is not None:
            return self._ended(proposal, Sent(Ending.REFUSED, late))
        try:
            waits = await self._turns.unless_urged(self._second.stop(proposal))
        except HistoryError as error:
            return self._ended(proposal, Sent(Ending.REFUSED, f"a second person cannot be asked: {error}"))
        if waits is not None:
            return self._ended(proposal, Sent(Ending.ASKED, waits))
        async with self._shown(proposal):
            return await self._perform(proposal, change, reason, hold)

    async def _open_intents(self) -> list[Entry]:
        """Intents for this build without an outcome. Raises HistoryError."""
        platform, build = self._board.plan.platform, self._board.plan.build
        entries = await self._desk.archive.call(lambda history: history.journal.open_intents(platform))
        return [entry for entry in entries if entry.build == build]

    async def _unsettled(self) -> bool:
        """Whether nobody knows yet how an action before this ended; without a history that stops it by itself."""
        try:
            return bool(await self._open_intents())
        except HistoryError:
            return False

    async def _perform(self, proposal: Proposal, change: Change, reason: str, hold: Hold) -> Outcome:
        pausing = proposal.kind is ActionKind.PAUSE
        now, gates = self._desk.clock.now(), self._verdicts()
        within = self._rules.patience if pausing else None
        try:
            intending = self._records.intend(proposal, change, reason, gates, now, within)
            recorded = await self._turns.unless_urged(intending)
            stopped = None if pausing else self._stopped(recorded.missing, hold)
        except Urged:  # if the disk answers after all, it gets the intent and then this outcome
            recorded, stopped = Recorded(journal=False, audit=False), _PAUSE_FIRST
        if stopped is None:
            if recorded.journal:
                self._board.step(Step.JOURNALLED)
                self._desk.looked()
            self._announce(proposal, change, now)
            sent = await self._sending.send(proposal, change, hold.sent)
        else:
            sent = Sent(Ending.REFUSED, stopped)
        outcome = replace(
            self._ended(proposal, sent),
            journalled=recorded.journal or stopped is not None,
            by_hand=_way_by_hand(proposal, sent),
        )
        if stopped is None and recorded.missing:
            outcome = replace(outcome, message=f"{outcome.message} {recorded.missing}")
        await self._close(outcome, proposal.seen)
        self._remember(outcome)
        return outcome

    def _stopped(self, missing: str, hold: Hold) -> str | None:
        """Why anything but a pause is not sent after all."""
        if missing:
            alarm = self._desk.archive.alarm or "history cannot be written"
            return f"not done: {alarm}; only pausing works without a journal"
        pausing = self._lease.pausing()
        if pausing is not None:
            return f"not done: a pause by {pausing.by} goes first"
        return "not done: this process slept for too long. Look again." if hold.expired else None

    def _against(self, proposal: Proposal) -> str | None:
        """What speaks against it at the moment of the action, from data that is fresh now (rollout-plan.md 9.4)."""
        if proposal.kind is ActionKind.PAUSE:
            return None
        now = self._desk.clock.now()
        against = obstacles(proposal.kind, self._judged(), now, None, self._rules.zone)
        return f"Not any more: {against[0].reason}. Look again." if against else None

    @asynccontextmanager
    async def _leased(self, proposal: Proposal) -> AsyncIterator[Hold]:
        expects = None if proposal.change is None else proposal.change.expects
        if proposal.kind is ActionKind.PAUSE:
            async with self._lease.held_to_pause(self._rules.longest, self._rules.patience, expects) as hold:
                yield hold
            return
        with self._lease.held(proposal.kind.value, self._rules.longest, expects) as hold:
            yield hold

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

    async def _close(self, outcome: Outcome, before: ReleaseState | None, kind: str = "outcome") -> None:
        """Write it down; a pause that wants the turn does not wait for the disk, which gets it all the same."""
        with contextlib.suppress(Urged):
            closing = self._records.close(outcome, before, self._verdicts(), kind)
            if await self._turns.unless_urged(closing):
                await self._turns.unless_urged(self._round.recall_request())

    def _verdicts(self) -> Sequence[GateResult]:
        """Those of this moment, for the log; a mistake in judging stops no pause."""
        try:
            return self._judged().gates
        except Exception as error:  # noqa: BLE001  the log says less, the action goes on
            _log.error("verdicts cannot be worked out: %s", kind_and_place(error))
            return ()

    def _announce(self, proposal: Proposal, change: Change, now: float) -> None:
        """As of the intent: by its time it is found in the audit log."""
        text = f"{proposal.kind.value.capitalize()} by {self._actor}: {change.headline}"
        self._tell(Event(now, EventKind.ACTION, text, proposal.platform, who=self._actor.user))

    def _ended(self, proposal: Proposal, sent: Sent) -> Outcome:
        now, message = self._desk.clock.now(), sent.message.strip()
        outcome = Outcome(
            proposal.id, proposal.platform, proposal.kind, sent.ending, message, now, sent.state, consent=sent.consent
        )
        self._remember(outcome)
        return outcome

    def _remember(self, outcome: Outcome) -> None:
        self._board.last_outcome = outcome
        self._desk.looked()


def _way_by_hand(proposal: Proposal, sent: Sent) -> str:
    """Where a person does it: of a pause that the store did not take, or does not show."""
    lost = sent.consent is None and sent.ending in (Ending.REFUSED, Ending.UNCONFIRMED)
    return proposal.by_hand if lost else ""


def _came_between(proposal: Proposal, outcome: Outcome, hold: Hold) -> bool:
    """Whether a pause met what another action of ours has just made of the store, and not what somebody else did."""
    before = hold.before
    if proposal.kind is not ActionKind.PAUSE or outcome.ending is not Ending.DIFFERS or outcome.state is None:
        return False
    return before is not None and before.expects is not None and before.expects.met_by(outcome.state)
