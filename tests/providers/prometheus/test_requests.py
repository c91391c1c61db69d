"""What is sent to the server: an address, credentials, and builds that stay values."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from rollout_tui.domain.readings import NoReading
from tests.providers.prometheus.desk import Canned, asks, read_one, source
from tests.unit.domain.builders import ANDROID


async def test_a_build_cannot_add_to_the_query(server: Canned, http: httpx.AsyncClient) -> None:
    odd = replace(ANDROID, build='42"} or vector(1)#')
    (answer,) = await source(http).read(asks(rollout=odd))
    assert isinstance(answer, NoReading)
    assert all(r'build="42\"} or vector(1)#"' in request.url.params["query"] for request in server.asked[:1])
    assert not any('"42"' in request.url.params["query"] for request in server.asked)


async def test_the_address_may_have_a_path(server: Canned, http: httpx.AsyncClient) -> None:
    await read_one(http)
    assert str(server.asked[0].url).startswith("http://prom.example/base/api/v1/query?")


@pytest.mark.parametrize(
    ("options", "header", "value"),
    [
        ({"token": "env:prom"}, "authorization", "Bearer ENV:PROM"),
        ({"username": "mara", "password": "env:pw"}, "authorization", "Basic bWFyYTpFTlY6UFc="),
        ({"headers": {"X-Scope-OrgID": "env:tenant"}}, "x-scope-orgid", "ENV:TENANT"),
    ],
)
async def test_signing_in(
    server: Canned, http: httpx.AsyncClient, options: dict[str, object], header: str, value: str
) -> None:
    await read_one(http, **options)
    assert {request.headers[header] for request in server.asked} == {value}
