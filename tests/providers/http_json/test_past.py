"""What is asked about the past, and which APIs have none."""

from __future__ import annotations

from dataclasses import replace

import httpx

from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.readings import Scope, Window
from tests.providers.http_json.desk import GOOD, NOW, Desk, ask, counts
from tests.unit.domain.builders import CONNECT, CRASH, HOUR


async def test_the_phase_so_far_is_asked_for_as_it_stood_at_some_past_moments(desk: Desk) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        desk.api.asked.append(request)
        hours = (int(request.url.params["till"]) - int(request.url.params["since"])) // 3600
        return httpx.Response(200, json={"bad": hours, "total": 1000 * hours, "at": NOW, "build": "4201"})

    metric = {"bad": "bad", "total": "total"}
    query = {"since": "$start", "till": "$end"}
    section = counts(
        metrics={CRASH.id: metric, CONNECT.id: metric}, query=query, as_of="at", build="build", look_back=3
    )
    phase = ask(scope=Scope.PHASE, since=8 * HOUR)
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as desk.http:
        source = desk.source(section)
        past = await source.back_fill(phase, 300.0)
        assert [(reading.quantity, reading.window) for reading in past] == [
            (Proportion(hours, 1000 * hours), Window(NOW - 8 * HOUR, NOW - (8 - hours) * HOUR)) for hours in (2, 4, 6)
        ]
        assert [reading.as_of for reading in past] == [reading.window.end for reading in past]
        await source.back_fill(replace(phase, metric=CONNECT), 300.0)
        assert len(desk.api.asked) == 3, "metrics of the same answer share it"
        assert await source.back_fill(ask(), 300.0) == [], "a chart would cost a request for each of its cells"


async def test_what_cannot_be_asked_about_the_past_has_none(desk: Desk) -> None:
    desk.api.answers = [GOOD]
    phase = ask(scope=Scope.PHASE, since=8 * HOUR)
    until_now = desk.source(counts())
    ends = {"since": "$start", "till": "$end"}
    assert await until_now.back_fill(phase, 300.0) == []
    assert await desk.source(counts(query=ends, look_back=0)).back_fill(phase, 300.0) == []
    assert await desk.source(counts(query=ends, metric={"covers": "24h"})).back_fill(phase, 300.0) == []
    assert desk.api.asked == []
    desk.api.answers = [httpx.Response(503)]
    assert await desk.source(counts(query=ends)).back_fill(phase, 300.0) == []
