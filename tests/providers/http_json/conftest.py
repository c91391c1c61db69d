"""An API whose answers a test lays out; reads that are tried once."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
import stamina

from tests.providers.http_json.desk import Canned, Desk


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    api = Canned([{}])
    async with httpx.AsyncClient(transport=httpx.MockTransport(api)) as http:
        with stamina.set_testing(True, attempts=1):
            yield Desk(http, api)
