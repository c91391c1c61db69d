"""Somebody at the keyboard of the real app, with a clock that moves when it is told to."""

from __future__ import annotations

from textual.pilot import Pilot

from rollout_tui.tui.app import RolloutApp
from rollout_tui.tui.ink import text_of
from rollout_tui.tui.widgets.surface import Surface
from tests.tui.fake_desk import FakeDesk
from tests.tui.samples import ios, ready, snapshot
from tests.unit.domain.test_advice import SIGNED


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
        await self.pilot.pause()

    def screen(self) -> str:
        """Everything that is shown, the dialog last."""
        rows = [row for screen in self.app.screen_stack for s in screen.query(Surface) for row in s.rows]
        return "\n".join(text_of(row) for row in rows)


def ready_desk() -> FakeDesk:
    """Android may be promoted: time over, signed."""
    return FakeDesk(snapshot(ready(SIGNED), ios()))


def app_on(desk: FakeDesk, wrist: Wrist) -> RolloutApp:
    """The app on that desk; keys are judged by the wrist's clock."""
    return RolloutApp(desk, clock=wrist)
