"""A slow line gets fewer frames, and always the last one."""

from __future__ import annotations

import io
from collections.abc import Callable

from rollout_tui.tui.driver import Outlet
from rollout_tui.tui.pacing import Pacing


class Line:
    """A line with an outlet whose thread writes when it is told to; what is drawn is the newest number."""

    def __init__(self) -> None:
        self.terminal = io.StringIO()
        self.outlet = Outlet(self.terminal)
        self.queue: list[str] = []
        self.later: list[Callable[[], None]] = []
        self.newest = 0
        self.pacing = Pacing(lambda: self.outlet.backlog > 0, self.later.append, self.draw)

    def draw(self) -> None:
        if self.pacing.may_draw():
            self.queue.append(f"<{self.newest}>")
            self.outlet.hand(len(self.queue[-1]))

    def show(self, number: int) -> None:
        self.newest = number
        self.draw()

    def carry(self) -> None:
        """The line takes all."""
        while self.queue:
            self.outlet.write(self.queue.pop(0))
        self.outlet.flush()

    def look(self) -> None:
        """Time passes."""
        due, self.later[:] = list(self.later), []
        for call in due:
            call()


def test_frames_are_skipped_while_the_line_is_behind_and_the_newest_follows_when_it_has_caught_up() -> None:
    line = Line()
    for number in range(1, 6):
        line.show(number)
    line.look()
    line.look()
    assert line.queue == ["<1>"]
    line.carry()
    line.look()
    line.carry()
    assert line.terminal.getvalue() == "<1><5>"
    line.look()
    assert line.later == [], "nobody looks at a line that has caught up"
    line.show(6)
    line.carry()
    assert line.terminal.getvalue() == "<1><5><6>"


def test_what_the_thread_has_written_but_the_terminal_has_not_taken_is_a_backlog() -> None:
    outlet = Outlet(io.StringIO())
    outlet.hand(5)
    assert outlet.backlog == 5
    outlet.write("12345")
    assert outlet.backlog == 5
    outlet.flush()
    assert outlet.backlog == 0
    outlet.hand(7)
    outlet.begin()
    assert outlet.backlog == 0
