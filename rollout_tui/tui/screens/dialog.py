"""What all dialogs share: a framed surface in the middle, and all keys for themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from textual.app import ComposeResult
from textual.events import Key, MouseScrollDown, MouseScrollUp, Paste, Resize
from textual.geometry import Offset
from textual.screen import ModalScreen
from textual.strip import Strip

from rollout_tui.tui.ink import Row, blank, focus_place, text_of
from rollout_tui.tui.look import Look
from rollout_tui.tui.screens.whole import WholeScreen
from rollout_tui.tui.view.parts import part
from rollout_tui.tui.view.screen import LEAST_COLUMNS
from rollout_tui.tui.widgets.surface import Surface

Result = TypeVar("Result")


def columns(widest: int, window: int) -> int:
    """How wide a dialog may be in a window: with a margin at its sides, where there is room for one."""
    return min(widest, window - (4 if window >= LEAST_COLUMNS else 0))


class Dialog(ModalScreen[Result]):
    """Draws `content` and hands keys that count to `pressed`."""

    DEFAULT_CSS = """
    Dialog { align: center middle; background: transparent; }
    """
    leaving: Sequence[str] = ("escape", "ctrl+c")
    """Keys that always leave it, at once."""
    scrolls = True
    """Whether the wheel is the keys up and down; not where these would fill something in."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._surface = Surface(look.theme, symbols=look.symbols, ground="panel")

    def compose(self) -> ComposeResult:
        """The surface; the style sheet puts it in the middle."""
        yield self._surface

    def render_line(self, y: int) -> Strip:
        """What stands behind, straight from its surface: Textual draws all of it through Rich, thrice an opening."""
        stack = self.app.screen_stack
        behind = stack[stack.index(self) - 1] if self in stack[1:] else None
        return behind.line(y) if isinstance(behind, WholeScreen) else super().render_line(y)

    def on_mount(self) -> None:
        """Draw for the first time."""
        self.draw()

    def on_resize(self, _event: Resize) -> None:
        """Another size."""
        self.draw()

    def draw(self) -> None:
        """Show the content, as large as it is."""
        width, height = self.app.size
        rows = part("this dialog", width, lambda: self.content(width, height))
        wide, high = (len(text_of(rows[0])), len(rows)) if rows else (0, 0)
        self._surface.styles.width = wide
        self._surface.styles.height = high
        self._surface.show(rows)
        x, y = focus_place(rows, "►") or (0, 0)
        self.app.cursor_position = Offset((width - wide) // 2 + x, (height - high) // 2 + y)

    def content(self, width: int, height: int) -> Sequence[Row]:
        """The rows for a terminal of that size; each dialog draws its own over this empty one."""
        return [blank(width, "panel")] * height

    def pressed(self, key: str, character: str | None) -> None:
        """A key that counts; each dialog has its own."""

    def pasted(self) -> None:
        """Somebody pasted text."""

    def counts(self, _event: Key) -> bool:
        """Whether a key was meant; where nothing can be confirmed, all are."""
        return True

    def on_key(self, event: Key) -> None:
        """All keys end here: nothing behind a dialog acts. Leaving is always possible, at once."""
        if not self.is_current:
            return  # it came together with the key that closed this, and is for what stands here now
        event.stop()
        event.prevent_default()
        if event.key in self.leaving:
            self.pressed("escape", None)
        elif self.counts(event):
            self.pressed(event.key, event.character)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """As `down`: the mouse scrolls, and never confirms."""
        event.stop()
        if self.scrolls:
            self.pressed("down", None)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """As `up`."""
        event.stop()
        if self.scrolls:
            self.pressed("up", None)

    def on_paste(self, event: Paste) -> None:
        """A paste is no typing."""
        event.stop()
        self.pasted()
