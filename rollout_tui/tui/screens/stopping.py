"""Stopping an automatic pause: asked first, since it is the dangerous direction."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rollout_tui.domain.releases import Platform
from rollout_tui.domain.words import clock_time, plain_text
from rollout_tui.engine.desk import Desk
from rollout_tui.tui.ink import Row
from rollout_tui.tui.keyguard import KeyClock
from rollout_tui.tui.look import Look
from rollout_tui.tui.screens.dialog import columns
from rollout_tui.tui.screens.guarded import GuardedDialog
from rollout_tui.tui.view.frame import frame, hints, inner_width, line, lines
from rollout_tui.tui.view.scene import Scene

_WIDTH = 76


class StopDialog(GuardedDialog[str | None]):
    """Gives "stop" after `y`; when nothing is counted down any more it says so."""

    def __init__(self, desk: Desk, look: Look, scene: Callable[[], Scene], clock: KeyClock, platform: Platform) -> None:
        self._desk = desk
        self._scene = scene
        self._platform = platform
        super().__init__(look, clock, "a")

    def content(self, width: int, _height: int) -> Sequence[Row]:
        """When, why, and what stopping means."""
        room = columns(_WIDTH, width)
        inner, rollout = inner_width(room), self._desk.snapshot.rollout(self._platform)
        name, countdown = rollout.plan.label, rollout.countdown
        if countdown is None or not countdown.runs:
            rows = [line(inner), *lines(inner, f"No pause of {name} is counted down any more; see its state.")]
            return frame("AUTOMATIC PAUSE", [*rows, line(inner), hints(inner, [("esc", "close")])], room, "warn")
        when = clock_time(countdown.due, self._scene().zone)
        rows = [line(inner), *lines(inner, f"The guard pauses {name} at {when}.", bold=True)]
        rows += [*lines(inner, plain_text(countdown.told, 300)), line(inner)]
        rows += lines(inner, f"Stopped, {name} goes on as it is, and does not pause by itself for this again.")
        rows += lines(inner, "Alerts of what stands now end. p pauses at any time.", "mute")
        keys = [("y", "stop it"), ("esc", "let it pause"), ("", "a or held keys do nothing here")]
        return frame("AUTOMATIC PAUSE", [*rows, line(inner), hints(inner, keys)], room, "crit")

    def pressed(self, key: str, _character: str | None) -> None:
        """One key stops it; all that leave, leave."""
        countdown = self._desk.snapshot.rollout(self._platform).countdown
        if key == "y" and countdown is not None and countdown.runs:
            self.dismiss("stop")
        elif key in ("escape", "q", "enter"):
            self.dismiss(None)
