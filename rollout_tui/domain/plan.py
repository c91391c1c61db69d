"""The plan: what is rolled out, in which phases, under which gates. Made by `config`, read by all."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from rollout_tui.domain.metrics import Line, Metric
from rollout_tui.domain.releases import PhaseKind, Platform


class GateKind(StrEnum):
    """On what a gate rests."""

    METRIC = "metric"
    BUGS = "bugs"
    SIGNOFF = "signoff"
    TIME = "time"


class BugScope(StrEnum):
    """Which open bugs count: all of this version, or those opened or reopened since the phase began (9.4)."""

    ANY = "any"
    NEW = "new"
    BLOCKING = "blocking"


@dataclass(frozen=True, slots=True)
class Gate:
    """A condition that a phase must meet before promotion.

    `id` is unique within the phase (`crash_free_sessions`, `critical_bugs`, `signoff:maintainer`, `time`). `text` is
    the condition as the plan writes it. For METRIC, `line` is the condition on the metric's own value, also where the
    plan speaks of its complement (`crash_free_sessions >= 99.5%` is `crash_rate <= 1/200`, `complement` True).
    For SIGNOFF, `signers` are the people who may answer (empty: anybody but nobody in particular).
    """

    id: str
    label: str
    kind: GateKind
    text: str
    metric: str | None = None
    line: Line | None = None
    complement: bool = False
    bugs: BugScope | None = None
    signers: tuple[str, ...] = ()
    alpha: float = 0.01
    """How often a healthy release may fail falsely, ever during the phase."""
    beta: float = 0.01
    """How often a bad one may pass."""


@dataclass(frozen=True, slots=True)
class Phase:
    """One step of a platform's ladder. Times in seconds; `share` a ratio 0 < share <= 1.

    `gates` must hold to leave the phase (its own and, for the way into the next one, that phase's criteria).
    `maximum` only shows the phase as overdue. `began` is for a program that starts in the middle of a rollout.
    """

    id: str
    label: str
    kind: PhaseKind
    gates: tuple[Gate, ...]
    minimum: float | None = None
    maximum: float | None = None
    share: Decimal | None = None
    track: str | None = None
    also_tracks: tuple[str, ...] = ()
    group: str | None = None
    testers: int | None = None
    began: float | None = None
    sessions_per_tester_per_day: float = 4.0
    """How often a tester is thought to use the app: what a tester group can prove at all rests on it (gates.md 4)."""
    by_hand: str = ""
    """Where a person pauses it in the store's console, as the store's provider says; empty where it does not."""


@dataclass(frozen=True, slots=True)
class RolloutPlan:
    """One platform's rollout of one build. `store`, `sources` (in order of preference) and `tracker` are names."""

    platform: Platform
    label: str
    version: str
    build: str
    phases: tuple[Phase, ...]
    metrics: tuple[Metric, ...]
    store: str
    sources: tuple[str, ...]
    tracker: str | None = None

    def metric(self, metric_id: str) -> Metric:
        """The metric of that id. Raises KeyError."""
        for metric in self.metrics:
            if metric.id == metric_id:
                return metric
        raise KeyError(metric_id)


@dataclass(frozen=True, slots=True)
class Plan:
    """One app, one version, its rollouts in the order of the panes. `support` is where users write; empty: not told."""

    app: str
    version: str
    rollouts: tuple[RolloutPlan, ...]
    support: str = ""

    def rollout(self, platform: Platform) -> RolloutPlan:
        """The rollout of that platform. Raises KeyError."""
        for rollout in self.rollouts:
            if rollout.platform is platform:
                return rollout
        raise KeyError(platform)
