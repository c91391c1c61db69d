"""What the store says, with its age: state word, and requested, committed, observed as three numbers."""

from __future__ import annotations

from rollout_tui.domain.actions import Running, Step
from rollout_tui.domain.releases import PhaseKind, ReleaseState, StateWord
from rollout_tui.domain.snapshot import Rollout, StoreStanding
from rollout_tui.domain.words import age, clock_time, percent, plain_percent, plain_text, short_time
from rollout_tui.tui.ink import Pen, Row
from rollout_tui.tui.symbols import STATE
from rollout_tui.tui.view.scene import Scene

_REQUESTED, _COMMITTED, _OBSERVED = 12, 27, 42


def store_rows(scene: Scene, rollout: Rollout, width: int) -> list[Row]:
    """Two rows for a pane of its own column."""
    store = rollout.store
    if rollout.running is not None:
        return [_sent(scene, rollout.running, width), _steps(scene, rollout.running, width)]
    if store.state is None or store.problem is not None:
        return _troubled(scene, store, width)
    title = Pen(width)
    title.put(0, "store says", "mute")
    columns = _columns(width)
    for x, name in zip(columns, ("requested", "committed", "observed"), strict=True):
        title.put(x, name, "mute")
    if store.changed_elsewhere is not None:
        title.right(width, "changed elsewhere", "warn", bold=True)
    row = Pen(width)
    symbol, colour = STATE[store.state.word]
    row.put(0, f"{symbol} {store.state.word}", colour, bold=True)
    shown = (_requested(scene, store), _committed(scene, store.state), _observed(scene, store))
    for x, end, (value, when) in zip(columns, (*columns[1:], width + 1), shown, strict=True):
        room = end - x - len(value) - 2
        after = row.put(x, value, bold=True)
        row.put(after + 1, when if len(when) <= room else when.removesuffix(" ago"), "mute")
    return [title.row(), row.row()]


def store_line(scene: Scene, rollout: Rollout, width: int) -> Row:
    """One row, for 80 columns and less."""
    store = rollout.store
    if rollout.running is not None:
        return _steps(scene, rollout.running, width)
    if store.state is None or store.problem is not None:
        return _troubled(scene, store, width)[1]
    row = Pen(width)
    symbol, colour = STATE[store.state.word]
    x = row.put(0, f"{symbol} {store.state.word}", colour, bold=True) + 2
    names = ("requested", "committed", "observed") if width >= 70 else ("req", "com", "obs")
    shown = (_requested(scene, store), _committed(scene, store.state), _observed(scene, store))
    for name, (value, when) in zip(names, shown, strict=True):
        x = row.put(x, name, "mute") + 1
        x = row.put(x, value, bold=True) + 1
        x = row.put(x, when.removesuffix(" ago"), "mute") + 2
    return row.row()


def _columns(width: int) -> tuple[int, int, int]:
    if width >= 57:
        return _REQUESTED, _COMMITTED, _OBSERVED
    third = (width - 11) // 3
    return 11, 11 + third, 11 + 2 * third


def _requested(scene: Scene, store: StoreStanding) -> tuple[str, str]:
    requested = store.requested
    return ("–", "") if requested is None else (plain_text(requested.text, 12), f"{age(scene.now - requested.at)} ago")


def _committed(scene: Scene, state: ReleaseState) -> tuple[str, str]:
    """The store's own number; a halted share stays written and reaches nobody."""
    at = state.share_as_of if state.share_as_of is not None else state.as_of
    when = f"{age(scene.now - at)} ago"
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
    return percent(observed.share.value(), 1), f"{age(scene.now - observed.as_of)} ago"


def _troubled(scene: Scene, store: StoreStanding, width: int) -> list[Row]:
    """Never read, or not readable now: the vendor's message, who must act, the last known state with its time."""
    first, second = Pen(width), Pen(width)
    if store.problem is None:
        first.put(0, "? UNKNOWN", "unk", bold=True)
        first.put(12, "never read yet", "unk")
        since = "" if store.reading_since is None else f", {age(scene.now - store.reading_since)}"
        second.put(0, f"First read of {store.name} under way{since}", "mute")
        return [first.row(), second.row()]
    since = "" if store.failing_since is None else f" for {age(scene.now - store.failing_since)}"
    first.put(0, "? UNKNOWN", "unk", bold=True)
    first.put(12, plain_text(f"not read{since}{_last_known(scene, store.state)}", width - 12), "unk")
    second.put(0, plain_text(f"{store.problem} {store.hint or ''}", width), "text")
    return [first.row(), second.row()]


def _last_known(scene: Scene, state: ReleaseState | None) -> str:
    if state is None:
        return ""
    share = "" if state.share is None else f" {plain_percent(state.share)}"
    return f"; last {state.word}{share} at {short_time(state.as_of, scene.zone)}"


def _sent(scene: Scene, running: Running, width: int) -> Row:
    pen = Pen(width)
    verb = running.proposal.kind.value.capitalize()
    pen.put(
        0,
        plain_text(f"{verb} confirmed {clock_time(running.started, scene.zone)}, not seen yet", width),
        "warn",
        bold=True,
    )
    return pen.row()


def _steps(scene: Scene, running: Running, width: int) -> Row:
    """What is behind the action, and what it waits for."""
    pen = Pen(width)
    x = 0
    for step in running.steps[:-1]:
        x = pen.put(x, "✓", "ok")
        x = pen.put(x + 1, step.value, "mute") + 1
    last = running.steps[-1].value if running.steps else "writing the intent"
    waited = ""
    if running.steps and running.steps[-1] is Step.READING_BACK:
        waited = f" {age(scene.now - running.started)} of {age(running.deadline - running.started)}"
    x = pen.put(x, "►", "accent")
    pen.put(x + 1, f"{last}{waited}", "text")
    return pen.row()
