"""The daily status: when it is due, and what it says. It is sent on a quiet day too (rollout-plan.md 9.7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo

from rollout_tui.domain import words
from rollout_tui.domain.keyed import with_commands
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import MetricStanding, Rollout, Snapshot
from rollout_tui.domain.verdicts import Verdict

_TOLD = 12
"""Events that a digest tells at most."""


def last_due(now: float, at: str, zone: tzinfo) -> float:
    """The newest moment not after `now` (epoch seconds UTC) at which the clock of the zone said `at` ("09:00")."""
    hour, minute = (int(part) for part in at.split(":"))
    today = datetime.fromtimestamp(now, zone).replace(hour=hour, minute=minute, second=0, microsecond=0)
    due = today if today.timestamp() <= now else today - timedelta(days=1)
    return due.timestamp()


def digest_lines(snapshot: Snapshot, zone: tzinfo = UTC) -> list[str]:
    """The state of every rollout and what happened in a day."""
    lines = [line for rollout in snapshot.rollouts for line in _rollout(rollout, snapshot.at, zone)]
    recent = [event for event in snapshot.events if snapshot.at - event.at <= words.DAY]
    lines.append(f"In the last 24 h: {len(recent) or 'no'} event{'' if len(recent) == 1 else 's'}.")
    for event in reversed(recent[:_TOLD]):
        where = "" if event.platform is None else f" {event.platform.value}"
        lines.append(f"  {words.short_time(event.at, zone)}{where} {words.plain_text(event.text, 160)}")
    lines.append(next_line(snapshot))
    return lines


def next_line(snapshot: Snapshot) -> str:
    """What NEXT says, in commands: where a message is read there is no screen to press keys on."""
    advised = snapshot.recommendation
    return (
        f"Next: {advised.headline if advised.platform is None else with_commands(advised.headline, advised.platform)}"
    )


def _rollout(rollout: Rollout, now: float, zone: tzinfo) -> Iterator[str]:
    store, state = rollout.store, rollout.store.state
    share = "" if state is None or state.share is None else f" {words.plain_percent(state.share)}"
    says = "UNKNOWN" if state is None or store.problem is not None else f"{state.word}{share}"
    phase = "phase not known" if rollout.current is None else rollout.current.phase.label
    yield (
        f"{rollout.plan.label} build {rollout.plan.build}: {rollout.severity}, {says}, {phase}, "
        f"{rollout.holding} of {len(rollout.gates)} gates hold."
    )
    yield "  " + "; ".join(_metric(standing, now) for standing in rollout.metrics)
    for result in rollout.gates:
        if result.verdict is Verdict.WAIVED and result.waiver is not None:
            until = words.moment(result.waiver.expires_at, zone)
            yield f"  {result.gate.label}: WAIVED until {until}, approved by {result.waiver.approver}"
        elif result.verdict is not Verdict.PASS:
            yield f"  {result.gate.label}: {result.verdict}, {words.plain_text(result.reason, 120)}"


def _metric(standing: MetricStanding, now: float) -> str:
    metric, reading = standing.metric, standing.reading
    if standing.severity is Severity.UNKNOWN or reading is None:
        return f"{metric.label} UNKNOWN ({words.plain_text(standing.problem or 'no data', 80)})"
    value, n = words.value(metric, reading.quantity), words.sample(reading.quantity)
    return f"{metric.label} {value} ({n}, {words.age(now - reading.as_of)} old) {standing.severity}"
