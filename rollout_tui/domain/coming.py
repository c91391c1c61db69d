"""What comes next by itself: gates that decide, times that run over, the store's own steps, ends of overrides. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rollout_tui.domain import words
from rollout_tui.domain.estimates import wait
from rollout_tui.domain.ladder import ASC_LADDER
from rollout_tui.domain.releases import PhaseKind, Platform, StateWord
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.verdicts import Verdict
from rollout_tui.domain.waivers import until


@dataclass(frozen=True, slots=True)
class Coming:
    """A moment ahead: the earliest time (epoch seconds UTC), how that is told, whose it is, what happens then."""

    at: float
    when: str
    platform: Platform
    text: str


def coming(rollouts: Iterable[Rollout], now: float) -> tuple[Coming, ...]:
    """The soonest first."""
    found = (one for rollout in rollouts for each in _KINDS for one in each(rollout, now))
    return tuple(sorted(found, key=lambda one: one.at))


def _decisions(rollout: Rollout, now: float) -> Iterator[Coming]:
    """Gates that decide at the pace that is known; what this phase cannot decide is no moment ahead."""
    for result in rollout.gates:
        ahead = None if result.finding is None else result.finding.ahead
        if result.verdict is not Verdict.UNDECIDED or ahead is None or ahead.fast_hours is None or ahead.fits is False:
            continue
        told = wait(ahead)
        when = f"in {told}" if told[:1].isdigit() else told
        yield _of(rollout, now + ahead.fast_hours * words.HOUR, when, f"{result.gate.label} decided")


def _times(rollout: Rollout, now: float) -> Iterator[Coming]:
    """Minimum times that run."""
    state = rollout.store.state
    if state is None or state.word is StateWord.PAUSED:
        return
    for result in rollout.gates:
        if result.left and result.elapsed is not None:
            yield _in(rollout, now, result.left, f"{words.age(result.elapsed + result.left)} over")


def _steps(rollout: Rollout, now: float) -> Iterator[Coming]:
    """The store goes on by itself: its next two steps and its last one."""
    state = rollout.store.state
    if state is None or state.kind is not PhaseKind.PHASED or state.word is not StateWord.RUNNING:
        return
    if state.day is None or state.next_step_at is None or state.next_step_at <= now:
        return
    last = len(ASC_LADDER) - 1
    for step in sorted({state.day, min(state.day + 1, last), last}):
        if step <= last:
            shares = f"{words.plain_percent(ASC_LADDER[step - 1])} to {words.plain_percent(ASC_LADDER[step])}"
            left = state.next_step_at - now + (step - state.day) * words.DAY
            yield _in(rollout, now, left, f"{rollout.store.name}: {shares}")


def _grants(rollout: Rollout, now: float) -> Iterator[Coming]:
    """What a store grants runs out: a tester build's life always, pause days while it is paused."""
    state = rollout.store.state
    if state is None or state.grant is None:
        return
    at, when = now + state.grant.left * words.DAY, f"in {state.grant.left} d"
    if state.kind is PhaseKind.TESTERS:
        yield _of(rollout, at, when, f"build {rollout.plan.build} expires")
    elif state.word is StateWord.PAUSED:
        yield _of(rollout, at, when, "its pause is used up")


def _overrides(rollout: Rollout, now: float) -> Iterator[Coming]:
    for result in rollout.gates:
        if result.waiver is not None:
            yield _in(rollout, now, until(result.waiver) - now, f"override of {result.gate.label} ends")


_KINDS = (_decisions, _times, _steps, _grants, _overrides)


def _in(rollout: Rollout, now: float, left: float, text: str) -> Coming:
    told = words.span(left) if left < words.DAY else words.age(left)
    return _of(rollout, now + left, f"in {told}", text)


def _of(rollout: Rollout, at: float, when: str, text: str) -> Coming:
    return Coming(at, when, rollout.plan.platform, words.plain_text(text))
