"""The fleet: the rollouts of many apps as lines, in the order in which they need a person (screens.md 12)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rollout_tui.domain.advice import NOTHING, UNREAD
from rollout_tui.domain.ladder import ASC_LADDER
from rollout_tui.domain.releases import Platform, StateWord
from rollout_tui.domain.severity import Severity, rank, worst
from rollout_tui.domain.snapshot import Recommendation, Rollout, Snapshot, Urgency
from rollout_tui.domain.words import age, plain_percent

FIRST_FROM = 3
"""So many rollouts are seen as a fleet first."""
LineKey = tuple[int, Platform]
"""Which rollout a line is about: the number of its app in the fleet, and the platform."""

_DUE = 0.0
"""A decision that is open already."""
_MINUTE = 60.0
_OPEN = frozenset({StateWord.PAUSED, StateWord.WAITING, StateWord.REJECTED})
"""States in which nothing goes on until a person decides."""
_NEEDS = (Urgency.ACT_NOW, Urgency.ACT_SOON, Urgency.BLIND)
_RANK = (*_NEEDS, Urgency.MAY_PROMOTE, Urgency.WAIT)
_NUMBERS = ("No app", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
_NAMED = 2
"""Apps that NEXT names; more are told by their number."""


class Sort(StrEnum):
    """Orders of the lines, as they are told."""

    WORST = "worst first, then soonest decision"
    SOONEST = "soonest decision first"
    NAME = "by app"


@dataclass(frozen=True, slots=True)
class FleetLine:
    """One rollout. `decision` is when somebody must decide next: epoch seconds, 0 for now, infinite where nobody knows.

    `severity` is UNKNOWN where nobody can read the store, unless its metrics are worse by themselves.
    """

    key: LineKey
    app: str
    rollout: Rollout
    severity: Severity
    decision: float
    text: str
    """Everything that a filter looks at, in small letters."""


@dataclass(frozen=True, slots=True)
class FleetSnapshot:
    """All rollouts at `at`, worst first. What it has in common with a Snapshot means the same."""

    at: float
    title: str
    lines: tuple[FleetLine, ...]
    recommendation: Recommendation
    answered_at: float | None = None
    poll_interval: float = 60.0
    alarm: str | None = None


def fleet_of(snapshots: Sequence[Snapshot]) -> FleetSnapshot:
    """The fleet of these apps, each in its own place."""
    return fleet_from(snapshots, [lines_of(place, snapshot) for place, snapshot in enumerate(snapshots)])


def fleet_from(snapshots: Sequence[Snapshot], lines: Sequence[Sequence[FleetLine]]) -> FleetSnapshot:
    """The same from lines that are known: `lines[n]` are those of `snapshots[n]`."""
    ordered = tuple(arranged([line for app in lines for line in app], Sort.WORST))
    at = max((snapshot.at for snapshot in snapshots), default=0.0)
    answers = [snapshot.answered_at for snapshot in snapshots if snapshot.answered_at is not None]
    alarms = (f"{snapshot.plan.app}: {snapshot.alarm}" for snapshot in snapshots if snapshot.alarm is not None)
    return FleetSnapshot(
        at,
        title_of(snapshots),
        ordered,
        _advice(snapshots, ordered, at),
        max(answers, default=None),
        min((snapshot.poll_interval for snapshot in snapshots), default=60.0),
        next(alarms, None),
    )


def title_of(snapshots: Sequence[Snapshot]) -> str:
    """What is watched."""
    if len(snapshots) == 1:
        return f"fleet {snapshots[0].title}"
    return f"fleet {sum(len(snapshot.rollouts) for snapshot in snapshots)} rollouts, {len(snapshots)} apps"


def lines_of(place: int, snapshot: Snapshot) -> tuple[FleetLine, ...]:
    """The lines of one app."""
    app = snapshot.plan.app
    return tuple(
        FleetLine(
            (place, rollout.plan.platform),
            app,
            rollout,
            severity := _severity(rollout),
            _decision(rollout, snapshot.at),
            _text(app, rollout, severity),
        )
        for rollout in snapshot.rollouts
    )


def arranged(lines: Sequence[FleetLine], sort: Sort, kept: Sequence[LineKey] = ()) -> list[FleetLine]:
    """In that order; lines whose keys are `kept` stay as they stand there, others come after them."""
    places = {key: place for place, key in enumerate(kept)}
    by = _KEYS[sort]
    return sorted(lines, key=lambda line: (places.get(line.key, len(places)), *by(line)))


def filtered(lines: Sequence[FleetLine], words: str) -> list[FleetLine]:
    """The lines that hold every one of the words."""
    wanted = words.casefold().split()
    return [line for line in lines if all(word in line.text for word in wanted)]


def state_of(rollout: Rollout) -> StateWord:
    """What the store says now; UNKNOWN where it cannot be read, whatever it said before."""
    store = rollout.store
    return StateWord.UNKNOWN if store.state is None or store.problem is not None else store.state.word


def _severity(rollout: Rollout) -> Severity:
    unread = state_of(rollout) is StateWord.UNKNOWN
    return worst((rollout.severity, Severity.UNKNOWN)) if unread else rollout.severity


def _decision(rollout: Rollout, now: float) -> float:
    """In whole minutes: two readings of the same clock must not change the order."""
    state, current = rollout.store.state, rollout.current
    if state is None or state.word is StateWord.DONE:
        return math.inf
    if state.word in _OPEN:
        return _DUE
    if state.next_step_at is not None and state.next_step_at > now:
        return round(state.next_step_at / _MINUTE) * _MINUTE
    if current is None or current.left is None:
        return math.inf
    return _DUE if current.left <= 0 else round((now + current.left) / _MINUTE) * _MINUTE


def _text(app: str, rollout: Rollout, severity: Severity) -> str:
    plan, current = rollout.plan, rollout.current
    phase = "" if current is None else current.phase.label
    facts = (app, plan.version, plan.build, plan.label, plan.platform, severity, state_of(rollout), phase)
    return " ".join((*facts, rollout.store.name)).casefold()


_KEYS: Mapping[Sort, Callable[[FleetLine], tuple[object, ...]]] = {
    Sort.WORST: lambda line: (-rank(line.severity), line.decision, line.app.casefold(), line.key),
    Sort.SOONEST: lambda line: (line.decision, -rank(line.severity), line.app.casefold(), line.key),
    Sort.NAME: lambda line: (line.app.casefold(), line.key),
}


# --- NEXT ------------------------------------------------------------------------------------------------------------


def _advice(snapshots: Sequence[Snapshot], lines: Sequence[FleetLine], now: float) -> Recommendation:
    """What needs a person, by name for at most two apps; then how many stand how, and the store that goes on first."""
    advised = sorted(snapshots, key=lambda snapshot: _urgency(snapshot.recommendation))
    needy = [snapshot for snapshot in advised if snapshot.recommendation.urgency in _NEEDS]
    ready = [snapshot for snapshot in advised if snapshot.recommendation.urgency is Urgency.MAY_PROMOTE]
    counts = _counts(lines)
    told = " ".join((counts, *_by_itself(lines, now)))
    if not needy and not ready:
        shown = Severity.OK if all(line.severity is Severity.OK for line in lines) else Severity.INFO
        lead = NOTHING
        if any(snapshot.recommendation.severity is Severity.UNKNOWN for snapshot in snapshots):
            shown, lead = Severity.UNKNOWN, UNREAD
        return Recommendation(Urgency.WAIT, shown, lead, told, lead, counts)
    first = (needy or ready)[0].recommendation
    long, short = _asks(needy, "needs you", "need you") if needy else _asks(ready, "may go on", "may go on")
    return Recommendation(first.urgency, first.severity, long, told, short, counts)


def _urgency(advice: Recommendation) -> tuple[int, int]:
    return _RANK.index(advice.urgency), -rank(advice.severity)


def _asks(snapshots: Sequence[Snapshot], one: str, many: str) -> tuple[str, str]:
    """The headline with what is to be done, and the one that only names the apps."""
    count, named = len(snapshots), snapshots[:_NAMED]
    number = _NUMBERS[count] if count < len(_NUMBERS) else str(count)
    lead = f"{number} {one if count == 1 else many}"
    long = "; ".join(f"{snapshot.plan.app}, {_wish(snapshot)}" for snapshot in named)
    return f"{lead}: {long}.", f"{lead}: {', '.join(snapshot.plan.app for snapshot in named)}."


def _wish(snapshot: Snapshot) -> str:
    """What one app asks for, within a sentence; names keep their capital letters."""
    text = snapshot.recommendation.brief_headline.partition(": press")[0].rstrip(".")
    names = tuple(rollout.plan.label for rollout in snapshot.rollouts)
    return text if text.startswith(names) else f"{text[:1].lower()}{text[1:]}"


def _counts(lines: Sequence[FleetLine]) -> str:
    found = Counter(line.severity for line in lines)
    parts = [f"{found[one]} {one}" for one in sorted(Severity, key=rank, reverse=True) if found[one]]
    return f"{', '.join(parts)}." if parts else "No rollouts."


def _by_itself(lines: Sequence[FleetLine], now: float) -> list[str]:
    """The store that goes on first without anybody."""
    coming = [
        (state.next_step_at, line, state)
        for line in lines
        if (state := line.rollout.store.state) is not None
        and state.word is StateWord.RUNNING
        and state.next_step_at is not None
        and state.next_step_at > now
    ]
    if not coming:
        return []
    at, line, state = min(coming, key=lambda one: (one[0], one[1].key))
    to = "" if state.day is None or state.day >= len(ASC_LADDER) else f" to {plain_percent(ASC_LADDER[state.day])}"
    return [f"Next step by itself: {line.app} {line.rollout.plan.label}{to} in {age(at - now)}."]
