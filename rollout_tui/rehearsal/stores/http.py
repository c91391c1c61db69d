"""What the rehearsed stores and the tracker share: JSON bodies, and recording what changes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rollout_tui.rehearsal.changes import ChangeCall, ChangeLog

if TYPE_CHECKING:
    from starlette.requests import Request


async def json_body(request: Request) -> Any:
    """The request's body as JSON; None for an empty one. Raises ValueError for what is none."""
    raw = await request.body()
    return json.loads(raw) if raw.strip() else None


class Recorder:
    """Writes changing calls into the log with what was answered."""

    def __init__(self, service: str, log: ChangeLog, now: Callable[[], float]) -> None:
        self._service = service
        self._log = log
        self._now = now

    async def __call__(self, request: Request, status: int) -> None:
        """Log the call unless it only reads."""
        if request.method in ("GET", "HEAD"):
            return
        from starlette.requests import ClientDisconnect

        try:
            body = await json_body(request)
        except (ValueError, ClientDisconnect):  # whoever called is gone; what was done is done
            body = None
        self._log.add(ChangeCall(self._now(), self._service, request.method, request.url.path, body, status))
