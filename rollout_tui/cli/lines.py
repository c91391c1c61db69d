"""A Snapshot as plain lines in reading order: for scripts, screen readers and terminals that cannot do better.

One fact a line, the severity word first, no boxes, no symbols, no cursor movement (screens.md 14).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, tzinfo

from rollout_tui.domain import words
from rollout_tui.domain.metrics import Line, Metric
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Curve, MetricStanding, Progress, Rollout, Snapshot
from rollout_tui.domain.verdicts import GateResult, Verdict


def snapshot_lines(snapshot: Snapshot, zone: tzinfo = UTC) -> list[str]:
    """Everything that the main screen shows."""
    return list(_snapshot(snapshot, zone))


def _snapshot(snapshot: Snapshot, zone: tzinfo) -> Iterator[str]:
    now = snapshot.at
    yield f"{snapshot.plan.app} {snapshot.plan.version} at {words.day_and_time(now, zone)} {_zone_name(zone)}"
    if snapshot.alarm is not None:
        yield f"ALARM {snapshot.alarm}"
    yield f"NEXT {snapshot.recommendation.headline} {snapshot.recommendation.detail}".rstrip()
    for rollout in snapshot.rollouts:
        yield from _rollout(rollout, now, zone)
    for event in snapshot.events[:5]:
        where = "both" if event.platform is None else event.platform.value
        yield f"EVENT {words.clock_time(event.at, zone)} {where} {words.plain_text(event.text, 200)}"


def _rollout(rollout: Rollout, now: float, zone: tzinfo) -> Iterator[str]:
    name = rollout.plan.platform.value
    held = f"{rollout.holding} of {len(rollout.gates)} gates hold" if rollout.gates else "no gates in this phase"
    yield f"{rollout.severity} {name} build {rollout.plan.build}, {held}"
    yield _state(rollout, name, now)
    for standing in rollout.phases:
        yield f"PHASE {name} {standing.phase.label}, {standing.progress}{_phase_times(rollout, standing.phase.id)}"
    for metric in rollout.metrics:
        yield _metric(metric, name, now)
    for result in rollout.gates:
        yield _gate(result, name, rollout, now)
    countdown = rollout.countdown
    if countdown is not None and countdown.runs:
        yield f"CRITICAL {name} pauses by itself at {words.clock_time(countdown.due, zone)}: {countdown.told}"
    if rollout.ack is not None:
        yield f"ACK {name} acknowledged by {rollout.ack.by} {words.short_time(rollout.ack.at, zone)}"
    for request in rollout.requests:
        stands = "waits for a second person" if request.grant is None else f"granted by {request.grant.by}"
        yield f"REQUEST {name} {request.id}, {stands}, {words.span(request.expires_at - now)} left: {request.told}"


def _state(rollout: Rollout, name: str, now: float) -> str:
    store = rollout.store
    if store.state is None:
        return f"UNKNOWN {name} {store.name} {store.problem or 'never read yet'}"
    state = store.state
    parts = [f"{state.word} {name} {store.name} says {words.plain_text(state.status, 60)}"]
    if state.share is not None:
        parts.append(f"committed {words.plain_percent(state.share)}")
    if store.changed_elsewhere is not None:
        parts.append(f"changed elsewhere: {store.changed_elsewhere}")
    if state.day is not None:
        parts.append(f"day {state.day} of 7")
    if store.requested is not None:
        parts.append(f"requested {store.requested.text} {words.age(now - store.requested.at)} ago")
    if store.observed is not None and store.observed.share.total:
        observed = words.percent(store.observed.share.value(), 10)
        parts.append(f"observed {observed} {words.age(now - store.observed.as_of)} ago")
    parts.append(f"read {words.age(now - state.as_of)} ago")
    if store.problem is not None:
        parts.append(f"now cannot be read: {store.problem}")
    parts.extend(words.plain_text(note, 160) for note in state.notes)
    return ", ".join(parts)


def _phase_times(rollout: Rollout, phase_id: str) -> str:
    standing = next(standing for standing in rollout.phases if standing.phase.id == phase_id)
    parts = [] if standing.phase.share is None else [words.plain_percent(standing.phase.share)]
    if standing.elapsed is not None:
        minimum = "" if standing.phase.minimum is None else f" of {words.age(standing.phase.minimum)}"
        parts.append(f"{words.age(standing.elapsed)}{minimum}")
    if standing.progress is Progress.CURRENT and standing.left:
        parts.append(f"{words.span(standing.left)} left")
    if standing.overdue:
        parts.append("overdue")
    return "".join(f", {part}" for part in parts)


def _metric(standing: MetricStanding, name: str, now: float) -> str:
    metric, reading = standing.metric, standing.reading
    label = metric.label.lower()
    if standing.problem is not None or reading is None:
        return f"UNKNOWN {name} {label}, {words.plain_text(standing.problem or 'not read yet', 160)}"
    value = words.value(metric, reading.quantity)
    share = words.SHARE_OF.get(reading.population)
    unknown = "n unknown" if share is None else f"({share}, n unknown)"
    of = unknown if reading.quantity.n is None else f"of {words.count(reading.quantity.n)}"
    parts = [
        f"{standing.severity} {name} {label} {value} {of}",
        _nearest_line(metric, standing.severity),
        f"{words.age(now - reading.as_of)} old",
    ]
    over, past = words.covered(metric, reading), _past(metric, standing.curve)
    parts += [] if over == words.window(metric) else [f"counted over {over}"]
    return ", ".join([*parts, *([past] if past else [])])


def _nearest_line(metric: Metric, severity: Severity) -> str:
    """The line that explains the severity, in the plan's operators."""
    lines: dict[Severity, tuple[str, Line | None]] = {
        Severity.CRITICAL: ("critical", metric.critical),
        Severity.WARNING: ("alert", metric.alert),
    }
    label, line = lines.get(severity, ("target", metric.target))
    return f"{label} {words.condition(line or metric.target, metric.unit)}"


def _past(metric: Metric, curve: Curve) -> str:
    """The chart in words: lowest and highest of the last six hours."""
    hours = 6
    kept = [value for value in curve.values[-int(hours * 3600 / curve.step) :] if value is not None]
    if len(kept) < 2:
        return ""
    scale, unit = (100.0, " %") if metric.unit.value == "ratio" else (1.0, " s")
    return f"last {hours} h from {min(kept) * scale:.2f} to {max(kept) * scale:.2f}{unit}"


def _gate(result: GateResult, name: str, rollout: Rollout, now: float) -> str:
    verdict = "NOT YET" if result.waits and result.verdict is Verdict.UNDECIDED else result.verdict.value
    parts = [f"{verdict} {name} gate {_spoken(result.gate.label)}"]
    if result.quantity is not None and result.gate.metric is not None:
        metric = rollout.plan.metric(result.gate.metric)
        parts.append(words.value(metric, result.quantity, complement=result.gate.complement))
        parts.append(words.sample(result.quantity))
    parts.append(words.plain_text(result.reason, 160 if result.waiver is None else 400))
    if result.as_of is not None:
        parts.append(f"{words.age(now - result.as_of)} old")
    return ", ".join(parts)


def _spoken(label: str) -> str:
    return label.replace("≥", ">=").replace("≤", "<=")


def _zone_name(zone: tzinfo) -> str:
    return zone.tzname(None) or str(zone)
