"""The one HTTP client of the process; providers get it from here and open none of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

USER_AGENT = "rollout-tui"


def make_client(transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """A shared client: connections are kept, 8 a host, redirects are never followed by themselves.

    Imports httpx here, since that costs as much as half a start (performance.md).
    """
    import httpx

    return httpx.AsyncClient(
        transport=transport,
        timeout=httpx.Timeout(10.0),
        limits=httpx.Limits(max_connections=64, max_keepalive_connections=16, keepalive_expiry=120.0),
        follow_redirects=False,
        headers={"User-Agent": USER_AGENT},
    )
