"""The NEXT band: the one thing to do now, on the only large coloured ground of the screen."""

from __future__ import annotations

from rollout_tui.domain.cells import cells
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Urgency
from rollout_tui.domain.words import plain_text
from rollout_tui.tui.ink import Pen, Row
from rollout_tui.tui.symbols import SEVERITY
from rollout_tui.tui.view.scene import Watched

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


def next_rows(scene: Watched, width: int, height: int) -> list[Row]:
    """`height` rows: the imperative, then the reason with its numbers."""
    advice, alarm = scene.snapshot.recommendation, scene.snapshot.alarm
    ground = _GROUND[advice.urgency]
    symbol, colour = SEVERITY[advice.severity]
    if (advice.severity, advice.urgency) in _TOO_NEAR:
        colour = "text"
    room = width - _TEXT - 1
    headline = advice.headline if cells(advice.headline) <= room else advice.brief_headline
    detail = advice.detail if cells(advice.detail) <= room else advice.brief_detail
    if alarm is not None:
        detail = f"{alarm[:1].upper()}{alarm[1:]}. {detail}"
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
        second.put(_TEXT, _whole_sentences(detail, room))
        rows.append(second.row())
    return rows


def _whole_sentences(text: str, width: int) -> str:
    """As many sentences as there is room for; the first one is cut where not even that fits."""
    text = plain_text(text)
    while cells(text) > width:
        end = text.rstrip(".").rfind(". ")
        if end < 0:
            return plain_text(text, width)
        text = text[: end + 1]
    return text
