"""What is known of one rollout right now. Written by pollers and actions on the event loop, read by the assessor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from rollout_tui.domain.actions import Outcome, Running, Step
from rollout_tui.domain.assess import TRACKER, of_source
from rollout_tui.domain.countdowns import Countdown
from rollout_tui.domain.evidence.finding import Finding
from rollout_tui.domain.facts import RolloutFacts
from rollout_tui.domain.heard import Asked
from rollout_tui.domain.ladder import PhaseClock, phase_clock
from rollout_tui.domain.plan import BugScope, RolloutPlan
from rollout_tui.domain.quantities import Proportion, flaw
from rollout_tui.domain.readings import Answer, NoReading, Reading, Scope
from rollout_tui.domain.releases import ReleaseState
from rollout_tui.domain.requests import Request
from rollout_tui.domain.severity import Severity, severity_of
from rollout_tui.domain.snapshot import Before, Observed
from rollout_tui.domain.verdicts import BugCount, SignOff, Waiver
from rollout_tui.domain.words import plain_text
from rollout_tui.engine.curves import CurveBook
from rollout_tui.engine.elsewhere import changed_by_hand
from rollout_tui.engine.trouble import describe, remedy
from rollout_tui.history.journal import Entry
from rollout_tui.ports import OBSERVED_SHARE

if TYPE_CHECKING:
    from rollout_tui.config.settings import Settings
    from rollout_tui.engine.cases import Cases

_SAME_MOMENT = 1.0
"""Seconds by which the beginning of a phase may differ between two looks at it."""
_REASON_WIDTH = 200


class Board:
    """The newest knowledge about one rollout."""

    def __init__(self, plan: RolloutPlan, store_label: str, stale_after: dict[str, float]) -> None:
        self.plan = plan
        self.store_label = store_label
        self.state: ReleaseState | None = None
        self.states: list[ReleaseState] = []
        self.problem: str | None = None
        self.hint: str | None = None
        self.failing_since: float | None = None
        self.reading_since: float | None = None
        self.asked: Entry | None = None
        """What this program asked of the store last, in whichever process."""
        self.running: Running | None = None
        self.last_outcome: Outcome | None = None
        self.held: str | None = None
        """What another process of this host does to it now."""
        self.before: Before | None = None
        """What the build before showed at this hour of its phase; None until history was asked."""
        self.countdown: Countdown | None = None
        """The newest automatic pause of this build."""
        self.signoffs: list[SignOff] = []
        self.waivers: list[Waiver] = []
        """Those of every build, ended ones too."""
        self.requests: list[Request] = []
        self.bugs: dict[BugScope, BugCount | str] = {}
        self.curves = {metric.id: CurveBook(metric) for metric in plan.metrics}
        self.unheard = {plan.store, *plan.sources, *([plan.tracker] if plan.tracker else [])}
        """Providers that neither answered nor failed since the start."""
        self._recent: dict[str, Answer] = {}
        self._phase: dict[str, tuple[float, Answer]] = {}
        """By metric: since when it counts, and the answer."""
        self._last_good: dict[str, Reading] = {}
        self._was: dict[str, tuple[float, float]] = {}
        self._observed: Observed | None = None
        self._elsewhere: str | None = None
        self.stale_after = stale_after
        self.cases: Cases | None = None
        """The evidence of the current phase's gates; None until it is restored."""

    def clock(self, now: float) -> PhaseClock | None:
        """The current phase's clock."""
        return phase_clock(self.plan.phases, self.states, now)

    @property
    def known_at(self) -> float | None:
        """The time of the newest knowledge: as of then, what the board shows was the present."""
        times = [reading.as_of for reading in self._last_good.values()]
        return max([*times, *([self.state.as_of] if self.state is not None else [])], default=None)

    def first_hole(self, now: float) -> float | None:
        """Since when some curve is not known; None where all are."""
        holes = (book.first_hole(now) for book in self.curves.values())
        return min((hole for hole in holes if hole is not None), default=None)

    def store_answered(self, state: ReleaseState) -> None:
        """Take the store's answer."""
        self.problem = self.hint = self.failing_since = self.reading_since = None
        before, self.state = self.state, state
        expects = None if self.asked is None else self.asked.change.expects
        if expects is not None and expects.met_by(state):
            self._elsewhere = None
        elif self.running is None:
            self._elsewhere = changed_by_hand(before, state, expects) or self._elsewhere
        if not self.states or not state.same_as(self.states[-1]):
            self.states.append(state)

    def store_failed(self, error: BaseException, now: float) -> None:
        """Take note that the store could not be read; the last known state stays, with its age."""
        self.problem = describe(error)
        self.hint = remedy(error)
        self.failing_since = self.failing_since or now

    def step(self, step: Step) -> None:
        """The action under way came that far."""
        if self.running is not None:
            self.running = replace(self.running, steps=(*self.running.steps, step))

    def acted(self) -> None:
        """An action of ours is what the store will show next: no change made elsewhere."""
        self._elsewhere = None

    def take(self, answers: Iterable[Answer]) -> list[Reading]:
        """Take a source's answers about recent windows; returns the readings, as reported, for history."""
        kept: list[Reading] = []
        for given in answers:
            answer = given if isinstance(given, Reading) else _said_plainly(given)
            if isinstance(answer, Reading):
                kept.append(answer)
            if answer.metric == OBSERVED_SHARE:
                self._take_observed(answer)
            else:
                self._take_recent(answer)
                if self.cases is not None and isinstance(answer, Reading):
                    self.cases.see(answer)
        return kept

    def take_phase(self, answer: Answer, since: float) -> None:
        """Take an answer about all since `since`; it counts only for the phase that began then."""
        self._phase[answer.metric] = (since, answer if isinstance(answer, Reading) else _said_plainly(answer))

    def no_answers(self, metrics: Iterable[str], reason: str, source: str, now: float) -> None:
        """A source as a whole did not answer: every metric of it is without data, for that reason."""
        clock = self.clock(now)
        for metric in metrics:
            self._recent[metric] = NoReading(metric, Scope.RECENT, self.plan.build, reason, now, source)
            if clock is not None and clock.counts_since is not None:
                nothing = NoReading(metric, Scope.PHASE, self.plan.build, reason, now, source)
                self._phase[metric] = (clock.counts_since, nothing)

    def remember(self, readings: Iterable[Reading]) -> None:
        """Readings from history, for the first frame: judged by their age like any other."""
        for reading in readings:
            if reading.metric == OBSERVED_SHARE:
                self._take_observed(reading)
            elif reading.metric not in self.curves:
                continue
            elif reading.scope is Scope.PHASE:
                self._phase.setdefault(reading.metric, (reading.window.start, reading))
            else:
                self._recent.setdefault(reading.metric, reading)
                if flaw(reading.quantity) is None:
                    self._last_good.setdefault(reading.metric, reading)

    def fill_curve(self, metric: str, end: float, values: list[float | None]) -> None:
        """A metric's buckets from history."""
        last = self._last_good.get(metric)
        self.curves[metric].fill(end, values, None if last is None else last.as_of)

    def back_filled(self, readings: Iterable[Reading]) -> None:
        """What a source remembers of the past: into the curves only, since it is not the present."""
        for reading in readings:
            if flaw(reading.quantity) is None:
                self.curves[reading.metric].note(reading.as_of, float(reading.quantity.value()))

    def facts(self, now: float) -> RolloutFacts:
        """Everything, for the assessor."""
        clock = self.clock(now)
        began = None if clock is None else clock.began
        return RolloutFacts(
            plan=self.plan,
            store_label=self.store_label,
            state=self.state,
            states=tuple(self.states),
            state_problem=self.problem,
            state_hint=self.hint,
            state_failing_since=self.failing_since,
            reading_since=self.reading_since if self.state is None else None,
            requested=None if self.asked is None else self.asked.request(),
            observed=self._observed,
            changed_elsewhere=self._elsewhere,
            recent=dict(self._recent),
            phase={} if clock is None else self._counted_since(clock.counts_since),
            last_good=dict(self._last_good),
            curves={metric: book.curve(now, began) for metric, book in self.curves.items()},
            stale_after=self.stale_after,
            findings={} if clock is None else self._findings(clock),
            bugs=dict(self.bugs),
            signoffs=tuple(self.signoffs),
            waivers=tuple(self.waivers),
            requests=tuple(self.requests),
            was=dict(self._was),
            running=self.running,
            last_outcome=self.last_outcome,
            held=self.held,
            before=self.before,
            unheard=frozenset(self.unheard),
            countdown=self.countdown,
        )

    def _counted_since(self, began: float | None) -> dict[str, Answer]:
        """The answers that count since the current phase began; those of an earlier one judge nothing."""
        if began is None:
            return {}
        return {metric: answer for metric, (since, answer) in self._phase.items() if abs(since - began) <= _SAME_MOMENT}

    def _findings(self, clock: PhaseClock) -> dict[str, Finding]:
        """What the evidence of the current phase says; that of an earlier one says nothing about it."""
        return dict(self.cases.findings) if self.cases is not None and self.cases.belongs_to(clock) else {}

    def _take_recent(self, answer: Answer) -> None:
        self._recent[answer.metric] = answer
        if not isinstance(answer, Reading) or flaw(answer.quantity) is not None:
            return
        before = self._last_good.get(answer.metric)
        self._last_good[answer.metric] = answer
        metric = self.plan.metric(answer.metric)
        self.curves[answer.metric].note(answer.as_of, float(answer.quantity.value()))
        left = before is not None and severity_of(metric, before.quantity) is Severity.OK
        if before is not None and left and severity_of(metric, answer.quantity) is not Severity.OK:
            # Not at each further line: on a slow rise "was 1.91 %" beside 2.02 % would make little of it.
            self._was[answer.metric] = (float(before.quantity.value()), before.as_of)

    def _take_observed(self, answer: Answer) -> None:
        if not isinstance(answer, Reading) or not isinstance(answer.quantity, Proportion):
            return
        if flaw(answer.quantity) is None:
            self._observed = Observed(answer.quantity, answer.as_of, answer.source)


def _said_plainly(answer: NoReading) -> NoReading:
    return replace(answer, reason=plain_text(answer.reason, _REASON_WIDTH))


def board_of(settings: Settings, plan: RolloutPlan) -> Board:
    """An empty board for one rollout of these settings."""
    sources = {name: section.stale_after for name, section in settings.sources.items()}
    tracker = None if plan.tracker is None else settings.trackers[plan.tracker].stale_after
    section = settings.stores[plan.store]
    return Board(plan, section.label or section.name, stale_limits(plan, sources, tracker))


def stale_limits(plan: RolloutPlan, by_source: dict[str, float], tracker: float | None) -> dict[str, float]:
    """The age in seconds beyond which a reading is stale: by its source, and by metric where that is not known."""
    slowest = max((by_source[name] for name in plan.sources if name in by_source), default=180.0)
    limits = {metric.id: slowest for metric in plan.metrics}
    limits |= {of_source(name): by_source[name] for name in plan.sources if name in by_source}
    return limits if tracker is None else limits | {TRACKER: tracker}


def asked_of(settings: Settings) -> tuple[Asked, ...]:
    """Everybody who is polled: stores, sources, trackers."""
    sections = (*settings.stores.values(), *settings.sources.values(), *settings.trackers.values())
    return tuple(Asked(section.name, section.label or section.name, section.interval) for section in sections)
