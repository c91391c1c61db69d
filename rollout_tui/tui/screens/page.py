"""A page over the main screen: the same head, a title, what the page is about, and its own keys in the footer.

A page shares the focus of the main screen. Keys that act alike everywhere (`KeyAction.everywhere`) are left to the app;
a page takes only those of its own table, and `esc`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from textual.events import Key, MouseScrollDown, MouseScrollUp

from rollout_tui.domain.actions import ActionKind
from rollout_tui.domain.releases import Platform
from rollout_tui.engine.desk import Desk
from rollout_tui.tui.actions import BACK, BY_ID, KeyAction
from rollout_tui.tui.ink import Row, blank
from rollout_tui.tui.look import Look
from rollout_tui.tui.notices import Tell
from rollout_tui.tui.screens.main import MainScreen
from rollout_tui.tui.screens.whole import WholeScreen
from rollout_tui.tui.view.help import Subject
from rollout_tui.tui.view.next import next_rows
from rollout_tui.tui.view.parts import part
from rollout_tui.tui.view.scene import Scene
from rollout_tui.tui.view.screen import is_too_small, screen_rows
from rollout_tui.tui.view.status import status_row

_TWO_ROWS_OF_NEXT = 24


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page stands: whom it asks, what is behind it, and the app's voice.

    `footer` makes the last row from keys, `tell` shows a notice in it for some seconds, `act` opens the confirmation
    of an action.
    """

    desk: Desk
    look: Look
    main: MainScreen
    footer: Callable[[Sequence[KeyAction], int], Row]
    tell: Tell
    act: Callable[[Platform, ActionKind], None]


class Page(WholeScreen[Scene]):
    """A page draws `content` below its `heading`; `shown` are the keys that its footer names, `more` its help alone."""

    name_of_page = "this page"
    shown: Sequence[KeyAction] = ()
    more: Sequence[KeyAction] = ()

    def __init__(self, place: Place) -> None:
        super().__init__(place.look, place.main.scene)
        self._place = place
        self._desk = place.desk
        self._main = place.main
        self._keys: Mapping[str, Callable[[], object]] = {**self.keys(), "escape": self.leave}

    def keys(self) -> Mapping[str, Callable[[], object]]:
        """What the page's own keys do, by Textual's names of keys."""
        return {}

    def help(self, why_not: Mapping[str, str]) -> Subject:
        """Its own keys before all others."""
        own = [key for key in (*self.more, *self.shown) if key.id not in BY_ID]
        return Subject(why_not, own[0].group if own else self.name_of_page.upper(), own)

    def heading(self, _scene: Scene, width: int) -> Row:
        """The row below NEXT, on the ground of a title."""
        return blank(width, "focus")

    def content(self, _scene: Scene, _width: int, _height: int) -> Sequence[Row]:
        """At most `height` rows below the title."""
        return []

    def rows(self, scene: Scene, width: int, height: int) -> Sequence[Row]:
        """Status line, NEXT, title, content, footer; where a page cannot be read, what the main screen says then."""
        footer = self._place.footer((*self.shown, BACK), width)
        if is_too_small(width, height):
            return screen_rows(scene, width, height, footer)
        high = 2 if height >= _TWO_ROWS_OF_NEXT else 1
        head = [
            status_row(scene, width),
            *part("NEXT", width, lambda: next_rows(scene, width, high, "esc, ")),
            *part("the heading", width, lambda: [self.heading(scene, width)]),
        ]
        room = max(0, height - len(head) - 1)
        body = part(self.name_of_page, width, lambda: self.content(scene, width, room))[:room]
        return [*head, *body, *(blank(width) for _ in range(room - len(body))), footer]

    def turn_to(self, page: Page) -> None:
        """Another page in place of this one."""
        self.app.switch_screen(page)

    def remark(self, text: str, tone: str) -> None:
        """A notice about this page; what was done is told by the place, and outlives it."""
        self._place.tell(text, tone, self)

    def leave(self) -> None:
        """Back to what stood here before."""
        self.dismiss(None)

    def typed(self, _key: str, _character: str | None) -> bool:
        """Whether a key was text for a field of this page; pages with a field have their own."""
        return False

    def on_mouse_scroll_down(self, _event: MouseScrollDown) -> None:
        """As `down`; a field that is typed into keeps what it is about."""
        self._wheel("down")

    def on_mouse_scroll_up(self, _event: MouseScrollUp) -> None:
        """As `up`."""
        self._wheel("up")

    def _wheel(self, key: str) -> None:
        handler = self._keys.get(key)
        if self.is_current and handler is not None and not self.typed(key, None):
            handler()

    def on_key(self, event: Key) -> None:
        """A key of this page; all others are the app's."""
        if not self.is_current:
            return  # it came together with the key that closed this, and is for what stands here now
        handler = self._keys.get(self._place.look.aliases.get(event.key, event.key))
        if self.typed(event.key, event.character):
            event.stop()
            event.prevent_default()
        elif handler is not None:
            event.stop()
            event.prevent_default()
            handler()
