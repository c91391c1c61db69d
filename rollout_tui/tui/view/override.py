"""The override form and the question of a sign-off as rows (screens.md 11, picture 09)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from rollout_tui.domain.cells import cells, head, padded, tail
from rollout_tui.domain.ladder import next_phase
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.verdicts import GateResult, Verdict
from rollout_tui.domain.waivers import Field, Wish, underlying
from rollout_tui.domain.words import HOUR, day_and_time, plain_text, short_time, value
from rollout_tui.tui.ink import Pen, Row, text_of
from rollout_tui.tui.symbols import VERDICT
from rollout_tui.tui.view.frame import GROUND, frame, hints, inner_width, line, lines, rule
from rollout_tui.tui.view.scene import Scene

CHOICES = (1, 4, 12, 24)
"""Hours that the form offers."""
_LABEL = 14
_SHORT, _TIME = 50, 12
"""Cells of the fields for a gate or a name, and for a time; a reason has what is left."""


class Stop(Enum):
    """Where the focus of the form can stand, in the order of `tab`."""

    CANCEL = auto()
    REASON = auto()
    APPROVER = auto()
    EXPIRES = auto()
    ACT = auto()


@dataclass(frozen=True, slots=True)
class FormState:
    """What a person has filled in. `left` are the fields that were left: their mistakes are said."""

    gate: str
    chosen: Stop = Stop.CANCEL
    reason: str = ""
    approver: str = ""
    hours: int = CHOICES[1]
    left: frozenset[Field] = field(default_factory=frozenset)

    @property
    def wish(self) -> Wish:
        """The waiver as it would be asked for."""
        return Wish(self.gate, self.reason, self.approver, self.hours * HOUR)


@dataclass(frozen=True, slots=True)
class Form:
    """All that the form shows: the gate it is about, what is wrong, whom one may name."""

    rollout: Rollout
    result: GateResult
    state: FormState
    wrong: Mapping[Field, str]
    others: Sequence[str]
    must_agree: bool


def form_rows(scene: Scene, form: Form, width: int, height: int) -> list[Row]:
    """The whole form, framed, at most `width` x `height`."""
    inner = inner_width(width)
    fields = [*_gate(form, inner), *_reason(form, inner), *_approver(form, inner), *_expires(scene, form, inner)]
    lead = lines(inner, "A waiver is a promise to watch: it is seen in every view, alert and report.")
    after = [rule(inner), line(inner, "After this", "mute", bold=True), *_after(scene, form, inner)]
    end = [line(inner), _buttons(form, inner), line(inner), _hints(inner)]
    room = height - 2
    body = [line(inner), *lead, line(inner), *fields, *after]
    if len(body) + len(end) > room:
        body, end = _dense(body), _dense(end)
    if len(body) + len(end) > room:
        # What must be filled in, and the way out, stand in the smallest window.
        body = _dense([*fields, *after])[: max(0, room - len(end))]
    return frame(_title("OVERRIDE A GATE", scene), [*body, *end], width, "warn")


def button(form: Form) -> str:
    """What the form does: asks, where the approver must say so himself."""
    if not form.must_agree:
        return "Waive this gate"
    named = form.state.approver.strip()
    return f"Ask {named if named in form.others else ' or '.join(form.others) or 'nobody'}"


def _title(title: str, scene: Scene) -> str:
    """One of many apps is named."""
    return f"{title}, {scene.snapshot.title}" if scene.named else title


def signing_rows(scene: Scene, rollout: Rollout, result: GateResult, me: str, width: int) -> list[Row]:
    """The question to one who may sign, or whom to ask."""
    inner = inner_width(width)
    phase = "" if rollout.current is None else f", {rollout.current.phase.label}"
    what = f"{result.gate.label} for {rollout.plan.label} {rollout.plan.version} ({rollout.plan.build}){phase}"
    name = result.gate.id.removeprefix("signoff:")
    verb = f'rollout-tui sign "{name}" --platform {rollout.plan.platform.value}'
    rows = [line(inner), *lines(inner, what, bold=True), line(inner)]
    if may_sign(scene, result, me):
        rows += lines(inner, f"You sign as {me}. The answer counts for this version, build and phase, and is logged.")
        rows += lines(inner, f"With a note, or to take it back: {verb} --note TEXT, --withdraw", "mute")
        keys = [("y", "sign"), ("esc", "cancel"), ("", "o or held keys do nothing here")]
    else:
        rows += lines(inner, why_not_sign(scene, result, me))
        rows += lines(inner, f"They answer with: {verb}", "mute")
        keys = [("esc", "close")]
    return frame(_title("SIGN A GATE", scene), [*rows, line(inner), hints(inner, keys)], width, "warn")


def may_sign(scene: Scene, result: GateResult, me: str) -> bool:
    """Whether this person's answer is wanted and not there yet."""
    return not scene.read_only and result.signoff is None and (not result.gate.signers or me in result.gate.signers)


def why_not_sign(scene: Scene, result: GateResult, me: str) -> str:
    """Why there is nothing to answer here."""
    if result.signoff is not None:
        return f"Signed by {result.signoff.by} already."
    if scene.read_only:
        return "This desk is read-only: it answers nothing."
    return f"You are {me}: ask {' or '.join(result.gate.signers)}."


def _gate(form: Form, width: int) -> list[Row]:
    result, rollout = form.result, form.rollout
    found = underlying(result)
    shown = ""
    if result.quantity is not None and result.gate.metric is not None:
        metric = rollout.plan.metric(result.gate.metric)
        shown = f", {value(metric, result.quantity, complement=result.gate.complement, line=result.gate.line)}"
    elif result.bugs is not None:
        shown = f", {result.bugs.open} open"
    pen = _labelled("Gate", width, focused=False)
    told = f" {result.gate.label}  (now {VERDICT[found][0]} {found}{shown})"
    pen.put(_LABEL, padded(head(told, _SHORT), _SHORT), ground="raise")
    rows = [pen.row(), _below(width, _only(rollout), "mute")]
    if found is Verdict.FAIL:
        rows.append(_below(width, "it FAILS already: you would go on against what is proven", "crit", bold=True))
    if Field.GATE in form.wrong:
        rows += _mistake(width, form.wrong[Field.GATE])
    return [*rows, line(width)]


def _only(rollout: Rollout) -> str:
    current = rollout.current
    if current is None:
        return "the current phase is not known"
    target = next_phase(rollout.plan.phases, rollout.phases.index(current))
    onward = "" if target is None else f" → {target.label}"
    return f"only this gate, only {rollout.plan.version}, only {current.phase.label}{onward}"


def _reason(form: Form, width: int) -> list[Row]:
    hint = "20 characters or more; goes to release notes and audit log"
    return _text_field("Reason", Stop.REASON, Field.REASON, form, form.state.reason, width - _LABEL, hint, width)


def _approver(form: Form, width: int) -> list[Row]:
    hint = f"somebody else: {', '.join(form.others) or 'nobody is named in [approvals]'}; ↑ ↓ choose"
    room = min(_SHORT, width - _LABEL)
    return _text_field("Approver", Stop.APPROVER, Field.APPROVER, form, form.state.approver, room, hint, width)


def _text_field(
    label: str, stop: Stop, name: Field, form: Form, text: str, room: int, hint: str, width: int
) -> list[Row]:
    focused = form.state.chosen is stop
    pen = _labelled(label, width, focused=focused)
    shown = tail(text, room - 3)
    pen.put(_LABEL, padded(f" {shown}", room), "text", bold=focused, ground="raise")
    if focused:
        pen.put(_LABEL + 1 + cells(shown), " ", ground="cursor")
    return [pen.row(), *_said(form, name, hint, width), line(width)]


def _expires(scene: Scene, form: Form, width: int) -> list[Row]:
    focused = form.state.chosen is Stop.EXPIRES
    pen = _labelled("Expires", width, focused=focused)
    x = pen.put(_LABEL, f" {form.state.hours} h".ljust(_TIME), "text", bold=focused, ground="raise")
    if focused:
        pen.put(x + 2, f"↑ ↓ {', '.join(str(hours) for hours in CHOICES)} h", "mute")
    zone = scene.zone.tzname(None) or str(scene.zone)
    end = day_and_time(scene.now + form.state.hours * HOUR, scene.zone)
    told = f"{end} {zone}, at most 24 h; then the gate counts again"
    return [pen.row(), *_said(form, Field.EXPIRES, told, width), line(width)]


def _labelled(label: str, width: int, *, focused: bool) -> Pen:
    pen = Pen(width, GROUND)
    pen.put(0, label, "text" if focused else "mute", bold=focused)
    if focused:
        pen.put(_LABEL - 1, "▌", "accent")
    return pen


def _said(form: Form, name: Field, hint: str, width: int) -> list[Row]:
    """The mistake of a field that was left, else what it wants."""
    if name in form.wrong and name in form.state.left:
        return _mistake(width, form.wrong[name])
    return [_below(width, hint, "mute")]


def _mistake(width: int, text: str) -> list[Row]:
    return lines(width, f"✗ {text}", "crit", bold=True, indent=" " * _LABEL)


def _below(width: int, text: str, colour: str, *, bold: bool = False) -> Row:
    pen = Pen(width, GROUND)
    pen.put(_LABEL, plain_text(text, width - _LABEL), colour, bold=bold)
    return pen.row()


def _after(scene: Scene, form: Form, width: int) -> list[Row]:
    end = short_time(scene.now + form.state.hours * HOUR, scene.zone)
    told = [f"The gate reads ⚑ WAIVED until {end} with both names beside it.", _others(form)]
    told.append("A FAIL that is proven later ends the waiver at once and alerts.")
    if form.must_agree:
        told.insert(0, "Nothing changes before the approver said yes: rollout-tui approve, as himself on this host.")
    return [row for text in told for row in lines(width, text, indent="· ")]


def _others(form: Form) -> str:
    names = [one.gate.label for one in form.rollout.gates if not one.holds and one.gate.id != form.result.gate.id]
    if not names:
        return "No other gate stays open."
    many = len(names) > 1
    return f"{len(names)} gate{'s' if many else ''} stay{'' if many else 's'} open: {', '.join(names)}."


def _buttons(form: Form, width: int) -> Row:
    pen = Pen(width, GROUND)
    x = 0
    for stop, label in ((Stop.CANCEL, "Cancel"), (Stop.ACT, button(form))):
        chosen, usable = form.state.chosen is stop, stop is Stop.CANCEL or not form.wrong
        text = f" {'►' if chosen else ' '} {label} "
        x = pen.put(x, text, "text" if usable else "faint", bold=chosen, ground="focus" if chosen else "raise") + 2
    if form.wrong:
        pen.put(x, plain_text(f"off: {_lacking(form)}", max(0, width - x)), "mute")
    return pen.row()


def _lacking(form: Form) -> str:
    """What keeps the button off: the first field that is empty or wrong."""
    name = next(iter(form.wrong))
    empty = {Field.REASON: not form.state.reason.strip(), Field.APPROVER: not form.state.approver}
    return f"{name} is missing" if empty.get(name) else f"{name} must change"


def _hints(width: int) -> Row:
    return hints(width, [("tab", "next field"), ("esc", "cancel"), ("", "letters are text in a field")])


def _dense(rows: Sequence[Row]) -> list[Row]:
    """Empty rows are a luxury."""
    return [row for row in rows if text_of(row).strip()]
