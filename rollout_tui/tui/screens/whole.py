"""What the main screen and every page share: one surface over the whole terminal, a clock that ticks, ages in steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

from textual.app import ComposeResult
from textual.events import Resize
from textual.geometry import Offset
from textual.screen import Screen
from textual.strip import Strip

from rollout_tui.tui.ink import Row, blank, faint, focus_place
from rollout_tui.tui.look import Look
from rollout_tui.tui.view.help import Subject
from rollout_tui.tui.view.scene import Watched
from rollout_tui.tui.view.status import status_row
from rollout_tui.tui.widgets.surface import Surface

_AGES = 5.0
"""Seconds in which ages on the screen stand still, so that a tick repaints the clock alone."""


Seen = TypeVar("Seen", bound=Watched)


class WholeScreen(Screen[str | None], Generic[Seen], inherit_bindings=False):
    """Draws `rows` of what `scene` gives; the first row is the status line, which alone changes with every tick."""

    def __init__(self, look: Look, scene: Callable[[], Seen]) -> None:
        super().__init__()
        self._look = look
        self._scene = scene
        self._surface = Surface(look.theme, symbols=look.symbols)
        self._told_ages = 0.0
        self.dimmed = False

    def compose(self) -> ComposeResult:
        """The surface."""
        yield self._surface

    def on_mount(self) -> None:
        """Draw, and let the clock tick."""
        self.draw()
        self.set_interval(self._look.tick, self._tick)

    def on_resize(self, _event: Resize) -> None:
        """Another size is another layout."""
        self.draw()

    def on_screen_resume(self) -> None:
        """What came while another screen stood in front is drawn now."""
        self.draw()

    def line(self, y: int) -> Strip:
        """One row as it stands on the surface, for what is drawn in front of it."""
        return self._surface.render_line(y)

    def help(self, why_not: Mapping[str, str]) -> Subject:
        """What the help says here; `why_not` by the id of the action."""
        return Subject(why_not)

    def filter(self) -> bool:
        """Open the field that chooses what is listed; False: nothing is listed here."""
        return False

    def rows(self, _scene: Seen, width: int, height: int) -> Sequence[Row]:
        """Every row of the screen, the footer last; row 0 is drawn over by the status line. Each screen has its own."""
        return [blank(width)] * height

    def draw(self) -> None:
        """Show the newest Snapshot."""
        width, height = self.app.size
        scene = self._scene()
        self._told_ages = scene.now - scene.now % _AGES
        body = scene.at(max(self._told_ages, scene.snapshot.at))
        rows = list(self.rows(body, width, height))
        rows[0] = status_row(scene, width)
        if self.dimmed:
            rows = [faint(row) for row in rows]
        self._surface.show([row if row else blank(width) for row in rows])
        if self.is_current:
            self.app.cursor_position = Offset(*(focus_place(rows, "▌") or (0, 0)))

    def news(self) -> None:
        """A new Snapshot."""
        self.draw()

    def dim(self, dimmed: bool) -> None:
        """Draw everything faint while a dialog is open."""
        self.dimmed = dimmed
        self.draw()

    def _tick(self) -> None:
        """The clock; ages only when they are due."""
        scene = self._scene()
        if scene.frozen_at is not None or (self.app.screen is not self and not self.dimmed):
            return
        if scene.now - self._told_ages >= _AGES:
            self.draw()
            return
        row = status_row(scene, self.app.size.width)
        self._surface.show_row(0, faint(row) if self.dimmed else row)
