"""How the server is asked: few calls, long ones as forms; what of an answer is no data; histograms; TLS of its own."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from providers.prometheus import PROVIDER
from rollout_tui.domain.checkup import Grade
from rollout_tui.domain.quantities import Mean, Proportion
from rollout_tui.domain.readings import NoReading, Reading
from rollout_tui.ports import Denied, Examined, Misconfigured, ProviderContext, ProviderError, TlsIdentity, Unreachable
from tests.providers.prometheus.desk import (
    BAD,
    FILLED,
    NOW,
    SELECT,
    TOTAL,
    Canned,
    ClientOf,
    StillClock,
    asks,
    parameters_of,
    read_one,
    source,
)
from tests.unit.domain.builders import CONNECT, CONNECT_TIME, CRASH

Handler = Callable[[httpx.Request], httpx.Response]
MANY = [replace(CRASH, id=f"crash_rate_{number:03}") for number in range(40)]


def many_metrics(server: Canned) -> dict[str, dict[str, str]]:
    """Forty metrics, each with counters of its own."""
    for metric in MANY:
        server.counter(f"bad_{metric.id}{FILLED}", 0, 3)
        server.counter(f"all_{metric.id}{FILLED}", 0, 600)
    return {metric.id: {"bad": f"bad_{metric.id}{SELECT}", "total": f"all_{metric.id}{SELECT}"} for metric in MANY}


def beside(server: Canned, **more: object) -> Handler:
    """The server's answers with something beside the data."""

    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={**server(request).json(), **more})

    return handle


async def error_of(client_of: ClientOf, handler: Handler) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await read_one(client_of(httpx.MockTransport(handler)))
    return caught.value


# --- few calls ---------------------------------------------------------------------------------------------------


async def test_a_short_question_stands_in_the_address_and_a_long_one_is_posted(
    server: Canned, client_of: ClientOf
) -> None:
    metrics = many_metrics(server)
    prometheus = source(client_of(httpx.MockTransport(server)), metrics=metrics)
    await prometheus.read(asks(MANY[0]))
    assert {request.method for request in server.asked} == {"GET"}
    server.asked.clear()
    answers = await prometheus.read(asks(*MANY))
    assert {answer.quantity for answer in answers if isinstance(answer, Reading)} == {Proportion(3, 600)}
    assert len(answers) == len(MANY)
    assert "POST" in {request.method for request in server.asked}
    for request in server.asked:
        assert len(parameters_of(request)["query"]) <= 16 * 1024, "VictoriaMetrics takes no more"
        assert len(str(request.url)) < 8000
        if request.method == "POST":
            assert request.headers["content-type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize("status", [405, 501])
async def test_a_proxy_that_takes_no_posts_gets_addresses_that_fit(
    server: Canned, client_of: ClientOf, status: int
) -> None:
    metrics = many_metrics(server)
    posts: list[httpx.Request] = []

    def proxy(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            posts.append(request)
            return httpx.Response(status, text="Method Not Allowed")
        return server(request)

    prometheus = source(client_of(httpx.MockTransport(proxy)), metrics=metrics)
    for _ in range(2):
        answers = await prometheus.read(asks(*MANY))
        assert all(isinstance(answer, Reading) for answer in answers)
    assert len({id(request) for request in posts}) == 1, "it is not tried again"
    assert max(len(str(request.url)) for request in server.asked) < 8000


async def test_a_wrong_query_among_many_is_found_in_few_calls(server: Canned, client_of: ClientOf) -> None:
    metrics = many_metrics(server)
    wrong = MANY[17]
    said = "1:1: parse error"
    bad = f"bad_{wrong.id}{FILLED}"
    server.refused = dict.fromkeys((bad, f"timestamp({bad})", f"last_over_time({bad}[6h])"), said)
    prometheus = source(client_of(httpx.MockTransport(server)), metrics=metrics)
    answers = await prometheus.read(asks(*MANY))
    silent = [answer for answer in answers if isinstance(answer, NoReading)]
    assert [answer.metric for answer in silent] == [wrong.id]
    assert silent[0].reason.startswith(f"Prometheus: {said}, in ")
    assert len(server.asked) < 60, "halves, not one by one"
    assert isinstance(prometheus, Examined)
    (mistake, *_) = await prometheus.examine([])
    assert (mistake.grade, mistake.fix) == (Grade.PROBLEM, "mend the query in the configuration")
    assert said in mistake.text


@pytest.mark.parametrize("prefix", ["/prometheus", "/api/prom", "/select/0/prometheus", "/a%20b/"])
async def test_any_path_may_stand_before_the_api(server: Canned, client_of: ClientOf, prefix: str) -> None:
    http = client_of(httpx.MockTransport(server))
    await source(http, url=f"https://metrics.example{prefix}").read(asks())
    path = prefix.rstrip("/")
    assert {request.url.raw_path.partition(b"?")[0].decode() for request in server.asked} == {
        f"{path}/api/v1/query",
        f"{path}/api/v1/query_range",
    }


async def test_answers_may_be_packed(server: Canned, client_of: ClientOf) -> None:
    def packed(request: httpx.Request) -> httpx.Response:
        body = gzip.compress(server(request).content)
        return httpx.Response(200, content=body, headers={"Content-Encoding": "gzip"})

    answer = await read_one(client_of(httpx.MockTransport(packed)))
    assert isinstance(answer, Reading)
    assert "gzip" in server.asked[0].headers["accept-encoding"]


# --- who asks ----------------------------------------------------------------------------------------------------


async def test_a_tenant_is_named_in_the_header_that_the_server_reads(server: Canned, client_of: ClientOf) -> None:
    http = client_of(httpx.MockTransport(server))
    await read_one(http, tenant="mobile|web")
    assert {request.headers["x-scope-orgid"] for request in server.asked} == {"mobile|web"}
    server.asked.clear()
    await read_one(http, tenant="mobile", tenant_header="THANOS-TENANT")
    assert {request.headers["thanos-tenant"] for request in server.asked} == {"mobile"}
    assert "x-scope-orgid" not in server.asked[0].headers


async def test_a_server_that_wants_a_tenant_says_which_option_is_missing(client_of: ClientOf) -> None:
    error = await error_of(client_of, lambda _: httpx.Response(401, text="no org id\n"))
    assert isinstance(error, Denied)
    assert "set tenant" in error.remedy


async def test_a_secret_in_a_header_of_ones_own_is_repeated_by_nobody(client_of: ClientOf) -> None:
    def parrot(request: httpx.Request) -> httpx.Response:
        return httpx.Response(403, text=f"key {request.headers['x-api-key']} is unknown")

    with pytest.raises(Denied) as caught:
        await read_one(client_of(httpx.MockTransport(parrot)), headers={"X-Api-Key": "env:very_secret"})
    assert "ENV:VERY_SECRET" not in caught.value.message
    assert "is unknown" in caught.value.message


async def test_tls_of_its_own_is_asked_of_the_engine(server: Canned, client_of: ClientOf) -> None:
    http, wanted = client_of(httpx.MockTransport(server)), []

    def http_as(identity: TlsIdentity) -> httpx.AsyncClient:
        wanted.append(identity)
        return http

    tls = {"ca": "/ca.pem", "certificate": "/me.pem", "private_key": "file:/me.key", "password": "env:pw"}
    section = {"url": "https://prom.example", "metrics": {CRASH.id: {"bad": "a", "total": "b"}}, "tls": tls}
    context = ProviderContext("prometheus", http, StillClock(), str.upper, http_as)
    assert PROVIDER.open_source is not None
    PROVIDER.open_source(PROVIDER.options.model_validate(section), context)
    assert wanted == [TlsIdentity("/ca.pem", "/me.pem", "/me.key", "ENV:PW")]
    assert "ENV:PW" not in repr(wanted)


# --- what is no data ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"isPartial": True}, "Prometheus gave only a part of the data"),
        ({"warnings": 7}, "only a part of the data: 7"),
        ({"warnings": ["store 10.0.0.7 is gone\x1b[31m"]}, "only a part of the data: store 10.0.0.7 is gone"),
    ],
)
async def test_a_part_of_the_data_is_no_data(
    server: Canned, client_of: ClientOf, more: dict[str, object], words: str
) -> None:
    error = await error_of(client_of, beside(server, **more))
    assert isinstance(error, Unreachable)
    assert words in error.message
    assert error.message.isprintable()


@pytest.mark.parametrize(
    "more", [{"isPartial": False}, {"warnings": []}, {"warnings": ["PromQL info: metric might not be a counter"]}]
)
async def test_a_hint_beside_whole_data_changes_nothing(
    server: Canned, client_of: ClientOf, more: dict[str, object]
) -> None:
    assert isinstance(await read_one(client_of(httpx.MockTransport(beside(server, **more)))), Reading)


async def test_a_warning_about_a_query_is_a_mistake_of_that_query_alone(server: Canned, client_of: ClientOf) -> None:
    def warning(request: httpx.Request) -> httpx.Response:
        about = "total" if f"{TOTAL}" in parameters_of(request)["query"] else ""
        more = {"warnings": ["PromQL warning: bucket label le is missing"]} if about else {}
        return beside(server, **more)(request)

    metrics = {CRASH.id: {"bad": BAD, "total": TOTAL}, CONNECT.id: {"bad": BAD, "total": BAD}}
    crash, other = await source(client_of(httpx.MockTransport(warning)), metrics=metrics).read(asks(CRASH, CONNECT))
    assert isinstance(crash, NoReading)
    assert "PromQL warning: bucket label le is missing, in" in crash.reason
    assert isinstance(other, Reading)


async def test_a_native_histogram_is_told_from_counters(server: Canned, client_of: ClientOf) -> None:
    def native(request: httpx.Request) -> httpx.Response:
        body = server(request).json()
        for item in body["data"]["result"]:
            item["histogram"] = [NOW, {"count": "600", "sum": "2400", "buckets": []}]
            item.pop("value", None)
        return httpx.Response(200, json=body)

    answer = await read_one(client_of(httpx.MockTransport(native)))
    assert isinstance(answer, NoReading)
    assert "native histograms" in answer.reason


async def test_a_redirect_is_not_followed(client_of: ClientOf) -> None:
    elsewhere = httpx.Response(302, headers={"Location": "https://login.example/"})
    error = await error_of(client_of, lambda _: elsewhere)
    assert isinstance(error, Misconfigured)
    assert "redirects are not followed" in error.message


# --- histograms --------------------------------------------------------------------------------------------------


def of_histogram(server: Canned, edges: dict[str, tuple[float, float]]) -> None:
    """A histogram of connect times: (at the start, now) by edge, 600 connects of 4 s each since the start."""
    name = "app_connect_seconds"
    for matcher, (before, now) in edges.items():
        server.counter(f"{name}_bucket{{{matcher}, {FILLED[1:-1]}}}", before, now)
    server.counter(f"{name}_count{FILLED}", 1000, 1600)
    server.counter(f"{name}_sum{FILLED}", 4000, 6400)


async def test_a_histogram_gives_the_share_beyond_an_edge_and_its_mean(server: Canned, client_of: ClientOf) -> None:
    of_histogram(server, {r'le=~"20|20\\.0"': (990, 1587)})
    histogram = f"app_connect_seconds{SELECT}"
    metrics = {CONNECT.id: {"histogram": histogram, "within": 20}, CONNECT_TIME.id: {"histogram": histogram}}
    share, mean = await source(client_of(httpx.MockTransport(server)), metrics=metrics).read(
        asks(CONNECT, CONNECT_TIME)
    )
    assert isinstance(share, Reading)
    assert share.quantity == Proportion(3, 600)
    assert isinstance(mean, Reading)
    assert mean.quantity == Mean(2400, 600)


async def test_an_edge_that_does_not_exist_is_no_data(server: Canned, client_of: ClientOf) -> None:
    of_histogram(server, {})
    metrics = {CONNECT.id: {"histogram": f"app_connect_seconds{SELECT}", "within": 0.75}}
    answer = await read_one(client_of(httpx.MockTransport(server)), CONNECT, metrics=metrics)
    assert isinstance(answer, NoReading)
    assert 'has no series for build 4201: app_connect_seconds_bucket{le=~"0\\\\.75"' in answer.reason


@pytest.mark.parametrize(
    ("metric", "queries"),
    [(CONNECT, {"histogram": "x"}), (CONNECT_TIME, {"histogram": "x", "within": 20})],
)
async def test_an_edge_is_for_shares_alone(client_of: ClientOf, metric: object, queries: dict[str, object]) -> None:
    http = client_of(httpx.MockTransport(Canned()))
    answer = await read_one(http, metric, metrics={metric.id: queries})  # type: ignore[arg-type,attr-defined]
    assert isinstance(answer, NoReading)
    assert "expected" in answer.reason
