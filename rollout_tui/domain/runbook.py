"""The rollback runbook: the plan's procedure as steps with checks, some of which the program sees or does itself.

Pure: what stands is computed of the ticks that people made and of what the store and the sources show.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rollout_tui.domain.actions import ActionKind
from rollout_tui.domain.releases import PhaseKind, Platform, StateWord
from rollout_tui.domain.snapshot import Rollout

FLAT_FOR = 300.0
"""Seconds that the observed share must not have moved after a pause."""
_FLAT_WITHIN = 0.01 + 1e-9
"""How far the observed share (ratio 0..1) may move and still be flat."""


NOTE = ""
"""Stands for the check of a note, which belongs to none."""


class Sees(StrEnum):
    """What the program can verify by itself."""

    PAUSED = "paused"
    """The store says so."""
    SHARE_FLAT = "share flat"
    """No more people get the build: the observed share stands still."""
    HELD = "held"
    """It is paused, or with testers alone and not submitted to App Review."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to be done. `acts` is the store action that does it, `sees` what ticks it by itself.

    `asks` is what is asked of who ticks it ("an owner"); `announces`: it is done by telling the team, with a text that
    the program prepares.
    """

    id: str
    text: str
    acts: ActionKind | None = None
    sees: Sees | None = None
    asks: str = ""
    announces: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the procedure. An optional one is no part of the way and counts for nothing."""

    title: str
    checks: tuple[Check, ...]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Runbook:
    """The steps in their order."""

    steps: tuple[Step, ...]

    def check(self, check_id: str) -> Check:
        """The check of that id. Raises KeyError."""
        for step in self.steps:
            for check in step.checks:
                if check.id == check_id:
                    return check
        raise KeyError(check_id)


@dataclass(frozen=True, slots=True)
class Tick:
    """A person says that a check is done, or takes that back; both stay in the log. `at` epoch seconds UTC."""

    check: str
    by: str
    at: float
    note: str = ""
    taken_back: bool = False


@dataclass(frozen=True, slots=True)
class CheckStanding:
    """A check now: since when it is done (None: it is not), by whom (empty: the program saw it)."""

    check: Check
    at: float | None = None
    by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class StepStanding:
    """A step now."""

    step: Step
    checks: tuple[CheckStanding, ...]

    @property
    def done_at(self) -> float | None:
        """When its last check was done; None while one is open."""
        times = [standing.at for standing in self.checks]
        return None if None in times or not times else max(at for at in times if at is not None)


@dataclass(frozen=True, slots=True)
class RunbookStanding:
    """The whole runbook now. `began` is when the pause was confirmed, else the first tick; None: not begun."""

    steps: tuple[StepStanding, ...]
    began: float | None = None
    began_by: str = ""

    @property
    def current(self) -> int | None:
        """The number (from 0) of the first step that is not done; None where all are."""
        for number, standing in enumerate(self.steps):
            if standing.done_at is None and not standing.step.optional:
                return number
        return None


def standing(
    runbook: Runbook, ticks: Iterable[Tick], seen: Mapping[Sees, float], paused: tuple[float, str] | None = None
) -> RunbookStanding:
    """What is done: by ticks that were not taken back, else by what is seen now, since then.

    `paused` is when the pause was confirmed with which all this began (epoch seconds UTC), and by whom.
    """
    kept = _kept(ticks)
    steps = tuple(
        StepStanding(step, tuple(_check(check, kept.get(check.id), seen) for check in step.checks))
        for step in runbook.steps
    )
    first = min(kept.values(), key=lambda tick: tick.at, default=None)
    began = paused or (None if first is None else (first.at, first.by))
    return RunbookStanding(steps, *began) if began is not None else RunbookStanding(steps)


def first_tick(ticks: Iterable[Tick]) -> float | None:
    """When the first of those was made that were not taken back."""
    return min((tick.at for tick in _kept(ticks).values()), default=None)


def _kept(ticks: Iterable[Tick]) -> Mapping[str, Tick]:
    """By check; notes are no ticks."""
    newest = {tick.check: tick for tick in sorted(ticks, key=lambda tick: tick.at)}
    return {check: tick for check, tick in newest.items() if not tick.taken_back and check != NOTE}


def _check(check: Check, tick: Tick | None, seen: Mapping[Sees, float]) -> CheckStanding:
    if tick is not None:
        return CheckStanding(check, tick.at, tick.by, tick.note)
    if check.sees is not None and check.sees in seen:
        return CheckStanding(check, seen[check.sees])
    return CheckStanding(check)


def seen_now(rollout: Rollout, shares: Sequence[tuple[float, float]], now: float) -> Mapping[Sees, float]:
    """What the program sees, with since when. `shares` are observed shares (ratio 0..1) by time, oldest first."""
    state, found = rollout.store.state, {}
    if state is None or rollout.store.problem is not None:
        return {}
    if state.word is StateWord.PAUSED:
        outcome = rollout.last_outcome
        ours = outcome is not None and outcome.kind is ActionKind.PAUSE and outcome.at <= now
        since = outcome.at if ours and outcome is not None else state.since or state.as_of
        found[Sees.PAUSED] = found[Sees.HELD] = since
        flat = flat_since(shares, since)
        if flat is not None:
            found[Sees.SHARE_FLAT] = flat
    elif state.kind is PhaseKind.TESTERS:
        found[Sees.HELD] = state.as_of
    return found


def flat_since(shares: Sequence[tuple[float, float]], paused: float) -> float | None:
    """When the observed share had stood still for `FLAT_FOR` after the pause; None while it has not."""
    after = [(at, share) for at, share in shares if at >= paused]
    first = 0
    for number, (at, _) in enumerate(after):
        while after[first + 1 : number] and after[first + 1][0] <= at - FLAT_FOR:
            first += 1
        between = [share for _, share in after[first : number + 1]]
        if at - after[first][0] >= FLAT_FOR and max(between) - min(between) <= _FLAT_WITHIN:
            return at
    return None


def _steps(*steps: tuple[str, Sequence[Check]], optional: Step | None = None) -> Runbook:
    made = tuple(Step(title, tuple(checks)) for title, checks in steps)
    return Runbook(made if optional is None else (*made, optional))


_TOLD = Check("told", "The team is told", announces=True)
_OWNER = Check("owner", "An owner is named", asks="who owns it")
_CAUSE = Check("cause", "The cause is known, or a revert is chosen")
_REPORT = Check("report", "The incident report is written (x exports this page)")

PLAN: Mapping[Platform, Runbook] = {
    Platform.ANDROID: _steps(
        (
            "Immediate: pause the rollout at Google Play",
            (
                Check("paused", "The store says halted", ActionKind.PAUSE, Sees.PAUSED),
                Check("flat", "Observed share stands still for 5 min", sees=Sees.SHARE_FLAT),
                _TOLD,
            ),
        ),
        (
            "Investigate: crash reports and diagnostics",
            (
                Check("group", "The worst crash group is named (i opens them)", asks="which group"),
                _OWNER,
                _CAUSE,
                Check("other", "Whether iOS has the same fault is known"),
            ),
        ),
        (
            "Fix: deploy a hotfix if one is needed",
            (
                Check("built", "A new version code is built and signed"),
                Check("tested", "It is tested on the devices that were hit"),
                Check("drafted", "Release notes and support mail are drafted"),
            ),
        ),
        (
            "Restart: from phase 1 after the fix",
            (
                Check("restarted", "Phase 1 is started with the new build", ActionKind.RESTART),
                Check("same", "The same users get the hotfix first: somebody watches them"),
                _REPORT,
            ),
        ),
    ),
    Platform.IOS: _steps(
        (
            "Immediate: do not submit to App Review; hold what runs",
            (
                Check("held", "Not submitted; review or ladder is held", ActionKind.PAUSE, Sees.HELD),
                _TOLD,
            ),
        ),
        (
            "Investigate: TestFlight feedback and crash reports",
            (
                Check("feedback", "Feedback and crashes are read (i opens them)"),
                _OWNER,
                _CAUSE,
                Check("other", "Whether Android has the same fault is known"),
            ),
        ),
        (
            "Fix: deploy a new TestFlight build",
            (
                Check("built", "A new build is uploaded and processed"),
                Check("drafted", "Release notes and support mail are drafted"),
            ),
        ),
        (
            "Restart: test again with the testers",
            (
                Check("restarted", "The new build is with the testers", ActionKind.RESTART),
                _REPORT,
            ),
        ),
        optional=Step(
            "Only where the app harms people: remove it from sale",
            (Check("removed", "Removed from sale; this ends the phased release for good", ActionKind.REMOVE),),
            optional=True,
        ),
    ),
}
"""The procedures of rollout-plan.md 1 and 2, where the configuration has none of its own."""
