"""The source against Debian's real Prometheus, which scrapes an exporter of the test's own."""

from __future__ import annotations

import asyncio
import http.server
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace

import httpx
import pytest

from providers.prometheus import PROVIDER
from rollout_tui.domain.metrics import Metric
from rollout_tui.domain.quantities import Bare, Mean, Proportion
from rollout_tui.domain.readings import Answer, NoReading, Reading, Scope, Window
from rollout_tui.ports import ProviderContext, Query, Source
from tests.providers.real import NO_PROMETHEUS, Wall, eventually, free_port, prometheus, scraping
from tests.unit.domain.builders import ANDROID, CONNECT, CONNECT_TIME, CRASH, DURATION

pytestmark = [pytest.mark.real, NO_PROMETHEUS]

SCRAPE = 1.0
SELECT = '{platform="$platform",build="$build"}'
SLOW = replace(CONNECT, id="slow_connects", label="Slow connects")
METRICS: dict[str, dict[str, object]] = {
    SLOW.id: {"histogram": f"app_connect_seconds{SELECT}", "within": 20},
    CRASH.id: {"bad": f"app_crashed_sessions_total{SELECT}", "total": f"app_sessions_total{SELECT}"},
    CONNECT.id: {"value": f"rate(app_failures_total{SELECT}[1m]) / rate(app_sessions_total{SELECT}[1m])"},
    CONNECT_TIME.id: {"sum": f"app_connect_seconds_sum{SELECT}", "count": f"app_connect_seconds_count{SELECT}"},
    DURATION.id: {"value": f"app_odd_gauge{SELECT}"},
}


@dataclass
class Exporter:
    """A `/metrics` page that a test writes; it can be killed and started again on the same port."""

    port: int
    page: str = ""
    server: http.server.ThreadingHTTPServer | None = None

    def start(self) -> None:
        exporter = self

        class Page(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = exporter.page.encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's own name
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Page)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}).start()

    def kill(self) -> None:
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def count(self, sessions: int, crashed: int, **other: float) -> None:
        """Show these counters for build 4201, and a bad neighbour: build 4200 crashes every time."""
        lines = []
        for build, total, bad in (("4201", sessions, crashed), ("4200", 9000, 9000)):
            labels = f'{{platform="android",build="{build}"}}'
            lines += [
                f"app_sessions_total{labels} {total}",
                f"app_crashed_sessions_total{labels} {bad}",
                f"app_failures_total{labels} {bad}",
                f"app_connect_seconds_count{labels} {total}",
                f"app_connect_seconds_sum{labels} {total * 4}",
                f'app_connect_seconds_bucket{{platform="android",build="{build}",le="20"}} {total - bad}',
                f'app_connect_seconds_bucket{{platform="android",build="{build}",le="+Inf"}} {total}',
            ]
        lines += [f'{name}{{platform="android",build="4201"}} {value}' for name, value in other.items()]
        self.page = "\n".join(lines) + "\n"


@dataclass
class Watch:
    """A real server, the exporter that it scrapes, and a source on it."""

    url: str
    exporter: Exporter
    http: httpx.AsyncClient
    since: float
    source: Source = field(init=False)

    def __post_init__(self) -> None:
        self.source = self.open()

    def open(self) -> Source:
        assert PROVIDER.open_source is not None
        options = PROVIDER.options.model_validate({"url": self.url, "metrics": METRICS})
        return PROVIDER.open_source(options, ProviderContext("prometheus", self.http, Wall(), str))

    async def read(self, metric: Metric = CRASH, source: Source | None = None) -> Answer:
        now = time.time()
        query = Query(metric, Scope.PHASE, ANDROID, Window(self.since, now), 60.0)
        (answer,) = await (source or self.source).read([query])
        return answer

    async def until(self, wanted: Callable[[Answer], bool], metric: Metric = CRASH, seconds: float = 120.0) -> Answer:
        """Poll as the engine does until an answer is as wanted; the deadline's message is the last answer."""
        deadline = time.monotonic() + seconds
        while not wanted(answer := await self.read(metric)):
            assert time.monotonic() < deadline, answer
            await asyncio.sleep(0.1)
        return answer

    async def ask(self, expression: str) -> list[object]:
        """What the server itself says."""
        answer = await self.http.get(f"{self.url}/api/v1/query", params={"query": expression})
        result: list[object] = answer.json()["data"]["result"]
        return result


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Exporter]]:
    exporter = Exporter(free_port())
    exporter.count(1000, 10)
    exporter.start()
    try:
        folder = tmp_path_factory.mktemp("prometheus")
        with prometheus(folder, scraping(f"127.0.0.1:{exporter.port}", SCRAPE)) as url:
            yield url, exporter
    finally:
        exporter.kill()


@pytest.fixture
async def watch(server: tuple[str, Exporter]) -> AsyncIterator[Watch]:
    """A phase that begins now, on a server that has scraped 1,000 sessions and 10 crashes by now."""
    url, exporter = server
    exporter.kill()
    exporter.count(1000, 10)
    exporter.start()
    async with httpx.AsyncClient() as http:
        watch = Watch(url, exporter, http, 0.0)
        total = 'app_sessions_total{build="4201"} == 1000'
        await eventually(lambda: watch.ask(total))
        watch.since = time.time()
        yield watch


def counted(bad: int, total: int) -> Callable[[Answer], bool]:
    return lambda answer: isinstance(answer, Reading) and answer.quantity == Proportion(bad, total)


def silent(answer: Answer) -> bool:
    return isinstance(answer, NoReading)


async def test_counts_since_the_phase_began_of_this_build_alone(watch: Watch) -> None:
    watch.exporter.count(1600, 13)
    answer = await watch.until(counted(3, 600))
    assert isinstance(answer, Reading)
    assert answer.taken_at - answer.as_of < 3 * SCRAPE
    mean = await watch.until(lambda found: isinstance(found, Reading), CONNECT_TIME)
    assert isinstance(mean, Reading)
    assert mean.quantity == Mean(2400, 600)


async def test_the_share_beyond_a_buckets_edge_is_counted_exactly(watch: Watch) -> None:
    watch.exporter.count(1600, 13)
    answer = await watch.until(counted(3, 600), SLOW)
    assert isinstance(answer, Reading)


async def test_a_program_that_starts_later_counts_the_same(watch: Watch) -> None:
    watch.exporter.count(1600, 13)
    await watch.until(counted(3, 600))
    assert counted(3, 600)(await watch.read(source=watch.open()))


async def test_a_restart_of_the_exporter_counts_from_zero(watch: Watch) -> None:
    watch.exporter.count(1200, 11)
    await watch.until(counted(1, 200))
    watch.exporter.kill()
    watch.exporter.count(50, 2)
    watch.exporter.start()
    await watch.until(counted(1 + 2, 200 + 50))
    assert counted(3, 250)(await watch.read(source=watch.open())), "a restart in the past is found as well"


async def test_a_dead_exporter_is_no_data_although_its_rate_goes_on(watch: Watch) -> None:
    watch.exporter.count(1600, 13)
    await watch.until(counted(3, 600))
    await watch.until(lambda answer: isinstance(answer, Reading), CONNECT)
    watch.exporter.kill()
    began = time.monotonic()
    answer = await watch.until(silent)
    took = time.monotonic() - began
    assert isinstance(answer, NoReading)
    assert answer.reason == f"Prometheus: target 127.0.0.1:{watch.exporter.port} is down (up = 0)"
    assert silent(await watch.read(CONNECT))
    assert silent(await watch.read(CONNECT_TIME))
    assert silent(await watch.read(source=watch.open())), "and for a program that starts now"
    assert await watch.ask('rate(app_sessions_total{build="4201"}[1m])'), "the trap is open: the rate goes on"
    assert took < 30.0, f"with the scrapes that fail, long before the minute of the rate is over; took {took:.1f} s"


async def test_a_build_that_nobody_runs_is_no_data(watch: Watch) -> None:
    watch.exporter.page = watch.exporter.page.replace("4201", "4202")
    await watch.until(lambda answer: isinstance(answer, NoReading) and "has had nothing for" in answer.reason)
    answer = await watch.read(source=watch.open())
    assert isinstance(answer, NoReading)
    assert "has had nothing for" in answer.reason


async def test_any_build_is_a_value_and_never_a_query(watch: Watch) -> None:
    odd = replace(ANDROID, build='42"} or vector(1) # \\ é')
    shown = odd.build.replace("\\", "\\\\").replace('"', '\\"')
    watch.exporter.page = watch.exporter.page.replace("4201", shown)
    await eventually(lambda: watch.ask('app_sessions_total{build=~"42.+é"}'))
    now = time.time()
    (answer,) = await watch.source.read([Query(CRASH, Scope.PHASE, odd, Window(now - 3600, now), 60.0)])
    assert isinstance(answer, Reading)
    assert answer.quantity == Proportion(10, 1000), "its series began at zero, on a target that was up"


@pytest.mark.parametrize(("value", "words"), [("NaN", "the value is nan"), ("+Inf", "the value is inf")])
async def test_what_is_no_number_is_no_data(watch: Watch, value: str, words: str) -> None:
    watch.exporter.count(1000, 10, app_odd_gauge=float(value))
    watch.exporter.page = watch.exporter.page.replace(" nan", " NaN").replace(" inf", " +Inf")
    answer = await watch.until(lambda found: isinstance(found, NoReading) and words in found.reason, DURATION)
    assert isinstance(answer, NoReading)


async def test_a_bare_value_is_read(watch: Watch) -> None:
    watch.exporter.count(1000, 10, app_odd_gauge=412.5)
    answer = await watch.until(lambda found: isinstance(found, Reading), DURATION)
    assert isinstance(answer, Reading)
    assert answer.quantity == Bare(412.5)


async def test_the_servers_own_words_reach_the_operator(watch: Watch) -> None:
    assert PROVIDER.open_source is not None
    metrics = {CRASH.id: {"bad": "app_sessions_total{build='a',,}", "total": f"app_sessions_total{SELECT}"}}
    options = PROVIDER.options.model_validate({"url": watch.url, "metrics": metrics})
    answer = await watch.read(
        source=PROVIDER.open_source(options, ProviderContext("prometheus", watch.http, Wall(), str))
    )
    assert isinstance(answer, NoReading)
    assert "parse error" in answer.reason
