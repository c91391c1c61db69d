"""What is written down of an action: the journal, by which it can be settled, and the audit log, for people."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rollout_tui.domain.actions import Actor, Change, Outcome, Proposal
from rollout_tui.domain.releases import ReleaseState
from rollout_tui.domain.verdicts import GateResult
from rollout_tui.engine.archive import Archive
from rollout_tui.engine.board import Board
from rollout_tui.engine.proposals import requested
from rollout_tui.history import History, HistoryError
from rollout_tui.history.audit import Deed
from rollout_tui.history.journal import Entry


@dataclass(frozen=True, slots=True)
class Recorded:
    """What reached the disk."""

    journal: bool
    audit: bool

    @property
    def missing(self) -> str:
        """What did not, in a sentence; empty where all did."""
        if not self.journal:
            return "It could not be journalled."
        return "" if self.audit else "It is not in the audit log: that could not be written."


class Recording:
    """One rollout's journal and audit log, in one go of the disk each time."""

    def __init__(self, archive: Archive, board: Board, actor: Actor, patience: float) -> None:
        self._archive = archive
        self._board = board
        self._actor = actor
        self._patience = patience

    async def intend(
        self,
        proposal: Proposal,
        change: Change,
        reason: str,
        gates: Sequence[GateResult],
        now: float,
        within: float | None,
    ) -> Recorded:
        """Before the first byte goes out; `within` that many wall seconds, or as long as the disk takes."""
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
            now,
        )
        deed = self._deed("intent", now, change.headline, proposal.id, reason, proposal.seen, None, gates)
        written: set[str] = set()

        def write(history: History) -> None:
            try:
                history.journal.write_intent(entry)
                written.add("journal")
            finally:
                history.audit.append(deed)
                written.add("audit")

        await self._write(write, deed, written, within)
        return Recorded("journal" in written, "audit" in written)

    async def close(
        self, outcome: Outcome, before: ReleaseState | None, gates: Sequence[GateResult] = (), kind: str = "outcome"
    ) -> bool:
        """After the read-back; whether the journal has it. Else the archive says so, and the next start settles it."""
        deed = self._deed(kind, outcome.at, outcome.told, outcome.proposal, "", before, outcome.state, gates)
        written: set[str] = set()

        def write(history: History) -> None:
            try:
                history.journal.write_outcome(outcome)
                written.add("journal")
            finally:
                history.audit.append(deed)
                written.add("audit")

        await self._write(write, deed, written, self._patience)
        return "journal" in written

    async def _write(
        self, write: Callable[[History], None], deed: Deed, written: set[str], within: float | None
    ) -> None:
        with contextlib.suppress(HistoryError):
            if self._archive.is_open:
                await self._archive.call(write, within)
            else:
                await self._archive.audit_alone(deed, self._patience)
                written.add("audit")

    def _deed(
        self,
        kind: str,
        at: float,
        what: str,
        ref: str,
        why: str,
        before: ReleaseState | None,
        after: ReleaseState | None,
        gates: Sequence[GateResult],
    ) -> Deed:
        plan = self._board.plan
        return Deed(
            kind,
            at,
            self._actor,
            plan.platform.value,
            plan.version,
            plan.build,
            what,
            why,
            ref,
            before,
            after,
            tuple(gates),
        )
