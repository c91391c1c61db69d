"""What is known of one rollout right now. Written by pollers and actions on the event loop, read by the assessor."""

from __future__ import annotations

from collections.abc import Iterable

from rollout_tui.domain.actions import Outcome, Running
from rollout_tui.domain.assess import TRACKER
from rollout_tui.domain.facts import RolloutFacts
from rollout_tui.domain.ladder import PhaseClock, phase_clock
from rollout_tui.domain.plan import BugScope, RolloutPlan
from rollout_tui.domain.quantities import Proportion, flaw
from rollout_tui.domain.readings import Answer, NoReading, Reading, Scope
from rollout_tui.domain.releases import ReleaseState
from rollout_tui.domain.severity import severity_of
from rollout_tui.domain.snapshot import Observed, Requested
from rollout_tui.domain.verdicts import BugCount, SignOff
from rollout_tui.domain.words import plain_percent
from rollout_tui.engine.curves import CurveBook
from rollout_tui.ports import OBSERVED_SHARE, ProviderError


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
        self.requested: Requested | None = None
        self.running: Running | None = None
        self.last_outcome: Outcome | None = None
        self.signoffs: list[SignOff] = []
        self.bugs: dict[BugScope, BugCount | str] = {}
        self.curves = {metric.id: CurveBook(metric) for metric in plan.metrics}
        self._recent: dict[str, Answer] = {}
        self._phase: dict[str, Answer] = {}
        self._last_good: dict[str, Reading] = {}
        self._was: dict[str, tuple[float, float]] = {}
        self._observed: Observed | None = None
        self._elsewhere: str | None = None
        self._stale_after = stale_after

    def clock(self, now: float) -> PhaseClock | None:
        """The current phase's clock."""
        return phase_clock(self.plan.phases, self.states, now)

    def store_answered(self, state: ReleaseState) -> bool:
        """Take the store's answer; returns whether it changed (and so belongs into history)."""
        self.problem = self.hint = self.failing_since = self.reading_since = None
        before = self.state
        self.state = state
        if before is not None and before.share != state.share and state.share is not None:
            asked = self.requested
            ours = self.running is not None or (asked is not None and asked.text == plain_percent(state.share))
            if not ours and before.share is not None:
                self._elsewhere = f"committed {plain_percent(before.share)} became {plain_percent(state.share)}"
        changed = not self.states or not state.same_as(self.states[-1])
        if changed:
            self.states.append(state)
        return changed

    def store_failed(self, error: BaseException, now: float) -> None:
        """Take note that the store could not be read; the last known state stays, with its age."""
        self.problem = describe(error)
        self.hint = getattr(error, "remedy", "") or None
        self.failing_since = self.failing_since or now

    def acted(self) -> None:
        """An action of ours is what the store will show next: no change made elsewhere."""
        self._elsewhere = None

    def take(self, answers: Iterable[Answer]) -> list[Reading]:
        """Take a source's answers; returns the readings, as reported, for history."""
        kept: list[Reading] = []
        for answer in answers:
            if isinstance(answer, Reading):
                kept.append(answer)
            if answer.metric == OBSERVED_SHARE:
                self._take_observed(answer)
            elif answer.scope is Scope.PHASE:
                self._phase[answer.metric] = answer
            else:
                self._take_recent(answer)
        return kept

    def no_answers(self, metrics: Iterable[str], reason: str, source: str, now: float) -> None:
        """A source as a whole did not answer: every metric of it is without data, for that reason."""
        for metric in metrics:
            for book, scope in ((self._recent, Scope.RECENT), (self._phase, Scope.PHASE)):
                book[metric] = NoReading(metric, scope, self.plan.build, reason, now, source)

    def unclaimed(self) -> list[str]:
        """Metrics that no source has answered for yet."""
        return [metric.id for metric in self.plan.metrics if metric.id not in self._recent]

    def remember(self, readings: Iterable[Reading]) -> None:
        """Readings from history, for the first frame: judged by their age like any other."""
        for reading in readings:
            if reading.metric == OBSERVED_SHARE:
                self._take_observed(reading)
            elif reading.metric in self.curves:
                book = self._recent if reading.scope is Scope.RECENT else self._phase
                book.setdefault(reading.metric, reading)
                if reading.scope is Scope.RECENT:
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
            requested=self.requested,
            observed=self._observed,
            changed_elsewhere=self._elsewhere,
            recent=dict(self._recent),
            phase=dict(self._phase),
            last_good=dict(self._last_good),
            curves={metric: book.curve(now, began) for metric, book in self.curves.items()},
            stale_after=self._stale_after,
            bugs=dict(self.bugs),
            signoffs=tuple(self.signoffs),
            was=dict(self._was),
            running=self.running,
            last_outcome=self.last_outcome,
        )

    def _take_recent(self, answer: Answer) -> None:
        self._recent[answer.metric] = answer
        if not isinstance(answer, Reading) or flaw(answer.quantity) is not None:
            return
        before = self._last_good.get(answer.metric)
        self._last_good[answer.metric] = answer
        metric = self.plan.metric(answer.metric)
        self.curves[answer.metric].note(answer.as_of, float(answer.quantity.value()))
        if before is not None and severity_of(metric, before.quantity) is not severity_of(metric, answer.quantity):
            self._was[answer.metric] = (float(before.quantity.value()), before.as_of)

    def _take_observed(self, answer: Answer) -> None:
        if not isinstance(answer, Reading) or not isinstance(answer.quantity, Proportion):
            return
        if flaw(answer.quantity) is None:
            self._observed = Observed(answer.quantity, answer.as_of, answer.source)


def describe(error: BaseException) -> str:
    """An error in words for the operator; anything unexpected is named by its kind alone, since it may hold secrets."""
    if isinstance(error, ProviderError):
        return error.message
    if isinstance(error, TimeoutError):
        return "no answer within its timeout"
    return f"internal error in the provider ({type(error).__name__}); the log has more"


def stale_limits(plan: RolloutPlan, by_source: dict[str, float], tracker: float | None) -> dict[str, float]:
    """The age in seconds beyond which each metric's reading is stale."""
    slowest = max((by_source[name] for name in plan.sources if name in by_source), default=180.0)
    limits = {metric.id: slowest for metric in plan.metrics}
    return limits if tracker is None else limits | {TRACKER: tracker}
