"""The help of a screen, made from the table of keys and its own; keys that cannot act say why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rollout_tui.domain.evidence.finding import Finding
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.verdicts import Verdict
from rollout_tui.tui.actions import ACTIONS, KeyAction
from rollout_tui.tui.ink import Pen, Row, joined, wrapped
from rollout_tui.tui.symbols import SEVERITY, VERDICT
from rollout_tui.tui.view.frame import frame, inner_width
from rollout_tui.tui.view.needle import CELLS, put_needle

MAIN = "MAIN SCREEN"

_MEANS = {
    Severity.OK: "inside the target",
    Severity.INFO: "outside the target",
    Severity.WARNING: "over the alert line",
    Severity.CRITICAL: "over the critical line",
    Severity.UNKNOWN: "no fresh reading",
}
_GATES = {
    Verdict.PASS: "proven inside the limit",
    Verdict.FAIL: "proven outside the limit",
    Verdict.UNDECIDED: "not enough sessions yet",
    Verdict.NO_DATA: "blocks like a FAIL",
    Verdict.WAIVED: "override in force",
}
_CHART = (
    "Bands, not a ruler: inside the target, between the lines, beyond the alert line. The same for every metric. "
    "Holes are missing data; ? marks what nobody knows any more."
)
_NEEDLES = (
    (Verdict.UNDECIDED, 2, "evidence toward PASS; full = 100:1"),
    (Verdict.FAIL, -3, "full to the left: FAIL, and it stays"),
)
_KEY, _ABOUT, _MEANING = 1, 12, 14
"""Columns of a key, of what it does, and of what a symbol means."""
_TWO_COLUMNS = 92


@dataclass(frozen=True, slots=True)
class Subject:
    """What the help is about: a screen's name, its own keys, and by action id why keys cannot act now."""

    why_not: Mapping[str, str]
    title: str = MAIN
    own: Sequence[KeyAction] = ()


def help_rows(subject: Subject, width: int, height: int, top: int = 0) -> list[Row]:
    """The page, framed, from its line `top` on."""
    inner = inner_width(width)
    rows = _page(subject, inner)
    room = height - 3
    hint = "esc close"
    if len(rows) > room:
        hint += f"    ↑ ↓ scroll, {_more(len(rows) - room - top)}"
    end = Pen(inner, "panel")
    end.put(0, hint, "mute")
    return frame(f"HELP: {subject.title}", [*rows[top : top + room], end.row()], width, "accent")


def hidden_rows(subject: Subject, width: int, height: int) -> int:
    """How many lines of the page do not fit."""
    return max(0, len(_page(subject, inner_width(width))) - (height - 3))


def _more(below: int) -> str:
    return f"{below} more below" if below > 0 else "this is the end"


def _page(subject: Subject, width: int) -> list[Row]:
    if width < _TWO_COLUMNS:
        return [*_keys(subject, width), _blank(width), *_legend(width)]
    half = width // 2
    keys, legend = _keys(subject, half), _legend(width - half)
    count = max(len(keys), len(legend))
    keys += [_blank(half)] * (count - len(keys))
    legend += [_blank(width - half)] * (count - len(legend))
    return [joined(left, right) for left, right in zip(keys, legend, strict=True)]


def _keys(subject: Subject, width: int) -> list[Row]:
    """The screen's own keys first; then those of the table that act on it."""
    on_main, taken = subject.title == MAIN, {key.shown for key in subject.own}
    others = [action for action in ACTIONS if (on_main or not action.main_only) and action.shown not in taken]
    rows: list[Row] = []
    group = ""
    for action in (*subject.own, *others):
        if action.group != group:
            rows += [_blank(width)] if group else []
            group = action.group
            rows.append(_title(group, width))
        if not action.told:
            continue
        reason = subject.why_not.get(action.id)
        about = action.about if reason is None else f"{action.label}: off, {reason}"
        colours = ("accent", "text") if reason is None else ("faint", "mute")
        for number, line in enumerate(wrapped(about, width - _ABOUT - 2)):
            pen = Pen(width, "panel")
            pen.put(_KEY, action.shown if number == 0 else "", colours[0], bold=True)
            pen.put(_ABOUT, line, colours[1])
            rows.append(pen.row())
    return rows


def _legend(width: int) -> list[Row]:
    severities = [(SEVERITY[severity], severity.value, meaning) for severity, meaning in _MEANS.items()]
    verdicts = [(VERDICT[verdict], verdict.value, meaning) for verdict, meaning in _GATES.items()]
    return [
        _title("HOW BAD IS IT NOW", width),
        *_symbols(severities, width),
        _blank(width),
        _title("DOES THE GATE HOLD", width),
        *_symbols(verdicts, width),
        _blank(width),
        _title("READING A SMALL CHART", width),
        *(_put(_KEY, line, width) for line in wrapped(_CHART, min(50, width - 2))),
        _blank(width),
        _title("READING A NEEDLE", width),
        *(_needle(verdict, cells, meaning, width) for verdict, cells, meaning in _NEEDLES),
    ]


def _needle(verdict: Verdict, cells: int, meaning: str, width: int) -> Row:
    pen = Pen(width, "panel")
    put_needle(pen, _KEY, Finding(verdict, "", lean=cells / 3), verdict)
    pen.put(_KEY + CELLS + 2, meaning)
    return pen.row()


def _symbols(entries: Sequence[tuple[tuple[str, str], str, str]], width: int) -> list[Row]:
    rows = []
    for (symbol, colour), word, meaning in entries:
        pen = Pen(width, "panel")
        pen.put(_KEY, f"{symbol} {word}", colour, bold=True)
        pen.put(_MEANING, meaning)
        rows.append(pen.row())
    return rows


def _title(text: str, width: int) -> Row:
    pen = Pen(width, "panel")
    pen.put(0, text, "mute", bold=True)
    return pen.row()


def _put(x: int, text: str, width: int) -> Row:
    pen = Pen(width, "panel")
    pen.put(x, text)
    return pen.row()


def _blank(width: int) -> Row:
    return Pen(width, "panel").row()
