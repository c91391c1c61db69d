"""Reads that are tried once; a client on a service that is written out by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import nullcontext

import httpx
import pytest
import stamina


@pytest.fixture(autouse=True)
def _no_waiting(request: pytest.FixtureRequest) -> Iterator[None]:
    """Reads are tried once, without waiting; of a real server as often as usual, for it may be slow to start."""
    real = request.node.get_closest_marker("real") is not None
    with nullcontext() if real else stamina.set_testing(True, attempts=1):
        yield


@pytest.fixture
async def http(transport: httpx.AsyncBaseTransport) -> AsyncIterator[httpx.AsyncClient]:
    """A client on the `transport` of the package's own tests, closed again."""
    async with httpx.AsyncClient(transport=transport) as client:
        yield client
