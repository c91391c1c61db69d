"""What changed between two moments of a rollout, as events (screens.md 3: only changes, never "read OK")."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rollout_tui.domain import words
from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.metrics import Line
from rollout_tui.domain.quantities import exact
from rollout_tui.domain.reasons import case_of, news
from rollout_tui.domain.releases import Grant, ReleaseState, StateWord
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import MetricStanding, Rollout
from rollout_tui.domain.verdicts import GateResult, Verdict

_LEVEL_OF_STATE = {
    StateWord.RUNNING: Severity.OK,
    StateWord.DONE: Severity.OK,
    StateWord.PAUSED: Severity.WARNING,
    StateWord.WAITING: Severity.WARNING,
    StateWord.REJECTED: Severity.CRITICAL,
    StateWord.IN_REVIEW: Severity.INFO,
    StateWord.UNKNOWN: Severity.UNKNOWN,
}
_LEVEL_OF_VERDICT = {
    Verdict.PASS: Severity.OK,
    Verdict.FAIL: Severity.CRITICAL,
    Verdict.UNDECIDED: Severity.INFO,
    Verdict.NO_DATA: Severity.UNKNOWN,
    Verdict.WAIVED: Severity.WARNING,
}
_JUST_NOW = 600.0
"""Seconds for which a FAIL is news, also where nothing was known of its gate before."""
_MARKS, _LONG_AGO = (7, 3, 1), 1_000_000
"""Days left at which it is told that something runs out."""
_CORRECTION = 1000
"""A fall by less than one in so many sessions is how extrapolated counts waver; more is a correction (gates.md 8)."""


def changes(before: Rollout | None, after: Rollout, at: float) -> tuple[Event, ...]:
    """Events between two assessments, oldest first; none at the first one, which changes nothing."""
    if before is None:
        return ()
    return tuple(_changes(before, after, at))


def _changes(before: Rollout, after: Rollout, at: float) -> Iterator[Event]:
    platform = after.plan.platform
    yield from _state(before, after, at)
    lost: dict[str, list[str]] = {}
    regained: list[str] = []
    for old, new in zip(before.metrics, after.metrics, strict=False):
        if old.severity is new.severity or old.metric.id != new.metric.id:
            continue
        if new.severity is Severity.UNKNOWN:
            lost.setdefault(new.problem or "no data", []).append(new.metric.label)
        elif old.severity is Severity.UNKNOWN and new.severity in (Severity.OK, Severity.INFO):
            # A source that answers again is one event, not one a metric; at the first answer it is none.
            regained += [] if old.reading is None else [new.metric.label]
        elif old.reading is not None or old.severity is Severity.UNKNOWN:
            yield Event(at, EventKind.SEVERITY, _severity_text(old, new), platform, new.severity)
    if regained:
        yield Event(at, EventKind.SOURCE, f"{', '.join(regained)}: data again", platform, Severity.OK)
    for problem, labels in lost.items():
        yield Event(at, EventKind.SOURCE, f"{', '.join(labels)}: no data. {problem}", platform, Severity.UNKNOWN)
    yield from _verdicts(before, after, at)


def _state(before: Rollout, after: Rollout, at: float) -> Iterator[Event]:
    platform, old, new = after.plan.platform, before.store.state, after.store.state
    if old is not None and new is not None and not new.same_as(old):
        yield Event(at, EventKind.STATE, _state_text(after.store.name, old, new), platform, _LEVEL_OF_STATE[new.word])
    if old is not None and new is not None and _runs_out(old.grant, new.grant) and new.grant is not None:
        text = f"{after.store.name}: {new.grant.left} d {new.grant.what}: {new.grant.then}"
        yield Event(at, EventKind.STATE, text, platform, Severity.WARNING)
    was, now = before.store.changed_elsewhere, after.store.changed_elsewhere
    if now is not None and now != was:
        yield Event(at, EventKind.ELSEWHERE, f"Changed elsewhere: {now}", platform, Severity.WARNING)
    if after.store.problem != before.store.problem:
        if after.store.problem is not None:
            text = f"{after.store.name} cannot be read: {after.store.problem}"
            yield Event(at, EventKind.SOURCE, text, platform, Severity.UNKNOWN)
        else:
            yield Event(at, EventKind.SOURCE, f"{after.store.name} can be read again", platform, Severity.OK)
    old_phase, new_phase = before.current, after.current
    if old_phase is not None and new_phase is not None and old_phase.phase.id != new_phase.phase.id:
        text = f"Phase {new_phase.phase.label} began"
        yield Event(at, EventKind.STATE, text, platform, Severity.INFO)


def _runs_out(old: Grant | None, new: Grant | None) -> bool:
    """Whether what a store grants went below one of the marks at which a person must know (stores.md A3)."""
    if new is None:
        return False
    before = old.left if old is not None and old.what == new.what else _LONG_AGO
    return any(new.left <= mark < before for mark in _MARKS)


def _verdicts(before: Rollout, after: Rollout, at: float) -> Iterator[Event]:
    known = {result.gate.id: result for result in before.gates} if _same_phase(before, after) else {}
    for result in after.gates:
        old = known.get(result.gate.id)
        unknown = old is None or old.verdict is Verdict.NO_DATA
        if old is not None and old.verdict is result.verdict:
            continue
        if unknown and not _failed_just_now(result, at):
            continue
        if old is not None and Verdict.WAIVED in (old.verdict, result.verdict) and result.verdict is not Verdict.FAIL:
            continue  # the waiver has events of its own
        if result.verdict is Verdict.NO_DATA and not _lost_alone(result, after):
            continue
        yield Event(
            at,
            EventKind.VERDICT,
            _verdict_text(old, result, after, at),
            after.plan.platform,
            _LEVEL_OF_VERDICT[result.verdict],
        )
    yield from _corrections(known, after, at)


def _same_phase(before: Rollout, after: Rollout) -> bool:
    """A new phase starts from nothing, and so does a new build: their gates have not turned."""
    old, new = before.current, after.current
    same = old is not None and new is not None and old.phase.id == new.phase.id
    return same and before.plan.build == after.plan.build


def _failed_just_now(result: GateResult, at: float) -> bool:
    latch = result.finding.failed if result.finding is not None else None
    return result.verdict is Verdict.FAIL and latch is not None and at - latch.at < _JUST_NOW


def _lost_alone(result: GateResult, after: Rollout) -> bool:
    """Whether a gate lost its data while metric and store are seen: else the source's own event says it once."""
    return after.store.no_phase is None and any(
        seen.metric.id == result.gate.metric and seen.problem is None for seen in after.metrics
    )


def _corrections(known: Mapping[str, GateResult], after: Rollout, at: float) -> Iterator[Event]:
    """Counts of the phase so far that a source took back."""
    told: set[str] = set()
    for result in after.gates:
        old, metric_id = known.get(result.gate.id), result.gate.metric
        was, now = (one.quantity.n if one is not None and one.quantity is not None else None for one in (old, result))
        if metric_id is None or metric_id in told or was is None or now is None:
            continue
        if (exact(was) - exact(now)) * _CORRECTION >= exact(was):
            told.add(metric_id)
            name = after.plan.metric(metric_id).label
            text = f"{name}: sessions of this phase corrected from {words.count(was)} to {words.count(now)}"
            yield Event(at, EventKind.SOURCE, text, after.plan.platform, Severity.INFO)


def _state_text(store: str, old: ReleaseState, new: ReleaseState) -> str:
    parts = [] if old.word is new.word and old.status == new.status else [f"{_state_name(old)} to {_state_name(new)}"]
    if old.share != new.share and old.share is not None and new.share is not None:
        parts.append(f"committed {words.plain_percent(old.share)} to {words.plain_percent(new.share)}")
    if old.day != new.day and new.day is not None:
        parts.append(f"day {new.day} of 7")
    if old.build != new.build:
        parts.append(f"build {old.build} to {new.build}")
    if new.word is StateWord.UNKNOWN and new.notes:
        parts.append(words.plain_text(new.notes[0], 120))
    return f"{store}: {', '.join(parts) or _state_name(new)}"


def _state_name(state: ReleaseState) -> str:
    return f"{state.word} ({words.plain_text(state.status, 40)})"


def _severity_text(old: MetricStanding, new: MetricStanding) -> str:
    """`Crash rate WARNING: 1.10 % of 9,410 (alert > 1 %)`."""
    metric, reading = new.metric, new.reading
    if reading is None:
        return f"{metric.label} {new.severity}"
    of = f" of {words.count(reading.quantity.n)}" if reading.quantity.n is not None else ""
    name, line = _line(new)
    where = f" ({name} {words.condition(line, metric.unit)})"
    value = words.value(metric, reading.quantity)
    if new.severity is Severity.INFO and old.severity is Severity.OK:
        return f"{metric.label} left the target: {value}{of}{where}"
    if new.severity is Severity.OK:
        return f"{metric.label} back in its target: {value}{of}{where}"
    return f"{metric.label} {new.severity}: {value}{of}{where}"


def _line(standing: MetricStanding) -> tuple[str, Line]:
    metric = standing.metric
    if standing.severity is Severity.CRITICAL and metric.critical is not None:
        return "critical", metric.critical
    if standing.severity is Severity.WARNING:
        return "alert", metric.alert
    return "target", metric.target


def _verdict_text(old: GateResult | None, new: GateResult, after: Rollout, at: float) -> str:
    """`Gate Connect fail ≤ 1 %: UNDECIDED to PASS, proven under. 75 of 12,900`."""
    turned = new.verdict.value if old is None else f"{old.verdict} to {new.verdict}"
    case = case_of(new, after, at)
    if case is not None and new.verdict is not Verdict.NO_DATA:
        return f"Gate {new.gate.label}: {turned}, {news(case)}"
    tail = f", {words.plain_text(new.reason, 80)}" if new.verdict in (Verdict.FAIL, Verdict.NO_DATA) else ""
    return f"Gate {new.gate.label}: {turned}{tail}"
