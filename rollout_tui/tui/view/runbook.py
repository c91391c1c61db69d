"""The runbook page: steps with their checks on the left; what the store says and the worst metric on the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rollout_tui.domain.actions import ActionKind
from rollout_tui.domain.cells import cells, tail
from rollout_tui.domain.runbook import CheckStanding, RunbookStanding, StepStanding
from rollout_tui.domain.sentences import by_hand, worst_metric
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.words import age, clock_time, plain_percent, plain_text, titled
from rollout_tui.tui.ink import Ink, Pen, Row, blank, joined, wrapped
from rollout_tui.tui.symbols import STATE
from rollout_tui.tui.view.metrics import metric_rows
from rollout_tui.tui.view.scene import Scene

_SIDE = 38
_WIDE = 110
_CHECK = 6
"""Column of the box."""


@dataclass(frozen=True, slots=True)
class Open:
    """What the page shows. `standing` None: history is being read. `typed` None: nothing is being asked.

    `is_note`: what is typed is a note of its own, and no answer for the chosen check.
    """

    rollout: Rollout
    standing: RunbookStanding | None
    chosen: int = 0
    asked: str = ""
    typed: str | None = None
    is_note: bool = False

    @property
    def checks(self) -> Sequence[CheckStanding]:
        """All of them, in the order of the page."""
        return () if self.standing is None else [check for step in self.standing.steps for check in step.checks]

    @property
    def check(self) -> CheckStanding | None:
        """The chosen one."""
        return self.checks[self.chosen] if self.chosen < len(self.checks) else None


def heading(scene: Scene, shown: Open, width: int) -> Row:
    """Platform, since when, and how far."""
    pen, rollout = Pen(width, "focus"), shown.rollout
    label = rollout.plan.label
    x = pen.put(1, titled(label), bold=True) + 2
    x = pen.put(x, "Rollback runbook", bold=True) + 3
    standing = shown.standing
    if standing is not None and standing.began is not None:
        pen.put(x, plain_text(f"begun {clock_time(standing.began, scene.zone)} by {standing.began_by}", 40))
    told = _how_far(scene, shown)
    state = rollout.store.state
    if state is not None and rollout.store.problem is None:
        told = f"{STATE[state.word][0]} {state.word} · {told}"
    pen.right(width - 1, told, bold=True)
    return pen.row()


def runbook_rows(scene: Scene, shown: Open, width: int, height: int) -> list[Row]:
    """The steps around the chosen check, beside them what it is about; a note is written below."""
    if shown.is_note and shown.typed is not None:
        steps = runbook_rows(scene, replace(shown, typed=None), width, height - 1)
        return [*steps, *(blank(width) for _ in range(height - 1 - len(steps))), _field("Note", shown.typed, width)]
    if shown.standing is None:
        pen = Pen(width)
        pen.put(1, "reading what is done", "mute")
        return [pen.row()]
    left = width - _SIDE - 3 if width >= _WIDE else width
    lines: list[tuple[int | None, Row]] = []
    number = 0
    for place, step in enumerate(shown.standing.steps):
        lines.append((None, _title(scene, shown.standing, place, step, left)))
        for check in step.checks:
            lines.append((number, _line(scene, shown, number, check, left)))
            number += 1
            lines += [(None, row) for row in _by_hand(shown.rollout, check, left)]
        lines.append((None, Pen(left).row()))
    place = next((y for y, (of, _) in enumerate(lines) if of == shown.chosen), 0)
    first = max(0, min(place - height // 2, len(lines) - height))
    rows = [row for _, row in lines[first : first + height]]
    rows += [Pen(left).row() for _ in range(height - len(rows))]
    if width < _WIDE:
        return rows
    side = _side(scene, shown, _SIDE)[:height]
    side += [blank(_SIDE) for _ in range(height - len(side))]
    edge: Row = ((" │ ", Ink("rule")),)
    return [joined(row, edge, other) for row, other in zip(rows, side, strict=True)]


def _how_far(scene: Scene, shown: Open) -> str:
    standing = shown.standing
    if standing is None:
        return ""
    way = [step for step in standing.steps if not step.step.optional]
    if standing.current is None:
        return f"all {len(way)} steps done"
    passed = "" if standing.began is None else f" · {age(scene.now - standing.began)}"
    return f"step {standing.current + 1} of {len(way)}{passed}"


def _title(scene: Scene, standing: RunbookStanding, place: int, step: StepStanding, width: int) -> Row:
    pen = Pen(width)
    done, current = step.done_at, standing.current == place
    symbol, colour = ("✓", "ok") if done is not None else ("►", "accent") if current else ("○", "mute")
    pen.put(1, symbol, colour, bold=True)
    number = " " if step.step.optional else str(place + 1)
    end = clock_time(done, scene.zone) if done is not None else "" if current else "to come"
    pen.put(3, number, bold=current)
    pen.put(6, plain_text(step.step.title, width - 8 - len(end)), "text" if current else "mute", bold=True)
    pen.right(width - 1, "only if needed" if step.step.optional and done is None else end, "mute")
    return pen.row()


def _line(scene: Scene, shown: Open, number: int, standing: CheckStanding, width: int) -> Row:
    chosen = number == shown.chosen
    pen = Pen(width, "select" if chosen else "bg")
    pen.put(0, "▌" if chosen else " ", "accent")
    done = standing.at is not None
    pen.put(_CHECK, "[✓]" if done else "[ ]", "ok" if done else "text")
    x = _CHECK + 4
    if chosen and shown.typed is not None:
        _type(pen, x, shown.asked, shown.typed, "enter ticks   esc leaves it")
        return pen.row()
    end = _end(scene, standing, chosen=chosen)
    text = f"{standing.check.text}{f': {standing.note}' if standing.note else ''}"
    pen.put(x, plain_text(text, width - x - len(end) - 3), "text")
    pen.right(width - 1, end, "mute")
    return pen.row()


def _field(asked: str, typed: str, width: int) -> Row:
    pen = Pen(width, "raise")
    _type(pen, 1, asked, typed, "enter writes it   esc leaves it")
    return pen.row()


def _type(pen: Pen, x: int, asked: str, typed: str, hint: str) -> None:
    """A field with its cursor; of a long text the end is seen."""
    x = pen.put(x, f"{asked}: ", "accent", bold=True)
    room = max(1, pen.width - x - len(hint) - 4)
    text = plain_text(typed) + (" " if typed.endswith(" ") else "")
    x = pen.put(x, text if cells(text) <= room else f"…{tail(text, room - 1)}")
    pen.put(x, " ", ground="cursor")
    pen.right(pen.width - 1, hint, "mute")


def _by_hand(rollout: Rollout, standing: CheckStanding, width: int) -> list[Row]:
    """Below a pause that is not done: where a person does it in the store's console."""
    room = width - _CHECK - 5
    hand = by_hand(rollout, room - 12) if standing.check.acts is ActionKind.PAUSE and standing.at is None else ""
    if not hand:
        return []
    pen = Pen(width)
    pen.put(_CHECK + 4, plain_text(f"or by hand: {hand}", room), "mute")
    return [pen.row()]


def _end(scene: Scene, standing: CheckStanding, *, chosen: bool) -> str:
    """When and by whom; for an open one what would do it."""
    if standing.at is not None:
        return f"{clock_time(standing.at, scene.zone)} {plain_text(standing.by, 12) or 'seen'}"
    check = standing.check
    if not chosen:
        return "asks first" if check.acts is not None else "sees it" if check.sees is not None else ""
    if check.acts is not None:
        return "enter asks first"
    if check.announces:
        return "y copies the text, space ticks"
    if check.asks:
        return f"space ticks, asks {check.asks}"
    return "ticks itself; space ticks by hand" if check.sees is not None else "space ticks"


def _side(scene: Scene, shown: Open, width: int) -> list[Row]:
    rollout, state = shown.rollout, shown.rollout.store.state
    rows = [_rule("STORE", width)]
    facts = [("state", "? UNKNOWN" if state is None else f"{STATE[state.word][0]} {state.word} ({state.status})")]
    if state is not None and state.share is not None:
        old = "" if state.share_as_of is None else f", {age(scene.now - state.share_as_of)} ago"
        facts.append(("committed", f"{plain_percent(state.share)}{old}"))
    observed = rollout.store.observed
    if observed is not None:
        share = f"{float(observed.share.value()) * 100:.0f} %"
        facts.append(("observed", f"{share}, {age(scene.now - observed.as_of)} ago"))
    for label, text in facts:
        pen = Pen(width)
        pen.put(1, label, "mute")
        pen.put(12, plain_text(text, width - 12))
        rows.append(pen.row())
    rows.append(Pen(width).row())
    worst = worst_metric(rollout) or next(iter(rollout.metrics), None)
    if worst is not None:
        rows += [_rule(worst.metric.label.upper(), width), *metric_rows(scene, worst, width, 2), Pen(width).row()]
    rows += _text(
        "Pausing stops new users; the rate of those who have it stays until a fix.",
        width,
    )
    rows += [Pen(width).row(), _rule("FALSE ALARM?", width)]
    rows += _text(
        "r resumes, to the same users. Only if nothing was wrong: a fix is a new build, it starts at the last step.",
        width,
    )
    return rows


def _rule(text: str, width: int) -> Row:
    pen = Pen(width)
    pen.fill(pen.put(1, plain_text(text, width - 4), "mute", bold=True) + 1, width - 1, "─")
    return pen.row()


def _text(text: str, width: int) -> list[Row]:
    rows = []
    for line in wrapped(text, width - 2):
        pen = Pen(width)
        pen.put(1, line, "mute")
        rows.append(pen.row())
    return rows
