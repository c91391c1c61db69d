"""What is wrong with this build: crash groups, what people wrote, open bugs. Text from outside stays plain text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rollout_tui.domain.investigation import Feedback, Inquired, TroubleGroup
from rollout_tui.domain.sentences import severity_sentence
from rollout_tui.domain.snapshot import MetricStanding, Rollout
from rollout_tui.domain.verdicts import Bug, BugCount
from rollout_tui.domain.words import age, count, plain_text, titled
from rollout_tui.tui.ink import Pen, Row, wrapped
from rollout_tui.tui.symbols import SEVERITY
from rollout_tui.tui.view.inquiry_words import told_of, when
from rollout_tui.tui.view.scene import Scene

_WIDE = 100
_DETAIL = 9
"""Rows about the chosen entry."""
_ELSEWHERE = 3


class Tab(StrEnum):
    """The lists of the page, by what they hold."""

    GROUPS = "Crash groups"
    FEEDBACK = "Feedback"
    BUGS = "Open bugs"


@dataclass(frozen=True, slots=True)
class Entry:
    """A row that can be chosen: a group, a feedback or a bug, and the section that told it."""

    section: str
    label: str
    what: TroubleGroup | Feedback | Bug


@dataclass(frozen=True, slots=True)
class Looked:
    """What the page shows. `answers` None: it is being asked. `log` is what was fetched of the chosen entry."""

    rollout: Rollout
    answers: Sequence[Inquired] | None
    tab: Tab = Tab.GROUPS
    chosen: int = 0
    log: str = ""

    def entries(self, tab: Tab | None = None) -> list[Entry]:
        """The rows of a list, groups worst first over all sources."""
        return list(_ENTRIES[tab or self.tab](self))

    @property
    def entry(self) -> Entry | None:
        """The chosen row."""
        entries = self.entries()
        return entries[self.chosen] if self.chosen < len(entries) else None


def heading(scene: Scene, looked: Looked, width: int) -> Row:
    """Platform, the lists with their sizes, and how old the answers are."""
    pen = Pen(width, "focus")
    label = looked.rollout.plan.label
    x = pen.put(1, titled(label), bold=True) + 2
    for number, tab in enumerate(Tab, 1):
        size = len(looked.entries(tab))
        chosen = tab is looked.tab
        x = pen.put(x, f"{number} {tab.value} {size}", bold=chosen) + 3
    answered = [one.answer for one in looked.answers or () if one.answer is not None]
    if answered:
        newest = max(answer.as_of for answer in answered)
        told = f"{', '.join(one.label for one in looked.answers or () if one.answer)} · {age(scene.now - newest)} old"
        if x + len(told) < width:
            pen.right(width - 1, plain_text(told))
    return pen.row()


def inquiry_rows(scene: Scene, looked: Looked, width: int, height: int) -> list[Row]:
    """The list around the chosen row, what is known of it, and whether the other platform has it too."""
    troubles = [_line(width, *said) for one in looked.answers or () if (said := _said(one)) is not None]
    elsewhere = _elsewhere(scene, looked, width) if height >= 24 else []
    detail = _detail(scene, looked, width, min(_DETAIL, max(0, height // 3))) if height >= 12 else []
    room = max(1, height - len(troubles) - len(elsewhere) - len(detail) - 1)
    entries = looked.entries()
    first = max(0, min(looked.chosen - room // 2, len(entries) - room))
    rows = [_head(looked, width)]
    total = _reports(entries)
    for number, entry in list(enumerate(entries))[first : first + room]:
        rows.append(_row(scene, looked, number, entry, total, width))
    if not entries:
        rows.append(_line(width, _nothing(looked), "mute"))
    rows += [Pen(width).row() for _ in range(room + 1 - len(rows))]
    return [*rows, *troubles, *detail, *elsewhere][:height]


def _groups(looked: Looked) -> Iterator[Entry]:
    told = [(one, group) for one in looked.answers or () if one.answer for group in one.answer.groups]
    for one, group in sorted(told, key=lambda each: -(each[1].reports or 0)):
        yield Entry(one.section, one.label, group)


def _feedback(looked: Looked) -> Iterator[Entry]:
    told = [(one, each) for one in looked.answers or () if one.answer for each in one.answer.feedback]
    for one, each in sorted(told, key=lambda pair: -pair[1].at):
        yield Entry(one.section, one.label, each)


def _bugs(looked: Looked) -> Iterator[Entry]:
    """The open bugs of the phase's gates, each once."""
    seen: set[str] = set()
    for gate in looked.rollout.gates:
        if isinstance(gate.bugs, BugCount):
            for bug in gate.bugs.listed:
                if bug.id not in seen:
                    seen.add(bug.id)
                    yield Entry("", gate.bugs.source, bug)


_ENTRIES: dict[Tab, Callable[[Looked], Iterator[Entry]]] = {
    Tab.GROUPS: _groups,
    Tab.FEEDBACK: _feedback,
    Tab.BUGS: _bugs,
}


def _nothing(looked: Looked) -> str:
    if looked.tab is Tab.BUGS:
        return "no open bug is known that blocks a gate of this phase"
    if looked.answers is None:
        return "asking sources and stores"
    if not looked.answers:
        return "no source of this rollout tells crash groups or feedback; see docs/configuration.md for those that do"
    silent = all(one.answer is None for one in looked.answers)
    return "nothing could be asked" if silent else "nothing was reported for this build"


def _head(looked: Looked, width: int) -> Row:
    pen = Pen(width)
    if looked.tab is Tab.GROUPS:
        for x, text in ((1, "share"), (10, "reports"), (20, "users"), (27, "since")):
            pen.put(x, text, "mute")
        pen.put(_where(width), "where", "mute")
    elif looked.tab is Tab.FEEDBACK:
        for x, text in ((1, "when"), (18, "how"), (30, "words")):
            pen.put(x, text, "mute")
    else:
        for x, text in ((1, "bug"), (12, "title")):
            pen.put(x, text, "mute")
    return pen.row()


def _row(scene: Scene, looked: Looked, number: int, entry: Entry, total: int, width: int) -> Row:
    chosen = number == looked.chosen
    pen = Pen(width, "select" if chosen else "bg")
    pen.put(0, "▌" if chosen else " ", "accent")
    match entry.what:
        case TroubleGroup() as group:
            _group(pen, group, total, width)
        case Feedback() as told:
            pen.put(1, when(scene, told.at), "mute")
            pen.put(18, told.kind.value, "mute")
            device = f" ({told.device})" if told.device else ""
            words = f"“{told.text}”" if told.text else "no words"
            pen.put(30, plain_text(f"{words}{device}", width - 31))
        case Bug() as bug:
            pen.put(1, plain_text(bug.id, 10), "accent", bold=True)
            pen.put(12, plain_text(bug.title, width - 13))
    return pen.row()


def _group(pen: Pen, group: TroubleGroup, total: int, width: int) -> None:
    if group.reports is not None and total:
        pen.right(6, f"{100 * group.reports // total} %", bold=True)
    pen.right(17, "?" if group.reports is None else f"{group.reports:,}")
    pen.right(25, "?" if group.users is None else f"{group.users:,}", "mute")
    known = "back" if group.regressed else "new" if group.new else group.first_build or "?"
    pen.put(27, plain_text(known, 9), "crit" if group.regressed or group.new else "mute")
    where = _where(width)
    twice = not group.location or group.title.startswith(group.location)
    told = group.title if twice else f"{group.location}  {group.title}"
    pen.put(where, plain_text(told, width - where - 1))


def _detail(scene: Scene, looked: Looked, width: int, height: int) -> list[Row]:
    entry = looked.entry
    title = Pen(width)
    name = {Tab.GROUPS: "GROUP", Tab.FEEDBACK: "FEEDBACK", Tab.BUGS: "BUG"}[looked.tab]
    title.fill(
        title.put(1, name if entry is None else f"{name} {looked.chosen + 1}", "mute", bold=True) + 1, width - 1, "─"
    )
    rows = [title.row()]
    if entry is not None:
        told = [
            line for text in told_of(scene, entry.what, entry.label) for line in wrapped(plain_text(text), width - 2)
        ]
        told += [plain_text(line, width - 2) for line in looked.log.splitlines() if line.strip()]
        rows += [_line(width, line, "text") for line in told[: height - 1]]
    return [*rows, *(Pen(width).row() for _ in range(height - len(rows)))][: max(0, height)]


def _elsewhere(scene: Scene, looked: Looked, width: int) -> list[Row]:
    """Whether the other platform suffers too."""
    rows = []
    for rollout in scene.rollouts:
        if rollout.plan.platform is not looked.rollout.plan.platform and rollout.metrics:
            title = Pen(width)
            title.fill(title.put(1, f"IS IT ON {rollout.plan.label} TOO?", "mute", bold=True) + 1, width - 1, "─")
            rows += [title.row(), _metric(rollout.metrics[0], width)]
    return rows[:_ELSEWHERE]


def _metric(standing: MetricStanding, width: int) -> Row:
    pen = Pen(width)
    symbol, colour = SEVERITY[standing.severity]
    x = pen.put(1, f"{symbol} {standing.severity.value}", colour, bold=True) + 2
    told = severity_sentence(standing) if standing.problem is None else f"{standing.metric.label}: {standing.problem}"
    pen.put(x, plain_text(told, width - x - 1))
    return pen.row()


def _said(one: Inquired) -> tuple[str, str] | None:
    """Who did not answer, and what a reader must know of an answer; with its colour token."""
    if one.answer is None:
        return f"? {one.label}: {one.problem}", "unk"
    left_off = ((one.answer.more_groups, "groups"), (one.answer.more_feedback, "feedback"))
    told = [*(f"{count(n)} more {what} not listed." for n, what in left_off if n), one.answer.note]
    note = " ".join(filter(None, told))
    return (f"{one.label}: {note}", "mute") if note else None


def _reports(entries: Sequence[Entry]) -> int:
    return sum(entry.what.reports or 0 for entry in entries if isinstance(entry.what, TroubleGroup))


def _where(width: int) -> int:
    return 38 if width >= _WIDE else 36


def _line(width: int, text: str, colour: str) -> Row:
    pen = Pen(width)
    pen.put(1, plain_text(text, width - 2), colour)
    return pen.row()
