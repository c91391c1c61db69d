"""Investigating: crash groups of this build, what testers wrote, open bugs; asked when the page opens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from rollout_tui.domain.investigation import Feedback, Inquired, TroubleGroup
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.verdicts import Bug
from rollout_tui.domain.words import DAY, plain_text
from rollout_tui.tui.actions import BY_ID, KeyAction
from rollout_tui.tui.ink import Row
from rollout_tui.tui.screens.page import Page, Place
from rollout_tui.tui.view.inquiry import Looked, Tab, heading, inquiry_rows
from rollout_tui.tui.view.scene import Scene

_PAGE = 10
_UNKNOWN_START = 7 * DAY
"""How far back is asked where nobody knows since when the build is served."""

_MOVE = KeyAction("inquiry_move", (), "↑↓", "Choose", "Choose a group, feedback or bug", "INVESTIGATE")
_TABS = KeyAction("inquiry_tab", (), "1 2 3", "List", "Groups, feedback, open bugs", "INVESTIGATE")
_TRACE = KeyAction("inquiry_log", (), "enter", "Full text", "The whole trace or log", "INVESTIGATE")
_COPY = KeyAction("inquiry_copy", (), "y", "Copy link", "Copy the link to the clipboard (OSC 52)", "INVESTIGATE")


class InvestigatePage(Page):
    """Asks every source and store once a platform; `u` asks again."""

    name_of_page = "the investigation"
    shown = (_MOVE, _TABS, _TRACE, _COPY, BY_ID["pause"], BY_ID["help"])

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._answers: dict[Platform, Sequence[Inquired]] = {}
        self._tab = Tab.GROUPS
        self._chosen = 0
        self._log = ""
        self._asking: asyncio.Task[None] | None = None

    def on_mount(self) -> None:
        """Ask."""
        self._ask()

    def on_unmount(self) -> None:
        """Nobody waits for the answer any more."""
        if self._asking is not None:
            self._asking.cancel()

    def keys(self) -> Mapping[str, Callable[[], object]]:
        """Lists, rows, texts, links."""
        return {
            "up": lambda: self._move(-1),
            "down": lambda: self._move(1),
            "pageup": lambda: self._move(-_PAGE),
            "pagedown": lambda: self._move(_PAGE),
            **{str(number): partial(self._turn, tab) for number, tab in enumerate(Tab, 1)},
            "tab": self._other_platform,
            "enter": self._fetch,
            "y": self._copy,
            "u": self._ask,
        }

    def heading(self, scene: Scene, width: int) -> Row:
        """Platform and lists."""
        return heading(scene, self._looked(scene), width)

    def content(self, scene: Scene, width: int, height: int) -> Sequence[Row]:
        """The list and its chosen entry."""
        return inquiry_rows(scene, self._looked(scene), width, height)

    def _looked(self, scene: Scene) -> Looked:
        rollout = scene.focused
        looked = Looked(rollout, self._answers.get(rollout.plan.platform), self._tab, 0, self._log)
        self._chosen = max(0, min(self._chosen, len(looked.entries()) - 1))
        return replace(looked, chosen=self._chosen)

    def _ask(self) -> None:
        rollout = self._main.scene().focused
        if self._asking is not None and not self._asking.done():
            return
        self._answers.pop(rollout.plan.platform, None)
        self._asking = asyncio.create_task(self._answered(rollout))
        self.draw()

    async def _answered(self, rollout: Rollout) -> None:
        known = [phase.began for phase in rollout.phases if phase.began is not None]
        since = min(known, default=self._desk.clock.now() - _UNKNOWN_START)
        self._answers[rollout.plan.platform] = await self._desk.inquiry.ask(rollout.plan, since)
        if self.is_attached:
            self.draw()

    def _move(self, step: int) -> None:
        self._chosen, self._log = max(0, self._chosen + step), ""
        self.draw()

    def _turn(self, tab: Tab) -> None:
        self._tab, self._chosen, self._log = tab, 0, ""
        self.draw()

    def _other_platform(self) -> None:
        self._main.move_pane(1)
        self._turn(self._tab)
        if self._main.focused_platform not in self._answers:
            self._ask()

    def _fetch(self) -> None:
        entry = self._looked(self._main.scene()).entry
        log = entry.what.log if entry is not None and isinstance(entry.what, TroubleGroup | Feedback) else ""
        if entry is None or not log:
            self.remark("there is no longer text behind this", "mute")
        elif self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._fetched(entry.section, log))
            self.remark("fetching the whole text", "mute")

    async def _fetched(self, section: str, log: str) -> None:
        plan, chosen, tab = self._main.scene().focused.plan, self._chosen, self._tab
        text = await self._desk.inquiry.log(plan, section, log)
        shown = (self._main.focused_platform, self._chosen, self._tab)
        if self.is_attached and shown == (plan.platform, chosen, tab):
            self._log = text
            self.draw()

    def _copy(self) -> None:
        entry = self._looked(self._main.scene()).entry
        link = entry.what.link if entry is not None and isinstance(entry.what, TroubleGroup | Bug) else ""
        if not link:
            self.remark("there is no link to copy", "mute")
            return
        self.app.copy_to_clipboard(plain_text(link).partition(" ")[0])
        self._place.tell("link copied, where the terminal allows it", "mute")
