"""Why keys cannot act now, worked out once for each Snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo

from rollout_tui.domain.releases import Platform
from rollout_tui.domain.snapshot import Snapshot
from rollout_tui.engine.desk import Desk
from rollout_tui.tui.actions import reasons_against


class Reasons:
    """Remembers the last answer: every repaint of a footer asks."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._known: tuple[Snapshot, Platform, Mapping[str, str]] | None = None

    def against(self, desk: Desk, platform: Platform) -> Mapping[str, str]:
        """By the id of the key."""
        snapshot = desk.snapshot
        if self._known is None or self._known[0] is not snapshot or self._known[1] is not platform:
            self._known = (snapshot, platform, reasons_against(snapshot, platform, desk.read_only, self._zone))
        return self._known[2]
