"""What a person reads before confirming: the exact change, the way back, gates with their ages (screens.md 11)."""

from __future__ import annotations

from collections.abc import Sequence

from rollout_tui.domain.actions import GOES_OUT, ActionKind, Change, Proposal
from rollout_tui.domain.decisions import decision
from rollout_tui.domain.evidence.feasible import notes
from rollout_tui.domain.plan import Phase
from rollout_tui.domain.reasons import Case, case_of
from rollout_tui.domain.sentences import hand_beside
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.verdicts import GateResult, Verdict
from rollout_tui.domain.waiving import row_forms
from rollout_tui.domain.words import age, middle_cut, plain_percent, plain_text, sample, value
from rollout_tui.tui.ink import Pen, Row
from rollout_tui.tui.symbols import verdict_of
from rollout_tui.tui.view.frame import GROUND, labelled, line, lines, rule
from rollout_tui.tui.view.scene import Scene

_NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


def facts(scene: Scene, proposal: Proposal, changed: str, width: int, *, tight: bool = False) -> list[Row]:
    """Everything above the buttons. `changed` says what is new since the dialog opened.

    `tight`: not all of it is seen at once, and the gates that do not pass stand first.
    """
    rows = [line(width), *lines(width, changed, "unk", bold=True)]
    if proposal.change is not None and proposal.change.irreversible:
        rows.append(line(width, "This cannot be undone.", "crit", bold=True))
    rows += _heading(scene, proposal, width)
    gates = _gates(scene, proposal, width)
    if tight:
        passing = [result.verdict is Verdict.PASS for result in proposal.gates]
        rows += [*gates[:1], *(row for row, passes in zip(gates[1:], passing, strict=True) if not passes)]
        gates = [row for row, passes in zip(gates[1:], passing, strict=True) if passes]
    if proposal.possible:
        return [*rows, *_change(scene, proposal, proposal.change, gates, width)]
    # Where only this desk is in the way, the change can be looked at all the same.
    looked_at = proposal.change if scene.read_only else None
    against = [*_obstacles(proposal, width), *gates, *_foreseen(scene, proposal, width)]
    reaches = _reaches(proposal, width) if looked_at is None else []
    apart = [line(width)] if reaches else []
    against = [*against, *reaches] if tight else [*reaches, *apart, *against]
    return [*rows, *against, *_change(scene, proposal, looked_at, [], width)]


def _heading(scene: Scene, proposal: Proposal, width: int) -> list[Row]:
    """From which phase to which, in the plan's words."""
    if proposal.kind not in GOES_OUT or proposal.target is None:
        return []
    rollout = scene.snapshot.rollout(proposal.platform)
    current = "" if rollout.current is None else f"{_phase(rollout.current.phase)} → "
    text = f"{rollout.plan.version} ({rollout.plan.build}): {current}{_goal(proposal, proposal.target)}"
    return [line(width, middle_cut(plain_text(text), width), bold=True), line(width)]


def _goal(proposal: Proposal, target: Phase) -> str:
    """The phase, and the share that a person chose within it."""
    chosen = proposal.terms.share
    return _phase(target) if chosen is None else f"{target.label}, {plain_percent(chosen)}"


def _phase(phase: Phase) -> str:
    return phase.label if phase.share is None else f"{phase.label} {plain_percent(phase.share)}"


def _change(scene: Scene, proposal: Proposal, change: Change | None, gates: Sequence[Row], width: int) -> list[Row]:
    """What the store is asked to do, in its words, and what comes of it; `gates` stand between the two."""
    if change is None:
        return []
    rows = [] if proposal.possible else [rule(width)]
    rows += lines(width, change.headline, bold=proposal.kind not in GOES_OUT)
    rows.append(line(width))
    for field in change.fields:
        rows += labelled(width, field.name, field.told("→"))
    rows += _reaches(proposal, width)
    rows += _cause(scene, proposal, width)
    rows += labelled(width, "way back", change.way_back, "warn" if change.irreversible else "text")
    effects = _effects(change, width)
    read = [
        *labelled(width, "store read", _store_read(scene, proposal, width)),
        *_by_hand(scene, proposal, width),
        *labelled(width, "as", scene.who.replace("@", " on ")),
    ]
    if proposal.kind is not ActionKind.PAUSE:
        read += labelled(
            width, "second person", proposal.second or "not asked for", "warn" if proposal.second else "text"
        )
    if proposal.gates:
        # Gates and the age of the store must stand on the smallest screen; effects may be scrolled to there.
        read += _foreseen(scene, proposal, width) if proposal.possible else []
        return [*rows, *gates, *read, rule(width), *effects]
    return [*rows, rule(width), *effects, rule(width), *read]


def _reaches(proposal: Proposal, width: int) -> list[Row]:
    """Who gets it by that, in words."""
    return labelled(width, "reaches", proposal.reaches) if proposal.reaches else []


def _cause(scene: Scene, proposal: Proposal, width: int) -> list[Row]:
    """Why it is wished for; of a resume, who paused, and what is bad all the same."""
    if proposal.kind is ActionKind.PAUSE:
        because = labelled(width, "because", proposal.because) if proposal.because else []
        return [*because, *(labelled(width, "waiting", proposal.waiting) if proposal.waiting else [])]
    if proposal.kind is not ActionKind.RESUME:
        return []
    still = labelled(width, "bad now", proposal.because, "crit") if proposal.because else []
    return [*labelled(width, "paused", _paused(scene, proposal)), *still]


def _paused(scene: Scene, proposal: Proposal) -> str:
    store = scene.snapshot.rollout(proposal.platform).store
    asked = store.requested
    if store.state is None or asked is None or asked.text.lower() != store.state.status.lower():
        return "not by this program; ask who did it, and why"
    return f"{age(scene.now - asked.at)} ago" + (f" by {asked.by}" if asked.by else "")


def _effects(change: Change, width: int) -> list[Row]:
    rows = [line(width, "What else it does, and does not do", "mute")]
    for effect in change.effects:
        rows += lines(width, effect, indent="· ")
    return rows


def _obstacles(proposal: Proposal, width: int) -> list[Row]:
    count = len(proposal.obstacles)
    lead = "One thing stands in the way" if count == 1 else f"{_spelled(count)} things stand in the way"
    rows = [line(width, lead, bold=True), line(width)]
    for number, obstacle in enumerate(proposal.obstacles, 1):
        rows += lines(width, obstacle.reason, indent=f"{number:<3}")
        rows += lines(width, obstacle.remedy, "mute", indent="   ")
    return [*rows, line(width)]


def _spelled(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def _gates(scene: Scene, proposal: Proposal, width: int) -> list[Row]:
    """How many hold, then a row for each; nothing where no gate is asked."""
    if not proposal.gates:
        return []
    holding = sum(result.holds for result in proposal.gates)
    title = Pen(width, GROUND)
    x = title.put(0, "GATES", "mute", bold=True)
    end = title.right(
        width, f"{holding} of {len(proposal.gates)} hold", "ok" if holding == len(proposal.gates) else "mute", bold=True
    )
    title.fill(x + 1, end - 1, "─")
    rows = [title.row()]
    rollout = scene.snapshot.rollout(proposal.platform)
    return [*rows, *(_gate(scene, rollout, result, width) for result in proposal.gates)]


def _gate(scene: Scene, rollout: Rollout, result: GateResult, width: int) -> Row:
    """One gate: verdict, value, evidence, age."""
    pen = Pen(width, GROUND)
    symbol, word, colour = verdict_of(result)
    pen.put(0, f"{symbol} {word}", colour, bold=True)
    pen.put(12, middle_cut(result.gate.label, 21))
    old = "" if result.as_of is None else f" {age(scene.now - result.as_of)}"
    case = case_of(result, rollout, scene.now, scene.zone)
    shown, told = _plain(result)
    if result.waiver is not None:
        forms = row_forms(result.waiver, scene.zone)
        told = next((form for form in forms if len(form) <= width - 46 - len(old)), "")
    elif case is not None and result.quantity is not None:
        told = _told(case, result, width - 46 - len(old))
    if case is not None and result.quantity is not None:
        shown = value(case.metric, result.quantity, complement=result.gate.complement, line=result.gate.line)
    pen.right(43, shown, bold=True)
    tone = {Verdict.FAIL: "crit", Verdict.WAIVED: "warn"}.get(result.verdict, "mute")
    pen.put(45, plain_text(told, width - 45 - len(old)), tone)
    pen.right(width, old, "mute")
    return pen.row()


def _plain(result: GateResult) -> tuple[str, str]:
    """Value and words of a gate that rests on no evidence."""
    if result.bugs is not None:
        return f"{result.bugs.open} open", "; ".join(result.bugs.newest)
    if result.elapsed is not None:
        return f"{int(result.elapsed // 3600)} h", result.reason
    if result.signoff is not None:
        return "signed", f"by {result.signoff.by}"
    if result.waits:
        return "none", result.reason.removeprefix("none yet").lstrip("; ") or "needed"
    return "?", result.reason


def _told(case: Case, result: GateResult, room: int) -> str:
    """The evidence and what it rests on, whole."""
    decided = decision(case)
    n = "" if result.quantity is None else sample(result.quantity)
    forms = [decided.told, *(f"{form}, {n}" for form in decided.forms), *decided.forms, n]
    return next((plain_text(form) for form in forms if form and len(form) <= room), "")


def _foreseen(scene: Scene, proposal: Proposal, width: int) -> list[Row]:
    """What the phase to come cannot prove, and what then: said before it begins (gates.md 4)."""
    if proposal.kind not in GOES_OUT or proposal.target is None:
        return []
    plan = scene.snapshot.rollout(proposal.platform).plan
    found = [note for note in notes(plan) if note.phase.id == proposal.target.id]
    rows = [] if not found else [line(width, f"What {proposal.target.label} cannot prove", "warn", bold=True)]
    for note in found:
        rows += lines(width, f"{note.gate.label}: {note.words}.", indent="· ")
    return rows


def _by_hand(scene: Scene, proposal: Proposal, width: int) -> list[Row]:
    """Where a person pauses it, where it is not sure that the store can be reached."""
    hand = hand_beside(scene.snapshot.rollout(proposal.platform), proposal.kind)
    return labelled(width, "or by hand", hand, "unk") if hand else []


def _store_read(scene: Scene, proposal: Proposal, width: int) -> str:
    """How old the state is on which the proposal rests. A pause goes on without one."""
    store = scene.snapshot.rollout(proposal.platform).store
    state = proposal.seen or store.state
    if state is None:
        return "never; it will be tried all the same"
    read = f"{age(scene.now - state.as_of)} ago"
    share = "" if state.share is None else f", committed {plain_percent(state.share)}"
    if store.problem is not None:
        return f"last known {read}: {state.word}{share}; cannot be read now, will be tried all the same"
    if proposal.kind is ActionKind.PAUSE:
        return f"{read}; read again before the change"
    return f"{read}: {state.word}{share}; read again {'before the change' if width >= 72 else 'first'}"
