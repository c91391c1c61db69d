"""The needle of a gate: evidence from FAIL to PASS, how far and not only whether (screens.md 1, gates.md 10)."""

from __future__ import annotations

from rollout_tui.domain.evidence.finding import Finding
from rollout_tui.domain.verdicts import Verdict
from rollout_tui.tui.ink import Pen
from rollout_tui.tui.symbols import VERDICT

_SIDE = 3
CELLS = 2 * _SIDE + 1
_SOMETHING = 0.05
_HEADS = " FAIL ──┬── PASS "
_PIVOT = _HEADS.index("┬")


def put_heads(pen: Pen, x: int, least: int) -> None:
    """` FAIL ──┬── PASS ` over the needles that begin at `x`; nothing where it would reach `least` or the end."""
    start = x + _SIDE - _PIVOT
    if start < least or start + len(_HEADS) > pen.width:
        return
    for word in ("FAIL", "PASS"):
        at = start + _HEADS.index(word)
        pen.put(at - 1, f" {word} ", "mute")
    pen.put(start + _PIVOT, "┬", "mute")


def put_needle(pen: Pen, x: int, finding: Finding, verdict: Verdict) -> None:
    """Seven cells: ln E over its bound on both sides, in the colour of the verdict.

    FAIL stays whatever the whole phase shows (gates.md 3): its needle stands there and nowhere else.
    """
    against, towards = (1.0, 0.0) if verdict is Verdict.FAIL else shares(finding)
    left, right = _cells(against), _cells(towards)
    tone = VERDICT[verdict][1]
    pen.put(x, "╌" * CELLS, "rule")
    pen.put(x + _SIDE - left, "━" * left, tone)
    pen.put(x + _SIDE, "┼", "mute")
    pen.put(x + _SIDE + 1, "━" * right, tone)


def shares(finding: Finding) -> tuple[float, float]:
    """How much of what FAIL and PASS need is there, each 0 to 1."""
    if finding.log_fail is None or finding.log_pass is None or finding.fail_at <= 0 or finding.pass_at <= 0:
        return max(0.0, min(1.0, -finding.lean)), max(0.0, min(1.0, finding.lean))
    return (
        max(0.0, min(1.0, finding.log_fail / finding.fail_at)),
        max(0.0, min(1.0, finding.log_pass / finding.pass_at)),
    )


def _cells(share: float) -> int:
    """The last cell is kept for what is proven, the first one shown as soon as there is something."""
    if share >= 1:
        return _SIDE
    return 0 if share < _SOMETHING else max(1, min(_SIDE - 1, round(_SIDE * share)))
