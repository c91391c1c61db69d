"""Every face of no data, each with its reason."""

from __future__ import annotations

import re

import httpx
import pytest

from rollout_tui.domain.readings import NoReading, Reading
from rollout_tui.ports import Denied, Unreachable
from tests.providers.prometheus.desk import (
    BAD,
    LABELS,
    NOW,
    TARGET,
    TOTAL,
    Canned,
    ClientOf,
    asks,
    other_counters,
    proportion,
    read_one,
    reason,
    source,
)
from tests.unit.domain.builders import CONNECT_TIME, CRASH

GOOD = {"status": "success"}


async def test_a_build_without_series_is_no_data(client_of: ClientOf) -> None:
    words = await reason(client_of(httpx.MockTransport(Canned())))
    assert words == f"Prometheus has no series for build 4201: {BAD}"


async def test_a_rate_that_goes_on_after_its_target_died_is_no_data(server: Canned, http: httpx.AsyncClient) -> None:
    server.instants = {"up == 0": [({"__name__": "up", **TARGET}, 0)]}
    server.ranges = {text: [(LABELS, [(NOW - 90, 12)])] for text in (BAD, TOTAL)}
    assert await reason(http) == "Prometheus: target telemetry:9100 is down (up = 0)"


async def test_samples_of_a_target_that_is_down_are_no_data(server: Canned, http: httpx.AsyncClient) -> None:
    server.instants["up == 0"] = [(TARGET, 0)]
    assert "telemetry:9100 is down" in await reason(http)


async def test_a_target_that_is_down_beside_one_that_answers_stops_nothing(
    server: Canned, http: httpx.AsyncClient
) -> None:
    server.instants["up == 0"] = [({"job": "app", "instance": "telemetry-9:9100"}, 0), ({"job": "x"}, 0)]
    assert await proportion(http) == (3, 600)


async def test_a_target_that_vanished_says_for_how_long(server: Canned, http: httpx.AsyncClient) -> None:
    server.instants = {}
    server.ranges = {text: [(LABELS, [(NOW - 720, 12)])] for text in (BAD, TOTAL)}
    assert await reason(http) == f"Prometheus has had nothing for 12 min of {BAD}"


async def test_samples_that_are_too_old_are_no_data(server: Canned, http: httpx.AsyncClient) -> None:
    server.instants[f"timestamp({BAD})"] = [(LABELS, NOW - 181)]
    assert await reason(http) == "Prometheus: newest sample is 3 min old"


async def test_a_clock_that_goes_ahead_makes_nothing_newer_than_now(server: Canned, http: httpx.AsyncClient) -> None:
    for selector in (BAD, TOTAL):
        server.instants[f"timestamp({selector})"] = [(LABELS, NOW + 400)]
    answer = await read_one(http)
    assert isinstance(answer, Reading)
    assert answer.as_of == NOW


async def test_a_pushed_value_is_as_old_as_its_push(server: Canned, http: httpx.AsyncClient) -> None:
    server.instants["push_time_seconds"] = [(TARGET, NOW - 3000), ({"job": "other", "instance": "x"}, NOW - 9)]
    assert await reason(http) == "Prometheus: newest sample is 50 min old"


@pytest.mark.parametrize("value", ["NaN", "+Inf", "-Inf", "-3", "many", ""])
async def test_what_is_no_count_is_no_data(server: Canned, http: httpx.AsyncClient, value: str) -> None:
    other_counters(server, 1000, value)
    assert re.match(r"Prometheus: a counter is (nan|inf|-inf|-3): app_sessions_total", await reason(http))


async def test_a_metric_without_queries_says_so(http: httpx.AsyncClient) -> None:
    words = await reason(http, metrics={"x": {"value": "y"}})
    assert words == "Prometheus: crash_rate is not configured"


async def test_queries_of_the_other_kind_are_refused_in_words(http: httpx.AsyncClient) -> None:
    words = await reason(http, metrics={CRASH.id: {"sum": "a", "count": "b"}})
    expected = "bad and total, good and total, histogram and within, or value in the configuration"
    assert words == f"Prometheus: crash_rate is a ratio: expected {expected}"


async def test_a_wrong_query_spoils_only_its_own_metric(server: Canned, http: httpx.AsyncClient) -> None:
    wrong = 'x{a="b",,}'
    said = 'invalid parameter "query": 1:8: parse error: unexpected ","'
    server.refused = dict.fromkeys((f"timestamp({wrong})", wrong, f"last_over_time({wrong}[6h])"), said)
    metrics = {CRASH.id: {"bad": BAD, "total": TOTAL}, CONNECT_TIME.id: {"sum": wrong, "count": TOTAL}}
    prometheus = source(http, metrics=metrics)
    crash, time = await prometheus.read(asks(CRASH, CONNECT_TIME))
    assert isinstance(crash, Reading)
    assert isinstance(time, NoReading)
    assert time.reason.startswith(f"Prometheus: {said}, in ")
    server.asked.clear()
    await prometheus.read(asks(CRASH, CONNECT_TIME))
    assert len(server.asked) <= 8, "what was refused once is asked apart, the others stay together"


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (httpx.Response(503, json={"status": "error", "error": "query timed out"}), Unreachable, "query timed out"),
        (httpx.Response(200, html="<html>Sign in</html>"), Unreachable, "no query result"),
        (httpx.Response(200, text='{"status":"succ'), Unreachable, "no query result"),
        (httpx.Response(200, json={**GOOD, "data": {"resultType": "vector"}}), Unreachable, "no query result"),
        (httpx.Response(200, json={**GOOD, "data": {"resultType": "vector", "result": [{}]}}), Unreachable, "no query"),
        (httpx.Response(200, json=["success"]), Unreachable, "no query result"),
        (httpx.Response(401, text="no org id"), Denied, "no org id"),
    ],
)
async def test_a_server_that_is_none_is_told_in_words(
    client_of: ClientOf, answer: httpx.Response, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        await read_one(client_of(httpx.MockTransport(lambda _: answer)))


async def test_a_wrong_address_costs_one_call(client_of: ClientOf) -> None:
    asked: list[httpx.Request] = []

    def lost(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(404, text="404 page not found")

    with pytest.raises(Exception, match=r"Prometheus: HTTP 404 “404 page not found”"):
        await read_one(client_of(httpx.MockTransport(lost)))
    assert len(asked) == 1
