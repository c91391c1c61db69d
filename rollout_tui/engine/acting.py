"""Actions under way: they outlive whoever asked, and a confirmed pause still goes out when the program ends."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine, Sequence

from rollout_tui.domain.actions import ActionKind, Outcome, Proposal, Step
from rollout_tui.engine.board import Board

LAST_WORDS = 10.0
"""Wall seconds that a pause has to reach its store when the program ends."""
_BETWEEN_LOOKS = 0.02
_OUT = {Step.ACCEPTED, Step.READING_BACK}


class UnderWay:
    """Each in a task of its own."""

    def __init__(self, boards: Sequence[Board]) -> None:
        self._boards = {board.plan.platform: board for board in boards}
        self._tasks: dict[asyncio.Task[Outcome], Proposal] = {}

    async def carry_out(self, work: Coroutine[object, object, Outcome], proposal: Proposal) -> Outcome:
        """Wait for it; it goes on when the caller is cancelled: a change is never half watched."""
        task = asyncio.create_task(work)
        self._tasks[task] = proposal
        task.add_done_callback(self._tasks.pop)
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Let pauses reach their store, then end everything; what has no outcome stays open in the journal."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS):
                while waiting := [task for task, proposal in self._tasks.items() if self._is_to_go_out(proposal)]:
                    await asyncio.wait(waiting, timeout=_BETWEEN_LOOKS)
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _is_to_go_out(self, proposal: Proposal) -> bool:
        running = self._boards[proposal.platform].running
        is_out = (
            running is not None and running.proposal.kind is ActionKind.PAUSE and not _OUT.isdisjoint(running.steps)
        )
        return proposal.kind is ActionKind.PAUSE and not is_out
