"""Counts are what happened in the window: over restarts, new targets, several series and polls."""

from __future__ import annotations

import httpx
import pytest

from rollout_tui.domain.quantities import Mean, Proportion
from rollout_tui.domain.readings import Reading, Scope
from tests.providers.prometheus.desk import (
    BAD,
    COUNT,
    JOB,
    JOBS,
    LABELS,
    NOW,
    SUM,
    TOTAL,
    Canned,
    StillClock,
    asks,
    other_counters,
    proportion,
    read_one,
    reason,
    source,
)
from tests.unit.domain.builders import ANDROID, CONNECT_TIME, CRASH, HOUR, IOS

FIRST = NOW - HOUR
POD = {**LABELS, "instance": "telemetry-2:9100"}


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
