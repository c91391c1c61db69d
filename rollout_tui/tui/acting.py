"""Asking for actions: their dialogs, what was confirmed, how it ended. What is possible the desk decides."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rollout_tui.domain.actions import GOES_OUT, USUAL, ActionKind, Ending, Outcome, Proposal, Terms
from rollout_tui.domain.releases import Platform
from rollout_tui.engine.desk import Desk
from rollout_tui.tui.actions import opening_key
from rollout_tui.tui.keyguard import KeyClock
from rollout_tui.tui.look import Look
from rollout_tui.tui.notices import Notices
from rollout_tui.tui.screens.confirm import ConfirmDialog
from rollout_tui.tui.screens.dialog import Dialog
from rollout_tui.tui.view.scene import Scene

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where dialogs appear: `push` shows one and calls back with its result; `is_free` says that none stands there."""

    push: Callable[[Dialog[Proposal | None], Callable[[Proposal | None], None]], object]
    is_free: Callable[[], bool]
    scene: Callable[[], Scene]


class Acting:
    """One for each desk. An action goes on when its dialog and its page are long closed.

    `of` names the app where there are several.
    """

    def __init__(self, desk: Desk, look: Look, clock: KeyClock, notices: Notices, stage: Stage, of: str = "") -> None:
        self._desk = desk
        self._look = look
        self._clock = clock
        self._notices = notices
        self._stage = stage
        self._of = of
        self._tasks: dict[asyncio.Task[None], Proposal] = {}

    @property
    def under_way(self) -> Sequence[Proposal]:
        """What was confirmed and has not ended."""
        return tuple(self._tasks.values())

    def open(self, platform: Platform, kind: ActionKind, changed: str = "", terms: Terms = USUAL) -> None:
        """Open the dialog at once, from what is known."""
        proposal = self._desk.propose(platform, kind, terms)
        if not proposal.possible:
            self._notices.tell(proposal.obstacles[0].reason if proposal.obstacles else "not possible now", "warn")
            looked_at = self._desk.read_only is not None and proposal.change is not None
            if kind not in GOES_OUT and not looked_at:
                return
        key = opening_key(kind)
        dialog = ConfirmDialog(self._desk, proposal, self._look, self._stage.scene, self._clock, key, changed)
        self._stage.push(dialog, self._decided)

    def _decided(self, proposal: Proposal | None) -> None:
        if proposal is not None:
            task = asyncio.create_task(self._perform(proposal))
            self._tasks[task] = proposal
            task.add_done_callback(lambda done: self._tasks.pop(done))

    async def _perform(self, proposal: Proposal) -> None:
        self._notices.ended(None)
        try:
            outcome = await self._desk.perform(proposal)
        except Exception as error:  # noqa: BLE001  a pause that failed is told where it was asked for
            _log.exception("the action could not be carried out")
            message = f"{type(error).__name__} in this program, see its log; look at the store."
            outcome = Outcome(
                proposal.id, proposal.platform, proposal.kind, Ending.UNCONFIRMED, message, self._desk.clock.now()
            )
        # Where there are several apps, r need not mean this one any more.
        undo = not self._of and _can_be_undone(proposal, outcome)
        self._notices.ended(outcome, undo=undo, of=self._of and f"{self._of} {proposal.platform}: ")
        if not self._stage.is_free():
            return
        if outcome.ending is Ending.DIFFERS:
            self.open(proposal.platform, proposal.kind, outcome.message, proposal.terms)
        elif outcome.consent is not None:
            terms = proposal.terms.allowing(outcome.consent)
            self.open(proposal.platform, proposal.kind, outcome.message, terms)


def _can_be_undone(proposal: Proposal, outcome: Outcome) -> bool:
    """A pause that is done, by a resume; what a store does not give back (a review's place) it does not."""
    paused = proposal.kind is ActionKind.PAUSE and outcome.ending is Ending.DONE
    return paused and proposal.change is not None and not proposal.change.irreversible
