"""What the store says, with its age: state word, and requested, committed, observed as three numbers."""

from __future__ import annotations

from dataclasses import dataclass

from rollout_tui.domain.actions import Running, Step
from rollout_tui.domain.cells import cells
from rollout_tui.domain.releases import PhaseKind, ReleaseState, StateWord
from rollout_tui.domain.sentences import by_hand
from rollout_tui.domain.snapshot import Rollout, StoreStanding
from rollout_tui.domain.words import (
    age,
    ago,
    clock_time,
    gist,
    percent,
    plain_percent,
    plain_text,
    sentence,
    short_time,
)
from rollout_tui.tui.ink import Pen, Row
from rollout_tui.tui.symbols import STATE
from rollout_tui.tui.view.scene import Scene

_REQUESTED, _COMMITTED, _OBSERVED = 12, 27, 42
_WIDE = 57
_WIDER = 72


def store_rows(scene: Scene, rollout: Rollout, width: int) -> list[Row]:
    """Two rows for a pane of its own column."""
    store = rollout.store
    if rollout.running is not None:
        return [_sent(scene, store, rollout.running, width), _under_way(scene, rollout.running, width)]
    if store.state is None or store.problem is not None:
        return _troubled(scene, store, width)
    title, row = Pen(width), Pen(width)
    title.put(0, "store says", "mute")
    columns = _columns(width)
    _state(row, store)
    end = 0
    for x, until, number in zip(columns, (*columns[1:], width + 1), _numbers(scene, store), strict=True):
        name = number.name if width >= _WIDE else number.name.removeprefix("changed ")
        end = title.put(max(x, end), name, number.tone, bold=number.tone != "mute") + 1
        value, when = number.fitted(until - x - 1)
        row.put(row.put(x, value, bold=True) + 1, when, "mute")
    return [title.row(), row.row()]


def store_line(scene: Scene, rollout: Rollout, width: int) -> Row:
    """One row, for 80 columns and less. Where not all fits, what was requested gives way first."""
    store = rollout.store
    if store.state is None or store.problem is not None:
        return _troubled(scene, store, width)[0]
    pen = Pen(width)
    x = _state(pen, store) + 2
    if rollout.running is not None:
        committed, when = _committed(scene, store.state)
        x = pen.put(pen.put(x, committed, bold=True) + 1, when.removesuffix(" ago"), "mute") + 2
        _steps(scene, rollout.running, pen, x)
        return pen.row()
    numbers = _numbers(scene, store)
    for shown, short in ((numbers, False), (numbers, True), (numbers[1:], True)):
        if sum(len(number.phrase(short)) + 2 for number in shown) - 2 <= width - x:
            break
    for number in shown:
        name, when = number.short if short else number.name, number.when.removesuffix(" ago")
        room = width - x - len(name) - len(when) - 2
        x = pen.put(x, name, number.tone) + 1
        x = pen.put(x, plain_text(number.value, max(1, room)), bold=True) + 1
        x = pen.put(x, when, "mute") + 2
    return pen.row()


@dataclass(frozen=True, slots=True)
class _Number:
    """One of requested, committed, observed, with its age."""

    name: str
    short: str
    value: str
    when: str
    tone: str = "mute"

    def fitted(self, room: int) -> tuple[str, str]:
        """Value and age in so many cells: the age is shortened, then the value is cut; neither runs into the next."""
        when = self.when if len(self.value) + 1 + len(self.when) <= room else self.when.removesuffix(" ago")
        return plain_text(self.value, max(1, room - len(when) - 1)), when

    def phrase(self, short: bool) -> str:
        """Name, value and age as in one row."""
        return f"{self.short if short else self.name} {self.value} {self.when.removesuffix(' ago')}"


def _numbers(scene: Scene, store: StoreStanding) -> tuple[_Number, _Number, _Number]:
    """The three numbers of a store that was read."""
    committed = ("?", "") if store.state is None else _committed(scene, store.state)
    if store.changed_elsewhere is not None:
        middle = _Number("changed elsewhere", "elsewhere", *committed, "warn")
    else:
        middle = _Number("committed", "com", *committed)
    requested = _Number("requested", "req", *_requested(scene, store))
    return requested, middle, _Number("observed", "obs", *_observed(scene, store))


def _state(pen: Pen, store: StoreStanding) -> int:
    """The store's state word; returns the column after it."""
    if store.state is None:
        return pen.put(0, "? UNKNOWN", "unk", bold=True)
    symbol, colour = STATE[store.state.word]
    return pen.put(0, f"{symbol} {store.state.word}", colour, bold=True)


def _columns(width: int) -> tuple[int, int, int]:
    if width >= _WIDER:
        return 12, 32, 52
    if width >= _WIDE:
        return _REQUESTED, _COMMITTED, _OBSERVED
    third = (width - 11) // 3
    return 11, 11 + third, 11 + 2 * third


def _requested(scene: Scene, store: StoreStanding) -> tuple[str, str]:
    requested = store.requested
    return ("–", "") if requested is None else (plain_text(requested.text, 12), ago(scene.now - requested.at))


def _committed(scene: Scene, state: ReleaseState) -> tuple[str, str]:
    """The store's own number; a halted share stays written and reaches nobody."""
    at = state.share_as_of if state.share_as_of is not None else state.as_of
    when = ago(scene.now - at)
    if state.kind is PhaseKind.TESTERS:
        inside = "in group" if state.word is not StateWord.PAUSED else "no group"
        return inside, when
    if state.share is None:
        return plain_text(state.status.lower().replace("_", " "), 13), when
    return plain_percent(state.share), when


def _observed(scene: Scene, store: StoreStanding) -> tuple[str, str]:
    observed = store.observed
    if observed is None or not observed.share.total:
        return "?", ""
    return percent(observed.share.value(), 1), ago(scene.now - observed.as_of)


def _troubled(scene: Scene, store: StoreStanding, width: int) -> list[Row]:
    """Never read, or not readable now: the last known state with its time; the vendor's message, who must act."""
    first, second = Pen(width), Pen(width)
    first.put(0, "? UNKNOWN", "unk", bold=True)
    if store.problem is None:
        since = "" if store.reading_since is None else f", {age(scene.now - store.reading_since)}"
        first.put(12, plain_text(f"never read yet; reading{since}", width - 12), "unk")
        second.put(0, plain_text(f"First read of {store.name} under way{since}", width), "mute")
        return [first.row(), second.row()]
    since = "not read" if store.failing_since is None else f"not read for {age(scene.now - store.failing_since)}"
    last = _last_known(scene, store.state)
    forms = [since] if last is None else [f"{since}; {last}", last]
    fitting = next((form for form in forms if len(form) <= width - 12), forms[-1])
    first.put(12, plain_text(fitting, width - 12), "unk")
    told = store.problem if store.hint is None else f"{sentence(store.problem)} {store.hint}"
    brief = gist(told) if cells(plain_text(told)) > width else told
    second.put(0, plain_text(brief, width), "text")
    return [first.row(), second.row()]


def tells_by_hand(rollout: Rollout) -> bool:
    """Whether the store cannot be read, and its provider says where a person pauses it."""
    return rollout.store.problem is not None and rollout.running is None and bool(by_hand(rollout))


def hand_row(rollout: Rollout, width: int) -> Row:
    """Where that is; empty beside a pane that has one."""
    pen = Pen(width)
    if tells_by_hand(rollout):
        way = by_hand(rollout, width - 9)
        lead = "By hand: " if cells(way) + 9 <= width else ""
        pen.put(0, plain_text(f"{lead}{way}", width), "unk")
    return pen.row()


def _last_known(scene: Scene, state: ReleaseState | None) -> str | None:
    if state is None:
        return None
    share = "" if state.share is None else f" {plain_percent(state.share)}"
    return f"last {state.word}{share} at {short_time(state.as_of, scene.zone)}"


def _sent(scene: Scene, store: StoreStanding, running: Running, width: int) -> Row:
    """The state word stays what the store said until it says otherwise."""
    pen = Pen(width)
    x = _state(pen, store) + 2
    if store.state is not None:
        committed, when = _committed(scene, store.state)
        x = pen.put(pen.put(x, committed, bold=True) + 1, when.removesuffix(" ago"), "mute") + 2
    sent = f"{running.proposal.kind.value} sent {clock_time(running.started, scene.zone)}"
    for form in (f"{sent}, not seen yet", f"{sent}, not seen", sent):
        if len(form) <= width - x:
            break
    pen.put(x, plain_text(form, max(1, width - x)), "warn", bold=True)
    return pen.row()


def _under_way(scene: Scene, running: Running, width: int) -> Row:
    pen = Pen(width)
    _steps(scene, running, pen, 0)
    return pen.row()


_SHORT = {Step.JOURNALLED: "written", Step.ACCEPTED: "accepted", Step.READING_BACK: "reading back"}


def _steps(scene: Scene, running: Running, pen: Pen, x: int) -> None:
    """What is behind the action, as far as there is room, and what it waits for."""
    last = "writing the intent"
    if running.steps:
        last = _SHORT[running.steps[-1]]
    if running.steps and running.steps[-1] is Step.READING_BACK:
        last += f" {age(scene.now - running.started)} of {int(running.deadline - running.started)} s"
    behind = [_SHORT[step] for step in running.steps[:-1]]
    if x + sum(len(step) + 3 for step in behind) + 2 + len(last) <= pen.width:
        for step in behind:
            x = pen.put(x, "✓", "ok")
            x = pen.put(x + 1, step, "mute") + 1
    x = pen.put(x, "►", "accent")
    pen.put(x + 1, last, "text")
