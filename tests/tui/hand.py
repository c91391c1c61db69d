"""Somebody at the keyboard of the real app, with a clock that moves when it is told to."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from rollout_tui.tui.app import RolloutApp
from rollout_tui.tui.ink import text_of
from rollout_tui.tui.look import Look
from rollout_tui.tui.widgets.surface import Surface
from tests.tui.fake_desk import FakeDesk
from tests.tui.samples import ios, ready, snapshot
from tests.unit.domain.test_advice import SIGNED

PATIENCE = 120.0
"""Seconds of wall time after which a test gives up: far beyond what anything takes on a busy machine."""


class Wrist:
    """A monotonic clock that moves when it is told to: nobody waits in these tests."""

    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


class Hand:
    """Somebody at the keyboard."""

    def __init__(self, app: RolloutApp, pilot: Pilot[int], wrist: Wrist) -> None:
        self.app, self.pilot, self.wrist = app, pilot, wrist

    async def press(self, *keys: str, pause: float = 0.5) -> None:
        """Each key after a pause of that many seconds."""
        for key in keys:
            self.wrist.time += pause
            await self.pilot.press(key)
            await self._drawn()

    async def until(self, happened: Callable[[], bool], what: str) -> None:
        """What comes by itself, however long a busy machine takes for it."""
        await self._wait(happened, what)
        await self._drawn()

    async def _drawn(self) -> None:
        """Until what stands on top was drawn: a dialog counts keys from then on, and the wrist must not run ahead."""
        await self.pilot.pause()
        if self.app.return_code is not None:
            return
        drawn: list[bool] = []
        self.app.screen.call_after_refresh(drawn.append, True)
        await self._wait(lambda: bool(drawn) or self.app.return_code is not None, "the next frame")

    async def _wait(self, happened: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not happened():
            assert time.monotonic() < deadline, f"{what} did not come; the screen is\n{self.screen()}"
            await self.pilot.pause(0.01)

    def front(self) -> list[str]:
        """The rows of the screen in front."""
        return [text_of(row) for row in self.app.screen.query_one(Surface).rows]

    async def settled(self, turns: int = 8) -> list[str]:
        """Those rows, once everything that was under way had so many turns."""
        for _ in range(turns):
            await self.pilot.pause()
        return self.front()

    def screen(self) -> str:
        """Everything that is shown, the dialog last."""
        rows = [row for screen in self.app.screen_stack for s in screen.query(Surface) for row in s.rows]
        return "\n".join(text_of(row) for row in rows)


def ready_desk() -> FakeDesk:
    """Android may be promoted: time over, signed."""
    return FakeDesk(snapshot(ready(SIGNED), ios()))


@asynccontextmanager
async def at_the_keyboard(
    desk: FakeDesk, *others: FakeDesk, size: tuple[int, int] = (120, 40), look: Look | None = None
) -> AsyncIterator[Hand]:
    """Somebody at the app on that desk, and on those of other apps; keys are judged by the hand's clock."""
    wrist = Wrist()
    app = RolloutApp(desk, look, clock=wrist, others=others)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Hand(app, pilot, wrist)
