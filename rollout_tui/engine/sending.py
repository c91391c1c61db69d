"""Sending a change to a store, once, and reading back what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, tzinfo

from rollout_tui.domain import words
from rollout_tui.domain.actions import GOES_OUT, Change, Consent, Ending, Proposal, Step
from rollout_tui.domain.releases import ReleaseState, StateWord
from rollout_tui.engine.board import Board
from rollout_tui.engine.removal import performed
from rollout_tui.engine.rounds import Desk, StoreRound
from rollout_tui.engine.trouble import describe, remedy
from rollout_tui.engine.turns import Turns, Urged
from rollout_tui.ports import NeedsConsent, OutcomeUnknown, ProviderError, StateDiffers, Store

_READ_BACK = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between looks at the store after a change; the last one repeats until the deadline."""
_LEAST_LOOKS = 4
"""On a fast clock a deadline is short: the store is looked at this often all the same."""
ONE_LOOK = 30.0
"""Wall seconds after which a look at the store has failed."""


@dataclass(frozen=True, slots=True)
class ActionRules:
    """How actions behave at this desk: seconds of read-back, and why none is possible (read-only).

    `patience` is how many seconds of the wall a pause waits for a disk or for another action before it goes on
    without them: pausing is the safe direction.
    """

    deadline: float
    read_only: str | None
    zone: tzinfo = UTC
    patience: float = 3.0

    @property
    def longest(self) -> float:
        """Wall seconds after which a change was sent, answered and read back, whatever happened."""
        return max(ONE_LOOK, self.deadline) + self.deadline + 2 * ONE_LOOK


@dataclass(frozen=True, slots=True)
class Sent:
    """How a change ended at the store, in a sentence; `state` is what the store said last."""

    ending: Ending
    message: str
    state: ReleaseState | None = None
    consent: Consent | None = None


class Sending:
    """The conversation with one rollout's store. A pause that is waiting ends every wait but its own."""

    def __init__(self, desk: Desk, board: Board, store_round: StoreRound, rules: ActionRules, turns: Turns) -> None:
        self._desk = desk
        self._board = board
        self._round = store_round
        self._rules = rules
        self._turns = turns

    @property
    def store(self) -> Store:
        """The rollout's. Raises ProviderError."""
        return self._desk.providers.store(self._board.plan.store)

    async def send(self, proposal: Proposal, change: Change, sent: Callable[[], None]) -> Sent:
        """Change it, and look until the store shows it; `sent` is told between the two."""
        unanswered = ""
        try:
            async with asyncio.timeout(max(ONE_LOOK, self._rules.deadline)):
                performing = performed(self.store, self._board.plan, proposal, change)
                await self._turns.unless_urged(performing, self._rules.patience)
        except StateDiffers as error:
            self._round.take(error.now)
            if change.expects.met_by(error.now):
                return Sent(Ending.ALREADY, f"{change.store} already shows it.", error.now)
            return Sent(Ending.DIFFERS, f"Nothing was changed. {words.sentence(describe(error))}", error.now)
        except NeedsConsent as error:
            message = f"Nothing was changed. {_with_remedy(error)}"
            return Sent(Ending.REFUSED, message, consent=error.consent)
        except Urged:
            return Sent(Ending.UNCONFIRMED, f"A pause came first; {change.store} had not answered yet.")
        except (OutcomeUnknown, TimeoutError) as error:
            unanswered = f"{words.sentence(describe(error))} "
        except ProviderError as error:
            return Sent(Ending.REFUSED, _with_remedy(error))
        except Exception as error:  # noqa: BLE001  a provider's mistake leaves the outcome open, not the program dead
            unanswered = f"{words.sentence(describe(error))} "
        else:
            self._board.step(Step.ACCEPTED)
            self._desk.looked()
        sent()
        return await self._read_back(proposal, change, unanswered)

    async def read(self) -> ReleaseState | None:
        """What the store says now; None where it cannot be read. Raises Urged."""
        try:
            async with asyncio.timeout(ONE_LOOK):
                state = await self._turns.unless_urged(self._round.look(share=True))
        except Urged:
            raise
        except Exception as error:  # noqa: BLE001  looked at again, and told on the board
            self._round.failed(error)
            return None
        self._round.take(state)
        return state

    async def _read_back(self, proposal: Proposal, change: Change, unanswered: str) -> Sent:
        """Look at the store until it shows the change or the deadline passes."""
        self._board.step(Step.READING_BACK)
        self._desk.looked()
        deadline = self._desk.clock.now() + self._rules.deadline
        looks, state = 0, None
        while looks < _LEAST_LOOKS or self._desk.clock.now() < deadline:
            try:
                state = await self.read() or state
                if state is not None and change.expects.met_by(state):
                    return Sent(Ending.DONE, f"{change.store} shows it: {state.status}.", state)
                if state is not None and _was_paused(proposal, state):
                    message = f"{unanswered}Somebody paused meanwhile: {change.store} shows {state.status}."
                    return Sent(Ending.UNCONFIRMED, message, state)
                wait = self._desk.clock.sleep(_READ_BACK[min(looks, len(_READ_BACK) - 1)])
                await self._turns.unless_urged(wait)
            except Urged:
                message = f"{unanswered}A pause came first; {change.store} {_shows(state)}."
                return Sent(Ending.UNCONFIRMED, message, state)
            looks += 1
        waited, look = words.span(self._rules.deadline), "" if proposal.by_hand else " Look there by hand."
        message = f"{unanswered}Not confirmed by {change.store} after {waited}: it {_shows(state)}.{look}"
        return Sent(Ending.UNCONFIRMED, message, state)


def _was_paused(proposal: Proposal, state: ReleaseState) -> bool:
    """Whether what was running when it was sent out to more people is paused now: nobody waits for that."""
    seen = proposal.seen
    ran = proposal.kind in GOES_OUT and seen is not None and seen.word is not StateWord.PAUSED
    return ran and state.word is StateWord.PAUSED


def _shows(state: ReleaseState | None) -> str:
    shows = "cannot be read" if state is None else f"still shows {state.status}"
    if state is not None and state.notes:
        shows = f"{shows}: {words.plain_text(state.notes[0], 160)}"
    return shows


def _with_remedy(error: ProviderError) -> str:
    return f"{words.sentence(describe(error))} {words.sentence(remedy(error) or '')}".strip()
