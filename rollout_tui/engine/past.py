"""What is stored, as pages ask for it: beside the event loop, and empty where history cannot be used."""

from __future__ import annotations

from collections.abc import Sequence

from rollout_tui.domain.events import Event
from rollout_tui.engine.archive import Archive


class Past:
    """Looks into history. Times are epoch seconds UTC."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    async def events(self, before: float, limit: int) -> Sequence[Event]:
        """The newest first, of those older than `before`."""
        nothing: list[Event] = []
        return await self._archive.try_call(lambda history: history.events.newest(limit, before), nothing)
