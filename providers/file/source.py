"""The source: readings out of the rows of a file, for the right build alone."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from providers.answering import Answering, NoData
from providers.file.book import Book
from providers.file.options import FileMetric, FileOptions
from providers.file.sums import Values
from rollout_tui.domain.checkup import Grade, Remark
from rollout_tui.domain.metrics import Kind
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.quantities import Bare, Mean, Proportion, Quantity, fits, flaw
from rollout_tui.domain.readings import Answer, NoReading, Reading, Scope, Window
from rollout_tui.domain.words import age, plain_text
from rollout_tui.ports import Clock, Misconfigured, Query

_AHEAD = 60.0
"""Seconds by which the clock of the file's writer may be ahead; later rows count when their time has come."""
_MIB = 1 << 20
_EXPECTED = {Kind.RATIO: "bad and total, good and total, or value", Kind.MEAN: "sum and count, or value"}

_FIX = "see what writes them, and that format, columns and encoding are what the file has"


class FileSource:
    """Reads what is new with every poll, in a thread: a slow disk holds nobody else up."""

    def __init__(self, options: FileOptions, clock: Clock, name: str) -> None:
        self._options = options
        self._clock = clock
        self._name = name
        self._gives = Answering(name)
        self._book = Book(options)
        self._who = plain_text(Path(options.path).name, 80)

    def metrics(self) -> frozenset[str]:
        """Ids of the configured metrics."""
        return frozenset(self._options.metrics)

    async def read(self, queries: Sequence[Query]) -> Sequence[Answer]:
        """One answer per query, in order. Raises ProviderError where the file cannot be read."""
        now = self._clock.now()

        def answers() -> list[Answer]:
            with self._book.up_to_date(_builds(query.rollout for query in queries)):
                return [self._answer(query, now) for query in queries]

        return await asyncio.to_thread(answers)

    async def back_fill(self, query: Query, step: float) -> Sequence[Reading]:
        """A reading per step over the query's window, from the rows that the file holds. Raises ProviderError."""
        asked = self._options.metrics.get(query.metric.id)
        if asked is None or not _fits(asked, query.metric.kind):
            raise Misconfigured(f"{self._who}: {self._unfit(query)}")
        if query.scope is Scope.PHASE and asked.value is not None:
            return []

        def past() -> list[Reading]:
            with self._book.up_to_date(_builds([query.rollout])):
                return list(self._past(query, asked, step))

        return await asyncio.to_thread(past)

    async def examine(self, rollouts: Sequence[RolloutPlan]) -> Sequence[Remark]:
        """Lines that cannot be read. Raises ProviderError."""

        def remarks() -> list[Remark]:
            with self._book.up_to_date(_builds(rollouts)):
                text = f"{self._who}: {self._unread()}"
                return [Remark(self._name, Grade.WARNING, text, _FIX)] if self._book.bad else []

        return await asyncio.to_thread(remarks)

    async def close(self) -> None:
        """Let the file go."""
        self._book.close()

    # --- the present ---------------------------------------------------------------------------------------------

    def _answer(self, query: Query, now: float) -> Answer:
        try:
            quantity, as_of, start = self._found(query, now)
        except NoData as error:
            return self._nothing(query, str(error), now)
        if now - as_of > query.stale_after:
            return self._nothing(query, f"its newest row is {age(now - as_of)} old{self._beside()}", now)
        problem = flaw(quantity)
        if problem is not None:
            return self._nothing(query, problem, now)
        return self._reading(query, quantity, Window(min(start, now - 1e-3), now), as_of, now)

    def _found(self, query: Query, now: float) -> tuple[Quantity, float, float]:
        """Quantity, time of the newest row, and since when it counts. Raises NoData."""
        asked = self._options.metrics.get(query.metric.id)
        if asked is None or not _fits(asked, query.metric.kind):
            raise NoData(self._unfit(query))
        if self._book.left:
            raise NoData(f"it is still being read, {self._book.left / _MIB:,.1f} MiB are left")
        rollout, until = query.rollout, now + _AHEAD
        rows = self._book.rows(rollout.platform.value, rollout.build, query.metric.id)
        if rows is None:
            raise NoData(f"it has no row for build {plain_text(rollout.build, 40)}{self._beside()}")
        last = rows.last(until)
        if last is None:
            raise NoData("its rows are in the future; is the clock of its writer right?")
        start = query.window.start
        if isinstance(rows, Values):
            return Bare(rows.value(until)), min(now, last), start
        quantity = _quantity(asked, rows.between(start, until))
        return quantity, min(now, last), max(start, rows.since or start)

    # --- the past ------------------------------------------------------------------------------------------------

    def _past(self, query: Query, asked: FileMetric, step: float) -> Iterator[Reading]:
        rollout, window = query.rollout, query.window
        rows = self._book.rows(rollout.platform.value, rollout.build, query.metric.id)
        patience = max(query.stale_after, 2 * step)
        if rows is None:
            return
        for number in range(1, math.floor((window.end - window.start) / step + 1e-9) + 1):
            at = window.start + number * step
            last = rows.last(at)
            if last is None or at - last > patience:
                continue
            start = window.start if query.scope is Scope.PHASE else at - query.metric.window
            counted = Bare(rows.value(at)) if isinstance(rows, Values) else _quantity(asked, rows.between(start, at))
            if flaw(counted) is None:
                yield self._reading(query, counted, Window(start, at), last, at)

    # --- words ---------------------------------------------------------------------------------------------------

    def _unfit(self, query: Query) -> str:
        metric = query.metric
        if metric.id not in self._options.metrics:
            return f"{metric.id} is not configured"
        return f"{metric.id} is a {metric.kind}: expected {_EXPECTED[metric.kind]} in the configuration"

    def _beside(self) -> str:
        return f"; {self._unread()}" if self._book.bad else ""

    def _unread(self) -> str:
        lines = "1 line cannot" if self._book.bad == 1 else f"{self._book.bad:,} lines cannot"
        return f"{lines} be read, the last: {plain_text(self._book.complaint, 120)}"

    def _nothing(self, query: Query, reason: str, now: float) -> NoReading:
        return self._gives.nothing(query, f"{self._who}: {reason}", now)

    def _reading(self, query: Query, quantity: Quantity, window: Window, as_of: float, taken_at: float) -> Reading:
        return self._gives.reading(query, query.metric.population, quantity, window, as_of, taken_at)


def _builds(rollouts: Iterable[RolloutPlan]) -> set[tuple[str, str]]:
    return {(rollout.platform.value, rollout.build) for rollout in rollouts}


def _fits(asked: FileMetric, kind: Kind) -> bool:
    counts = [0.0] * len(asked.columns)
    return asked.value is not None or fits(kind, _quantity(asked, counts))


def _quantity(asked: FileMetric, numbers: Sequence[float]) -> Quantity:
    """What the numbers of a metric's columns mean."""
    whole = [int(number) if number == int(number) else number for number in numbers]
    if asked.sum is not None:
        return Mean(*whole)
    part, total = whole
    return Proportion(total - part if asked.good is not None else part, total)
