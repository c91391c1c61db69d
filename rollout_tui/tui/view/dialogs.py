"""Dialogs as rows: frame, exact change, gates, field and buttons (screens.md 11, pictures 06 to 08)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from rollout_tui.domain.actions import ActionKind, Change, Proposal
from rollout_tui.domain.words import age, middle_cut, plain_percent, plain_text, sample, value
from rollout_tui.tui.ink import Ink, Pen, Row, joined, wrapped
from rollout_tui.tui.symbols import verdict_of
from rollout_tui.tui.view.scene import Scene

_GROUND = "panel"
_LABEL = 14
"""Width of the column of labels."""

_VERB = {ActionKind.PAUSE: "Pause now", ActionKind.RESUME: "Resume now", ActionKind.PROMOTE: "Promote"}


class Stop(Enum):
    """Where the focus of a dialog can stand."""

    CANCEL = auto()
    FIELD = auto()
    ACT = auto()


@dataclass(frozen=True, slots=True)
class DialogState:
    """What a dialog shows beside its proposal: where the focus is, the typed text, a word why not."""

    chosen: Stop = Stop.CANCEL
    typed: str = ""
    changed: str = ""
    refused: str = ""


def dialog_rows(scene: Scene, proposal: Proposal, state: DialogState, width: int, height: int) -> list[Row]:
    """The whole dialog, framed, at most `width` x `height`."""
    inner = width - 4
    body = _body(scene, proposal, state, inner)
    end = _end(proposal, state, inner)
    room = height - 2 - len(end)
    if len(body) > room:
        body = [*body[: room - 1], _text(inner, "…", "mute")]
    colour = "unk" if state.changed else "accent" if proposal.kind is ActionKind.PAUSE else "warn"
    title = proposal.title if proposal.possible else f"{proposal.title}: NOT YET"
    return frame(title, [*body, *end], width, colour)


def frame(title: str, rows: Sequence[Row], width: int, colour: str) -> list[Row]:
    """Rows of `width` - 4 cells with a border and a title."""
    ink = Ink(colour, ground=_GROUND)
    top = Pen(width, _GROUND)
    top.fill(0, width, "─", colour)
    end = top.put(3, plain_text(title, width - 6), colour, bold=True)
    for x, sign in ((0, "╭"), (2, " "), (end, " "), (width - 1, "╮")):
        top.put(x, sign, colour)
    bottom: Row = (("╰" + "─" * (width - 2) + "╯", ink),)
    side: Row = (("│", ink),)
    gap: Row = ((" ", Ink(ground=_GROUND)),)
    return [top.row(), *(joined(side, gap, row, gap, side) for row in rows), bottom]


def _body(scene: Scene, proposal: Proposal, state: DialogState, width: int) -> list[Row]:
    rows: list[Row] = [_text(width, "")]
    if state.changed:
        rows += [_text(width, line, "unk", bold=True) for line in wrapped(state.changed, width)]
    if not proposal.possible:
        return [*rows, *_obstacles(proposal, width)]
    change = proposal.change
    if change is None:
        return rows
    rows += [_text(width, line, bold=True) for line in wrapped(plain_text(change.headline), width)]
    if change.irreversible:
        rows.append(_text(width, "This cannot be undone.", "crit", bold=True))
    rows.append(_text(width, ""))
    for field in change.fields:
        rows += _labelled(width, field.name, f"{field.before} → {field.after}")
    if proposal.because and proposal.kind is ActionKind.PAUSE:
        rows += _labelled(width, "because", proposal.because)
    rows += _labelled(width, "way back", change.way_back, "warn" if change.irreversible else "text")
    effects = _effects(change, width)
    read = [*_labelled(width, "store read", _store_read(scene, proposal)), *_labelled(width, "as", _actor(scene))]
    if proposal.gates:
        # Gates and the age of the store must stand on the smallest screen; effects may be cut there.
        return [*rows, *_gates(scene, proposal, width), *read, _rule(width), *effects]
    return [*rows, _rule(width), *effects, _rule(width), *read]


def _effects(change: Change, width: int) -> list[Row]:
    rows = [_text(width, "What else it does, and does not do", "mute")]
    for effect in change.effects:
        lines = wrapped(plain_text(effect), width - 2)
        rows += [_text(width, f"{'·' if n == 0 else ' '} {line}") for n, line in enumerate(lines)]
    return rows


def _actor(scene: Scene) -> str:
    return scene.who.replace("@", " on ")


def _end(proposal: Proposal, state: DialogState, width: int) -> list[Row]:
    """Field and buttons: always visible, whatever the rest takes."""
    if not proposal.possible:
        return [_text(width, ""), _buttons(width, ("Close",), state, True), _text(width, "esc close", "mute")]
    rows: list[Row] = [_text(width, "")]
    matches = True
    if proposal.typed is not None:
        matches = state.typed == proposal.typed
        rows += [_field(width, proposal.typed, state), _text(width, state.refused, "warn")]
    share = proposal.target.share if proposal.target is not None else None
    verb = _VERB[proposal.kind]
    if proposal.kind is ActionKind.PROMOTE and share is not None:
        verb = f"Promote to {plain_percent(share)}"
    rows.append(_buttons(width, ("Cancel", verb), state, matches))
    if proposal.typed is None:
        hint = f"y {verb.lower()}    esc cancel    {_key(proposal)} or held keys do nothing here"
    else:
        hint = "esc cancel    tab to the button    Enter does nothing in the field"
    return [*rows, _text(width, hint, "mute")]


def _obstacles(proposal: Proposal, width: int) -> list[Row]:
    count = len(proposal.obstacles)
    lead = "One thing stands in the way" if count == 1 else f"{count} things stand in the way"
    rows = [_text(width, lead, bold=True), _text(width, "")]
    for number, obstacle in enumerate(proposal.obstacles, 1):
        lines = wrapped(plain_text(obstacle.reason), width - 4)
        rows += [_text(width, f"{number if n == 0 else ' ':<3} {line}") for n, line in enumerate(lines)]
        rows += [_text(width, f"    {line}", "mute") for line in wrapped(plain_text(obstacle.remedy), width - 4)]
    holds = [result.gate.label for result in proposal.gates if result.holds]
    if holds:
        rows.append(_rule(width))
        rows += [_text(width, line, "mute") for line in wrapped(f"Holds: {' · '.join(holds)}", width)]
    return rows


def _gates(scene: Scene, proposal: Proposal, width: int) -> list[Row]:
    if not proposal.gates:
        return []
    holding = sum(result.holds for result in proposal.gates)
    title = Pen(width, _GROUND)
    x = title.put(0, "GATES", "mute", bold=True)
    end = title.right(width, f"{holding} of {len(proposal.gates)} hold", "ok" if holding else "crit", bold=True)
    title.fill(x + 1, end - 1, "─")
    rows = [title.row()]
    rollout = scene.snapshot.rollout(proposal.platform)
    for result in proposal.gates:
        pen = Pen(width, _GROUND)
        symbol, word, colour = verdict_of(result)
        pen.put(0, f"{symbol} {word}", colour, bold=True)
        pen.put(12, middle_cut(result.gate.label, 21))
        if result.quantity is not None and result.gate.metric is not None:
            metric = rollout.plan.metric(result.gate.metric)
            pen.right(43, value(metric, result.quantity, complement=result.gate.complement), bold=True)
            told = f"{result.reason}, {sample(result.quantity)}"
            pen.put(45, told if len(told) < width - 53 else sample(result.quantity), "mute")
        else:
            pen.put(35, plain_text(result.reason, width - 46), "mute")
        if result.as_of is not None:
            pen.right(width, f" {age(scene.now - result.as_of)}", "mute")
        rows.append(pen.row())
    return rows


def _store_read(scene: Scene, proposal: Proposal) -> str:
    seen = proposal.seen
    problem = scene.snapshot.rollout(proposal.platform).store.problem
    if seen is None:
        return "never; it will be tried all the same"
    when = f"{age(scene.now - seen.as_of)} ago: {seen.word}, {plain_text(seen.status, 30)}"
    if problem is not None:
        return f"last known {when}; cannot be read now, will be tried all the same"
    return f"{when}; read again before the change"


def _field(width: int, wanted: str, state: DialogState) -> Row:
    pen = Pen(width, _GROUND)
    x = pen.put(0, "Type ")
    x = pen.put(x, wanted, "warn", bold=True)
    x = pen.put(x, " to go on: ")
    pen.put(x, f"{state.typed:<{len(wanted) + 2}}", "text", ground="raise")
    if state.chosen is Stop.FIELD:
        pen.put(x + len(state.typed), " ", "text", ground="cursor")
    pen.put(x + len(wanted) + 4, f"{len(state.typed)} of {len(wanted)}", "mute")
    return pen.row()


def _buttons(width: int, labels: Sequence[str], state: DialogState, enabled: bool) -> Row:
    pen = Pen(width, _GROUND)
    x = 0
    for stop, label in zip((Stop.CANCEL, Stop.ACT), labels, strict=False):
        chosen = state.chosen is stop
        usable = stop is Stop.CANCEL or enabled
        text = f" {'►' if chosen else ' '} {label} "
        x = pen.put(x, text, "text" if usable else "faint", bold=chosen, ground="focus" if chosen else "raise") + 2
    if not enabled and len(labels) > 1:
        pen.put(x, "off until the text matches", "mute")
    return pen.row()


def _labelled(width: int, label: str, text: str, colour: str = "text") -> list[Row]:
    rows = []
    for number, line in enumerate(wrapped(plain_text(text), width - _LABEL) or [""]):
        pen = Pen(width, _GROUND)
        if number == 0:
            pen.put(0, plain_text(label, _LABEL - 1), "mute")
        pen.put(_LABEL, line, colour)
        rows.append(pen.row())
    return rows


def _text(width: int, text: str, colour: str = "text", *, bold: bool = False) -> Row:
    pen = Pen(width, _GROUND)
    pen.put(0, text, colour, bold=bold)
    return pen.row()


def _rule(width: int) -> Row:
    pen = Pen(width, _GROUND)
    pen.fill(0, width, "─")
    return pen.row()


def _key(proposal: Proposal) -> str:
    return {ActionKind.PAUSE: "p", ActionKind.RESUME: "r", ActionKind.PROMOTE: "n"}[proposal.kind]
