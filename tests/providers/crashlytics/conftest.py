"""A client on a Crashlytics that is written out by hand, closed again."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
import stamina

from tests.providers.crashlytics.desk import Canned, held


@pytest.fixture(autouse=True)
def _no_waiting() -> object:
    with stamina.set_testing(True, attempts=1):
        yield


@pytest.fixture
def canned() -> Canned:
    return Canned()


@pytest.fixture
async def http(canned: Canned) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=held(canned)) as client:
        yield client
