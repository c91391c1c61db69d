"""What is special about Acme; what every provider must do is `pytest --provider acme`."""

from __future__ import annotations

import asyncio

import httpx

from rollout_tui.conformance.situations import Situation
from rollout_tui.conformance.subject import ANDROID, CRASHES, NOW
from rollout_tui.domain.readings import Reading, Scope, Window
from rollout_tui.ports import ProviderContext, Query
from rollout_tui_acme import PROVIDER
from tests.bench import AcmeBench, answer


class StillClock:
    def now(self) -> float:
        return NOW

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("a source has no reason to sleep")


def test_it_asks_for_one_build_of_one_platform_over_the_window() -> None:
    asked: list[httpx.Request] = []

    def acme(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answer(request, Situation.GOOD)

    async def read() -> Reading:
        async with httpx.AsyncClient(transport=httpx.MockTransport(acme)) as http:
            options = PROVIDER.options.model_validate(AcmeBench().section())
            assert PROVIDER.open_source is not None
            source = PROVIDER.open_source(options, ProviderContext("acme", http, StillClock(), lambda _: "token"))
            query = Query(CRASHES, Scope.RECENT, ANDROID, Window(NOW - 3600, NOW), 180.0)
            (reading,) = await source.read([query])
            assert isinstance(reading, Reading)
            return reading

    assert asyncio.run(read()).quantity.n == 5000
    assert dict(asked[0].url.params) == {
        "metric": "crashes",
        "platform": "android",
        "build": "4201",
        "since": f"{NOW - 3600:.0f}",
        "until": f"{NOW:.0f}",
    }
    assert asked[0].headers["authorization"] == "Bearer token"
