"""What dialogs that decide something share: no key counts before they can be read, and none that is held."""

from __future__ import annotations

from textual.events import Key

from rollout_tui.tui.keyguard import KeyClock, KeyGuard
from rollout_tui.tui.look import Look
from rollout_tui.tui.screens.dialog import Dialog, Result


class GuardedDialog(Dialog[Result]):
    """Counts keys from when what it shows can be seen; `opened_by` and `inert` are those of its KeyGuard."""

    def __init__(self, look: Look, clock: KeyClock, opened_by: str | None = None, inert: str | None = None) -> None:
        super().__init__(look)
        self._clock = clock
        self._guard = KeyGuard(clock.now(), opened_by, inert)

    def on_mount(self) -> None:
        """It opens."""
        self.settle()

    def settle(self) -> None:
        """What stands here now is new: nobody has read it yet."""
        self._guard.restart(self._clock.now())
        self.call_after_refresh(lambda: self._guard.restart(self._clock.now()))

    def counts(self, event: Key) -> bool:
        """Not what was typed before it could be read, nor what is held down."""
        return self._guard.takes(event.key, self._clock.arrived(event))
