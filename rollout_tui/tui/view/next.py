"""The NEXT band: the one thing to do now, on the only large coloured ground of the screen."""

from __future__ import annotations

from rollout_tui.domain.snapshot import Urgency
from rollout_tui.tui.ink import Pen, Row
from rollout_tui.tui.symbols import SEVERITY
from rollout_tui.tui.view.scene import Scene

_GROUND = {
    Urgency.ACT_NOW: "critbg",
    Urgency.ACT_SOON: "warnbg",
    Urgency.WAIT: "infobg",
    Urgency.MAY_PROMOTE: "okbg",
    Urgency.BLIND: "unkbg",
}
_TEXT = 9
"""Column where the text begins."""


def next_rows(scene: Scene, width: int, height: int) -> list[Row]:
    """`height` rows: the imperative, then the reason with its numbers."""
    advice, alarm = scene.snapshot.recommendation, scene.snapshot.alarm
    ground = _GROUND[advice.urgency]
    symbol, colour = SEVERITY[advice.severity]
    brief = len(advice.headline) > width - _TEXT - 1
    headline = advice.brief_headline if brief else advice.headline
    detail = advice.brief_detail if len(advice.detail) > width - _TEXT - 1 else advice.detail
    if alarm is not None:
        detail = f"{alarm[:1].upper()}{alarm[1:]}. {detail}"
    first = Pen(width, ground)
    first.put(1, f"{symbol} NEXT", colour, bold=True)
    first.put(_TEXT, _cut(headline, width - _TEXT - 1), bold=True)
    rows = [first.row()]
    if height > 1:
        second = Pen(width, ground)
        second.put(_TEXT, _cut(detail, width - _TEXT - 1))
        rows.append(second.row())
    return rows


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
