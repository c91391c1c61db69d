"""The automatic pause: when one is counted down, called off, or due. Off unless configured; pure.

It needs data at every step: what is not seen neither counts towards the time that a cause must be held nor pauses.
What led to a pause, or was stopped by a person, never counts again for this build and phase. Nothing resumes by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from rollout_tui.domain.alarms import metric_text
from rollout_tui.domain.countdowns import Countdown
from rollout_tui.domain.plan import GateKind
from rollout_tui.domain.releases import StateWord
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.verdicts import Verdict

_REACHES_USERS = frozenset({StateWord.RUNNING, StateWord.DONE})


@dataclass(frozen=True, slots=True)
class AutomaticRule:
    """For how many seconds a cause must be held; None: this kind never pauses. `countdown` seconds follow.

    `gate_failed`: a gate on a metric is proven to FAIL, or a gate on bugs does. `critical`: a metric is CRITICAL.
    """

    gate_failed: float | None = None
    critical: float | None = None
    countdown: float = 300.0


@dataclass(frozen=True, slots=True)
class Cause:
    """What stands now: its id, for how long it must be held, and a sentence with its numbers."""

    id: str
    must_hold: float
    told: str


@dataclass(frozen=True, slots=True)
class Held:
    """For how many seconds with data a cause was seen, and when last (None: there is no data now)."""

    seconds: float = 0.0
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """What the rule remembers from look to look."""

    held: Mapping[str, Held] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Move:
    """What follows from one look: at most one of these. `covers` are all causes that stand.

    `begin` is a cause to count down for, `call_off` says why a countdown ends, `pause` that it is due.
    """

    watch: Watch
    covers: tuple[str, ...] = ()
    begin: Cause | None = None
    call_off: str = ""
    pause: bool = False


def look(
    watch: Watch, rollout: Rollout, countdown: Countdown | None, spent: Collection[str], now: float, rule: AutomaticRule
) -> Move:
    """One look. `countdown` is the one that runs, `spent` the causes of those that ended by a person or a pause."""
    standing, unseen = causes(rollout, rule)
    watch = _held(watch, standing, unseen, now)
    covers = tuple(cause.id for cause in standing)
    if countdown is None:
        ready = (c for c in standing if c.id not in spent and watch.held[c.id].seconds >= c.must_hold)
        return Move(watch, covers, begin=next(ready, None))
    state = rollout.store.state
    if state is not None and state.word is StateWord.PAUSED:
        return Move(watch, covers, call_off="it is paused")
    stands = any(cause in covers for cause in countdown.causes)
    if not stands and not any(cause in unseen for cause in countdown.causes):
        return Move(watch, covers, call_off="the cause is over")
    if now > countdown.due + (countdown.due - countdown.began):
        # Whoever looked at its time of day would not expect it any more: it is held and counted down anew.
        return Move(Watch(), covers, call_off="nothing was known of the cause when it was due")
    return Move(watch, covers, pause=stands and now >= countdown.due)


def causes(rollout: Rollout, rule: AutomaticRule) -> tuple[tuple[Cause, ...], frozenset[str]]:
    """What stands, and the ids of that of which nothing is known now. Where nobody is reached, nothing does."""
    state, current = rollout.store.state, rollout.current
    if state is None or current is None or rollout.store.problem is not None or state.word is StateWord.UNKNOWN:
        return (), _possible(rollout)
    if state.word not in _REACHES_USERS:
        return (), frozenset()
    phase, standing, unseen = current.phase.id, [], set()
    for result in rollout.gates if rule.gate_failed is not None else ():
        name = f"{phase}/gate/{result.gate.id}"
        # A FAIL stays when its data are gone (gates.md 3); it pauses only while they are there.
        if result.verdict is Verdict.NO_DATA or (result.verdict is Verdict.FAIL and result.as_of is None):
            unseen.add(name)
        elif result.verdict is Verdict.FAIL and result.gate.kind in (GateKind.METRIC, GateKind.BUGS):
            standing.append(Cause(name, rule.gate_failed or 0.0, f"gate {result.gate.label} FAIL: {result.reason}."))
    for seen in rollout.metrics if rule.critical is not None else ():
        name = f"{phase}/critical/{seen.metric.id}"
        if seen.severity is Severity.UNKNOWN:
            unseen.add(name)
        elif seen.severity is Severity.CRITICAL:
            standing.append(Cause(name, rule.critical or 0.0, metric_text(seen)))
    return tuple(standing), frozenset(unseen)


def _possible(rollout: Rollout) -> frozenset[str]:
    """Every cause that this rollout could have: of none anything is known."""
    phases = [standing.phase.id for standing in rollout.phases]
    gates = {f"{phase.phase.id}/gate/{gate.id}" for phase in rollout.phases for gate in phase.phase.gates}
    return frozenset(gates | {f"{phase}/critical/{metric.metric.id}" for phase in phases for metric in rollout.metrics})


def _held(watch: Watch, standing: Collection[Cause], unseen: Collection[str], now: float) -> Watch:
    """Time counts between two looks that both saw the cause; what is not seen keeps its time, what is over loses it."""
    held = {name: replace(before, at=None) for name, before in watch.held.items() if name in unseen}
    for cause in standing:
        before = watch.held.get(cause.id, Held())
        gained = 0.0 if before.at is None else max(0.0, now - before.at)
        held[cause.id] = Held(before.seconds + gained, now)
    return Watch(held)
