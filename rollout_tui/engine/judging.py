"""Weighing polls as they arrive: cases follow the phase, holes are filled from a source's memory, latches are kept."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace

from rollout_tui.domain.readings import Reading, Scope
from rollout_tui.engine.archive import Archive
from rollout_tui.engine.board import Board
from rollout_tui.engine.cases import Cases
from rollout_tui.history.samples import Poll
from rollout_tui.ports import Clock, ProviderError, Query, Source

_STEPS = (300.0, 600.0, 900.0, 1800.0)
"""Seconds between the polls that a source's memory stands in for: a restart can be opened at each full hour."""
_MOST = 100
"""Polls that a memory stands in for at most; a longer past is taken less finely."""
_JUST = 0.001
"""Seconds between two polls at least."""
_WRITE_EVERY = 900.0
"""Seconds between notes of how far was judged; what came later is judged again after a restart."""


class Judging:
    """Keeps the cases of every board. Several sources may feed one board, but each metric comes from one of them."""

    def __init__(self, archive: Archive, clock: Clock) -> None:
        self._archive = archive
        self._clock = clock
        self._asked: dict[tuple[Board, str], float] = {}
        self._preparing = asyncio.Lock()

    async def prepare(self, board: Board) -> Cases | None:
        """The cases of the board's current phase, restored from the stored polls; None while that is not known."""
        async with self._preparing:
            clock = board.clock(self._clock.now())
            if clock is None:
                return None
            if board.cases is None or not board.cases.restored or not board.cases.belongs_to(clock):
                cases = Cases.open(board.plan, clock, board.stale_after)
                if cases is not None:
                    await self._archive.try_call(cases.restore, None)
                    cases.restored = True
                board.cases = cases
            return board.cases

    async def take(self, board: Board, source: Source, query: Query, answer: Reading) -> list[Reading]:
        """Weigh an answer about the phase so far; returns what is to be stored, the source's memory before it."""
        cases = await self.prepare(board)
        if cases is None or not _is_of(cases, query, answer):
            return [answer]
        past = await self._remembered(cases, board, source, query)
        answer = _after(cases.known_until(answer.metric), answer)
        failed: list[str] = []
        for reading in (*past, answer):
            failed += cases.take(answer.metric, _poll(reading))
            await asyncio.sleep(0)  # a long past must not hold up a key
        for gate in cases.of_metric(answer.metric):
            cases.note_findings([gate])
            await asyncio.sleep(0)
        self._write(cases, hurry=bool(failed))
        return [*past, answer]

    async def _remembered(self, cases: Cases, board: Board, source: Source, query: Query) -> list[Reading]:
        """What came between the newest poll and now, as far as the source remembers it; asked once a hole."""
        until = cases.known_until(query.metric.id)
        if query.window.end - until <= 2 * _STEPS[0] or self._asked.get((board, query.metric.id)) == until:
            return []
        self._asked[board, query.metric.id] = until
        with contextlib.suppress(ProviderError):  # without a memory the polls begin now
            past = await source.back_fill(query, _step(query.window.end - until))
            return [replace(r, taken_at=r.window.end) for r in past if until < r.window.end < query.window.end]
        return []

    def _write(self, cases: Cases, *, hurry: bool) -> None:
        now = self._clock.now()
        if not hurry and cases.written_at is not None and now - cases.written_at < _WRITE_EVERY:
            return
        cases.written_at = now
        plan, entries = cases.plan, cases.judgements()
        self._archive.write(lambda history: history.judgements.put(plan.platform, plan.version, plan.build, entries))


def _step(hole: float) -> float:
    return next((step for step in _STEPS if hole / step <= _MOST), _STEPS[-1])


def _is_of(cases: Cases, query: Query, answer: Reading) -> bool:
    """Whether an answer is about these cases: the phase may have moved while it was under way."""
    return (
        query.scope is Scope.PHASE and answer.build == cases.plan.build and abs(query.window.start - cases.began) <= 1.0
    )


def _after(newest: float, answer: Reading) -> Reading:
    """Polls are kept in order of arrival: where the clock was set back, one stands just after the one before it."""
    late = newest + _JUST - answer.taken_at
    return answer if late <= 0 else replace(answer, taken_at=answer.taken_at + late, as_of=answer.as_of + late)


def _poll(reading: Reading) -> Poll:
    return Poll(reading.taken_at, reading.as_of, reading.population, reading.quantity)
