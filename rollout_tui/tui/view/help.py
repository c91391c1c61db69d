"""The help page, made from the table of keys; keys that cannot act say why."""

from __future__ import annotations

from collections.abc import Mapping

from rollout_tui.domain.severity import Severity
from rollout_tui.domain.verdicts import Verdict
from rollout_tui.tui.actions import ACTIONS
from rollout_tui.tui.ink import Pen, Row, joined
from rollout_tui.tui.symbols import SEVERITY, VERDICT
from rollout_tui.tui.view.dialogs import frame

_MEANS = {
    Severity.OK: "inside the target",
    Severity.INFO: "outside the target",
    Severity.WARNING: "over the alert line",
    Severity.CRITICAL: "over the critical line",
    Severity.UNKNOWN: "no fresh reading",
}
_GATES = {
    Verdict.PASS: "inside the limit",
    Verdict.FAIL: "outside the limit",
    Verdict.UNDECIDED: "not decided yet",
    Verdict.NO_DATA: "blocks like a FAIL",
    Verdict.WAIVED: "override in force",
}
_CHART = (
    "Bands, not a ruler: inside the target, between",
    "the lines, beyond the alert line. The same for",
    "every metric. Holes are missing data; ? marks",
    "what nobody knows any more.",
)


def help_rows(why_not: Mapping[str, str], width: int, height: int) -> list[Row]:
    """The page, framed; `why_not` says by action id why a key is off."""
    inner = width - 4
    keys, legend = _keys(why_not), _legend()
    if inner >= 92:
        half = inner // 2
        count = max(len(keys), len(legend))
        rows = [joined(_line(keys, n, half), _line(legend, n, inner - half)) for n in range(count)]
    else:
        rows = [_line(keys, n, inner) for n in range(len(keys))]
        rows += [_line(legend, n, inner) for n in range(len(legend))]
    end = _line([(0, "esc close      keys in the documentation: rollout-tui --help", "mute", False)], 0, inner)
    return frame("HELP", [*rows[: height - 3], end], width, "accent")


Part = tuple[int, str, str, bool]


def _keys(why_not: Mapping[str, str]) -> list[Part | list[Part]]:
    lines: list[Part | list[Part]] = []
    group = ""
    for action in ACTIONS:
        if action.group != group:
            lines += [(0, "", "text", False)] if group else []
            group = action.group
            lines.append((0, group, "mute", True))
        reason = why_not.get(action.id)
        about = action.about if reason is None else f"{action.label}: off, {reason}"
        off = reason is not None
        lines.append(
            [(1, action.shown, "faint" if off else "accent", True), (12, about, "faint" if off else "text", False)]
        )
    return lines


def _legend() -> list[Part | list[Part]]:
    lines: list[Part | list[Part]] = [(0, "HOW BAD IS IT NOW", "mute", True)]
    for severity, meaning in _MEANS.items():
        symbol, colour = SEVERITY[severity]
        lines.append([(1, f"{symbol} {severity.value}", colour, True), (14, meaning, "text", False)])
    lines += [(0, "", "text", False), (0, "DOES THE GATE HOLD", "mute", True)]
    for verdict, meaning in _GATES.items():
        symbol, colour = VERDICT[verdict]
        lines.append([(1, f"{symbol} {verdict.value}", colour, True), (14, meaning, "text", False)])
    lines += [(0, "", "text", False), (0, "READING A SMALL CHART", "mute", True)]
    return [*lines, *((1, text, "text", False) for text in _CHART)]


def _line(lines: list[Part | list[Part]] | list[Part], number: int, width: int) -> Row:
    pen = Pen(width, "panel")
    if number < len(lines):
        line = lines[number]
        for x, text, colour, bold in line if isinstance(line, list) else [line]:
            pen.put(x, text[: max(0, width - x - 1)], colour, bold=bold)
    return pen.row()
