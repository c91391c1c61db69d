"""What one poll does: ask a store, a source or a tracker, and put the answers on the board."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from rollout_tui.config.settings import ProviderSettings
from rollout_tui.domain.metrics import Direction, Kind, Line, Metric, Operator, Population, Unit
from rollout_tui.domain.plan import BugScope, GateKind
from rollout_tui.domain.readings import Answer, NoReading, Reading, Scope, Window
from rollout_tui.domain.releases import Platform, ReleaseState
from rollout_tui.domain.requests import Approval, is_open
from rollout_tui.domain.verdicts import BugCount
from rollout_tui.engine.archive import Archive
from rollout_tui.engine.board import Board
from rollout_tui.engine.judging import Judging
from rollout_tui.engine.providers import Providers
from rollout_tui.engine.trouble import blamed, describe
from rollout_tui.ports import OBSERVED_SHARE, Approver, Clock, ProviderError, Query, ShareHeld, Source, Tracker

_log = logging.getLogger(__name__)
SaidYes = Callable[[Board, Sequence[Approval]], Awaitable[None]]
_ALWAYS = Line(Operator.GE, Fraction(0))
_NEVER = Line(Operator.LT, Fraction(0))
OBSERVED = Metric(
    OBSERVED_SHARE,
    "Observed share",
    Kind.RATIO,
    Unit.RATIO,
    Direction.HIGHER,
    Population.SESSIONS,
    _ALWAYS,
    _NEVER,
)
"""Asked of sources like a metric, but it has no lines and no severity."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What every round needs: providers, clock, history, and whom to tell that something arrived."""

    providers: Providers
    clock: Clock
    archive: Archive
    judging: Judging
    arrived: Callable[[], None]
    """A provider answered."""
    looked: Callable[[], None]
    """Something else is new: a failure, a step of an action."""


class StoreRound:
    """Reads one rollout's store: the state each time, the committed share only when it is due (stores.md G2)."""

    def __init__(self, desk: Desk, board: Board, settings: ProviderSettings, moved: Callable[[], None]) -> None:
        self._desk = desk
        self._board = board
        self.settings = settings
        self._moved = moved
        self._share_read: float | None = None
        # With an interval of 0 no edit is opened unless a person asks: another tool may sign in with the same account.
        self._share_wanted = settings.share_interval > 0

    def want_share(self) -> None:
        """Read the committed share with the next poll, whatever it costs."""
        self._share_wanted = True

    def acted_elsewhere(self) -> None:
        """What was read of the share is old; with an interval of 0 it stays a person's to ask for it."""
        self._share_wanted = self._share_wanted or self.settings.share_interval > 0

    @property
    def platform(self) -> Platform:
        """Whose store it is."""
        return self._board.plan.platform

    async def poll(self) -> None:
        """Read the store once. Raises ProviderError."""
        now, board = self._desk.clock.now(), self._board
        if board.state is None and board.reading_since is None:
            board.reading_since = now
            self._desk.looked()
        interval = self.settings.share_interval
        due = interval > 0 and (self._share_read is None or now - self._share_read >= interval)
        state = await self.look(share=self._share_wanted or due)
        if board.state is None or not state.same_as(board.state):
            await self.recall_request()
        self.take(state)

    async def look(self, *, share: bool) -> ReleaseState:
        """The store's answer, put nowhere yet. Raises ProviderError."""
        now, board = self._desk.clock.now(), self._board
        store = self._desk.providers.store(self.settings.name)
        if self.settings.label in ("", self.settings.name):
            board.store_label = store.label
        try:
            state = await store.read(board.plan, share=share)
        except ShareHeld as held:
            self._share_wanted = True  # so the next look asks again; till then no answer hides a share that is known
            if held.shown.share is None and board.state is not None and board.state.share is not None:
                raise
            return held.shown
        if share:
            self._share_read, self._share_wanted = now, False
        return state

    async def recall_request(self) -> None:
        """Learn what was asked of the store last: another process of ours may have acted meanwhile."""
        board = self._board
        platform, build = board.plan.platform, board.plan.build
        board.asked = await self._desk.archive.try_call(
            lambda history: history.journal.last_entry(platform, build), board.asked
        )

    def take(self, state: ReleaseState) -> None:
        """Put an answer on the board and into history; it may begin a phase that sources must know."""
        platform, board = self._board.plan.platform, self._board
        before = board.clock(self._desk.clock.now())
        board.store_answered(state)
        board.unheard.discard(self.settings.name)
        self._desk.archive.write(lambda history: history.states.add(platform, state))
        after = board.clock(self._desk.clock.now())
        if after is not None and (before is None or before.index != after.index):
            self._moved()
        self._desk.arrived()

    def failed(self, error: BaseException) -> None:
        """The store could not be read."""
        self._board.store_failed(error, self._desk.clock.now())
        self._board.unheard.discard(self.settings.name)
        self._desk.looked()


class SourceRound:
    """Reads all metrics that one source gives, for every rollout that prefers it, in one batch."""

    def __init__(self, desk: Desk, boards: Sequence[Board], settings: ProviderSettings) -> None:
        self._desk = desk
        self.boards = boards
        self.settings = settings
        self.heard = asyncio.Event()
        """Set once the first poll is over."""

    async def poll(self) -> None:
        """Ask for the recent window of each metric, and for the phase so far where a gate rests on it."""
        for board in self.boards:
            await self._desk.judging.prepare(board)  # also where nothing will be answered: a FAIL stays
        source = self._desk.providers.source(self.settings.name)
        now = self._desk.clock.now()
        asked = [(board, query) for board in self.boards for query in self._queries(board, source, now)]
        answers = await source.read([query for _, query in asked])
        if len(answers) != len(asked):
            raise ProviderError(f"{len(answers)} answers to {len(asked)} questions")
        written: list[tuple[Platform, Reading]] = []
        for (board, query), answer in zip(asked, answers, strict=True):
            kept = (
                board.take([answer]) if query.scope is Scope.RECENT else await self._weigh(source, board, query, answer)
            )
            written.extend((board.plan.platform, reading) for reading in kept)
        self._hear()
        if written:
            self._desk.archive.write(lambda history: history.samples.add(written))
        # A source that stands by was asked nothing: that is no sign that anything answers.
        (self._desk.arrived if asked else self._desk.looked)()

    async def _weigh(self, source: Source, board: Board, query: Query, answer: Answer) -> list[Reading]:
        """Take an answer about the phase so far, as evidence first; returns what is new for history."""
        polls = [] if isinstance(answer, NoReading) else await self._desk.judging.take(board, source, query, answer)
        board.take_phase(answer, query.window.start)
        return polls

    def failed(self, error: BaseException) -> None:
        """Nothing could be asked: all its metrics are without data, for that reason."""
        reason = blamed(self.settings.label or self.settings.name, error)
        for board in self.boards:
            board.no_answers(self._missed(board), reason, self.settings.name, self._desk.clock.now())
        self._hear()
        self._desk.looked()

    async def back_fill(self, board: Board, since: float, step: float) -> list[Reading]:
        """The recent values of the past that was missed, as the source remembers them."""
        source = self._desk.providers.source(self.settings.name)
        now = self._desk.clock.now()
        readings: list[Reading] = []
        for metric in board.plan.metrics:
            if metric.id in self._given(board):
                query = Query(metric, Scope.RECENT, board.plan, Window(since, now), self.settings.stale_after)
                readings.extend(await source.back_fill(query, step))
        # Each stands at its own time: a poll of now is not among them.
        return [replace(reading, taken_at=reading.as_of) for reading in readings]

    def _queries(self, board: Board, source: Source, now: float) -> list[Query]:
        given = self._given(board)
        clock = board.clock(now)
        gated = set() if clock is None else _gated(board, clock.index)
        since = None if clock is None else clock.counts_since
        stale_after = self.settings.stale_after
        queries: list[Query] = []
        for metric in board.plan.metrics:
            if metric.id not in given:
                continue
            recent = Window(now - metric.window, now)
            queries.append(Query(metric, Scope.RECENT, board.plan, recent, stale_after))
            if metric.id in gated and since is not None and since < now:
                queries.append(Query(metric, Scope.PHASE, board.plan, Window(since, now), stale_after))
        if OBSERVED_SHARE in source.metrics() and self.settings.name in board.plan.sources:
            queries.append(Query(OBSERVED, Scope.RECENT, board.plan, Window(now - 3600.0, now), stale_after))
        return queries

    def _given(self, board: Board) -> set[str]:
        """Metrics that this source gives to this rollout: the first configured source wins, they are never added."""
        taken: set[str] = set()
        for name in board.plan.sources:
            if name == self.settings.name:
                break
            taken |= self._metrics_of(name)
        return {metric.id for metric in board.plan.metrics if metric.id in self._metrics_of(self.settings.name) - taken}

    def _hear(self) -> None:
        self.heard.set()
        for board in self.boards:
            board.unheard.discard(self.settings.name)

    def _missed(self, board: Board) -> set[str]:
        """Metrics that are without data while this source fails. One that cannot be opened may give any of them."""
        given = self._given(board)
        if given or self._can_be_opened():
            return given
        others = [self._metrics_of(name) for name in board.plan.sources if name != self.settings.name]
        return {metric.id for metric in board.plan.metrics}.difference(*others)

    def _can_be_opened(self) -> bool:
        try:
            self._desk.providers.source(self.settings.name)
        except ProviderError:
            return False
        return True

    def _metrics_of(self, name: str) -> frozenset[str]:
        try:
            return self._desk.providers.source(name).metrics()
        except ProviderError:
            # It cannot be opened and says so itself; what it would have given cannot be known.
            return frozenset()


class TrackerRound:
    """Counts the bugs on which the current phase's gates rest."""

    def __init__(self, desk: Desk, boards: Sequence[Board], settings: ProviderSettings, said_yes: SaidYes) -> None:
        self._desk = desk
        self.boards = boards
        self.settings = settings
        self._said_yes = said_yes

    async def poll(self) -> None:
        """Ask for every scope that a gate names, and for a second person's yes. Raises ProviderError."""
        tracker = self._desk.providers.tracker(self.settings.name)
        now = self._desk.clock.now()
        for board in self.boards:
            clock = board.clock(now)
            for scope in _bug_scopes(board):
                since = None if clock is None else clock.counts_since
                board.bugs[scope] = await tracker.count(board.plan, scope, since)
            self._keep(board)
            board.unheard.discard(self.settings.name)
            await self._approvals(tracker, board, now)
        self._desk.arrived()

    def _keep(self, board: Board) -> None:
        plan = board.plan
        counts = {scope: count for scope, count in board.bugs.items() if isinstance(count, BugCount)}
        self._desk.archive.write(lambda history: history.bugs.add(plan.platform, plan.build, counts))

    async def _approvals(self, tracker: Tracker, board: Board, now: float) -> None:
        """Only while something waits for it; that it cannot be asked spoils no count of bugs."""
        waiting = [one.at for one in board.requests if is_open(one, now) and one.grant is None]
        if not waiting or not isinstance(tracker, Approver):
            return
        try:
            approvals = await tracker.approvals(board.plan, min(waiting))
        except ProviderError as error:
            _log.warning("approvals cannot be read: %s", describe(error))
            return
        await self._said_yes(board, approvals)

    def failed(self, error: BaseException) -> None:
        """The tracker did not answer: no data, not zero."""
        reason = blamed(self.settings.label or self.settings.name, error)
        for board in self.boards:
            board.bugs = dict.fromkeys(_bug_scopes(board), reason)
            board.unheard.discard(self.settings.name)
        self._desk.looked()


def _gated(board: Board, index: int) -> set[str]:
    gates = board.plan.phases[index].gates
    return {gate.metric for gate in gates if gate.kind is GateKind.METRIC and gate.metric is not None}


def _bug_scopes(board: Board) -> set[BugScope]:
    gates = (gate for phase in board.plan.phases for gate in phase.gates)
    return {gate.bugs for gate in gates if gate.bugs is not None}
