"""The ladder: one row a phase, with share, time, bar and remark."""

from __future__ import annotations

from collections.abc import Sequence

from rollout_tui.domain.releases import PhaseKind, ReleaseState, StateWord
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import PhaseStanding, Progress, Rollout
from rollout_tui.domain.words import age, middle_cut, plain_percent
from rollout_tui.tui.ink import Pen, Row
from rollout_tui.tui.symbols import PROGRESS, SEVERITY
from rollout_tui.tui.view.scene import Scene

MOST_ROWS = 3


def visible(phases: Sequence[PhaseStanding]) -> Sequence[PhaseStanding]:
    """At most three: the current one with its neighbours."""
    if len(phases) <= MOST_ROWS:
        return phases
    current = next((n for n, standing in enumerate(phases) if standing.progress is Progress.CURRENT), 0)
    first = min(max(0, current - 1), len(phases) - MOST_ROWS)
    return phases[first : first + MOST_ROWS]


def ladder_rows(scene: Scene, rollout: Rollout, width: int) -> list[Row]:
    """The visible phases, each `width` wide."""
    return [phase_row(scene, rollout, standing, width) for standing in visible(rollout.phases)]


def phase_row(scene: Scene, rollout: Rollout, standing: PhaseStanding, width: int) -> Row:
    """One phase."""
    pen = Pen(width)
    state = rollout.store.state
    current = standing.progress is Progress.CURRENT
    symbol, colour = PROGRESS[standing.progress]
    if current and rollout.severity in (Severity.WARNING, Severity.CRITICAL):
        colour = SEVERITY[rollout.severity][1]
    paused = current and state is not None and state.word is StateWord.PAUSED
    if paused:
        symbol, colour = "‖", "warn"
    elif current and state is not None and state.word is StateWord.REJECTED:
        symbol, colour = "✗", "crit"
    elif current and state is not None and state.word is StateWord.DONE:
        symbol, colour = "✓", "ok"
    narrow = max(0, 58 - width)
    share_end = 29 - min(5, narrow // 2)
    shown = "text" if current else "mute"
    pen.put(0, symbol, colour)
    share, time = _share(standing, state if current else None), _time(standing, state)
    pen.put(2, middle_cut(standing.phase.label, share_end - len(share) - 3), shown, bold=current)
    pen.right(share_end, share, shown, bold=current)
    pen.put(share_end + 2, time, shown)
    remark, tone = _remark(standing, state, paused, scene.now)
    pen.right(width, remark, tone, bold=current)
    begin = share_end + 2 + (11 if narrow == 0 else len(time) + 1) + (2 if width >= 70 else 0)
    begin = min(begin, 44) if width >= 70 else begin
    end = min(begin + (24 if width >= 70 else 6), width - max(10, len(remark)))
    _bar(pen, begin, end, _filled(standing, state), colour if current else "rule")
    return pen.row()


def _share(standing: PhaseStanding, state: ReleaseState | None) -> str:
    """In the plan's unit: `10 %`, `100 testers`, `no users`."""
    phase = standing.phase
    if phase.kind is PhaseKind.TESTERS:
        size = state.testers if state is not None and state.testers is not None else phase.testers
        return "testers" if size is None else f"{size} testers"
    if phase.kind is PhaseKind.REVIEW:
        return "no users"
    if phase.kind is PhaseKind.PHASED:
        return plain_percent(state.share) if state is not None and state.share is not None else "7 days"
    return "" if phase.share is None else plain_percent(phase.share)


def _time(standing: PhaseStanding, state: ReleaseState | None) -> str:
    phase = standing.phase
    if phase.kind is PhaseKind.PHASED:
        day = state.day if state is not None and standing.progress is Progress.CURRENT else None
        return "7 days" if day is None else f"day {day} of 7"
    if phase.kind is PhaseKind.REVIEW:
        if standing.progress is Progress.TO_COME:
            return "Apple's time"
        known = "?" if standing.elapsed is None else age(standing.elapsed)
        looks = standing.progress is Progress.CURRENT and (state is None or state.word is StateWord.IN_REVIEW)
        return f"{'for' if looks else 'took'} {known}"
    if phase.minimum is None:
        return "no end"
    hours = _hours(phase.minimum)
    return hours if standing.elapsed is None else f"{_hours(standing.elapsed).split(' ')[0]} of {hours}"


def _hours(seconds: float) -> str:
    return f"{int(seconds // 3600)} h"


def _remark(standing: PhaseStanding, state: ReleaseState | None, paused: bool, now: float) -> tuple[str, str]:
    if standing.progress is Progress.DONE:
        return ("approved" if standing.phase.kind is PhaseKind.REVIEW else "done"), "mute"
    if standing.progress is Progress.TO_COME:
        return "to come", "mute"
    if paused:
        return "paused", "warn"
    if state is not None and state.word is StateWord.REJECTED:
        return "rejected", "crit"
    if state is not None and state.next_step_at is not None and state.next_step_at > now:
        return f"next {age(state.next_step_at - now)}", "text"
    if state is not None and state.word is StateWord.DONE:
        return "done", "ok"
    if standing.overdue:
        return "overdue", "warn"
    if standing.left is None:
        return "", "mute"
    return (f"{age(standing.left)} left", "text") if standing.left > 0 else ("over", "mute")


def _filled(standing: PhaseStanding, state: ReleaseState | None) -> float | None:
    """How much of the phase's time is over, 0..1; None where it has no length."""
    if standing.progress is Progress.DONE:
        return 1.0
    if standing.progress is Progress.TO_COME:
        return None
    phase = standing.phase
    if phase.kind is PhaseKind.PHASED and state is not None and state.day is not None:
        return state.day / 7
    if phase.minimum is None or standing.elapsed is None:
        return None
    return min(1.0, standing.elapsed / phase.minimum)


def _bar(pen: Pen, start: int, end: int, filled: float | None, colour: str) -> None:
    length = end - start
    if filled is None or length < 3:
        return
    full = round(filled * length)
    pen.put(start, "━" * full, colour)
    pen.put(start + full, "╌" * (length - full), "rule")
