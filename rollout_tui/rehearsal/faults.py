"""Faults on demand: `POST /_rehearsal/faults` makes the next answers of a service fail as networks and servers do."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    Next = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Fault:
    """An answer instead of the right one: status and body, after `delay` seconds of wall time; `left` times more."""

    status: int = 503
    body: str = "service unavailable"
    content_type: str = "text/html"
    delay: float = 0.0
    times: int = 1_000_000
    path: str = ""
    """Only requests whose path contains this text; empty: all."""


class Faults:
    """The faults of one service. An empty object as the body ends them."""

    def __init__(self) -> None:
        self._fault: Fault | None = None
        self._left = 0

    def set(self, fault: Fault | None) -> None:
        """Fail like this from now on, or no more."""
        self._fault = fault
        self._left = 0 if fault is None else fault.times

    def routes(self) -> list[BaseRoute]:
        """The control route."""
        from starlette.responses import JSONResponse
        from starlette.routing import Route

        async def control(request: Request) -> Response:
            body: dict[str, Any] = await request.json()
            self.set(Fault(**body) if body else None)
            return JSONResponse({"ok": True})

        return [Route("/_rehearsal/faults", control, methods=["POST"])]

    def guard(self, app: Starlette) -> None:
        """Put the faults in front of every route but the control ones."""
        from starlette.middleware.base import BaseHTTPMiddleware

        app.add_middleware(BaseHTTPMiddleware, dispatch=self._dispatch)

    async def _dispatch(self, request: Request, call_next: Next) -> Response:
        from starlette.responses import Response

        fault = self._fault
        path = request.url.path
        if fault is None or self._left <= 0 or path.startswith("/_rehearsal") or fault.path not in path:
            return await call_next(request)
        self._left -= 1
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.status == 0:
            # An answer that never was: the change is made, the connection ends without a word.
            await call_next(request)
            return Response(b"", 502)
        return Response(fault.body, fault.status, media_type=fault.content_type)
