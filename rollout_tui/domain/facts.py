"""What is known about one rollout at one moment, before anybody judges it. The engine gathers it, `assess` reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rollout_tui.domain.actions import Outcome, Running
from rollout_tui.domain.countdowns import Countdown
from rollout_tui.domain.evidence.finding import Finding
from rollout_tui.domain.plan import BugScope, RolloutPlan
from rollout_tui.domain.readings import Answer, Reading
from rollout_tui.domain.releases import ReleaseState
from rollout_tui.domain.requests import Request
from rollout_tui.domain.snapshot import Before, Curve, Observed, Requested
from rollout_tui.domain.verdicts import BugCount, SignOff, Waiver


@dataclass(frozen=True, slots=True)
class RolloutFacts:
    """Inputs of `assess.assess` for one rollout. Times are epoch seconds UTC.

    `states` are the changes of release state that were seen, oldest first (for the phase clock). `recent` and `phase`
    hold the newest answer per metric id, `findings` the evidence per gate id of the current phase; `last_good` the
    newest Reading of the recent window, however old.
    `stale_after` is per source (`assess.of_source`) and per metric id, in seconds. `bugs` holds a count or, in words,
    why there is none.
    """

    plan: RolloutPlan
    store_label: str
    state: ReleaseState | None = None
    states: tuple[ReleaseState, ...] = ()
    state_problem: str | None = None
    state_hint: str | None = None
    state_failing_since: float | None = None
    reading_since: float | None = None
    requested: Requested | None = None
    observed: Observed | None = None
    changed_elsewhere: str | None = None
    recent: Mapping[str, Answer] = field(default_factory=dict)
    phase: Mapping[str, Answer] = field(default_factory=dict)
    last_good: Mapping[str, Reading] = field(default_factory=dict)
    curves: Mapping[str, Curve] = field(default_factory=dict)
    stale_after: Mapping[str, float] = field(default_factory=dict)
    findings: Mapping[str, Finding] = field(default_factory=dict)
    bugs: Mapping[BugScope, BugCount | str] = field(default_factory=dict)
    signoffs: tuple[SignOff, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    requests: tuple[Request, ...] = ()
    was: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    running: Running | None = None
    last_outcome: Outcome | None = None
    held: str | None = None
    before: Before | None = None
    unheard: frozenset[str] = frozenset()
    """Providers that neither answered nor failed since the start."""
    countdown: Countdown | None = None
