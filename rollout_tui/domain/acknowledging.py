"""Who saw what stands. An acknowledgement covers what stood when it was given, and nothing that came later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from rollout_tui.domain.actions import Ending
from rollout_tui.domain.events import Ack, Event, EventKind
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.verdicts import Verdict

_ALARMING = frozenset({Severity.WARNING, Severity.CRITICAL, Severity.UNKNOWN})
_TURNS = frozenset({EventKind.SEVERITY, EventKind.VERDICT, EventKind.SOURCE, EventKind.ACTION})


def stands(rollout: Rollout) -> tuple[str, ...]:
    """What there is to acknowledge, in words: alarms, gates that fail, silence, an action that nobody confirmed."""
    found = [f"{seen.metric.label} {seen.severity}" for seen in rollout.metrics if seen.severity in _ALARMING]
    found += [f"gate {result.gate.label} FAIL" for result in rollout.gates if result.verdict is Verdict.FAIL]
    if rollout.store.problem is not None:
        found.append(f"{rollout.store.name} cannot be read")
    last, countdown = rollout.last_outcome, rollout.countdown
    if last is not None and last.ending is Ending.UNCONFIRMED:
        found.append(f"{last.kind.value} not confirmed")
    if countdown is not None and countdown.runs:
        found.append("automatic pause counted down")
    return tuple(found)


def with_acks(rollouts: Iterable[Rollout], events: Sequence[Event]) -> tuple[Rollout, ...]:
    """The rollouts with who acknowledged them; `events` are the newest first."""
    return tuple(
        replace(rollout, ack=_ack(rollout.plan.platform, events)) if stands(rollout) else rollout
        for rollout in rollouts
    )


def _ack(platform: Platform, events: Sequence[Event]) -> Ack | None:
    for event in events:
        if event.platform is not platform:
            continue
        if event.kind is EventKind.ACK:
            return Ack(event.who, event.at)
        if event.kind in _TURNS and event.level in _ALARMING:
            return None
    return None
