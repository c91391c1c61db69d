"""What the cells of a line of the fleet say (screens.md 12, mockup 16)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rollout_tui.domain.fleet import FleetLine, state_of
from rollout_tui.domain.metrics import Direction, Metric
from rollout_tui.domain.quantities import Bare
from rollout_tui.domain.releases import PhaseKind, StateWord
from rollout_tui.domain.severity import Severity, severity_of
from rollout_tui.domain.snapshot import Curve, MetricStanding, PhaseStanding, Rollout
from rollout_tui.domain.words import HOUR, age, middle_cut, plain_percent, plain_text
from rollout_tui.tui.symbols import SEVERITY

CHART = 10
"""Cells of the small chart."""
_SPAN = 6 * HOUR
_LEVEL = {Severity.OK: "⣀", Severity.INFO: "⣤", Severity.WARNING: "⣶", Severity.CRITICAL: "⣿"}
_ASCII_LEVEL = {Severity.OK: "_", Severity.INFO: "-", Severity.WARNING: "=", Severity.CRITICAL: "#"}
_LOUD = frozenset({Severity.WARNING, Severity.CRITICAL, Severity.UNKNOWN})


def phase_text(rollout: Rollout, width: int) -> str:
    """`Closed testing 50 %`, `Phased release day 3, 5 %`, `App Review`; a long name is cut, never its share."""
    if rollout.current is None:
        return plain_text("phase not known", width)
    label, end = plain_text(rollout.current.phase.label), _reach(rollout, rollout.current)
    if rollout.current.phase.kind is PhaseKind.PHASED and end:
        return next((text for text in (f"{label}{end}", f"phased{end}") if len(text) <= width), end.strip()[:width])
    if len(label) + len(end) <= width:
        return f"{label}{end}"
    room = width - len(end)
    return f"{middle_cut(label, room)}{end}" if room > 2 else plain_text(end.strip(), width)


def time_text(rollout: Rollout, now: float) -> tuple[str, str]:
    """What is left, what comes, or how long it stands so; and in which colour."""
    word, state, current = state_of(rollout), rollout.store.state, rollout.current
    since = None if state is None else state.since
    stands = "" if since is None else age(now - since)
    if rollout.running is not None:
        return f"{rollout.running.proposal.kind.value} …", "info"
    if word is StateWord.WAITING:
        return "to publish", "warn"
    if word is StateWord.PAUSED:
        return stands and f"for {stands}", "text"
    if word is StateWord.REJECTED:
        return stands and f"sent {stands}", "text"  # no store says when it was rejected
    if word is StateWord.DONE:
        return f"done {stands}".rstrip(), "mute"
    if state is not None and state.next_step_at is not None and state.next_step_at > now:
        return f"next {age(state.next_step_at - now)}", "mute"
    if current is None or current.elapsed is None:
        return "", "mute"
    if current.phase.kind is PhaseKind.REVIEW or current.left is None:
        return f"for {age(current.elapsed)}", "mute"
    if current.overdue:
        return "overdue", "warn"
    return (f"{age(current.left)} left" if current.left > 0 else "over"), "mute"


def gates_text(rollout: Rollout) -> tuple[str, bool]:
    """How many gates hold, of how many; whether all do."""
    count = len(rollout.gates)
    return (f"{rollout.holding}/{count}", rollout.holding == count) if count else ("–", False)


def read_text(rollout: Rollout, now: float, width: int) -> tuple[str, str]:
    """The age of the readings; where there is no room for both that they are too old."""
    if rollout.metrics_as_of is None:
        return "never", "unk"
    passed = age(now - rollout.metrics_as_of)
    if not rollout.stale:
        return passed, "mute"
    return f"STALE {passed}" if len(passed) + 6 <= width else "STALE", "unk"


def charted(rollout: Rollout) -> MetricStanding | None:
    """The metric whose chart stands in the line: crashes, else the plan's first one."""
    return next((one for one in rollout.metrics if "crash" in one.metric.id), next(iter(rollout.metrics), None))


def chart_title(lines: Sequence[FleetLine]) -> str:
    """`crash 6 h`: what the charts show, of the first that has one."""
    for line in lines:
        standing = charted(line.rollout)
        if standing is not None:
            name = "crash" if "crash" in standing.metric.id else "chart"
            return f"{name} {age(standing.curve.step * min(_buckets(standing.curve), len(standing.curve.values)))}"
    return "chart"


def chart_text(standing: MetricStanding | None, *, ascii_only: bool) -> str:
    """Ten columns, each as high as the worst value in it stands to the lines; a hole is empty, `?` is not known."""
    if standing is None or standing.reading is None:
        return "?"
    return _signs(standing.metric, standing.curve, ascii_only=ascii_only)


@lru_cache(maxsize=1024)
def _signs(metric: Metric, curve: Curve, *, ascii_only: bool) -> str:
    """Kept, since weighing ten columns by exact numbers was two thirds of drawing a line, at each key."""
    level = _ASCII_LEVEL if ascii_only else _LEVEL
    shown, signs = curve.values[-_buckets(curve) :], []
    count = len(shown)
    begins = curve.end - count * curve.step
    worse = min if metric.better is Direction.HIGHER else max
    for column in range(CHART):
        first, last = column * count // CHART, max(column * count // CHART + 1, (column + 1) * count // CHART)
        values = [value for value in shown[first:last] if value is not None]
        if values:
            signs.append(level[severity_of(metric, Bare(worse(values)))])
        else:
            lost = curve.known_until is not None and begins + first * curve.step > curve.known_until
            signs.append("?" if lost else " ")
    return "".join(signs)


def _buckets(curve: Curve) -> int:
    """How many of its buckets are six hours."""
    return max(1, round(_SPAN / curve.step))


def chart_colour(line: FleetLine) -> str:
    """Loud where the line is, quiet else."""
    return SEVERITY[line.severity][1] if line.severity in _LOUD else "mute"


def _reach(rollout: Rollout, current: PhaseStanding) -> str:
    """How many people the phase reaches now."""
    state, phase = rollout.store.state, current.phase
    if phase.kind is PhaseKind.SHARE:
        share = phase.share if state is None or state.share is None else state.share
        return "" if share is None else f" {plain_percent(share)}"
    if phase.kind is PhaseKind.PHASED and state is not None and state.day is not None:
        return f" day {state.day}" + ("" if state.share is None else f", {plain_percent(state.share)}")
    return ""
