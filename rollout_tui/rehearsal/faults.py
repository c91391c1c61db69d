"""Faults on demand: `POST /_rehearsal/faults` makes the next answers of a service fail as networks and servers do."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import asdict, dataclass, fields
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
    """An answer instead of the right one, after `delay` seconds of wall time, for the next `times` requests.

    Whoever waits for it goes on as soon as the fault is cured, or another one is set.
    Status 0: the request is carried out, but a gateway loses the answer.
    """

    status: int = 503
    body: str = "service unavailable"
    content_type: str = "text/html"
    delay: float = 0.0
    times: int = 1_000_000
    path: str = ""
    """Only requests whose path contains this text; empty: all."""
    missing: int = 0
    """Bytes that the answer announces but that never come: the connection ends in the middle of it."""


_KEYS = frozenset(field.name for field in fields(Fault))


class Faults:
    """What one service does wrong at present. `pace` is how many seconds of wall time each answer takes, always.

    Half of that passes before a call is carried out, half before its answer goes out.
    """

    def __init__(self, pace: float = 0.0) -> None:
        self._pace = pace / 2
        self._fault: Fault | None = None
        self._left = 0
        self._over = asyncio.Event()

    def set(self, fault: Fault | None) -> None:
        """Fail like this from now on, or no more."""
        self._fault = fault
        self._left = 0 if fault is None else fault.times
        self._over.set()
        self._over = asyncio.Event()

    def now(self) -> dict[str, Any]:
        """What is wrong at present and for how many requests more (`times`); empty when nothing is."""
        return {} if self._fault is None or self._left <= 0 else {**asdict(self._fault), "times": self._left}

    def routes(self) -> list[BaseRoute]:
        """The control route: GET tells what is wrong, POST sets it; an empty object cures it."""
        from starlette.responses import JSONResponse
        from starlette.routing import Route

        async def control(request: Request) -> Response:
            if request.method == "POST":
                body: dict[str, Any] = await request.json()
                unknown = sorted(body.keys() - _KEYS)
                if unknown:
                    return JSONResponse({"error": f"unknown: {', '.join(unknown)}; known: {sorted(_KEYS)}"}, 400)
                self.set(Fault(**body) if body else None)
            return JSONResponse(self.now())

        return [Route("/_rehearsal/faults", control, methods=["GET", "POST"])]

    def guard(self, app: Starlette) -> None:
        """Put the faults in front of every route but the control ones."""
        from starlette.middleware.base import BaseHTTPMiddleware

        app.add_middleware(BaseHTTPMiddleware, dispatch=self._dispatch)

    async def _dispatch(self, request: Request, call_next: Next) -> Response:
        from starlette.responses import Response

        fault = self._fault
        path = request.url.path
        if path.startswith("/_rehearsal"):
            return await call_next(request)
        if fault is None or self._left <= 0 or fault.path not in path:
            await asyncio.sleep(self._pace)
            response = await call_next(request)
            await asyncio.sleep(self._pace)
            return response
        self._left -= 1
        if fault.delay:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(fault.delay):
                    await self._over.wait()
        if fault.status == 0:
            await call_next(request)
            return Response(b"", 502)
        body = fault.body.encode()
        announced = {"content-length": str(len(body) + fault.missing)}
        return Response(body, fault.status, announced, fault.content_type)
