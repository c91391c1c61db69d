"""The rollback runbook: ticked by people and by what the program sees; an action of a step always asks first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rollout_tui.domain.releases import Platform
from rollout_tui.domain.runbook import NOTE, CheckStanding, RunbookStanding
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.words import plain_text
from rollout_tui.tui.actions import BY_ID, KeyAction
from rollout_tui.tui.ink import Row
from rollout_tui.tui.screens.page import Page, Place
from rollout_tui.tui.view.runbook import Open, heading, runbook_rows
from rollout_tui.tui.view.scene import Scene
from rollout_tui.tui.view.screen import is_too_small

_LONGEST, _LONGEST_NOTE = 60, 160
_EVENTS = 200

_MOVE = KeyAction("runbook_move", (), "↑↓", "Choose", "Choose a check", "RUNBOOK")
_TICK = KeyAction("runbook_tick", (), "space", "Tick", "Tick, or take it back", "RUNBOOK")
_DO = KeyAction("runbook_do", (), "enter", "Do", "Open the action of the chosen check", "RUNBOOK")
_NOTE = KeyAction("runbook_note", (), "w", "Note", "Write a note into the timeline", "RUNBOOK")
_EXPORT = KeyAction("runbook_export", (), "x", "Report", "Write the incident report", "RUNBOOK")


class RunbookPage(Page):
    """Follows every Snapshot: what the store shows may tick a check."""

    name_of_page = "the runbook"
    shown = (_TICK, _DO, _NOTE, _EXPORT, BY_ID["pause"], BY_ID["help"])
    more = (_MOVE,)

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._standings: dict[Platform, RunbookStanding] = {}
        self._seen: object = None
        self._reading: asyncio.Task[None] | None = None
        self._working: set[asyncio.Task[None]] = set()
        self._chosen = 0
        self._typed: str | None = None
        self._is_note = False
        self._unkept: dict[tuple[Platform, str], str] = {}
        """What was typed and could not be kept, by platform and check: its field has it again.

        It is not opened by itself: after a slow disk, `p` and `y` would be letters of a note.
        """

    def keys(self) -> Mapping[str, Callable[[], object]]:
        """Choosing, ticking, doing, writing down."""
        return {
            "up": lambda: self._move(-1),
            "down": lambda: self._move(1),
            "tab": self._other_platform,
            "space": self._space,
            "enter": self._do,
            "y": self._copy,
            "w": self._begin_note,
            "x": lambda: self._work(self._export()),
        }

    def heading(self, scene: Scene, width: int) -> Row:
        """Platform, state, step."""
        return heading(scene, self._open(scene), width)

    def content(self, scene: Scene, width: int, height: int) -> Sequence[Row]:
        """Steps and checks."""
        return runbook_rows(scene, self._open(scene), width, height)

    def typed(self, key: str, character: str | None) -> bool:
        """While a name is asked for or a note is written letters are text."""
        if self._typed is None:
            return False
        if key == "escape":
            self._typed = None
        elif key == "enter":
            text, self._typed = self._typed, None
            self._work(self._write(text) if self._is_note else self._keep(text))
        elif key == "backspace":
            self._typed = self._typed[:-1]
        elif character is not None and character.isprintable():
            self._typed = f"{self._typed}{character}"[: _LONGEST_NOTE if self._is_note else _LONGEST]
        self.draw()
        return True

    def _open(self, scene: Scene) -> Open:
        rollout = scene.focused
        if self._seen is not scene.snapshot or rollout.plan.platform not in self._standings:
            self._seen = scene.snapshot
            self._read(rollout)
        shown = Open(rollout, self._standings.get(rollout.plan.platform))
        self._chosen = max(0, min(self._chosen, len(shown.checks) - 1))
        standing = shown.checks[self._chosen] if shown.checks else None
        asked = "" if standing is None else standing.check.asks
        return Open(rollout, shown.standing, self._chosen, asked, self._typed, self._is_note)

    def _read(self, rollout: Rollout) -> None:
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._standing(rollout))

    async def _standing(self, rollout: Rollout) -> None:
        found = await self._desk.runbooks.standing(rollout)
        changed = self._standings.get(rollout.plan.platform) != found
        self._standings[rollout.plan.platform] = found
        if changed and self.is_attached:
            self.draw()

    def _move(self, step: int) -> None:
        self._chosen = max(0, self._chosen + step)
        self.draw()

    def _other_platform(self) -> None:
        self._main.move_pane(1)
        self._chosen = 0
        self.draw()

    def _check(self) -> CheckStanding | None:
        return self._open(self._main.scene()).check

    def _space(self) -> None:
        standing = self._check()
        if standing is None:
            return
        if standing.at is not None and not standing.by:
            self.remark("the program sees it: it cannot be taken back", "mute")
        elif standing.at is None and standing.check.acts is not None and standing.check.sees is not None:
            self.remark("enter opens the action; the store ticks this", "mute")
        elif standing.at is None and standing.check.asks:
            self._ask(standing.check.id)
        else:
            self._work(self._keep("", taken_back=standing.at is not None))

    async def _keep(self, note: str, *, taken_back: bool = False) -> None:
        standing, rollout = self._check(), self._main.scene().focused
        if standing is None:
            return
        if standing.check.asks and not taken_back and not note.strip():
            self.remark(f"not ticked: {standing.check.asks} is asked for", "warn")
            return
        said = await self._desk.runbooks.tick(rollout, standing.check.id, note, taken_back=taken_back)
        if not said.done:
            self._lost(rollout.plan.platform, standing.check.id, note, said.text, "space")
        await self._standing(rollout)

    def _begin_note(self) -> None:
        if self._desk.read_only is not None:
            self.remark(f"read-only: {self._desk.read_only}", "warn")
        elif is_too_small(*self.app.size):
            self.remark("window too small to write", "warn")
        else:
            self._ask(NOTE)

    def _ask(self, check: str) -> None:
        """Open a field, with what was typed into it before and could not be kept."""
        self._typed = self._unkept.pop((self._main.focused_platform, check), "")
        self._is_note = check == NOTE
        self.draw()

    def _lost(self, platform: Platform, check: str, typed: str, why: str, key: str) -> None:
        """It was not kept: said, and the text is there again once its key is pressed."""
        if typed:
            self._unkept[platform, check] = typed
        self.remark(f"{why}; {key} brings the text back" if typed else why, "warn")

    async def _write(self, text: str) -> None:
        if not text.strip():
            self.remark("the note is empty", "warn")
            return
        rollout = self._main.scene().focused
        said = await self._desk.runbooks.note(rollout, text)
        if said.done:
            self._place.tell("written into the timeline", "ok")
        else:
            self._lost(rollout.plan.platform, NOTE, text, said.text, "w")

    def _do(self) -> None:
        """Opens the confirmation of the check's action; it never performs it."""
        standing = self._check()
        acts = None if standing is None else standing.check.acts
        if acts is None:
            self.remark("this is done by people; space ticks it", "mute")
            return
        self._place.act(self._main.focused_platform, acts)

    def _copy(self) -> None:
        from rollout_tui.report.incident import announcement

        scene = self._main.scene()
        text = announcement(scene.focused, scene.snapshot.plan, scene.now, scene.zone)
        self.app.copy_to_clipboard(plain_text(text))
        self._place.tell("text for the team copied; where the terminal allows it", "mute")

    async def _export(self) -> None:
        """Into a file of the folder in which the program was started; never over another one."""
        from rollout_tui.report.incident import incident

        scene = self._main.scene()
        rollout, plan = scene.focused, scene.snapshot.plan
        standing = await self._desk.runbooks.standing(rollout)
        events = [
            event
            for event in reversed(await self._desk.past.events(scene.now + 1, _EVENTS))
            if event.platform in (None, rollout.plan.platform)
        ]
        text = incident(rollout, standing, events, plan.app, scene.now, scene.zone)
        stamp = datetime.fromtimestamp(scene.now, UTC).strftime("%Y%m%dT%H%M%SZ")
        name = f"incident-{plan.app}-{plan.version}-{rollout.plan.platform.value}-{stamp}.md"
        path = Path(plain_text(name).replace("/", "_"))
        try:
            await asyncio.to_thread(_write_new, path, text)
        except OSError as error:
            self._place.tell(f"not written, {error.strerror}: {path}", "warn")
        else:
            self._place.tell(f"written: {path}", "ok")

    def _work(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._working.add(task)
        task.add_done_callback(self._working.discard)


def _write_new(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
