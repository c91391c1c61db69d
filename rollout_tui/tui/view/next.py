"""The NEXT band: the one thing to do now, on the only large coloured ground of the screen."""

from __future__ import annotations

from datetime import datetime

from rollout_tui.domain.cells import cells, head
from rollout_tui.domain.keyed import without_keys
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Recommendation, Urgency
from rollout_tui.domain.words import day_and_time, plain_text, sentence
from rollout_tui.tui.ink import Pen, Row
from rollout_tui.tui.symbols import SEVERITY
from rollout_tui.tui.view.scene import Watched
from rollout_tui.tui.view.way import keyed_here

_GROUND = {
    Urgency.ACT_NOW: "critbg",
    Urgency.ACT_SOON: "warnbg",
    Urgency.WAIT: "infobg",
    Urgency.MAY_PROMOTE: "okbg",
    Urgency.BLIND: "unkbg",
}
_TOO_NEAR = frozenset(
    {(Severity.CRITICAL, Urgency.ACT_SOON), (Severity.WARNING, Urgency.ACT_NOW), (Severity.WARNING, Urgency.BLIND)}
)
"""Severities whose colour cannot be read well enough on that ground in every theme: symbol and word say them."""
_TEXT = 9
"""Column where the text begins."""


def next_rows(scene: Watched, width: int, height: int, back: str = "") -> list[Row]:
    """`height` rows: the imperative, then the reason with its numbers. `back` leads from a page to the panes."""
    advice, alarm = _of_recording(scene) if scene.recording else scene.snapshot.recommendation, scene.snapshot.alarm
    advice = keyed_here(advice, scene, back)
    ground = _GROUND[advice.urgency]
    symbol, colour = SEVERITY[advice.severity]
    if (advice.severity, advice.urgency) in _TOO_NEAR:
        colour = "text"
    room = width - _TEXT - 1
    headline = advice.headline if cells(advice.headline) <= room else advice.brief_headline
    detail = advice.detail if cells(advice.detail) <= room else advice.brief_detail
    if alarm is not None:
        detail = f"{sentence(alarm)} {detail}"
    if height == 1:
        # Where nothing is to be done, an alarm is not left out for want of a row.
        waits = advice.urgency in (Urgency.WAIT, Urgency.MAY_PROMOTE)
        headline = detail if alarm is not None and waits else f"{headline} {detail}"
    first = Pen(width, ground)
    first.put(1, f"{symbol} NEXT", colour, bold=True)
    first.put(_TEXT, _whole_sentences(headline, room), bold=True)
    rows = [first.row()]
    if height > 1:
        second = Pen(width, ground)
        second.put(_TEXT, _with_then(detail, plain_text(advice.then), room))
        rows.append(second.row())
    return rows


def _with_then(text: str, then: str, width: int) -> str:
    """What the other platform needs ends the row: as many words as there is room for, at the least its name.

    Its key goes first: whoever looks there reads it there.
    """
    text = plain_text(text)
    if cells(text) <= width or not then or not text.endswith(then):
        return _whole_sentences(text, width)
    named = f"{then.split(':', 1)[0]}."
    first = _whole_sentences(text.removesuffix(then).rstrip(), width - cells(named) - 1)
    lead = f"{first} " if first else ""
    room = width - cells(lead)
    for form in (then, f"{then.partition(': press ')[0].rstrip('.')}."):
        if cells(form) <= room:
            return f"{lead}{form}"
    words = head(then, room).rsplit(" ", 1)[0]
    return f"{lead}{f'{words}…' if cells(words) > cells(named) else named}"


def _of_recording(scene: Watched) -> Recommendation:
    """What one looks at and that nothing can be done there; then what was to be done."""
    zone = datetime.fromtimestamp(scene.now, scene.zone).tzname() or ""
    what = f"Recording of {scene.recording}, {day_and_time(scene.now, scene.zone)} {zone}."
    told = f"Then: {without_keys(scene.snapshot.recommendation.headline)}"
    long = f"{what} Nothing can be acted on."
    return Recommendation(Urgency.BLIND, Severity.UNKNOWN, long, told, long, told)


def _whole_sentences(text: str, width: int) -> str:
    """As many sentences as there is room for; the first one is cut where not even that fits."""
    text = plain_text(text)
    while cells(text) > width:
        end = text.rstrip(".").rfind(". ")
        if end < 0:
            return plain_text(text, width)
        text = text[: end + 1]
    return text
