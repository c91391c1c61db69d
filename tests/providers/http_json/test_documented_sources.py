"""The sources of docs/sources.md, as they stand there, against answers in their vendors' shapes."""

from __future__ import annotations

import json
from typing import Any

import httpx

from rollout_tui.domain.quantities import Mean, Proportion
from rollout_tui.domain.readings import Reading, Scope
from tests.providers.http_json.desk import NOW, START, Desk, ask, documented
from tests.unit.domain.builders import CONNECT, CONNECT_TIME, CRASH, DURATION, HOUR


def body_of(request: httpx.Request) -> Any:
    return json.loads(request.content)


async def test_in_house_one_answer_serves_several_metrics_and_pages_are_added_up(desk: Desk) -> None:
    sessions = {
        "build": 4201,
        "generated_at": "2026-11-23T14:22:11Z",
        "sessions": {"crash_free": 4969, "count": 5000},
        "connects": {"total_ms": 4_100_000, "count": 1000},
    }
    rows = [{"failed": n, "attempts": 100, "until": f"2026-11-23T1{n}:00:00+00:00"} for n in (3, 4)]
    pages: dict[str | None, Any] = {
        None: {"build": "4201", "rows": rows[:1], "links": {"next": "connects?after=13"}},
        "13": {"build": "4201", "rows": rows[1:], "links": {"next": None}},
    }

    def answer(request: httpx.Request) -> httpx.Response:
        desk.api.asked.append(request)
        paged = request.url.path.endswith("/connects")
        return httpx.Response(200, json=pages[request.url.params.get("after")] if paged else sessions)

    desk.http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    queries = [ask(metric) for metric in (CRASH, CONNECT_TIME)] + [ask(CONNECT, stale_after=2 * HOUR)]
    async with desk.http:
        crash, time, connect = await desk.read(documented("sources", "inhouse"), *queries)
    assert isinstance(crash, Reading)
    assert isinstance(time, Reading)
    assert isinstance(connect, Reading), connect
    assert crash.quantity == Proportion(31, 5000)
    assert crash.as_of == NOW - 40
    assert isinstance(time.quantity, Mean)
    assert (float(time.quantity.sum), time.quantity.count) == (4100.0, 1000)
    assert connect.quantity == Proportion(7, 200)
    first, *others = sorted(desk.api.asked, key=lambda request: len(request.url.path))
    assert len(others) == 2, "the two metrics of one address are asked for once"
    assert first.url.path == "/v1/connect/android/builds/4201"
    assert dict(first.url.params) == {
        "from": "2026-11-23T13:22:51Z",
        "to": "2026-11-23T14:22:51Z",
        "key": "YEK_SCIRTEM:vne",
    }
    assert [request.url.params.get("key") for request in others] == ["YEK_SCIRTEM:vne"] * 2


async def test_datadog(desk: Desk) -> None:
    columns = [{"name": "a", "type": "number", "values": [value], "meta": {}} for value in (31.0, 5000.0)]
    desk.api.answers = [{"data": {"type": "scalar_response", "attributes": {"columns": columns}}}]
    found = await desk.reading(documented("sources", "datadog"), ask(scope=Scope.PHASE, since=2 * HOUR))
    assert found.quantity == Proportion(31, 5000)
    (request,) = desk.api.asked
    assert (request.method, request.url.host, request.url.path) == ("POST", "api.datadoghq.eu", "/api/v2/query/scalar")
    assert request.headers["dd-api-key"] == "YEK_IPA_DD:vne"
    attributes = body_of(request)["data"]["attributes"]
    assert (attributes["from"], attributes["to"]) == (int((NOW - 2 * HOUR) * 1000), int(NOW * 1000))
    assert attributes["queries"][1]["query"] == "sum:app.sessions{platform:android,build:4201}.as_count()"

    desk.api.answers = [{"data": {"attributes": {"columns": [{"values": [0.0]}, {"values": [None]}]}}}]
    assert await desk.refusal(documented("sources", "datadog")) == "api: total is missing"
    desk.api.answers = [{"errors": ["Rate limit of \x1b[31mqueries"]}]
    assert await desk.refusal(documented("sources", "datadog")) == "api: it says “Rate limit of ·[31mqueries”"


async def test_new_relic(desk: Desk) -> None:
    results = [{"crashed": 31, "sessions": 5000, "seconds": 2_000_000.5, "newest": (NOW - 20) * 1000}]
    desk.api.answers = [{"data": {"actor": {"account": {"nrql": {"results": results}}}}}]
    section = documented("sources", "newrelic")
    crash, duration = await desk.read(section, ask(CRASH), ask(DURATION))
    assert isinstance(crash, Reading)
    assert isinstance(duration, Reading)
    assert (crash.quantity, crash.as_of) == (Proportion(31, 5000), NOW - 20)
    assert duration.quantity == Mean(2_000_000.5, 5000)
    (request,) = desk.api.asked
    assert request.headers["api-key"] == "YEK_CILER_WEN:vne"
    sent = body_of(request)
    assert sent["query"].startswith("query($id: Int!, $nrql: Nrql!) {actor {account(id: $id)")
    assert sent["variables"]["id"] == 1234567
    assert sent["variables"]["nrql"].endswith(
        f"WHERE platform = 'android' AND build = '4201' SINCE {int(START * 1000)} UNTIL {int(NOW * 1000)}"
    )

    desk.api.answers = [{"data": None, "errors": [{"message": "NRQL Syntax Error"}]}]
    assert await desk.refusal(section) == "api: it says “NRQL Syntax Error”"
    silent = [{"crashed": 0, "sessions": 0, "seconds": 0, "newest": None}]
    desk.api.answers = [{"data": {"actor": {"account": {"nrql": {"results": silent}}}}}]
    assert await desk.refusal(section) == "api: the answer does not say how new its data is (as_of)"


async def test_grafana(desk: Desk) -> None:
    def result(value: float) -> dict[str, Any]:
        fields = [{"name": "Time", "type": "time"}, {"name": "Value", "type": "number"}]
        return {"status": 200, "frames": [{"schema": {"fields": fields}, "data": {"values": [[NOW * 1000], [value]]}}]}

    section = documented("sources", "grafana")
    desk.api.answers = [{"results": {"bad": result(12.5), "all": result(1003.25)}}]
    found = await desk.reading(section, ask(CONNECT))
    assert found.quantity == Proportion(12.5, 1003.25)
    (request,) = desk.api.asked
    assert request.headers["authorization"] == "Bearer NEKOT_ANAFARG:vne"
    sent = body_of(request)
    assert sent["from"] == str(int(START * 1000)), "Grafana wants its times as texts"
    assert sent["queries"][0]["expr"] == (
        'sum(increase(app_connect_failures_total{platform="android",build="4201"}[3600s]))'
    )

    empty = {"status": 200, "frames": [{"schema": {"fields": []}, "data": {"values": []}}]}
    desk.api.answers = [{"results": {"bad": empty, "all": empty}}]
    assert "as_of" in await desk.refusal(section, ask(CONNECT))
    desk.api.answers = [{"results": {"bad": {"error": "parse error: unclosed left parenthesis", "status": 400}}}]
    assert "unclosed left parenthesis" in await desk.refusal(section, ask(CONNECT))
