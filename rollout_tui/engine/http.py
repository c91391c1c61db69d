"""The one HTTP client of the process; providers get it from here and open none of their own."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

Listener = Callable[["httpx.Response"], Awaitable[None]]

USER_AGENT = "rollout-tui"
_FIRST_REQUEST = ("anyio.streams.tls", "anyio._core._synchronization", "anyio._backends._asyncio")
_THIS_HOST = ("all://127.0.0.1", "all://localhost", "all://[::1]")


def make_client(transport: httpx.AsyncBaseTransport | None = None, heard: Listener | None = None) -> httpx.AsyncClient:
    """A shared client: connections are kept, redirects are never followed by themselves.

    A proxy of the environment is used, but never for this host itself. Imports httpx here, since that costs as much as
    half a start (performance.md), and what its first request would import on the event loop. `heard` is told every
    answer.
    """
    # httpx does without its own command line where that is not there; it brings pygments and much of rich.
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # None is how Python bars a module
    import httpx

    for module in _FIRST_REQUEST:
        importlib.import_module(module)
    return httpx.AsyncClient(
        transport=transport,
        mounts=None if transport else dict.fromkeys(_THIS_HOST),
        timeout=httpx.Timeout(10.0),
        limits=httpx.Limits(max_connections=64, max_keepalive_connections=16, keepalive_expiry=120.0),
        follow_redirects=False,
        headers={"User-Agent": USER_AGENT},
        event_hooks={} if heard is None else {"response": [heard]},
    )
