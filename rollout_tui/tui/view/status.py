"""The status line: what is watched, who watches in which mode, whether data arrive, and the clock."""

from __future__ import annotations

from rollout_tui.domain.words import age, clock_time, day_and_time, middle_cut, plain_text
from rollout_tui.tui.ink import Pen, Row
from rollout_tui.tui.view.scene import Watched

_CLOCK_FROM = 30
"""Columns from which the clock stands beside the mode, which stands always."""
_LEAST_TITLE = 4
_STEP = 5.0
_ROOMY = 72
"""Columns from which on there is room for the zone and for gaps."""
_LATE_AFTER = 3
"""Poll intervals without any answer after which the link is late."""


def status_row(scene: Watched, width: int) -> Row:
    """One row."""
    pen = Pen(width, "raise")
    snapshot = scene.snapshot
    x = width - 1
    zone = "" if width < _ROOMY else f" {_zone(scene)}"
    if scene.recording:
        x = pen.right(x, _recording(scene, width), "unk", bold=True, ground="unkbg") - 1
    elif scene.frozen_at is not None:
        x = pen.right(x, f" FROZEN {clock_time(scene.frozen_at, scene.zone)} ", "unk", bold=True, ground="unkbg") - 1
    elif width >= _CLOCK_FROM:
        x = pen.right(x, f"{clock_time(scene.now, scene.zone)}{zone}") - 1
    if width >= 60 and not scene.recording:  # nothing arrives of what is over
        link, colour = _link(scene)
        x = pen.right(x - (1 if width >= _ROOMY else 0), link, colour) - 1
    x = _mode(pen, scene, x - 1, width)
    who = plain_text(f"of {scene.recording}" if scene.recording else scene.who, 32)
    if who and x - len(who) > 30:
        x = pen.right(x - 1, who, "mute") - 1
    if x - 1 >= _LEAST_TITLE:
        pen.put(1, middle_cut(plain_text(snapshot.title), x - 1), bold=True)
    return pen.row()


def _mode(pen: Pen, scene: Watched, end: int, width: int) -> int:
    """READ-ONLY is plain, WRITE is a badge; a rehearsal always says so."""
    if scene.read_only:
        x = pen.right(end - 1, "READ-ONLY", "mute", bold=True) - 1
    else:
        x = pen.right(end, " WRITE ", "badge", bold=True, ground="badgebg") - 1
    if scene.rehearsal is not None:
        speed = scene.rehearsal.rsplit(" ", 1)[-1]
        name = f"REHEARSAL {speed}" if width >= 100 else f"REH {speed}"
        x = pen.right(x - 1 if width >= _ROOMY else x + (not scene.read_only), name, "unk", bold=True) - 1
    return x


def _link(scene: Watched) -> tuple[str, str]:
    """The age of the newest answer of any source."""
    answered = scene.snapshot.answered_at
    if answered is None:
        return "link –", "mute"
    # In steps, so that a tick of the clock repaints the clock alone.
    passed = max(0.0, scene.now - scene.now % _STEP - answered)
    late = passed > _LATE_AFTER * scene.snapshot.poll_interval
    return (f"LINK {age(passed)}", "unk") if late else (f"link {age(passed)}", "mute")


def _recording(scene: Watched, width: int) -> str:
    """In place of the clock, which would stand: that it is none, and up to when it goes."""
    end = f" to {day_and_time(scene.now, scene.zone)} {_zone(scene)}" if width >= 72 else ""
    return f" RECORDING{end} "


def _zone(scene: Watched) -> str:
    from datetime import datetime

    return datetime.fromtimestamp(scene.now, scene.zone).tzname() or ""
