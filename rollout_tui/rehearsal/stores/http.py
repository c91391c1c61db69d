"""What the rehearsed services share: JSON answers, the change log, the control routes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rollout_tui.rehearsal.changes import ChangeCall, ChangeLog

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute


async def json_body(request: Request) -> Any:
    """The request's body as JSON; None for an empty one. Raises ValueError for what is none."""
    raw = await request.body()
    return json.loads(raw) if raw.strip() else None


def log_route(service: str, log: ChangeLog) -> BaseRoute:
    """`GET /_rehearsal/log`: every changing call of this service."""
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    async def answer(_request: Request) -> Response:
        return JSONResponse(log.of(service))

    return Route("/_rehearsal/log", answer)


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
        try:
            body = await json_body(request)
        except ValueError:
            body = None
        self._log.add(ChangeCall(self._now(), self._service, request.method, request.url.path, body, status))
