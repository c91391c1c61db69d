"""What marks the past: the bar with its moment, the track of what is recorded, and NEXT, which recommends nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.keyed import without_keys
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Recommendation, Snapshot, Urgency
from rollout_tui.domain.words import age, day_and_time, plain_text, short_time
from rollout_tui.engine.travel import Record
from rollout_tui.tui.ink import Pen, Row
from rollout_tui.tui.view.scene import Scene

_LEVELS = {Severity.INFO: ("◆", "info"), Severity.WARNING: ("▲", "warn"), Severity.CRITICAL: ("█", "crit")}
_NOTHING = "You look at the past. Nothing here can be acted on; press esc or end to return to now."
_BRIEF = "The past: nothing can be acted on. esc: now."


@dataclass(frozen=True, slots=True)
class Journey:
    """Where a person is in time. `typed` None: no moment is being typed."""

    moment: float
    now: float
    record: Record | None = None
    typed: str | None = None
    problem: str = ""
    playing: int = 0


def looked_at(then: Snapshot, present: Snapshot) -> Snapshot:
    """The past Snapshot with a NEXT that recommends nothing, and tells an alert of the present all the same."""
    worst = [rollout.plan.label for rollout in present.rollouts if rollout.severity is Severity.CRITICAL]
    told = f"Then: {without_keys(then.recommendation.headline)}"
    if worst:
        told = f"NOW: ■ CRITICAL {' and '.join(worst)}; press esc. {told}"
    advice = Recommendation(Urgency.BLIND, Severity.UNKNOWN, _NOTHING, told, _BRIEF, told)
    return replace(then, recommendation=advice)


def past_rows(scene: Scene, journey: Journey, width: int, height: int = 2) -> list[Row]:
    """The bar and, where there is room for two rows, the track; over the footer."""
    return [_bar(scene, journey, width), _track(scene, journey, width)][:height]


def _bar(scene: Scene, journey: Journey, width: int) -> Row:
    pen = Pen(width, "unkbg")
    x = pen.put(1, "RECORDING" if scene.recording else "PAST", bold=True) + 2
    if journey.typed is not None:
        x = pen.put(x, "Go to: ", bold=True)
        x = pen.put(x, plain_text(journey.typed, 30))
        x = pen.put(x, " ", ground="cursor") + 2
        pen.put(x, plain_text(journey.problem or 'such as "10:31", "7 Mar 17:55", "3 h ago"', width - x - 1))
        return pen.row()
    zone = datetime.fromtimestamp(journey.moment, scene.zone).tzname() or ""
    x = pen.put(x, f"{day_and_time(journey.moment, scene.zone)} {zone}", bold=True) + 2
    ago = f"{age(journey.now - journey.moment)} ago"
    x = pen.put(x, plain_text(f"of {scene.recording}", 24) if scene.recording else ago) + 2
    if journey.playing:
        x = pen.put(x, f"playing {journey.playing}x", bold=True) + 2
    forms = _recorded(scene, journey)
    pen.put(x, plain_text(next((form for form in forms if len(form) < width - x), forms[-1]), width - x - 1))
    return pen.row()


def _recorded(scene: Scene, journey: Journey) -> Sequence[str]:
    """What is recorded, from the longest form to the shortest: holes are the last that is left out."""
    record = journey.record
    if journey.problem:
        return [journey.problem]
    if record is None:
        return ["reading what is recorded"]
    end = "now" if _lives(scene, journey, record) else day_and_time(record.last, scene.zone)
    span = f"recorded {day_and_time(record.first, scene.zone)} to {end}"
    if not record.holes:
        return [f"{span}, complete", "recorded without a hole", "complete"]
    count = len(record.holes)
    start, stop = record.holes[-1]
    hole = f"{day_and_time(start, scene.zone)}–{short_time(stop, scene.zone)}"
    more = f" and {count - 1} more" if count > 1 else ""
    holes = "1 hole" if count == 1 else f"{count} holes"
    last = hole if count == 1 else f"last {hole}"
    return [f"{span}, complete but for {hole}{more}", f"{holes}: {last}", holes]


def _track(scene: Scene, journey: Journey, width: int) -> Row:
    """From the first record to the last: holes are empty, what happened has its letter, `T` is here."""
    pen = Pen(width, "raise")
    record = journey.record
    if record is None or record.last <= record.first:
        return pen.row()
    begin = day_and_time(record.first, scene.zone).rsplit(" ", 1)[0]
    left = pen.put(1, begin, "mute") + 1
    end = "now" if _lives(scene, journey, record) else day_and_time(record.last, scene.zone).rsplit(" ", 1)[0]
    right = pen.right(width - 1, end, "mute") - 1
    span = record.last - record.first

    def column(at: float) -> int:
        return left + round((at - record.first) / span * max(1, right - left - 1))

    pen.fill(left, right, "─")
    for start, stop in record.holes:
        pen.fill(column(start) + 1, column(stop), " ")
    for event in record.events:
        mark = _mark(event)
        if mark is not None and record.covers(event.at):
            pen.put(column(event.at), *mark, bold=True)
    if record.covers(journey.moment):
        pen.put(column(journey.moment), "T", "accent", bold=True)
    return pen.row()


def _lives(scene: Scene, journey: Journey, record: Record) -> bool:
    """Whether the record goes on while one looks."""
    return not scene.recording and journey.now - record.last < 3600


def _mark(event: Event) -> tuple[str, str] | None:
    if event.kind is EventKind.ACTION:
        return ("P", "ok") if event.text.startswith("Promote") else ("A", "accent")
    if event.kind is EventKind.STATE and "review" in event.text.lower():
        return "R", "info"
    return _LEVELS.get(event.level) if event.kind is EventKind.SEVERITY and event.level is not None else None
