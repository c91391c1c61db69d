"""The third column of a wide screen: what comes, who answers, what is overridden, the release before, events."""

from __future__ import annotations

from collections.abc import Sequence

from rollout_tui.domain.coming import coming
from rollout_tui.domain.events import Event
from rollout_tui.domain.metrics import Direction
from rollout_tui.domain.quantities import exact
from rollout_tui.domain.severity import rank
from rollout_tui.domain.snapshot import Heard, MetricStanding, Rollout
from rollout_tui.domain.verdicts import GateResult
from rollout_tui.domain.waivers import until
from rollout_tui.domain.words import (
    DAY,
    age,
    clock_time,
    day_and_time,
    measured,
    plain_text,
    span,
    value,
)
from rollout_tui.tui.ink import Pen, Row, blank, wrapped
from rollout_tui.tui.symbols import SEVERITY, VERDICT
from rollout_tui.tui.view.events import LOUD
from rollout_tui.tui.view.scene import Scene

WIDTH = 48
_MOST_AHEAD, _MOST_SOURCES, _MOST_WAIVERS = 6, 10, 4
_AGE_END = 40
AIRY = 46
"""Rows of a column from which on sections are told apart by an empty row."""


def beside_rows(scene: Scene, height: int) -> list[Row]:
    """All sections, the events last: they take what is left."""
    sections = [_ahead(scene), _sources(scene), _waivers(scene), _before(scene)]
    gap = [blank(WIDTH)] if height >= AIRY else []
    rows = [row for section in sections for row in (*section, *gap)]
    rows = rows[: max(0, height - 3)]
    return [*rows, *_events(scene, height - len(rows))]


def _ahead(scene: Scene) -> list[Row]:
    rows = [_title("AHEAD")]
    ahead = coming(scene.rollouts, scene.now)
    for one in ahead[:_MOST_AHEAD]:
        pen = Pen(WIDTH)
        pen.put(0, one.when)
        pen.put(14, one.platform.value, "mute")
        pen.put(22, plain_text(one.text, WIDTH - 22))
        rows.append(pen.row())
    return [*rows, *([] if ahead else [_note("nothing that is known of")])]


def _sources(scene: Scene) -> list[Row]:
    """Who is silent or late first; each with the age of its last answer beside its interval."""
    title = Pen(WIDTH)
    x = title.put(0, "SOURCES", "mute", bold=True) + 1
    title.fill(x, _AGE_END - 4, "─")
    title.right(_AGE_END, "age", "mute")
    title.right(WIDTH, "every", "mute")
    heard = scene.snapshot.heard
    ordered = heard if len(heard) <= _MOST_SOURCES else sorted(heard, key=_answers)
    rows = [title.row(), *(_source(scene, one) for one in ordered[:_MOST_SOURCES])]
    hidden = ordered[_MOST_SOURCES:]
    if hidden:
        silent = sum(not _answers(one) for one in hidden)
        rows.append(_note(f"{len(hidden)} more, {f'{silent} of them silent' if silent else 'all answer'}"))
    if not heard:
        rows.append(_note("not known at this moment"))
    return [*rows, *(_budget(rollout) for rollout in scene.rollouts if _has_budget(rollout))]


def _answers(heard: Heard) -> bool:
    return heard.idle or (heard.problem is None and heard.answered_at is not None)


def _source(scene: Scene, heard: Heard) -> Row:
    pen = Pen(WIDTH)
    if heard.idle:
        pen.put(pen.put(2, plain_text(heard.label, _AGE_END - 14), "mute") + 2, "stands by", "mute")
        pen.put(0, "○", "mute")
        pen.right(WIDTH, age(heard.interval), "mute")
        return pen.row()
    symbol, colour = ("●", "ok") if _answers(heard) else ("?", "unk")
    pen.put(0, symbol, colour)
    old = "never" if heard.answered_at is None else age(scene.now - heard.answered_at)
    end = pen.right(_AGE_END, old, "text" if _answers(heard) else "unk") - 1
    pen.right(WIDTH, age(heard.interval), "mute")
    x = pen.put(2, plain_text(heard.label, end - 2)) + 2
    if heard.problem is not None and x < end:
        pen.put(x, plain_text(heard.problem.removeprefix(f"{heard.label}: "), end - x), "unk")
    return pen.row()


def _has_budget(rollout: Rollout) -> bool:
    return rollout.store.state is not None and rollout.store.state.budget is not None


def _budget(rollout: Rollout) -> Row:
    state = rollout.store.state
    if state is None or state.budget is None:
        return blank(WIDTH)
    budget = state.budget
    free = budget.left * 100 // max(1, budget.of)
    kept = "pause reserve kept" if budget.left > budget.reserve else "only actions may ask"
    pen = Pen(WIDTH)
    pen.put(0, f"Request budget {free} % free, {kept}", "mute" if budget.left > budget.reserve else "warn")
    return pen.row()


def _waivers(scene: Scene) -> list[Row]:
    rows = [_title("WAIVERS")]
    found = [(rollout, result) for rollout in scene.rollouts for result in rollout.gates if result.waiver is not None]
    for rollout, result in found[:_MOST_WAIVERS]:
        rows += _waiver(scene, rollout, result)
    if len(found) > _MOST_WAIVERS:
        rows.append(_note(f"{len(found) - _MOST_WAIVERS} more in force"))
    return [*rows, *([] if found else [_note("none in force")])]


def _waiver(scene: Scene, rollout: Rollout, result: GateResult) -> list[Row]:
    waiver = result.waiver
    if waiver is None:
        return []
    first, second = Pen(WIDTH), Pen(WIDTH)
    (symbol, colour), left = VERDICT[result.verdict], f"{span(until(waiver) - scene.now)} left"
    first.put(0, symbol, colour)
    first.right(WIDTH, left, colour)
    first.put(2, plain_text(f"{rollout.plan.platform.value} {result.gate.label}", WIDTH - len(left) - 3))
    second.put(2, plain_text(f"by {waiver.approver} for {waiver.operator}: {waiver.reason}", WIDTH - 2), "mute")
    return [first.row(), second.row()]


def _before(scene: Scene) -> list[Row]:
    """The focused platform's release before, at the same hour of its phase."""
    rollout = scene.rollouts[0] if len(scene.rollouts) == 1 else scene.focused
    before, platform = rollout.before, rollout.plan.platform.value
    if before is None or not before.values:
        told = "not looked up" if before is None else f"{platform}: none recorded at this hour of its phase"
        return [_title("PREVIOUS RELEASE"), _note(told)]
    title, name = Pen(WIDTH), plain_text(before.version or f"build {before.build}", 16)
    x = title.put(title.put(0, "PREVIOUS RELEASE", "mute", bold=True) + 1, f"{name}, {platform}", "mute") + 1
    hint = "same hour of phase"
    hint = hint if WIDTH - x >= len(hint) + 2 else "same hour"
    title.fill(x, WIDTH - len(hint) - 1, "─")
    title.right(WIDTH, hint, "mute")
    then = dict(before.values)
    shown = [standing for standing in rollout.metrics if standing.metric.id in then]
    shown.sort(key=lambda standing: -rank(standing.severity))
    return [title.row(), *(_compared(standing, then[standing.metric.id]) for standing in shown[:4])]


def _compared(standing: MetricStanding, then: float) -> Row:
    metric, reading = standing.metric, standing.reading
    pen = Pen(WIDTH)
    pen.put(0, plain_text(metric.label, 18), "mute")
    pen.right(27, measured(metric, exact(then), None, room=8))
    if reading is None or standing.problem is not None:
        pen.put(29, "now ?", "unk")
        return pen.row()
    moved, worse = _moved(standing, then)
    pen.put(29, f"now {value(metric, reading.quantity)}{moved}", "info" if worse else "mute")
    return pen.row()


def _moved(standing: MetricStanding, then: float) -> tuple[str, bool]:
    """`, higher` only where the sessions of now rule the old value out; and whether that is the worse direction."""
    if standing.interval is None:
        return "", False
    low, high = standing.interval
    if low <= then <= high:
        return "", False
    higher = then < low
    return ", higher" if higher else ", lower", higher is (standing.metric.better is Direction.LOWER)


def _events(scene: Scene, height: int) -> list[Row]:
    """Each with its time and platform above its words, in as many rows as these take."""
    rows = [_events_title(scene)]
    for event in scene.snapshot.events:
        if len(rows) >= height:
            break
        rows += _event(scene, event)
    if not scene.snapshot.events:
        rows.append(_note("nothing has happened yet"))
    return rows[:height]


def _events_title(scene: Scene) -> Row:
    pen = Pen(WIDTH)
    x = pen.put(0, "EVENTS", "mute", bold=True) + 1
    if scene.snapshot.alarm is not None:
        x = pen.put(x, plain_text(scene.snapshot.alarm, WIDTH - x - 7), "crit", bold=True) + 1
    pen.fill(x, WIDTH - 6, "─")
    pen.right(WIDTH, "e all", "mute")
    return pen.row()


def _event(scene: Scene, event: Event) -> list[Row]:
    head = Pen(WIDTH)
    recent = scene.now - event.at < DAY
    when = clock_time(event.at, scene.zone) if recent else day_and_time(event.at, scene.zone)
    head.put(max(12, head.put(0, when, "mute") + 1), event.platform.value if event.platform else "both", "mute")
    rows, tone = [head.row()], "text"
    for number, line in enumerate(_lines(plain_text(event.text, 4 * WIDTH))):
        pen = Pen(WIDTH)
        if event.level is not None:
            symbol, colour = SEVERITY[event.level]
            tone = colour if event.level in LOUD else tone
            pen.put(0, symbol if number == 0 else "", colour)
        pen.put(2, line, tone)
        rows.append(pen.row())
    return rows


def _lines(text: str) -> Sequence[str]:
    """At most three; what is longer can be read by `e`."""
    lines = wrapped(text, WIDTH - 2)
    return lines if len(lines) <= 3 else [*lines[:2], f"{lines[2][: WIDTH - 3]}…"]


def _title(text: str) -> Row:
    pen = Pen(WIDTH)
    pen.fill(pen.put(0, text, "mute", bold=True) + 1, WIDTH, "─")
    return pen.row()


def _note(text: str) -> Row:
    pen = Pen(WIDTH)
    pen.put(0, plain_text(text, WIDTH), "mute")
    return pen.row()
