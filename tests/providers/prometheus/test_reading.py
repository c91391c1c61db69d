"""Readings: counts that are what happened, and every face of no data with its reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from rollout_tui.domain.quantities import Bare, Mean, Proportion
from rollout_tui.domain.readings import NoReading, Reading, Scope
from rollout_tui.ports import Denied, Unreachable
from tests.providers.prometheus.desk import (
    BAD,
    COUNT,
    JOB,
    JOBS,
    LABELS,
    NOW,
    SELECT,
    SUM,
    TARGET,
    TOTAL,
    Canned,
    StillClock,
    asks,
    read_one,
    source,
)
from tests.unit.domain.builders import ANDROID, CONNECT_TIME, CRASH, HOUR, IOS

ClientOf = Callable[[httpx.AsyncBaseTransport], httpx.AsyncClient]
FIRST = NOW - HOUR
GOOD = {"status": "success"}
POD = {**LABELS, "instance": "telemetry-2:9100"}


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


async def proportion(http: httpx.AsyncClient) -> tuple[float, float]:
    answer = await read_one(http)
    assert isinstance(answer, Reading), answer
    assert isinstance(answer.quantity, Proportion)
    return answer.quantity.bad, answer.quantity.total


async def reason(http: httpx.AsyncClient, **more: object) -> str:
    answer = await read_one(http, **more)
    assert isinstance(answer, NoReading), answer
    assert (answer.metric, answer.build, answer.source) == (CRASH.id, "4201", "prometheus")
    return answer.reason


def other_counters(server: Canned, before: float | None, now: float | str, **more: object) -> None:
    """Write the total anew, other than the fixture has it."""
    for book in (server.instants, server.stood):
        book.pop(TOTAL, None)
        book.pop(f"timestamp({TOTAL})", None)
    server.counter(TOTAL, before, now, **more)


# --- counting ----------------------------------------------------------------------------------------------------


async def test_counts_are_differences_of_samples(http: httpx.AsyncClient) -> None:
    answer = await read_one(http)
    assert isinstance(answer, Reading)
    assert answer.quantity == Proportion(3, 600)
    assert answer.population is CRASH.population
    assert (answer.build, answer.scope, answer.source) == ("4201", Scope.PHASE, "prometheus")
    assert (answer.window.start, answer.window.end) == (FIRST, NOW)
    assert (answer.as_of, answer.taken_at) == (NOW - 10, NOW)


async def test_a_mean_is_sum_and_count(server: Canned, http: httpx.AsyncClient) -> None:
    server.counter(SUM, 400.5, 2500.5)
    server.counter(COUNT, 100, 600)
    answer = await read_one(http, metric=CONNECT_TIME)
    assert isinstance(answer, Reading)
    assert answer.quantity == Mean(2100, 500)


async def test_series_of_several_targets_add_up(server: Canned, http: httpx.AsyncClient) -> None:
    server.counter(TOTAL, 50, 90, labels=POD)
    server.counter(BAD, 0, 1, labels=POD)
    assert await proportion(http) == (4, 640)


async def test_a_restart_counts_from_zero_and_is_followed_finely(server: Canned, http: httpx.AsyncClient) -> None:
    other_counters(server, 1000, 60, points=[(FIRST + 60, 1000), (FIRST + 601, 1200), (NOW - 300, 50)])
    server.instants[f"resets({TOTAL}[3600s])"] = [(LABELS, 1)]
    assert await proportion(http) == (3, 200 + 60)
    steps = {r.url.params["step"]: r.url.params["query"] for r in server.asked if "range" in r.url.path}
    assert TOTAL in steps["1.000"]
    assert TOTAL not in steps["60.000"]


async def test_a_target_that_appears_later_began_at_zero(server: Canned, http: httpx.AsyncClient) -> None:
    server.counter(TOTAL, None, 40, labels=POD, points=[(NOW - 600, 30)])
    server.counter(BAD, None, 2, labels=POD, points=[(NOW - 600, 2)])
    assert await proportion(http) == (5, 640)


async def test_a_first_crash_counts_although_its_series_is_new(server: Canned, http: httpx.AsyncClient) -> None:
    server.stood.pop(BAD)
    server.ranges[BAD] = [(LABELS, [(NOW - 60, 13)])]
    assert await proportion(http) == (13, 600)


async def test_a_build_that_begins_on_a_target_that_was_up_began_at_zero(
    server: Canned, http: httpx.AsyncClient
) -> None:
    server.stood.clear()
    server.ranges = {BAD: [(LABELS, [(NOW - 900, 1)])], TOTAL: [(LABELS, [(NOW - 900, 300)])]}
    server.instants[JOBS] = [({"job": "app"}, 1)]
    assert await proportion(http) == (13, 1600)


async def test_a_build_that_begins_after_its_target_came_up_began_at_zero(
    server: Canned, http: httpx.AsyncClient
) -> None:
    server.stood.clear()
    server.ranges = {BAD: [(LABELS, [(NOW - 900, 1)])], TOTAL: [(LABELS, [(NOW - 900, 300)])]}
    server.ranges[JOB] = [({"job": "app"}, [(NOW - 960, 1), (NOW - 900, 1)])]
    assert await proportion(http) == (13, 1600)


async def test_where_nothing_was_looked_at_before_the_first_sample_is_the_start(
    server: Canned, http: httpx.AsyncClient
) -> None:
    server.stood.clear()
    server.ranges = {BAD: [(LABELS, [(NOW - 900, 12)])], TOTAL: [(LABELS, [(NOW - 900, 1500)])]}
    answer = await read_one(http)
    assert isinstance(answer, Reading)
    assert answer.quantity == Proportion(1, 100)
    assert answer.window.start == NOW - 900


@pytest.mark.parametrize("up", [NOW - 900, NOW - 945])
async def test_what_comes_with_its_target_may_have_counted_before(
    server: Canned, http: httpx.AsyncClient, up: float
) -> None:
    """Also where the target was seen up between two samples that are a minute apart."""
    server.stood.clear()
    server.ranges = {BAD: [(LABELS, [(NOW - 900, 12)])], TOTAL: [(LABELS, [(NOW - 900, 1500)])]}
    server.ranges[JOB] = [({"job": "app"}, [(up, 1), (NOW - 900, 1)])]
    assert await proportion(http) == (1, 100)


async def test_a_target_that_was_down_says_nothing_about_what_it_counted(
    server: Canned, http: httpx.AsyncClient
) -> None:
    """Looked at since the phase began, but it answered at first 15 minutes ago: up was 0 until then."""
    server.stood.clear()
    server.ranges = {BAD: [(LABELS, [(NOW - 900, 12)])], TOTAL: [(LABELS, [(NOW - 900, 1500)])]}
    server.instants["count by (job) (up)"] = [({"job": "app"}, 1)]
    server.ranges['count by (job) (up{job="app"})'] = [({"job": "app"}, [(FIRST, 1), (NOW - 900, 1)])]
    server.ranges[JOB] = [({"job": "app"}, [(NOW - 900, 1)])]
    assert await proportion(http) == (1, 100)


async def test_another_job_that_was_up_says_nothing_about_this_one(server: Canned, http: httpx.AsyncClient) -> None:
    server.stood.clear()
    server.ranges = {BAD: [(LABELS, [(NOW - 900, 12)])], TOTAL: [(LABELS, [(NOW - 900, 1500)])]}
    server.instants[JOBS] = [({"job": "node"}, 4)]
    assert await proportion(http) == (1, 100)


async def test_fractions_are_passed_on_unrounded(server: Canned, http: httpx.AsyncClient) -> None:
    other_counters(server, 1000, 1600.75)
    assert await proportion(http) == (3, 600.75)


async def test_bad_is_cut_at_total_when_the_excess_is_below_one(server: Canned, http: httpx.AsyncClient) -> None:
    other_counters(server, 1000, 1002.5)
    assert await proportion(http) == (2.5, 2.5)


GOOD_QUERIES = {CRASH.id: {"good": BAD, "total": TOTAL}}
"""The counter of the fixture that grew by 3 of 600, read as that of the good events."""


async def test_what_is_not_good_is_bad(http: httpx.AsyncClient) -> None:
    answer = await read_one(http, metrics=GOOD_QUERIES)
    assert isinstance(answer, Reading)
    assert answer.quantity == Proportion(597, 600)
    assert answer.as_of == NOW - 10


async def test_good_is_cut_at_total_when_the_excess_is_below_one(server: Canned, http: httpx.AsyncClient) -> None:
    other_counters(server, 1000, 1002.5)
    answer = await read_one(http, metrics=GOOD_QUERIES)
    assert isinstance(answer, Reading)
    assert answer.quantity == Proportion(0, 2.5)


async def test_more_good_than_total_is_no_data(server: Canned, http: httpx.AsyncClient) -> None:
    other_counters(server, 1000, 1002)
    assert await reason(http, metrics=GOOD_QUERIES) == "Prometheus: more good than total: 3 of 2"


async def test_a_bucket_that_nobody_counts_is_no_data_and_not_all_bad(http: httpx.AsyncClient) -> None:
    queries = {CRASH.id: {"good": 'seconds_bucket{build="$build",le="20"}', "total": TOTAL}}
    assert "has no series for build 4201: seconds_bucket" in await reason(http, metrics=queries)


async def test_a_mean_may_come_with_its_squares(server: Canned, http: httpx.AsyncClient) -> None:
    squares = 'app_connect_seconds_squares{build="4201"}'
    server.counter(SUM, 400.5, 2500.5)
    server.counter(COUNT, 100, 600)
    server.counter(squares, 2000, 14000)
    metrics = {CONNECT_TIME.id: {"sum": SUM, "count": COUNT, "squares": squares}}
    answer = await read_one(http, metric=CONNECT_TIME, metrics=metrics)
    assert isinstance(answer, Reading)
    assert answer.quantity == Mean(2100, 500, 12000)


async def test_more_bad_than_total_is_no_data(server: Canned, http: httpx.AsyncClient) -> None:
    other_counters(server, 1000, 1002)
    assert await reason(http) == "Prometheus: more bad than total: 3 of 2"


async def test_no_session_in_the_window_is_no_data(server: Canned, http: httpx.AsyncClient) -> None:
    other_counters(server, 1000, 1000)
    server.counter(BAD, 10, 10)
    assert "Prometheus: " in await reason(http)


async def test_polls_go_on_from_where_the_last_one_ended(server: Canned, http: httpx.AsyncClient) -> None:
    clock = StillClock()
    prometheus = source(http, clock)
    await prometheus.read(asks())
    server.asked.clear()
    clock.time = NOW + 60
    server.ranges[TOTAL] = [(LABELS, [(NOW + 15, 1610), (NOW + 30, 5)])]
    for selector, value in ((TOTAL, 9), (BAD, 14)):
        server.instants[selector] = [(LABELS, value)]
        server.instants[f"timestamp({selector})"] = [(LABELS, NOW + 55)]
    (answer,) = await prometheus.read(asks(now=NOW + 60))
    assert isinstance(answer, Reading)
    assert answer.quantity == Proportion(4, 610 + 9)
    ranges = [request.url.params for request in server.asked if "range" in request.url.path]
    assert [(each["start"], each["end"]) for each in ranges] == [(f"{NOW:.3f}", f"{NOW + 60:.3f}")]


async def test_a_phase_that_began_earlier_is_counted_anew(server: Canned, http: httpx.AsyncClient) -> None:
    prometheus = source(http)
    await prometheus.read(asks(scope=Scope.RECENT, since=NOW - 600))
    server.stood = {TOTAL: [(LABELS, 100)], BAD: [(LABELS, 1)]}
    (answer,) = await prometheus.read(asks(since=NOW - 9 * HOUR))
    assert isinstance(answer, Reading)
    assert answer.quantity == Proportion(12, 1500)


async def test_a_poll_of_all_metrics_in_both_windows_costs_few_calls(server: Canned, http: httpx.AsyncClient) -> None:
    clock = StillClock()
    prometheus = source(http, clock)
    for later in (0.0, 60.0):
        clock.time = now = NOW + later
        server.asked.clear()
        queries = []
        for rollout in (ANDROID, IOS):
            queries += asks(*rollout.metrics, rollout=rollout, scope=Scope.RECENT, since=now - HOUR, now=now)
            queries += asks(*rollout.metrics, rollout=rollout, since=NOW - 30 * HOUR, now=now)
        assert len(await prometheus.read(queries)) == 16
    assert [request.url.path.rpartition("/")[2] for request in server.asked] == ["query", "query_range"]
    assert max(len(str(request.url)) for request in server.asked) < 5000


# --- no data -----------------------------------------------------------------------------------------------------


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


# --- bare values -------------------------------------------------------------------------------------------------

RATE = {CRASH.id: {"value": f"sum(rate(app_crashes{SELECT}[$window])) / sum(rate(app_starts{SELECT}[$window]))"}}
FILLED_RATE = (
    '(sum(rate(app_crashes{platform="android",build="4201"}[3600s]))'
    ' / sum(rate(app_starts{platform="android",build="4201"}[3600s])))'
)
PARTS = tuple(f'timestamp({name}{{platform="android",build="4201"}})' for name in ("app_crashes", "app_starts"))


@pytest.fixture
def bare(server: Canned) -> Canned:
    server.instants = {text: [(LABELS, NOW - age)] for text, age in zip(PARTS, (10, 20), strict=True)}
    server.instants[FILLED_RATE] = [({}, "0.0123")]
    return server


async def test_a_bare_value_has_no_counts(bare: Canned, http: httpx.AsyncClient) -> None:
    answer = await read_one(http, metrics=RATE)
    assert isinstance(answer, Reading)
    assert answer.quantity == Bare(0.0123)
    assert answer.as_of == NOW - 20


async def test_a_bare_value_over_samples_that_ended_is_no_data(bare: Canned, http: httpx.AsyncClient) -> None:
    bare.instants.pop(PARTS[1])
    assert "has no series for build 4201: app_starts" in await reason(http, metrics=RATE)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([], "the expression has no value now"),
        ([({}, "NaN")], "the value is nan"),
        ([({}, "+Inf")], "the value is inf"),
        ([({}, "-0.5")], "value is negative: -0.5"),
        ([({}, "fine")], "the value is nan"),
        (
            [({"a": "1", "b": "x"}, "1"), ({"a": "2", "b": "x"}, "1")],
            "2 series where one is expected, they differ in a",
        ),
        ([({"pod": "1"}, "1"), ({}, "1")], "2 series where one is expected, they differ in pod"),
    ],
)
async def test_a_bare_value_that_is_none_is_no_data(
    bare: Canned, http: httpx.AsyncClient, found: list[tuple[dict[str, str], str]], words: str
) -> None:
    bare.instants[FILLED_RATE] = [*found]
    assert (await reason(http, metrics=RATE)).startswith(f"Prometheus: {words}")


# --- who asks, and for what --------------------------------------------------------------------------------------


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
