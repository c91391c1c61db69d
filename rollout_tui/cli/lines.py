"""A Snapshot as plain lines in reading order: for scripts, screen readers and terminals that cannot do better.

One fact a line, the severity word first, no boxes, no symbols, no cursor movement (screens.md 14).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo

from rollout_tui.cli.aloud import aloud, past, sampled, without_ages, without_numbers
from rollout_tui.cli.keyless import keyless
from rollout_tui.domain import words
from rollout_tui.domain.events import Event
from rollout_tui.domain.keyed import with_commands
from rollout_tui.domain.metrics import Line, Metric
from rollout_tui.domain.plan import GateKind
from rollout_tui.domain.sentences import by_hand
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import MetricStanding, PhaseStanding, Progress, Rollout, Snapshot
from rollout_tui.domain.verdicts import GateResult, Verdict

_NEWEST = 5
"""Events that one look tells."""
_MOVES = frozenset({GateKind.METRIC, GateKind.TIME})
"""Gates whose reasons hold numbers that move with every poll."""


@dataclass(frozen=True, slots=True)
class Said:
    """A line, and the fact in it: only when that differs, `status --watch` tells the line again.

    Of a fact with a `size` it does also when that has become a quarter larger or smaller than when it was told last.
    """

    text: str
    fact: str
    size: float | None = None


def snapshot_lines(snapshot: Snapshot, zone: tzinfo = UTC) -> list[str]:
    """Everything that the main screen shows."""
    return [said.text for said in standing_lines(snapshot, zone)] + event_lines(snapshot.events[:_NEWEST], zone)


def standing_lines(snapshot: Snapshot, zone: tzinfo = UTC) -> list[Said]:
    """How things stand: all but the events."""
    return [replace(said, text=aloud(said.text)) for said in _standing(snapshot, zone)]


def event_lines(events: Iterable[Event], zone: tzinfo = UTC) -> list[str]:
    """What happened, in the order given."""
    return [aloud(_event(event, zone)) for event in events]


def _same(text: str) -> Said:
    """A line in which nothing moves."""
    return Said(text, text)


def _standing(snapshot: Snapshot, zone: tzinfo) -> Iterator[Said]:
    now, next_ = snapshot.at, snapshot.recommendation
    title = f"{snapshot.plan.app} {snapshot.plan.version}"
    yield Said(f"{title} at {words.day_and_time(now, zone)} {_zone_name(zone)}", title)
    if snapshot.alarm is not None:
        yield _same(f"ALARM {snapshot.alarm}")
    headline, detail = keyless(snapshot, next_.headline), keyless(snapshot, next_.detail)
    yield Said(f"NEXT {headline} {detail}".rstrip(), f"NEXT {headline} {without_numbers(detail)}")
    for rollout in snapshot.rollouts:
        yield from _rollout(rollout, now, zone)


def _event(event: Event, zone: tzinfo) -> str:
    where = "both" if event.platform is None else event.platform.value
    first = "EVENT" if event.level is None else f"{event.level} event"
    return f"{first} {words.clock_time(event.at, zone)} {where} {words.plain_text(event.text, 200)}"


def _rollout(rollout: Rollout, now: float, zone: tzinfo) -> Iterator[Said]:
    name = rollout.plan.platform.value
    held = f"{rollout.holding} of {len(rollout.gates)} gates hold" if rollout.gates else "no gates in this phase"
    yield _same(f"{rollout.severity} {name} build {rollout.plan.build}, {held}")
    yield _state(rollout, name, now)
    for standing in rollout.phases:
        yield _phase(standing, name)
    for metric in rollout.metrics:
        yield _metric(metric, name, now, zone)
    for result in rollout.gates:
        yield _gate(result, name, rollout, now)
    countdown = rollout.countdown
    if countdown is not None and countdown.runs:
        yield _same(f"CRITICAL {name} pauses by itself at {words.clock_time(countdown.due, zone)}: {countdown.told}")
    if rollout.ack is not None:
        yield _same(f"ACK {name} acknowledged by {rollout.ack.by} {words.short_time(rollout.ack.at, zone)}")
    for request in rollout.requests:
        stands = "waits for a second person" if request.grant is None else f"granted by {request.grant.by}"
        fact = f"REQUEST {name} {request.id}, {stands}"
        yield Said(f"{fact}, {words.span(request.expires_at - now)} left: {request.told}", fact)


def _state(rollout: Rollout, name: str, now: float) -> Said:
    store = rollout.store
    if store.state is None:
        text = f"UNKNOWN {name} {store.name} {store.problem or 'never read yet'}"
        return Said(f"{text}{_by_hand(rollout)}", without_ages(text))
    state = store.state
    parts = [f"{state.word} {name} {store.name} says {words.plain_text(state.status, 60)}"]
    if state.share is not None:
        parts.append(f"committed {words.plain_percent(state.share)}")
    if store.changed_elsewhere is not None:
        parts.append(f"changed elsewhere: {store.changed_elsewhere}")
    if state.day is not None:
        parts.append(f"day {state.day} of 7")
    facts = [*parts, "" if store.requested is None else store.requested.text]
    if store.requested is not None:
        parts.append(f"requested {store.requested.text} {words.age(now - store.requested.at)} ago")
    if store.observed is not None and store.observed.share.total:
        observed = words.percent(store.observed.share.value(), 10)
        parts.append(f"observed {observed} {words.age(now - store.observed.as_of)} ago")
    parts.append(f"read {words.age(now - state.as_of)} ago")
    if store.problem is not None:
        parts.append(f"now cannot be read: {store.problem}{_by_hand(rollout)}")
    notes = [with_commands(words.plain_text(note, 160), rollout.plan.platform) for note in state.notes]
    facts += [without_ages(note) for note in (store.problem or "", *notes)]
    return Said(", ".join([*parts, *notes]), ", ".join(facts))


def _by_hand(rollout: Rollout) -> str:
    """Where a person pauses it by hand."""
    hand = by_hand(rollout)
    return f", by hand: {hand}" if hand else ""


def _phase(standing: PhaseStanding, name: str) -> Said:
    parts = [f"PHASE {name} {standing.phase.label}", str(standing.progress)]
    parts += [] if standing.phase.share is None else [words.plain_percent(standing.phase.share)]
    late = ["overdue"] if standing.overdue else []
    fact = ", ".join(parts + late)
    if standing.elapsed is not None:
        minimum = "" if standing.phase.minimum is None else f" of {words.age(standing.phase.minimum)}"
        parts.append(f"{words.age(standing.elapsed)}{minimum}")
    if standing.progress is Progress.CURRENT and standing.left:
        parts.append(f"{words.span(standing.left)} left")
    return Said(", ".join(parts + late), fact)


def _metric(standing: MetricStanding, name: str, now: float, zone: tzinfo) -> Said:
    """Within its target a metric only moves; beyond it what moves by much is news."""
    metric, reading = standing.metric, standing.reading
    label = metric.label.lower()
    if standing.problem is not None or reading is None:
        text = f"UNKNOWN {name} {label}, {words.plain_text(standing.problem or 'not read yet', 160)}"
        return Said(text, without_ages(text))
    value = words.value(metric, reading.quantity)
    share = words.SHARE_OF.get(reading.population)
    of = sampled(reading.quantity) if share is None or reading.quantity.n is not None else f"({share}, n unknown)"
    line = _nearest_line(metric, standing.severity)
    parts = [f"{standing.severity} {name} {label} {value} {of}", line, f"{words.age(now - reading.as_of)} old"]
    over, chart = words.covered(metric, reading), past(metric, standing.curve, reading.quantity, zone)
    parts += [] if over == words.window(metric) else [f"counted over {over}"]
    size = None if standing.severity is Severity.OK else float(reading.quantity.value())
    return Said(", ".join([*parts, *([chart] if chart else [])]), f"{standing.severity} {name} {label}", size)


def _nearest_line(metric: Metric, severity: Severity) -> str:
    """The line that explains the severity, in the plan's operators."""
    lines: dict[Severity, tuple[str, Line | None]] = {
        Severity.CRITICAL: ("critical", metric.critical),
        Severity.WARNING: ("alert", metric.alert),
    }
    label, line = lines.get(severity, ("target", metric.target))
    return f"{label} {words.condition(line or metric.target, metric.unit)}"


def _gate(result: GateResult, name: str, rollout: Rollout, now: float) -> Said:
    verdict = "NOT YET" if result.waits and result.verdict is Verdict.UNDECIDED else result.verdict.value
    parts = [f"{verdict} {name} gate {result.gate.label}"]
    reason = words.plain_text(result.reason, 160 if result.waiver is None else 400)
    moves = result.gate.kind in _MOVES and result.waiver is None
    fact = f"{parts[0]}, {without_numbers(reason) if moves else reason}"
    if result.quantity is not None and result.gate.metric is not None:
        metric = rollout.plan.metric(result.gate.metric)
        value = words.value(metric, result.quantity, complement=result.gate.complement, line=result.gate.line)
        parts.append(f"{value} {sampled(result.quantity)}")
    parts.append(reason)
    if result.as_of is not None:
        parts.append(f"{words.age(now - result.as_of)} old")
    return Said(", ".join(parts), fact)


def _zone_name(zone: tzinfo) -> str:
    return zone.tzname(None) or str(zone)
