"""The large chart: plotext draws axes, ticks, lines and curves; what it draws becomes rows in our colours.

plotext has one figure for the whole process: it is cleared, filled, built and read without anything in between.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rollout_tui.tui.ink import Ink, Row, blank

_TOKENS = (
    "ok",
    "info",
    "warn",
    "crit",
    "unk",
    "mute",
    "text",
    "accent",
    "ghost",
    "rule",
    "tline",
    "aline",
    "cline",
)
_FIRST = 100
"""plotext's colour number of the first token; numbers stand for tokens and never reach the terminal."""
_NUMBER = {token: _FIRST + index for index, token in enumerate(_TOKENS)}
_RUN = re.compile(r"\x1b\[([0-9;]*)m|([^\x1b]+)")


@dataclass(frozen=True, slots=True)
class Level:
    """A line across: at `y`, in that colour, with a label at its left end."""

    y: float
    label: str
    colour: str


@dataclass(frozen=True, slots=True)
class Trace:
    """A curve: points by x, None where there is none; a colour a point. `thin` draws dots without joining them."""

    xs: Sequence[float]
    ys: Sequence[float | None]
    colours: Sequence[str]
    thin: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """Everything that a chart shows; x and y in the reader's units. `borders` are upright lines."""

    x_range: tuple[float, float]
    y_range: tuple[float, float]
    x_ticks: Sequence[tuple[float, str]]
    y_ticks: Sequence[tuple[float, str]]
    levels: Sequence[Level] = ()
    borders: Sequence[tuple[float, str]] = ()
    traces: Sequence[Trace] = ()
    cursor: float | None = None


def plot_rows(plot: Plot, width: int, height: int, *, ascii_only: bool = False) -> list[Row]:
    """`height` rows of `width` cells. Imports plotext: call `prepare` beside the event loop first."""
    import plotext

    plotext.terminal.limit(False, False)
    figure = plotext.figure
    figure.clear()
    figure.plot_size(width, height)
    figure.axes(False, side=1)
    figure.axes(True, side=0, pixel=_NUMBER["rule"])
    for axis, limits, ticks in (("x", plot.x_range, plot.x_ticks), ("y", plot.y_range, plot.y_ticks)):
        ruler = figure.ruler(axis)
        ruler.lim(*limits)
        ruler.ticks([at for at, _ in ticks], [label for _, label in ticks])
        ruler.pixel(_NUMBER["mute"])
    for level in plot.levels:
        figure.line(level.y, style="dotted", pixel=_NUMBER[level.colour])
    for at, colour in plot.borders:
        figure.line(at, "v", style="dotted", pixel=_NUMBER[colour])
    if plot.cursor is not None:
        figure.line(plot.cursor, "v", pixel=_NUMBER["accent"])
    step = (plot.y_range[1] - plot.y_range[0]) / max(1, height - 3)  # a row: one less than rows that are no axis
    for level in plot.levels:
        label = plotext.colorize(level.label, _NUMBER[level.colour])
        figure.draw(figure.text(plot.x_range[0], level.y + step, label))
    for trace in plot.traces:
        _draw(plotext, trace, "*" if ascii_only else "braille")
    return [_row(line, width) for line in figure.build().string().split("\n")][:height]


def prepare() -> None:
    """Import what draws: to be called in a thread, since it takes a third of a second."""
    import plotext  # noqa: F401  kept by Python from now on


def _draw(plotext: object, trace: Trace, symbol: str) -> None:
    figure = plotext.figure  # type: ignore[attr-defined]  # plotext has no types
    points = [(x, y, colour) for x, y, colour in zip(trace.xs, trace.ys, trace.colours, strict=True) if y is not None]
    if not points:
        return
    markers = [plotext.marker(symbol, _NUMBER[colour]) for _, _, colour in points]  # type: ignore[attr-defined]
    signal = figure.signal([x for x, _, _ in points], [y for _, y, _ in points], marker=markers)
    if not trace.thin:
        signal.lines()
        known = {x for x, _, _ in points}
        before = False
        index = 0
        for x in trace.xs:
            if x in known:
                signal.line(index, before)
                index += 1
            before = x in known
    figure.draw(signal)


def _row(line: str, width: int) -> Row:
    """A line of plotext's, its numbers of colours turned into tokens; exactly `width` cells."""
    runs: list[tuple[str, Ink]] = []
    colour = "text"
    left = width
    for codes, text in _RUN.findall(line):
        if text:
            runs.append((text[:left], Ink(colour)))
            left -= len(text[:left])
        else:
            colour = _colour(codes, colour)
    return (*runs, *blank(left)) if left else tuple(runs)


def _colour(codes: str, before: str) -> str:
    """The token of a foreground `38;5;N` of ours; grounds are left out, another colour or a reset is plain text."""
    parts = codes.split(";")
    if parts[:2] == ["38", "5"] and len(parts) > 2:
        place = int(parts[2]) - _FIRST
        return _TOKENS[place] if 0 <= place < len(_TOKENS) else "text"
    return "text" if codes in ("", "0") else before
