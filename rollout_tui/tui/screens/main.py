"""The main screen: draws the newest Snapshot, keeps the focus."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from textual.events import Click, MouseScrollDown, MouseScrollUp

from rollout_tui.domain.releases import Platform
from rollout_tui.domain.snapshot import Snapshot
from rollout_tui.engine.desk import Desk
from rollout_tui.tui.ink import Row
from rollout_tui.tui.look import Look
from rollout_tui.tui.scenery import first_focus, scene_of
from rollout_tui.tui.screens.whole import WholeScreen
from rollout_tui.tui.view.kept import Kept
from rollout_tui.tui.view.scene import Focus, Scene
from rollout_tui.tui.view.screen import pane_at, screen_rows
from rollout_tui.tui.view.shown import items_of
from rollout_tui.tui.windows import ChartWindow

Footer = Callable[[int], Row]


class MainScreen(WholeScreen[Scene]):
    """All panes. Its focus is that of the pages as well. `footer` makes its last row, `leave` is what `esc` does."""

    def __init__(self, desk: Desk, look: Look, footer: Footer, leave: Callable[[], object]) -> None:
        super().__init__(look, self.scene)
        self._leave = leave
        self._desk = desk
        self._footer = footer
        self._focus = first_focus(desk.snapshot)
        self._kept = Kept()
        self._window = ChartWindow(desk, self.draw)
        self._frozen: Scene | None = None
        self._seen: Snapshot = desk.snapshot

    @property
    def focused_platform(self) -> Platform:
        """The platform on which keys act."""
        return self.scene().focused.plan.platform

    def key_escape(self) -> None:
        """Back to what this was opened from."""
        self._leave()

    def on_click(self, event: Click) -> None:
        """The mouse chooses a pane; it never confirms."""
        width, height = self.app.size
        pane = pane_at(self.scene(), event.screen_x, event.screen_y, width, height)
        if pane is not None:
            self.choose_pane(pane)

    def on_mouse_scroll_down(self, _event: MouseScrollDown) -> None:
        """The next metric or gate."""
        self.move_item(1)

    def on_mouse_scroll_up(self, _event: MouseScrollUp) -> None:
        """The one before."""
        self.move_item(-1)

    def rows(self, scene: Scene, width: int, height: int) -> Sequence[Row]:
        """Panes, events, footer."""
        return screen_rows(scene, width, height, self._footer(width))

    def move_pane(self, step: int) -> None:
        """The other pane."""
        count = len(self._desk.snapshot.rollouts)
        self.choose_pane((self._focus.pane + step) % count)

    def choose_pane(self, pane: int) -> None:
        """The pane of that number, if there is one."""
        if pane < len(self._desk.snapshot.rollouts):
            self.choose(Focus(pane, 0))

    def choose_platform(self, platform: Platform) -> None:
        """The pane of that platform; the row in it stays, if it has the focus already."""
        panes = [rollout.plan.platform for rollout in self._desk.snapshot.rollouts]
        if platform in panes and panes.index(platform) != self._focus.pane:
            self._focus = Focus(panes.index(platform), 0)

    def move_item(self, step: int) -> None:
        """The next metric or gate."""
        count = max(1, len(items_of(self.scene().focused)))
        self.choose(replace(self._focus, item=(self._focus.item + step) % count))

    def choose(self, focus: Focus) -> None:
        """Put the focus there."""
        self._focus = focus
        self.draw()

    def choose_window(self, step: int) -> str:
        """A shorter or longer window of the charts; returns its name."""
        label = self._window.move(step)
        self.draw()
        return label

    @property
    def is_frozen(self) -> bool:
        """Whether the picture stands."""
        return self._frozen is not None

    def freeze(self) -> int | None:
        """Let the picture stand, or go on; returns how many events came meanwhile when it goes on.

        Data and alerts go on behind it, and every dialog opens on what is known now.
        """
        if self._frozen is None:
            scene = self.scene()
            self._frozen, self._seen = replace(scene, frozen_at=scene.now), self._desk.snapshot
            self.draw()
            return None
        missed = len(set(self._desk.snapshot.events) - set(self._seen.events))
        self._frozen = None
        self.draw()
        return missed

    def news(self) -> None:
        """A new Snapshot: a frozen picture does not change for it."""
        if self._frozen is None:
            self.draw()

    def scene(self) -> Scene:
        """What the views look at: now, or when the picture was frozen."""
        if self._frozen is not None:
            return replace(self._frozen, focus=self._focus)
        scene = scene_of(self._desk, self._look, self._focus, self._kept)
        return replace(scene, snapshot=self._window.apply(scene.snapshot))
