"""The Snapshot: everything that a screen, `status` or a report needs to draw one moment. Frozen, whole, pure data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rollout_tui.domain.actions import Outcome, Running
from rollout_tui.domain.countdowns import Countdown
from rollout_tui.domain.events import Ack, Event
from rollout_tui.domain.metrics import Metric
from rollout_tui.domain.plan import Phase, Plan, RolloutPlan
from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.readings import Reading
from rollout_tui.domain.releases import Platform, ReleaseState, StateWord
from rollout_tui.domain.requests import Request
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.verdicts import GateResult, Waiver


@dataclass(frozen=True, slots=True)
class Curve:
    """A metric's past in buckets aligned to the wall clock: the worst value in each, oldest first, None for a hole.

    `end` is the end of the last bucket, `step` the width of one; both seconds. `known_until` is the time of the newest
    data: later buckets are not holes but unknown. `phase_began` marks where counts change hands.
    """

    step: float
    end: float
    values: tuple[float | None, ...]
    known_until: float | None = None
    phase_began: float | None = None


@dataclass(frozen=True, slots=True)
class MetricStanding:
    """A metric now: the reading of its recent window, where it stands to the lines, and its curve.

    `severity` is UNKNOWN with `problem` in words ("STALE, 26 min old", "Prometheus: HTTP 503") where the reading
    cannot be used; `reading` then is the last known one or None. `stale` says that the reading is only too old.
    """

    metric: Metric
    severity: Severity
    reading: Reading | None
    curve: Curve
    problem: str | None = None
    stale: bool = False
    was: tuple[float, float] | None = None
    """Value and time (epoch seconds) when it stood within its target last, before it left it."""
    interval: tuple[float, float] | None = None
    """Values that the reading does not rule out, in the metric's unit (gates.md 3); None where n is not known."""


class Progress(StrEnum):
    """Where a phase stands on the ladder."""

    DONE = "done"
    CURRENT = "current"
    TO_COME = "to come"


@dataclass(frozen=True, slots=True)
class PhaseStanding:
    """A phase on the ladder. `elapsed` is its clock in seconds (stands while paused); `left` until its minimum."""

    phase: Phase
    progress: Progress
    began: float | None = None
    ended: float | None = None
    elapsed: float | None = None
    left: float | None = None
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Requested:
    """What this program or a person asked the store for last, in the plan's words ("50 %", "phased", "halted")."""

    text: str
    at: float
    by: str = ""


@dataclass(frozen=True, slots=True)
class Observed:
    """Share of sessions that run this build, from a metric source."""

    share: Proportion
    as_of: float
    source: str


@dataclass(frozen=True, slots=True)
class StoreStanding:
    """What the store says, with its age: requested, committed (in `state`) and observed are three numbers.

    `problem` says in words why the newest read failed, `hint` who must act; `state` then is the last known one.
    `changed_elsewhere` names a committed value that this program did not ask for.
    """

    name: str
    state: ReleaseState | None
    problem: str | None = None
    hint: str | None = None
    failing_since: float | None = None
    requested: Requested | None = None
    observed: Observed | None = None
    changed_elsewhere: str | None = None
    reading_since: float | None = None
    """Since when the first read is under way, while nothing was ever read."""

    @property
    def no_phase(self) -> str | None:
        """Why nobody can say in which phase the build is now; None where the store's newest answer tells it."""
        if self.problem is not None or self.state is None:
            return f"{self.name} cannot be read, so the phase is not known: {self.problem or 'never read yet'}"
        if self.state.word is not StateWord.UNKNOWN:
            return None
        told = ", which tells no phase" if self.state.kind is not None else ": this build is in no phase"
        return f"{self.name} says {self.state.status}{told}"


@dataclass(frozen=True, slots=True)
class Before:
    """The build before this one: what each metric read at the same hour of its phase, by metric id.

    `build` is empty where none is recorded.
    """

    build: str = ""
    version: str = ""
    values: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """A provider: its name for people, seconds between polls, when it answered last, why it gives nothing now."""

    label: str
    interval: float
    answered_at: float | None = None
    problem: str | None = None
    idle: bool = False
    """Nothing is asked of it: other sources come first for every metric."""
    name: str = ""
    """Its section, by which readings name it."""


@dataclass(frozen=True, slots=True)
class Rollout:
    """One platform at one moment: one pane."""

    plan: RolloutPlan
    store: StoreStanding
    phases: tuple[PhaseStanding, ...]
    metrics: tuple[MetricStanding, ...]
    gates: tuple[GateResult, ...]
    severity: Severity
    metrics_as_of: float | None = None
    stale: bool = False
    """Every metric's reading is too old."""
    running: Running | None = None
    last_outcome: Outcome | None = None
    held: str | None = None
    """What another process of this host does to it now, and who ("promote by mara@rel-01, process 4711")."""
    requests: tuple[Request, ...] = ()
    """What waits for a second person, and what was granted and is not used yet."""
    before: Before | None = None
    """None until history was asked."""
    countdown: Countdown | None = None
    """The newest automatic pause of this build: one that is counted down, or how it ended."""
    ack: Ack | None = None
    """Who saw all that stands now; None where nothing stands, or something of it is newer."""

    @property
    def waivers(self) -> tuple[Waiver, ...]:
        """The overrides in force."""
        return tuple(result.waiver for result in self.gates if result.waiver is not None)

    @property
    def current(self) -> PhaseStanding | None:
        """The phase that the release stands in."""
        for standing in self.phases:
            if standing.progress is Progress.CURRENT:
                return standing
        return None

    @property
    def holding(self) -> int:
        """How many gates permit a promotion."""
        return sum(gate.holds for gate in self.gates)


class Urgency(StrEnum):
    """Ground of the NEXT band (screens.md 3)."""

    ACT_NOW = "act now"
    ACT_SOON = "act soon"
    WAIT = "wait"
    MAY_PROMOTE = "may promote"
    BLIND = "blind"


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The one thing to do now: `headline` with its key, `detail` the reason with numbers; `brief` forms for 80 columns.

    `platform` and `key` name what it is about, where it is about one. `then` is the last sentence of both details where
    the other platform needs something too ("Then iOS: look at iOS's crash rate.").
    """

    urgency: Urgency
    severity: Severity
    headline: str
    detail: str
    brief_headline: str
    brief_detail: str
    platform: Platform | None = None
    key: str | None = None
    then: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All rollouts at `at` (epoch seconds UTC). `answered_at` is when any source or store last answered.

    `alarm` is set when history cannot be written ("history cannot be written: disk full").
    """

    at: float
    plan: Plan
    rollouts: tuple[Rollout, ...]
    events: tuple[Event, ...]
    recommendation: Recommendation
    answered_at: float | None = None
    poll_interval: float = 60.0
    alarm: str | None = None
    heard: tuple[Heard, ...] = ()
    """Every provider that is asked."""

    @property
    def title(self) -> str:
        """What is watched."""
        return f"{self.plan.app} {self.plan.version}"

    def rollout(self, platform: Platform) -> Rollout:
        """The rollout of that platform. Raises KeyError."""
        for rollout in self.rollouts:
            if rollout.plan.platform is platform:
                return rollout
        raise KeyError(platform)
