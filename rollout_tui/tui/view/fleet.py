"""The fleet as rows: one line a rollout, as many as there is room for around the chosen one (mockup 16)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo

from rollout_tui.domain.fleet import FleetLine, FleetSnapshot, LineKey, Sort, state_of
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.words import middle_cut, plain_text
from rollout_tui.tui.ink import Pen, Row, blank
from rollout_tui.tui.symbols import SEVERITY, STATE
from rollout_tui.tui.view.fleet_cells import (
    CHART,
    chart_colour,
    chart_text,
    chart_title,
    charted,
    gates_text,
    phase_text,
    read_text,
    time_text,
)
from rollout_tui.tui.view.next import next_rows
from rollout_tui.tui.view.parts import part

_TWO_ROWS_OF_NEXT = 24
_NOT_OK = (Severity.CRITICAL, Severity.WARNING, Severity.UNKNOWN, Severity.INFO)
_WIDE = 100
_NARROW = {"health": 11, "store says": 12, "phase": 15}
"""Widths of columns in narrower windows."""
_TITLED_FROM = 10
"""Rows of screen from which on the columns have titles and the list a last row."""


@dataclass(frozen=True, slots=True)
class FleetScene:
    """What the view of the fleet looks at; the fields mean what they mean in a Scene."""

    snapshot: FleetSnapshot
    now: float
    who: str = ""
    read_only: bool = False
    rehearsal: str | None = None
    recording: str = ""
    zone: tzinfo = UTC
    ascii_only: bool = False
    frozen_at: float | None = None

    def at(self, now: float) -> FleetScene:
        """The same with ages as they are told then."""
        return replace(self, now=now)


@dataclass(frozen=True, slots=True)
class FleetList:
    """The lines that are shown, in their order, and the chosen one. `words` is the filter, `typing` while it is typed.

    `kept` says that the order stands still because somebody has just pressed a key.
    """

    lines: Sequence[FleetLine]
    chosen: LineKey | None = None
    words: str = ""
    typing: bool = False
    sort: Sort = Sort.WORST
    kept: bool = False

    @property
    def index(self) -> int:
        """Where the chosen line stands."""
        return next((n for n, line in enumerate(self.lines) if line.key == self.chosen), 0)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: `width` cells, a gap included, and how early it goes where there is no room (0: never)."""

    title: str
    width: int
    goes: int
    put: Callable[[Pen, int, int, FleetLine, FleetScene], object]


def fleet_rows(scene: FleetScene, listed: FleetList, width: int, height: int, footer: Row) -> list[Row]:
    """Every row of the screen; the first is left to the status line."""
    head = [blank(width), *part("NEXT", width, lambda: next_rows(scene, width, 1 + (height >= _TWO_ROWS_OF_NEXT)))]
    room = max(0, height - len(head) - 1)
    body = part("the fleet", width, lambda: _list(scene, listed, width, room, titled=height >= _TITLED_FROM))[:room]
    rows = [*head, *body, *(blank(width) for _ in range(room - len(body)))]
    return [*rows[: max(0, height - 1)], footer]


def line_at(listed: FleetList, y: int, height: int) -> LineKey | None:
    """The rollout whose line stands in that row of the screen."""
    top = 2 + (height >= _TWO_ROWS_OF_NEXT) + (height >= _TITLED_FROM)
    room = _room(height - 2 - (height >= _TWO_ROWS_OF_NEXT) - 1, height >= _TITLED_FROM)
    place = _first(listed, room) + y - top
    return listed.lines[place].key if top <= y < top + room and place < len(listed.lines) else None


def _room(room: int, titled: bool) -> int:
    return max(0, room - 2 if titled else room)


def _first(listed: FleetList, room: int) -> int:
    """The first line that is shown: the top, but for a chosen line that would not be seen."""
    return max(0, min(listed.index - room // 2, len(listed.lines) - room)) if listed.index >= room else 0


def _list(scene: FleetScene, listed: FleetList, width: int, room: int, *, titled: bool) -> list[Row]:
    columns = _columns(scene, listed, width)
    count = _room(room, titled)
    first = _first(listed, count)
    shown = listed.lines[first : first + count]
    chosen = listed.lines[listed.index].key if listed.lines else None
    rows = [_titles(columns, width)] if titled else []
    rows += [_line(scene, line, columns, width, chosen=line.key == chosen) for line in shown]
    if not shown:
        rows.append(_nothing(listed, width))
    rows += [blank(width) for _ in range(room - len(rows) - titled)]
    return [*rows, _last(scene, listed, listed.lines[first + count :], first, width)] if titled else rows


def _columns(scene: FleetScene, listed: FleetList, width: int) -> Sequence[_Column]:
    """What there is room for; what is left over goes to the names of apps and phases."""
    title = chart_title(listed.lines or scene.snapshot.lines)
    columns = [
        _Column("health", 13, 0, _health),
        _Column("app", 15, 0, _app),
        _Column("release", 8, 3, _release),
        _Column("on", 8, 0, _on),
        _Column("store says", 13, 0, _store),
        _Column("phase", 24, 4, _phase),
        _Column("time", 10, 5, _time),
        _Column("gates", 7, 6, _gates),
        _Column(title, CHART + 1, 1, _chart),
        _Column("read", 10, 2, _read),
    ]
    room = width - 1
    narrow = _NARROW if width < _WIDE else {}
    columns = [replace(column, width=narrow.get(column.title, column.width)) for column in columns]
    for column in sorted((one for one in columns if one.goes), key=lambda one: one.goes):
        if sum(one.width for one in columns) <= room:
            break
        columns.remove(column)
    spare = max(0, room - sum(one.width for one in columns))
    more = {"app": (spare + 1) // 2, "phase": spare // 2}
    return [replace(column, width=column.width + more.get(column.title, 0)) for column in columns]


def _titles(columns: Sequence[_Column], width: int) -> Row:
    pen, x = Pen(width, "band"), 1
    for column in columns:
        pen.put(x, column.title[: column.width - 1], "mute")
        x += column.width
    return pen.row()


def _line(scene: FleetScene, line: FleetLine, columns: Sequence[_Column], width: int, *, chosen: bool) -> Row:
    pen, x = Pen(width, "select" if chosen else "bg"), 1
    if chosen:
        pen.put(0, "▌", "accent", bold=True)
    for column in columns:
        column.put(pen, x, column.width - 1, line, scene)
        x += column.width
    pen.put(width - 1, " ")  # text never touches the last column
    return pen.row()


def _nothing(listed: FleetList, width: int) -> Row:
    pen = Pen(width)
    told = "no rollout has these words; esc shows all" if listed.words else "no rollouts; config init makes one"
    pen.put(1, told[: width - 2], "mute")
    return pen.row()


def _last(scene: FleetScene, listed: FleetList, below: Sequence[FleetLine], above: int, width: int) -> Row:
    """The filter, or what is not seen; on the right the order."""
    pen = Pen(width)
    count, total = len(listed.lines), len(scene.snapshot.lines)
    if listed.typing or listed.words:
        x = pen.put(1, f"/ {plain_text(listed.words)[-(width // 2) :]}", bold=True)
        if listed.typing:
            x = pen.put(x, " ", ground="cursor")
        x = pen.put(x, f"  {count} of {total}", "mute")
    else:
        x = pen.put(1, _unseen(below, above), "mute")
    order = f"sorted: {listed.sort}" if not listed.kept else f"order kept for now, then {listed.sort}"
    if x + 2 + len(order) < width:
        pen.right(width - 1, order, "mute")
    return pen.row()


def _unseen(below: Sequence[FleetLine], above: int) -> str:
    parts = [f"{above} more above"] if above else []
    if below:
        counts = [(one, sum(line.severity is one for line in below)) for one in _NOT_OK]
        found = ", ".join(f"{number} {one}" for one, number in counts if number)
        parts.append(f"{len(below)} more below, {found or 'all OK'}")
    return "; ".join(parts)


# --- cells -----------------------------------------------------------------------------------------------------------


def _health(pen: Pen, x: int, _room: int, line: FleetLine, _scene: FleetScene) -> None:
    symbol, colour = SEVERITY[line.severity]
    pen.put(x, f"{symbol} {line.severity}", colour, bold=True)


def _app(pen: Pen, x: int, room: int, line: FleetLine, _scene: FleetScene) -> None:
    pen.put(x, middle_cut(plain_text(line.app), room), bold=line.severity is not Severity.OK)


def _release(pen: Pen, x: int, room: int, line: FleetLine, _scene: FleetScene) -> None:
    pen.put(x, plain_text(line.rollout.plan.version, room), "mute")


def _on(pen: Pen, x: int, room: int, line: FleetLine, _scene: FleetScene) -> None:
    pen.put(x, line.rollout.plan.platform.value[:room], "mute")


def _store(pen: Pen, x: int, _room: int, line: FleetLine, _scene: FleetScene) -> None:
    word = state_of(line.rollout)
    symbol, colour = STATE[word]
    pen.put(x, f"{symbol} {word}", colour)


def _phase(pen: Pen, x: int, room: int, line: FleetLine, _scene: FleetScene) -> None:
    pen.put(x, phase_text(line.rollout, room))


def _time(pen: Pen, x: int, room: int, line: FleetLine, scene: FleetScene) -> None:
    text, colour = time_text(line.rollout, scene.now)
    pen.put(x, text[:room], colour)


def _gates(pen: Pen, x: int, room: int, line: FleetLine, _scene: FleetScene) -> None:
    text, all_hold = gates_text(line.rollout)
    pen.put(x, text[:room], "ok" if all_hold else "text", bold=all_hold)


def _chart(pen: Pen, x: int, room: int, line: FleetLine, scene: FleetScene) -> None:
    text = chart_text(charted(line.rollout), ascii_only=scene.ascii_only)
    pen.put(x, text[:room], chart_colour(line))


def _read(pen: Pen, x: int, room: int, line: FleetLine, scene: FleetScene) -> None:
    text, colour = read_text(line.rollout, scene.now, room)
    pen.put(x, text[:room], colour, bold=line.rollout.stale)
