"""All metrics and gates of the focused platform: where a pane says "3 more", this page says which."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rollout_tui.tui.actions import BY_ID, KeyAction
from rollout_tui.tui.ink import Row
from rollout_tui.tui.screens.page import Page
from rollout_tui.tui.view.everything import everything_rows
from rollout_tui.tui.view.pane import pane_title
from rollout_tui.tui.view.scene import Scene

_SCROLL = KeyAction("scroll", (), "↑ ↓", "Scroll", "Scroll where not all fits", "ALL METRICS AND GATES")


class EverythingPage(Page):
    """Nothing is left out; what does not fit is scrolled to."""

    name_of_page = "the list of metrics and gates"
    shown = (_SCROLL, BY_ID["pause"], BY_ID["help"])
    _top = 0
    _hidden = 0

    def keys(self) -> Mapping[str, Callable[[], object]]:
        """Scrolling."""
        return {
            "up": lambda: self._scroll(-1),
            "down": lambda: self._scroll(1),
            "pageup": lambda: self._scroll(-10),
            "pagedown": lambda: self._scroll(10),
        }

    def heading(self, scene: Scene, width: int) -> Row:
        """The pane's own title."""
        return pane_title(scene, scene.focus.pane, width)

    def content(self, scene: Scene, width: int, height: int) -> Sequence[Row]:
        """From the first row that is scrolled to."""
        rows = everything_rows(scene, scene.focused, width)
        self._hidden = max(0, len(rows) - height)
        self._top = min(self._top, self._hidden)
        return rows[self._top : self._top + height]

    def _scroll(self, step: int) -> None:
        self._top = max(0, min(self._top + step, self._hidden))
        self.draw()
