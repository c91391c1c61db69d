"""The evidence of one rollout's gates in its current phase: opened, restored from stored polls, fed by new ones."""

from __future__ import annotations

import math
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field, replace

from rollout_tui.domain.evidence.case import Case
from rollout_tui.domain.evidence.finding import Finding, Latch
from rollout_tui.domain.evidence.question import Question, planned_seconds
from rollout_tui.domain.ladder import PhaseClock
from rollout_tui.domain.metrics import Metric
from rollout_tui.domain.plan import GateKind, Phase, RolloutPlan
from rollout_tui.domain.quantities import Bare, fits, flaw
from rollout_tui.domain.readings import Reading, Scope
from rollout_tui.domain.releases import PhaseKind
from rollout_tui.history import History
from rollout_tui.history.judgements import Judgement
from rollout_tui.history.samples import Poll

_SAME_MOMENT = 1.0
"""Seconds by which the beginning of a phase may differ between two looks at it."""


@dataclass(slots=True)
class Cases:
    """The cases by gate id. `phase` is whose counts they weigh: of a review, the phase before it (gates.md 3)."""

    plan: RolloutPlan
    phase: Phase
    began: float
    stale_after: dict[str, float]
    by_gate: dict[str, Case]
    findings: dict[str, Finding]
    trends: dict[str, float] = field(default_factory=dict)
    """By gate: since when recent values of a source without counts were not seen yet."""
    written_at: float | None = None
    restored: bool = False
    """Whether the stored polls are in; before that only the latches are known."""

    @classmethod
    def open(cls, plan: RolloutPlan, clock: PhaseClock, stale_after: dict[str, float]) -> Cases | None:
        """Empty cases for the gates of the current phase; None while nobody knows since when they count."""
        if clock.counts_since is None:
            return None
        phase = counted_phase(plan, clock.index)
        planned = planned_seconds(phase)
        by_gate = {
            gate.id: Case(Question(gate, plan.metric(gate.metric), gate.line, clock.counts_since, planned))
            for gate in plan.phases[clock.index].gates
            if gate.kind is GateKind.METRIC and gate.metric is not None and gate.line is not None
        }
        return cls(plan, phase, clock.counts_since, stale_after, by_gate, {})

    def belongs_to(self, clock: PhaseClock) -> bool:
        """Whether they still are the cases of the current phase."""
        if clock.counts_since is None or abs(clock.counts_since - self.began) > _SAME_MOMENT:
            return False
        here = {gate.id for gate in self.plan.phases[clock.index].gates if gate.kind is GateKind.METRIC}
        return counted_phase(self.plan, clock.index) is self.phase and here == self.by_gate.keys()

    def restore(self, history: History, until: float = math.inf) -> None:
        """Bring them to where the stored polls end, or to a past moment: what was judged is recalled, the rest judged.

        Goes on from the newest poll that is in. Reads the disk; a phase of 48 hours of minutes takes some tenths of a
        second.
        """
        self.replay(history, until)
        self.note_findings(self.by_gate)

    def replay(self, history: History, until: float) -> None:
        """As `restore`, but what it comes to is not worked out yet."""
        plan = self.plan
        self.adopt(entries := history.judgements.all(plan.platform, plan.version, plan.build), until)
        known = {(entry.gate, entry.text): entry for entry in entries if self._is_here(entry)}
        stored: dict[tuple[str, float], list[Poll]] = {}
        for case in self.by_gate.values():
            gate, metric = case.question.gate, case.question.metric
            since = self.began if case.newest is None else math.nextafter(case.newest, math.inf)
            if (metric.id, since) not in stored:
                polls = history.samples.polls(plan.platform, plan.build, metric.id, since, until=until)
                stored[metric.id, since] = [poll for poll in polls if self._counts(poll, metric)]
            polls = stored[metric.id, since]
            entry = known.get((gate.id, gate.text))
            judged_until = entry.until if entry is not None and self._same_start(entry) else self.began
            for poll in polls:
                # The newest is judged in any case: what the polls come to is what it comes to.
                take = case.recall if poll.taken_at <= judged_until and poll is not polls[-1] else case.judge
                take(poll.taken_at, poll.quantity)
            if polls and isinstance(polls[-1].quantity, Bare):
                self._recall_trend(case, history, until)

    def copy(self) -> Cases:
        """Cases that go on by themselves. The rules behind them are shared; findings are worked out anew."""
        shared: dict[int, object] = {id(rule): rule for rule in (self.plan, self.phase, self.stale_after)}
        shared |= {id(case.question): case.question for case in self.by_gate.values()}
        return deepcopy(replace(self, findings={}), shared)

    def see(self, reading: Reading) -> None:
        """Take note of a recent value without counts."""
        if reading.build == self.plan.build and isinstance(reading.quantity, Bare):
            poll = Poll(reading.taken_at, reading.as_of, reading.population, reading.quantity)
            for gate in self.of_metric(reading.metric):
                case = self.by_gate[gate]
                if self._counts(poll, case.question.metric):
                    case.see(poll.taken_at, poll.quantity)

    def take(self, metric: str, poll: Poll) -> list[str]:
        """Judge a poll; returns the gates whose FAIL was latched by it."""
        failed: list[str] = []
        for gate, case in self.by_gate.items():
            if case.question.metric.id == metric and self._counts(poll, case.question.metric):
                latched = case.latch is not None
                case.judge(poll.taken_at, poll.quantity)
                if case.latch is not None and not latched:
                    failed.append(gate)
        return failed

    def note_findings(self, gates: Iterable[str]) -> None:
        """Work out what the polls of these gates come to."""
        for gate in gates:
            finding = self.by_gate[gate].finding()
            if finding is not None:
                self.findings[gate] = finding

    def of_metric(self, metric: str) -> list[str]:
        """The gates on one metric."""
        return [gate for gate, case in self.by_gate.items() if case.question.metric.id == metric]

    def known_until(self, metric: str) -> float:
        """The time of the newest poll of a metric; the beginning of the phase before there is one."""
        times = [case.newest for case in self.by_gate.values() if case.question.metric.id == metric]
        return max((time for time in times if time is not None), default=self.began)

    def adopt(self, entries: Iterable[Judgement], until: float = math.inf) -> bool:
        """Take over FAILs that were latched before or by another process, up to then; returns whether one is new."""
        news = False
        for entry in entries:
            case = self.by_gate.get(entry.gate)
            if case is not None and entry.latch is not None and entry.latch.at <= until and self._is_here(entry):
                news |= entry.text == case.question.gate.text and self._adopt(case, entry.latch)
        return news

    def judgements(self) -> list[Judgement]:
        """What is to be written down: up to which poll was judged, and the latches."""
        return [
            Judgement(self.phase.id, gate, case.question.gate.text, self.began, case.newest, case.latch)
            for gate, case in self.by_gate.items()
            if case.newest is not None
        ]

    def _recall_trend(self, case: Case, history: History, until: float) -> None:
        metric = case.question.metric
        since = self.trends.get(case.question.gate.id, self.began)
        recent = history.samples.polls(self.plan.platform, self.plan.build, metric.id, since, Scope.RECENT, until)
        if recent:
            self.trends[case.question.gate.id] = math.nextafter(recent[-1].taken_at, math.inf)
        for poll in recent:
            if self._counts(poll, metric):
                case.see(poll.taken_at, poll.quantity)

    def _adopt(self, case: Case, latch: Latch) -> bool:
        before = case.latch
        case.adopt(latch)
        if before is None:
            self.note_findings([case.question.gate.id])
        return before is None

    def _is_here(self, entry: Judgement) -> bool:
        return entry.phase == self.phase.id

    def _same_start(self, entry: Judgement) -> bool:
        return abs(entry.began - self.began) <= _SAME_MOMENT

    def _counts(self, poll: Poll, metric: Metric) -> bool:
        """Whether a poll is evidence at all: of a population that answers for it, of its kind, fresh, no flaw."""
        limit = self.stale_after.get(metric.id)
        fresh = limit is None or poll.taken_at - poll.as_of <= limit
        whole = fits(metric.kind, poll.quantity) and flaw(poll.quantity) is None
        return fresh and poll.population in metric.populations and whole


def counted_phase(plan: RolloutPlan, index: int) -> Phase:
    """The phase whose counts are weighed: a review has no users of its own (rollout-plan.md 9.3)."""
    before = [phase for phase in plan.phases[:index] if phase.kind is not PhaseKind.REVIEW]
    return before[-1] if plan.phases[index].kind is PhaseKind.REVIEW and before else plan.phases[index]
