"""The main screen: draws the newest Snapshot, keeps the focus, ticks the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from textual.app import ComposeResult
from textual.events import Click, MouseScrollDown, MouseScrollUp, Resize
from textual.geometry import Offset
from textual.screen import Screen

from rollout_tui.domain.releases import Platform
from rollout_tui.engine.desk import Desk
from rollout_tui.tui.ink import Row, blank, faint, focus_place
from rollout_tui.tui.look import Look
from rollout_tui.tui.scenery import first_focus, scene_of
from rollout_tui.tui.view.kept import Kept
from rollout_tui.tui.view.pane import items
from rollout_tui.tui.view.scene import Focus, Scene
from rollout_tui.tui.view.screen import pane_at, screen_rows
from rollout_tui.tui.view.status import status_row
from rollout_tui.tui.widgets.surface import Surface

_AGES = 5.0
"""Seconds in which ages on the screen stand still, so that a tick repaints the clock alone."""

Footer = Callable[[int], Row]


class MainScreen(Screen[None], inherit_bindings=False):
    """One Surface over the whole terminal. `footer` makes its last row."""

    def __init__(self, desk: Desk, look: Look, footer: Footer) -> None:
        super().__init__()
        self._desk = desk
        self._look = look
        self._footer = footer
        self._surface = Surface(look.theme, ascii_only=look.ascii_only)
        self._focus = first_focus(desk.snapshot)
        self._kept = Kept()
        self._told_ages = 0.0
        self.dimmed = False

    @property
    def focused_platform(self) -> Platform:
        """The platform on which keys act."""
        return self.scene().focused.plan.platform

    def compose(self) -> ComposeResult:
        """The surface."""
        yield self._surface

    def on_mount(self) -> None:
        """Draw, and let the clock tick."""
        self.draw()
        self.set_interval(self._look.tick, self._tick)

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

    def on_resize(self, _event: Resize) -> None:
        """Another size is another layout."""
        self.draw()

    def draw(self) -> None:
        """Show the newest Snapshot."""
        width, height = self.app.size
        scene = self.scene()
        self._told_ages = scene.now - scene.now % _AGES
        body = replace(scene, now=max(self._told_ages, scene.snapshot.at))
        rows = screen_rows(body, width, height, self._footer(width))
        rows[0] = status_row(scene, width)
        if self.dimmed:
            rows = [faint(row) for row in rows]
        self._surface.show([row if row else blank(width) for row in rows])
        if self.is_current:
            self.app.cursor_position = Offset(*(focus_place(rows, "▌") or (0, 0)))

    def dim(self, dimmed: bool) -> None:
        """Draw everything faint while a dialog is open."""
        self.dimmed = dimmed
        self.draw()

    def move_pane(self, step: int) -> None:
        """The other pane."""
        count = len(self._desk.snapshot.rollouts)
        self.choose_pane((self._focus.pane + step) % count)

    def choose_pane(self, pane: int) -> None:
        """The pane of that number, if there is one."""
        if pane < len(self._desk.snapshot.rollouts):
            self._focus = Focus(pane, 0)
            self.draw()

    def move_item(self, step: int) -> None:
        """The next metric or gate."""
        count = max(1, items(self.scene().focused))
        self._focus = replace(self._focus, item=(self._focus.item + step) % count)
        self.draw()

    def scene(self) -> Scene:
        """What the views look at, now."""
        return scene_of(self._desk, self._look, self._focus, self._kept)

    def _tick(self) -> None:
        """The clock; ages only when they are due."""
        scene = self.scene()
        if scene.now - self._told_ages >= _AGES:
            self.draw()
            return
        row = status_row(scene, self.app.size.width)
        self._surface.show_row(0, faint(row) if self.dimmed else row)
