"""Textual's driver with two manners more: the first frame is not cleared, and a terminal that is gone blocks nobody."""

from __future__ import annotations

from textual.drivers.linux_driver import LinuxDriver

from rollout_tui.tui import terminal

_ALTERNATE_SCREEN = "\x1b[?1049h"


class Manners(LinuxDriver):
    """Enters the alternate screen unless the program is in it already; drops what nobody can see."""

    def start_application_mode(self) -> None:
        """As Textual does; what is given back while suspended is the terminal before the first frame, which echoes."""
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's own
        handover = getattr(self._app, "handover", None)
        if handover is not None and self.attrs_before is not None:
            self.attrs_before = handover.settings

    def write(self, data: str) -> None:
        """Hand on to the writing thread, which ends with its terminal: then its queue would fill up and block."""
        handover = getattr(self._app, "handover", None)
        if data == _ALTERNATE_SCREEN and handover is not None and not handover.taken:
            handover.taken = True
        elif not terminal.is_gone():
            super().write(data)
