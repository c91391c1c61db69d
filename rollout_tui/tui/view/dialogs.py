"""Dialogs as rows: frame, facts, field and buttons (screens.md 11, pictures 06 to 08)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from rollout_tui.domain.actions import ActionKind, Proposal
from rollout_tui.domain.cells import cells, padded
from rollout_tui.domain.plan import GateKind
from rollout_tui.domain.words import plain_percent
from rollout_tui.tui.actions import opening
from rollout_tui.tui.ink import Pen, Row, text_of
from rollout_tui.tui.view.facts import facts
from rollout_tui.tui.view.frame import GROUND, frame, hints, inner_width, line
from rollout_tui.tui.view.scene import Scene

_VERB = {
    ActionKind.PAUSE: "Pause now",
    ActionKind.RESUME: "Resume now",
    ActionKind.PROMOTE: "Promote",
    ActionKind.RESTART: "Restart",
    ActionKind.REMOVE: "Remove from sale",
}
_OFF = ("off until the text matches", "off: text differs", "off")
"""Beside a button that does nothing yet, as there is room."""
_ROOMY = 30
"""Rows of the window from which on buttons and hints stand apart."""


class Stop(Enum):
    """Where the focus of a dialog can stand."""

    CANCEL = auto()
    FIELD = auto()
    ACT = auto()


@dataclass(frozen=True, slots=True)
class DialogState:
    """What a dialog shows beside its proposal: where the focus is, the typed text, a word why not.

    `again`: the first of two texts was typed, the second is asked for.
    `changed` says what is new since it opened. `top` is the first line shown of facts that are longer than the window.
    """

    chosen: Stop = Stop.CANCEL
    typed: str = ""
    again: bool = False
    changed: str = ""
    refused: str = ""
    top: int = 0


def dialog_rows(
    scene: Scene, proposal: Proposal, state: DialogState, width: int, height: int, *, least: int = 0
) -> list[Row]:
    """The whole dialog, framed, at most `width` x `height`, at least `least` rows high."""
    inner = inner_width(width)
    body, room, end = _parts(scene, proposal, state, width, height)
    if len(body) > room:
        top = min(state.top, _most(body, room))
        below = _most(body, room) - top
        more = f"↑ ↓  {below} more lines" if below else "↑ ↓  this is the end"
        body = [*body[top : top + max(0, room - 1)], line(inner, more, "accent")]
    body += [line(inner)] * (least - 2 - len(body) - len(end))
    return frame(_title(scene, proposal), [*body, *end], width, _colour(proposal, state))


def scrolled(scene: Scene, proposal: Proposal, state: DialogState, width: int, height: int, step: int) -> DialogState:
    """The state after the facts moved by that many lines, as far as they go."""
    body, room, _ = _parts(scene, proposal, state, width, height)
    most = _most(body, room) if len(body) > room else 0
    return replace(state, top=max(0, min(state.top + step, most)))


def _most(body: Sequence[Row], room: int) -> int:
    """The first line shown when the last one is; one row says that there is more."""
    return len(body) - max(0, room - 1)


def _parts(
    scene: Scene, proposal: Proposal, state: DialogState, width: int, height: int
) -> tuple[list[Row], int, list[Row]]:
    """Facts, how many rows they may take, and what stands below them always."""
    inner = inner_width(width)
    end = _end(proposal, state, inner, roomy=height >= _ROOMY)
    body, room = facts(scene, proposal, state.changed, inner), height - 2 - len(end)
    if len(body) > room:
        # Empty rows are a luxury, and what decides must not be the part that is scrolled to.
        tight = facts(scene, proposal, state.changed, inner, tight=True)
        body, end = ([row for row in rows if text_of(row).strip()] for rows in (tight, end))
        room = height - 2 - len(end)
    return body, room, end


def _title(scene: Scene, proposal: Proposal) -> str:
    title = f"{proposal.title}, {scene.snapshot.title}" if scene.named else proposal.title
    return title if proposal.possible else f"{title}: {'READ-ONLY' if scene.read_only else 'NOT YET'}"


def _colour(proposal: Proposal, state: DialogState) -> str:
    if state.changed:
        return "unk"
    return "accent" if proposal.kind is ActionKind.PAUSE else "warn"


def blocking_gate(proposal: Proposal) -> str | None:
    """The first gate in the way that a person may decide about: `o` opens it from here (screens.md 11)."""
    people = {one.gate.id for one in proposal.gates if one.gate.kind is not GateKind.TIME}
    return next((one.gate for one in proposal.obstacles if one.gate in people), None)


def _end(proposal: Proposal, state: DialogState, width: int, *, roomy: bool) -> list[Row]:
    """Field and buttons."""
    gap = [line(width)] if roomy else []
    if not proposal.possible:
        keys = [("o", "override or sign"), ("esc", "close")] if blocking_gate(proposal) else [("esc", "close")]
        return [line(width), _buttons(width, ("Close",), state, True), *gap, hints(width, keys)]
    verb = _verb(proposal)
    if proposal.typed is None:
        remark = f"{opening(proposal.kind).shown} or held keys do nothing here"
        choice = [("s", "other share")] if len(proposal.shares) > 1 else []
        keys = [("y", verb.lower()), ("esc", "cancel"), *choice, ("", remark)]
        below = line(width, state.refused, "warn") if state.refused else hints(width, keys)
        return [line(width), _buttons(width, ("Cancel", verb), state, True), *gap, below]
    keys = [("esc", "cancel"), ("tab", "to the button"), ("", "Enter does nothing in the field")]
    wanted = wanted_text(proposal, state)
    label = "Go on" if proposal.typed_again is not None and not state.again else verb
    return [
        line(width),
        _field(width, wanted, state),
        line(width, state.refused, "warn"),
        _buttons(width, ("Cancel", label), state, state.typed == wanted),
        *gap,
        hints(width, keys),
    ]


def wanted_text(proposal: Proposal, state: DialogState) -> str:
    """What the field asks for now; empty where there is none."""
    return (proposal.typed_again if state.again else proposal.typed) or ""


def _verb(proposal: Proposal) -> str:
    share = proposal.share
    if proposal.kind is ActionKind.PROMOTE and share is not None:
        return f"Promote to {plain_percent(share)}"
    if proposal.kind is ActionKind.RESUME and share is not None:
        return f"Resume at {plain_percent(share)}"
    return _VERB[proposal.kind]


def _field(width: int, wanted: str, state: DialogState) -> Row:
    pen = Pen(width, GROUND)
    x = pen.put(0, "Type ")
    x = pen.put(x, wanted, "warn", bold=True)
    x = pen.put(x, " to go on: ")
    pen.put(x, padded(f" {state.typed}", len(wanted) + 3), "text", bold=True, ground="raise")
    if state.chosen is Stop.FIELD:
        pen.put(x + 1 + cells(state.typed), " ", "text", ground="cursor")
    told = f"{len(state.typed)} of {len(wanted)}"
    if x + len(wanted) + 5 + len(told) <= width:
        pen.put(x + len(wanted) + 5, told, "mute")
    return pen.row()


def _buttons(width: int, labels: Sequence[str], state: DialogState, enabled: bool) -> Row:
    pen = Pen(width, GROUND)
    x = 0
    for stop, label in zip((Stop.CANCEL, Stop.ACT), labels, strict=False):
        chosen = state.chosen is stop
        usable = stop is Stop.CANCEL or enabled
        text = f" {'►' if chosen else ' '} {label} "
        x = pen.put(x, text, "text" if usable else "faint", bold=chosen, ground="focus" if chosen else "raise") + 2
    if not enabled:
        pen.put(x, next((why for why in _OFF if x + len(why) <= width), ""), "mute")
    return pen.row()
