"""The ladder: which phase a release stands in, since when, and how long its clock has run (rollout-plan.md 9.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from rollout_tui.domain.plan import Phase
from rollout_tui.domain.releases import PhaseKind, ReleaseState, StateWord
from rollout_tui.domain.snapshot import PhaseStanding, Progress

ASC_LADDER: tuple[Decimal, ...] = tuple(Decimal(share) / 100 for share in (1, 2, 5, 10, 20, 50, 100))
"""Shares of automatic updates on days 1 to 7 of an App Store phased release (stores.md A2)."""

_SERVED = frozenset({StateWord.RUNNING, StateWord.DONE})
"""The clock starts when the store shows the build as served and stands still while it is paused or waits."""


@dataclass(frozen=True, slots=True)
class PhaseClock:
    """The current phase by index, when it began, how long its clock ran (seconds), and since when its gates count.

    `counts_since` is `began`, but for a review, which has no users of its own: there the gates of the phase before
    go on. None where it is not known.
    """

    index: int
    began: float | None
    elapsed: float | None
    counts_since: float | None


def locate(phases: Sequence[Phase], state: ReleaseState | None) -> int | None:
    """Index of the phase that the store's answer stands for; None where it does not say enough."""
    if state is None or state.kind is None:
        return None
    if state.kind is PhaseKind.SHARE:
        return _by_share(phases, state.share)
    for index, phase in enumerate(phases):
        if phase.kind is state.kind:
            return index
    # Released without a phase of its own in the plan (no phased release configured): past the last phase.
    return len(phases) - 1 if state.kind is PhaseKind.PHASED else None


def phase_clock(phases: Sequence[Phase], states: Sequence[ReleaseState], now: float) -> PhaseClock | None:
    """The clock of the phase that the newest state stands for, from the changes of state that were seen.

    A phase's configured `began` counts where the records begin in the middle of it.
    """
    stays = _stays(phases, states, now)
    if not stays:
        return None
    last = stays[-1]
    began, elapsed = last.began, last.ran
    counts_since: float | None = began
    if phases[last.index].kind is PhaseKind.REVIEW:
        before = [stay for stay in stays[:-1] if stay.index < last.index]
        counts_since = before[-1].began if before else phases[max(0, last.index - 1)].began
    return PhaseClock(last.index, began, elapsed, counts_since)


def standings(phases: Sequence[Phase], states: Sequence[ReleaseState], now: float) -> tuple[PhaseStanding, ...]:
    """Every phase with its place on the ladder and its times; all to come while nothing is known."""
    stays = _stays(phases, states, now)
    current = stays[-1].index if stays else None
    return tuple(_standing(index, phase, stays, current) for index, phase in enumerate(phases))


def next_phase(phases: Sequence[Phase], index: int) -> Phase | None:
    """Where a promotion from phase `index` leads.

    A last phase at Apple leads to its own end: a review to the release, the phased release to COMPLETE.
    """
    if index + 1 < len(phases):
        return phases[index + 1]
    return phases[index] if phases[index].kind in (PhaseKind.PHASED, PhaseKind.REVIEW) else None


@dataclass(slots=True)
class _Stay:
    """One uninterrupted time in one phase."""

    index: int
    began: float
    until: float
    ran: float


def _stays(phases: Sequence[Phase], states: Sequence[ReleaseState], now: float) -> list[_Stay]:
    """The phases that the states walked through, oldest first. States that say nothing of a phase are skipped."""
    known = [(index, state) for state in states if (index := locate(phases, state)) is not None]
    stays: list[_Stay] = []
    for position, (index, state) in enumerate(known):
        start = _time_of(state)
        until = _time_of(known[position + 1][1]) if position + 1 < len(known) else max(now, start)
        ran = max(0.0, until - start) if _runs(phases[index], state) else 0.0
        if stays and stays[-1].index == index:
            stays[-1].until = until
            stays[-1].ran += ran
            continue
        stays.append(_Stay(index, start, until, ran))
    if stays:
        configured = phases[stays[0].index].began
        if configured is not None and configured < stays[0].began:
            stays[0].ran += stays[0].began - configured
            stays[0].began = configured
    return stays


def _runs(phase: Phase, state: ReleaseState) -> bool:
    """Whether the phase's clock runs. Only App Review's own time is a review: testers wait for theirs with nothing."""
    return state.word in _SERVED or (phase.kind is PhaseKind.REVIEW and state.word is StateWord.IN_REVIEW)


def _standing(index: int, phase: Phase, stays: Sequence[_Stay], current: int | None) -> PhaseStanding:
    if current is None or index > current:
        return PhaseStanding(phase, Progress.TO_COME)
    mine = [stay for stay in stays if stay.index == index]
    stay = mine[-1] if mine else None
    if index < current:
        began = stay.began if stay else phase.began
        following = [other.began for other in stays if other.index > index]
        ended = stay.until if stay else (following[0] if following else None)
        elapsed = stay.ran if stay else (ended - began if ended is not None and began is not None else None)
        return PhaseStanding(phase, Progress.DONE, began, ended, elapsed)
    if stay is None:
        return PhaseStanding(phase, Progress.CURRENT)
    left = None if phase.minimum is None else max(0.0, phase.minimum - stay.ran)
    overdue = phase.maximum is not None and stay.ran > phase.maximum
    return PhaseStanding(phase, Progress.CURRENT, stay.began, None, stay.ran, left, overdue)


def _by_share(phases: Sequence[Phase], share: Decimal | None) -> int | None:
    """The last phase whose share is reached; the first one while even that is not."""
    ladder = [(index, phase.share) for index, phase in enumerate(phases) if phase.share is not None]
    if share is None or not ladder:
        return None
    reached = [index for index, wanted in ladder if wanted <= share]
    return reached[-1] if reached else ladder[0][0]


def _time_of(state: ReleaseState) -> float:
    return state.as_of if state.since is None else min(state.since, state.as_of)
