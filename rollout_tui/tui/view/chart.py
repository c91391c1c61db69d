"""The small chart: bands, not a ruler. Every metric has the same picture (screens.md 5).

Bands from the bottom for lower-is-better: inside the target, between the lines, beyond the alert line; mirrored for
higher-is-better. A line lies in the lowest dot row of the band above it, where no data dot ever comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from rollout_tui.domain.metrics import Direction, Metric
from rollout_tui.domain.quantities import Bare
from rollout_tui.domain.severity import Severity, rank, severity_of
from rollout_tui.domain.snapshot import Curve
from rollout_tui.tui.symbols import SEVERITY

Cell = tuple[str, str]
"""A character and its colour."""

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Braille bits by row from the top and column."""
_ROWS = {2: (0, 0, 0), 3: (1, 1, 1), 4: (2, 1, 1), 5: (3, 1, 1), 6: (3, 2, 1), 7: (4, 2, 1)}
"""Cell rows of inside, between and beyond."""


@dataclass(frozen=True, slots=True)
class _Band:
    """Dot rows [bottom, top] (counted from below) that data of one band may take, and the values at their ends."""

    bottom: int
    top: int
    low: float
    high: float

    def dot(self, value: float) -> int:
        """The dot row of a value, linear inside the band and pinned to its ends."""
        span = self.high - self.low
        part = (value - self.low) / span if span > 0 else 0.0
        count = self.top - self.bottom + 1
        return self.bottom + min(count - 1, max(0, int(part * count)))


@dataclass(frozen=True, slots=True)
class Scale:
    """Where bands and lines lie, in dot rows from below."""

    inside: _Band
    between: _Band
    beyond: _Band
    target_dot: int
    alert_dot: int

    def dot(self, metric: Metric, value: float) -> int:
        """The dot row of a value."""
        exact = Fraction(repr(value))
        if metric.alert.holds(exact):
            return self.beyond.dot(value)
        return self.inside.dot(value) if metric.target.holds(exact) else self.between.dot(value)

    def severity(self, dot: int, of_value: Severity) -> Severity:
        """Of the band in which a dot lies: a stroke up to a bad value has the colour of each band that it crosses."""
        # A line lies in the lowest dot row of the band above it, whichever band that is.
        lower = self.alert_dot > self.target_dot
        if (dot < self.target_dot) if lower else (dot >= self.target_dot):
            return Severity.OK
        if (dot < self.alert_dot) if lower else (dot >= self.alert_dot):
            return Severity.INFO
        return Severity.CRITICAL if of_value is Severity.CRITICAL else Severity.WARNING


def scale(metric: Metric, height: int) -> Scale:
    """Fixed by the metric's own lines; it never moves with the data."""
    target, alert = float(metric.target.limit), float(metric.alert.limit)
    lower = metric.better is Direction.LOWER
    highest = 2 * alert if metric.critical is None else float(metric.critical.limit)
    top = highest if lower else 2 * target
    if height == 2:
        if lower:
            return Scale(_Band(0, 3, 0, target), _Band(5, 5, target, alert), _Band(7, 7, alert, top), 4, 6)
        return Scale(_Band(4, 7, target, top), _Band(2, 2, alert, target), _Band(0, 0, 0, alert), 3, 1)
    inside, between, beyond = (4 * rows for rows in _ROWS[height])
    if lower:
        first, second = inside, inside + between
        return Scale(
            _Band(0, first - 1, 0, target),
            _Band(first + 1, second - 1, target, alert),
            _Band(second + 1, second + beyond - 1, alert, top),
            first,
            second,
        )
    first, second = beyond, beyond + between
    return Scale(
        _Band(second + 1, second + inside - 1, target, top),
        _Band(first + 1, second - 1, alert, target),
        _Band(0, first - 1, 0, alert),
        second,
        first,
    )


def line_rows(metric: Metric, height: int) -> tuple[int, int]:
    """Cell rows from the top of the target and the alert line."""
    found = scale(metric, height)
    last = 4 * height - 1
    return (last - found.target_dot) // 4, (last - found.alert_dot) // 4


@lru_cache(maxsize=64)
def chart(metric: Metric, curve: Curve, width: int, height: int, *, ascii_only: bool = False) -> list[list[Cell]]:
    """Rows of cells, top first. Two buckets a cell, the newest at the right edge. Not to be changed by the caller."""
    points = _points(metric, curve, width, height)
    if ascii_only:
        return _ascii(metric, points, width, height)
    return _braille(metric, curve, points, width, height)


@dataclass(frozen=True, slots=True)
class _Point:
    """One bucket: its dot rows (joined to its neighbour) and its severity; `lost` marks what nobody knows any more."""

    dots: range
    severity: Severity
    lost: bool = False


def _window_end(curve: Curve) -> float:
    """Cells stand on the wall clock: the last one may still wait for its second bucket."""
    cell = 2 * curve.step
    return -(-curve.end // cell) * cell


def _points(metric: Metric, curve: Curve, width: int, height: int) -> list[_Point | None]:
    wanted, end = 2 * width, _window_end(curve)
    to_come = round((end - curve.end) / curve.step)
    kept = curve.values[-(wanted - to_come) :]
    values: list[float | None] = [*([None] * (wanted - to_come - len(kept))), *kept, *([None] * to_come)]
    marks = scale(metric, height)
    points: list[_Point | None] = []
    hidden = curve.values[: -len(kept)][-1:] if kept else ()
    before = None if not hidden or hidden[0] is None else marks.dot(metric, hidden[0])
    for number, value in enumerate(values):
        begins = end - (wanted - number) * curve.step
        if value is None:
            lost = _is_lost(curve, begins)
            points.append(
                _Point(range(before, before + 1), Severity.UNKNOWN, True) if lost and before is not None else None
            )
            before = before if lost else None
            continue
        dot = marks.dot(metric, value)
        joined = range(dot, dot + 1)
        if before is not None and abs(dot - before) > 1:
            joined = range(min(dot, before + 1), max(dot + 1, before))
        points.append(_Point(joined, severity_of(metric, Bare(value))))
        before = dot
    return points


def _is_lost(curve: Curve, begins: float) -> bool:
    """Whether a bucket lies after the newest data. The running one only waits while the one before it was heard of."""
    known = curve.known_until
    if known is None or begins >= curve.end or begins < known:
        return False
    running = begins + curve.step >= curve.end
    return not running or known < begins - curve.step


def _braille(metric: Metric, curve: Curve, points: list[_Point | None], width: int, height: int) -> list[list[Cell]]:
    marks, last = scale(metric, height), 4 * height - 1
    boundary = _boundary(curve, width)
    rows: list[list[Cell]] = []
    for y in range(height):
        row: list[Cell] = []
        for x in range(width):
            pair = points[2 * x : 2 * x + 2]
            dots = range(last - 4 * y - 3, last - 4 * y + 1)
            row.append(_cell(pair, dots, marks, x, boundary == x))
        rows.append(row)
    return rows


def _cell(pair: list[_Point | None], dots: range, marks: Scale, x: int, is_boundary: bool) -> Cell:
    """One cell: data wins over lines, lines over the phase boundary."""
    bits, lost = 0, False
    seen: list[Severity] = []
    for column, point in enumerate(pair):
        if point is None:
            continue
        if point.lost:
            lost = lost or point.dots.start in dots
            continue
        for dot in point.dots:
            if dot in dots:
                bits |= _DOTS[dots.stop - 1 - dot][column]
                seen.append(marks.severity(dot, point.severity))
    lines, colour = _lines(dots, marks, x)
    if bits:
        return chr(0x2800 | bits | lines), SEVERITY[max(seen, key=rank)][1]
    if lost:
        return "?", "unk"
    if is_boundary and not lines:
        return "┊", "mute"
    return (chr(0x2800 | lines), colour) if lines else (" ", "text")


def _lines(dots: range, marks: Scale, x: int) -> tuple[int, str]:
    """The alert line has every second dot, the target line every fourth: told apart without colour."""
    bits, colour = 0, "text"
    if marks.target_dot in dots and x % 2 == 0:
        bits |= _DOTS[dots.stop - 1 - marks.target_dot][0]
        colour = "tline"
    if marks.alert_dot in dots:
        bits |= _DOTS[dots.stop - 1 - marks.alert_dot][0]
        colour = "aline"
    return bits, colour


def _boundary(curve: Curve, width: int) -> int | None:
    """The cell in which the phase began; None outside the window."""
    if curve.phase_began is None:
        return None
    start = _window_end(curve) - 2 * width * curve.step
    cell = int((curve.phase_began - start) // (2 * curve.step))
    return cell if 0 < cell < width else None


def _ascii(metric: Metric, points: list[_Point | None], width: int, height: int) -> list[list[Cell]]:
    """One level a row: `*` data, `_ _` target, `____` alert (`~` where both lines share a row)."""
    marks, last = scale(metric, height), 4 * height - 1
    target_row, alert_row = line_rows(metric, height)
    rows: list[list[Cell]] = [[(" ", "text")] * width for _ in range(height)]
    for x in range(width):
        rows[alert_row][x] = ("~" if target_row == alert_row and x % 2 else "_", "aline")
        if x % 2 == 0 and target_row != alert_row:
            rows[target_row][x] = ("_", "tline")
        for point in points[2 * x : 2 * x + 2]:
            if point is None:
                continue
            for dot in point.dots:
                row = rows[(last - dot) // 4]
                if not point.lost:
                    row[x] = ("*", SEVERITY[marks.severity(dot, point.severity)][1])
                elif row[x][0] != "*":
                    row[x] = ("?", "unk")
    return rows
