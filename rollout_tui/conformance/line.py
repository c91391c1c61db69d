"""The line between a provider and its stand-in: it writes everything down, and fails in the ways that lines do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import httpx

from rollout_tui.conformance.situations import CHANGE, HOSTILE, WITHOUT_ANSWER, Situation

ELSEWHERE = "elsewhere.example"
"""The host that redirects lead to."""
RETRY_AFTER = 30.0
_PART = 64 * 1024
_LARGEST = 64 * 1024 * 1024

Served = Callable[[httpx.Request, Situation], Awaitable[httpx.Response]]


class Body(httpx.AsyncByteStream):
    """A body that can go on for ever, or hang; it knows whether it was closed."""

    def __init__(self, start: bytes, *, hanging: asyncio.Event | None = None, size: int = 0) -> None:
        self._start, self._hanging, self._size = start, hanging, size
        self.given = 0
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The start, then spaces up to the size, then nothing or never."""
        yield self._start
        while self.given < self._size:
            self.given += _PART
            yield b" " * _PART
        if self._hanging is not None:
            self._hanging.set()
            await asyncio.Event().wait()

    async def aclose(self) -> None:
        """Nobody reads any more."""
        self.closed = True


class Line(httpx.AsyncBaseTransport):
    """Every request as it was sent; `situation` says how the line or the data behind it are."""

    def __init__(self, served: Served, is_change: Callable[[httpx.Request], bool]) -> None:
        self._served, self._is_change = served, is_change
        self.situation = Situation.GOOD
        self.hanging = asyncio.Event()
        self.requests: list[httpx.Request] = []
        self.bodies: list[Body] = []

    @property
    def changes(self) -> list[httpx.Request]:
        """What could have changed something."""
        return [request for request in self.requests if self._is_change(request)]

    def left_open(self) -> Sequence[str]:
        """Answers that nobody closed."""
        return [f"an answer of {len(self.requests)}" for body in self.bodies if not body.closed]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Write it down, then answer or fail."""
        await request.aread()
        self.requests.append(request)
        if request.url.host == ELSEWHERE:
            return httpx.Response(200, json={}, request=request)
        failing = self.situation in (*WITHOUT_ANSWER, Situation.HANGS)
        if failing or (self.situation in CHANGE and self._is_change(request)):
            return await self._failed(request)
        return await self._served(request, Situation.GOOD if self.situation in CHANGE else self.situation)

    async def _failed(self, request: httpx.Request) -> httpx.Response:
        match self.situation:
            case Situation.PAGE:
                return httpx.Response(200, html="<!doctype html><html><body>Please sign in</body></html>")
            case Situation.TRUNCATED:
                return await self._cut(request)
            case Situation.HUGE:
                return self._streamed(Body(b"[", size=_LARGEST))
            case Situation.HANGS:
                return self._streamed(Body(b"{", hanging=self.hanging))
            case Situation.TIME_OUT:
                raise httpx.ReadTimeout("timed out", request=request)
            case Situation.UNREACHABLE | Situation.CHANGE_UNSENT:
                raise httpx.ConnectError("connection refused", request=request)
            case Situation.CHANGE_LOST:
                await self._served(request, Situation.GOOD)
                raise httpx.ReadError("connection reset", request=request)
            case Situation.REDIRECTED:
                return httpx.Response(307, headers={"Location": f"https://{ELSEWHERE}{request.url.path}"})
        return self._refused(request)

    def _refused(self, request: httpx.Request) -> httpx.Response:
        """An error with words in every shape that vendors have for it."""
        status, words = {
            Situation.UNAUTHORIZED: (401, "unauthorized"),
            Situation.FORBIDDEN: (403, "forbidden"),
            Situation.LIMITED: (429, "too many requests"),
            Situation.HOSTILE_ERROR: (400, HOSTILE),
            Situation.ECHO: (400, _sent(request)),
        }.get(self.situation, (503, "overloaded"))
        headers = {"Retry-After": f"{RETRY_AFTER:.0f}"} if status == 429 else {}
        return httpx.Response(status, headers=headers, text=json.dumps(_error(status, words)))

    def _streamed(self, body: Body) -> httpx.Response:
        self.bodies.append(body)
        return httpx.Response(200, headers={"Content-Type": "application/json"}, stream=body)

    async def _cut(self, request: httpx.Request) -> httpx.Response:
        whole = await self._served(request, Situation.GOOD)
        content = await whole.aread()
        kept = {"Content-Type": whole.headers.get("content-type", "application/json")}
        return httpx.Response(whole.status_code, headers=kept, content=content[: len(content) // 2])


def _sent(request: httpx.Request) -> str:
    """What was sent, the provider's own headers first: many a message is cut."""
    own = [value for name, value in request.headers.items() if name not in _USUAL]
    return f"{' '.join(own)} {request.url} {request.content.decode('utf-8', 'replace')}"


_USUAL = frozenset({"host", "accept", "accept-encoding", "connection", "user-agent", "content-type", "content-length"})


def _error(status: int, words: str) -> dict[str, object]:
    """Prometheus, Google, GitHub, Apple and most others read one of these."""
    each = {"status": str(status), "code": words[:40], "title": words, "detail": words, "message": words}
    return {
        "status": "error",
        "error": words if status == 400 else {"code": status, "message": words, "status": "FAILED", "errors": [each]},
        "message": words,
        "detail": words,
        "errors": [each],
    }
