"""Reads that are tried once; clients that are closed again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import httpx
import pytest
import stamina


@pytest.fixture(autouse=True)
def _no_waiting() -> object:
    with stamina.set_testing(True, attempts=1):
        yield


@pytest.fixture
async def client_of() -> AsyncIterator[Callable[[httpx.AsyncBaseTransport], httpx.AsyncClient]]:
    """Opens HTTP clients on transports."""
    clients: list[httpx.AsyncClient] = []

    def make(transport: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
        clients.append(httpx.AsyncClient(transport=transport))
        return clients[-1]

    yield make
    for client in clients:
        await client.aclose()
