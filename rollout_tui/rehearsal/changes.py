"""The log of every call that changed, or tried to change, a rehearsed service."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute


@dataclass(frozen=True, slots=True)
class ChangeCall:
    """One call: when (the rehearsal's epoch seconds), what, and what was answered."""

    at: float
    service: str
    method: str
    path: str
    body: Any
    status: int


class ChangeLog:
    """All changing calls in order of arrival; `GET /_rehearsal/log` answers them."""

    def __init__(self) -> None:
        self._calls: list[ChangeCall] = []

    def add(self, call: ChangeCall) -> None:
        """Append one call."""
        self._calls.append(call)

    def of(self, service: str) -> list[dict[str, Any]]:
        """The calls of one service, oldest first, as JSON values."""
        return [asdict(call) for call in self._calls if call.service == service]


def log_route(service: str, log: ChangeLog) -> BaseRoute:
    """`GET /_rehearsal/log`: every changing call of this service."""
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    async def answer(_request: Request) -> Response:
        return JSONResponse(log.of(service))

    return Route("/_rehearsal/log", answer)
