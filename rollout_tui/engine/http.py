"""The HTTP clients of the process: one that all share, one for each TLS identity. Providers open none of their own."""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from rollout_tui.engine.tls import OwnTls
from rollout_tui.ports import TlsIdentity

if TYPE_CHECKING:
    import httpx

Listener = Callable[["httpx.Response"], Awaitable[None]]

USER_AGENT = "rollout-tui"
_FIRST_REQUEST = ("anyio.streams.tls", "anyio._core._synchronization", "anyio._backends._asyncio")
_THIS_HOST = ("all://127.0.0.1", "all://localhost", "all://[::1]")


class Clients:
    """Opened when somebody needs them, closed together. `heard` is told every answer."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None = None, heard: Listener | None = None) -> None:
        self._transport = transport
        self._heard = heard
        self._opened: dict[TlsIdentity | None, httpx.AsyncClient] = {}

    def get(self, identity: TlsIdentity | None = None) -> httpx.AsyncClient:
        """The client of that identity; None is the one that all others share. Raises Misconfigured."""
        if identity not in self._opened:
            self._opened[identity] = make_client(self._transport, self._heard, identity)
        return self._opened[identity]

    async def close(self) -> None:
        """Close every connection."""
        await asyncio.gather(*(client.aclose() for client in self._opened.values()), return_exceptions=True)


def make_client(
    transport: httpx.AsyncBaseTransport | None = None,
    heard: Listener | None = None,
    identity: TlsIdentity | None = None,
) -> httpx.AsyncClient:
    """A client: connections are kept, redirects are never followed by themselves.

    A proxy of the environment is used, but never for this host itself. Imports httpx here, since that costs as much as
    half a start (performance.md), and what its first request would import on the event loop. `heard` is told every
    answer.
    """
    # httpx does without its own command line where that is not there; it brings pygments and much of rich.
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # None is how Python bars a module
    import httpx

    for module in _FIRST_REQUEST:
        importlib.import_module(module)
    tls = None if identity is None else OwnTls(identity)
    hooks: dict[str, list[Callable[..., Awaitable[None]]]] = {
        "request": [] if tls is None else [tls.renew],
        "response": [] if heard is None else [heard],
    }
    return httpx.AsyncClient(
        verify=True if tls is None else tls.context,
        transport=transport,
        mounts=None if transport else dict.fromkeys(_THIS_HOST),
        timeout=httpx.Timeout(10.0),
        limits=httpx.Limits(max_connections=64, max_keepalive_connections=16, keepalive_expiry=120.0),
        follow_redirects=False,
        headers={"User-Agent": USER_AGENT},
        event_hooks=hooks,
    )
