"""The floor: the smallest Textual program. Every budget is a ratio to it, so that the machine cancels out."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static


class Floor(App[None]):
    """One line of text; a key changes it."""

    BINDINGS = [("x", "change", "")]  # noqa: RUF012  Textual's own shape
    count = 0

    def compose(self) -> ComposeResult:
        """The line."""
        yield Static("floor ready", id="line")

    def action_change(self) -> None:
        """Paint something in answer to a key."""
        self.count += 1
        self.query_one("#line", Static).update(f"floor ready {self.count}")


if __name__ == "__main__":
    Floor().run()
