"""Reads that are tried once; clients that are closed again; a server that counted sessions and crashes."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
import stamina

from tests.providers.prometheus.desk import BAD, TOTAL, Canned, ClientOf


@pytest.fixture(autouse=True)
def _no_waiting() -> object:
    with stamina.set_testing(True, attempts=1):
        yield


@pytest.fixture
async def client_of() -> AsyncIterator[ClientOf]:
    """Opens HTTP clients on transports."""
    clients: list[httpx.AsyncClient] = []

    def make(transport: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
        clients.append(httpx.AsyncClient(transport=transport))
        return clients[-1]

    yield make
    for client in clients:
        await client.aclose()


@pytest.fixture
def server() -> Canned:
    """1,000 sessions and 10 crashes when counting began; 600 and 3 more since, the newest sample 10 s old."""
    canned = Canned()
    canned.counter(TOTAL, 1000, 1600)
    canned.counter(BAD, 10, 13)
    return canned


@pytest.fixture
def http(server: Canned, client_of: ClientOf) -> httpx.AsyncClient:
    return client_of(httpx.MockTransport(server))
