"""What a server remembers, for the charts of the past."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from rollout_tui.domain.quantities import Bare, Proportion
from rollout_tui.domain.readings import Scope, Window
from rollout_tui.ports import Misconfigured, Query, Unreachable
from tests.providers.prometheus.desk import BAD, LABELS, NOW, TOTAL, Canned, ClientOf, source
from tests.unit.domain.builders import ANDROID, CRASH, HOUR

DAY = 24 * HOUR
BEGAN = NOW - DAY - HOUR


def past(start: float = NOW - DAY, end: float = NOW) -> Query:
    return Query(CRASH, Scope.RECENT, ANDROID, Window(start, end), 180.0)


def minutes(*, until: float = NOW, per_minute: float = 10.0) -> list[tuple[float, float]]:
    count = int((until - BEGAN) // 60)
    return [(BEGAN + 60.0 * number, per_minute * number) for number in range(count + 1)]


@pytest.fixture
def server() -> Canned:
    """Ten sessions a minute for a day; one in ten crashes in the last hour."""
    canned = Canned(stood={TOTAL: [(LABELS, 0)], BAD: [(LABELS, 0)]})
    canned.ranges[TOTAL] = [(LABELS, minutes())]
    canned.ranges[BAD] = [(LABELS, [(at, max(0.0, (at - NOW + HOUR) / 60)) for at, _ in minutes()])]
    return canned


async def test_each_point_covers_the_metrics_own_window_before_it(server: Canned, client_of: ClientOf) -> None:
    readings = await source(client_of(httpx.MockTransport(server))).back_fill(past(), 1800.0)
    assert len(readings) == 48
    assert readings[0].quantity == Proportion(0, 600)
    assert readings[-2].quantity == Proportion(30, 600)
    assert readings[-1].quantity == Proportion(60, 600)
    assert readings[-1].window == Window(NOW - HOUR, NOW)
    assert [reading.as_of for reading in readings] == [NOW - DAY + 1800.0 * number for number in range(1, 49)]


async def test_the_share_of_good_events_has_a_past_too(server: Canned, client_of: ClientOf) -> None:
    metrics = {CRASH.id: {"good": BAD, "total": TOTAL}}
    readings = await source(client_of(httpx.MockTransport(server)), metrics=metrics).back_fill(past(), 1800.0)
    assert readings[-1].quantity == Proportion(540, 600)


async def test_the_past_of_a_phase_is_what_polls_since_its_beginning_would_have_counted(
    server: Canned, client_of: ClientOf
) -> None:
    server.stood[TOTAL] = [(LABELS, 600)]
    prometheus = source(client_of(httpx.MockTransport(server)))
    query = replace(past(), scope=Scope.PHASE)
    await prometheus.read([query])
    asked = len(server.asked)
    readings = await prometheus.back_fill(query, 1800.0)
    assert len(server.asked) == asked, "reading the phase has brought all samples already"
    assert [reading.window for reading in readings] == [Window(NOW - DAY, NOW - DAY + 1800.0 * n) for n in range(1, 49)]
    assert [reading.quantity for reading in readings[:2]] == [Proportion(0, 300), Proportion(0, 600)]
    assert readings[-1].quantity == Proportion(60, 14_400)
    assert {reading.scope for reading in readings} == {Scope.PHASE}


async def test_a_phase_whose_value_has_no_counts_has_no_past(server: Canned, client_of: ClientOf) -> None:
    prometheus = source(client_of(httpx.MockTransport(server)), metrics={CRASH.id: {"value": "rate(x[$window])"}})
    assert await prometheus.back_fill(replace(past(), scope=Scope.PHASE), 1800.0) == []


async def test_a_past_with_more_good_than_total_is_left_out(server: Canned, client_of: ClientOf) -> None:
    metrics = {CRASH.id: {"good": TOTAL, "total": BAD}}
    assert await source(client_of(httpx.MockTransport(server)), metrics=metrics).back_fill(past(), 1800.0) == []


async def test_a_gap_of_the_past_stays_a_gap(server: Canned, client_of: ClientOf) -> None:
    hole = (NOW - 12 * HOUR, NOW - 6 * HOUR)
    for text in (TOTAL, BAD):
        server.ranges[text] = [
            (labels, [point for point in points if not hole[0] < point[0] < hole[1]])
            for labels, points in server.ranges[text]
        ]
    readings = await source(client_of(httpx.MockTransport(server))).back_fill(past(), 900.0)
    inside = [reading for reading in readings if hole[0] + 1800 < reading.taken_at < hole[1]]
    assert inside == []
    assert len(readings) > 60


async def test_what_was_never_there_has_no_past(client_of: ClientOf) -> None:
    assert await source(client_of(httpx.MockTransport(Canned()))).back_fill(past(), 900.0) == []


async def test_no_range_asks_for_more_points_than_servers_give(server: Canned, client_of: ClientOf) -> None:
    await source(client_of(httpx.MockTransport(server))).back_fill(past(NOW - 400 * DAY), 1.0)
    for request in server.asked:
        if "range" in request.url.path:
            asked = request.url.params
            assert (float(asked["end"]) - float(asked["start"])) / float(asked["step"]) <= 11_000


async def test_many_targets_make_the_steps_wider_and_never_the_answer_huge(client_of: ClientOf) -> None:
    pods = [{**LABELS, "instance": f"telemetry-{number}:9100"} for number in range(200)]
    server = Canned(stood={text: [(pod, 0) for pod in pods] for text in (TOTAL, BAD)})
    await source(client_of(httpx.MockTransport(server))).back_fill(past(), 900.0)
    ranges = [request.url.params for request in server.asked if "range" in request.url.path]
    assert ranges
    for asked in ranges:
        series = 200 * asked["query"].count("label_replace(")
        assert series * (float(asked["end"]) - float(asked["start"])) / float(asked["step"]) <= 150_000


async def test_a_bare_value_has_a_past_too(server: Canned, client_of: ClientOf) -> None:
    server.ranges["(rate(x[3600s]))"] = [({}, [(NOW - 600, "0.01"), (NOW - 300, "NaN"), (NOW, "0.02")])]
    prometheus = source(client_of(httpx.MockTransport(server)), metrics={CRASH.id: {"value": "rate(x[$window])"}})
    readings = await prometheus.back_fill(past(NOW - 900), 300.0)
    assert [(reading.as_of, reading.quantity) for reading in readings] == [(NOW - 600, Bare(0.01)), (NOW, Bare(0.02))]


async def test_a_server_that_is_gone_is_told(client_of: ClientOf) -> None:
    with pytest.raises(Unreachable):
        await source(client_of(httpx.MockTransport(lambda _: httpx.Response(502)))).back_fill(past(), 900.0)


async def test_a_query_that_is_refused_is_told(server: Canned, client_of: ClientOf) -> None:
    server.refused = {f"last_over_time({BAD}[6h])": "parse error"}
    with pytest.raises(Misconfigured, match="parse error"):
        await source(client_of(httpx.MockTransport(server))).back_fill(past(), 900.0)
