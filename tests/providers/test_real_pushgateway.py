"""Values that a batch job pushes to Debian's real Pushgateway, which a real Prometheus scrapes for ever."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator

import httpx
import pytest

from providers.prometheus import PROVIDER
from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.readings import Answer, NoReading, Reading, Scope, Window
from rollout_tui.ports import ProviderContext, Query
from tests.providers.real import NO_PROMETHEUS, NO_PUSHGATEWAY, Wall, eventually, prometheus, pushgateway
from tests.unit.domain.builders import ANDROID, CRASH

pytestmark = [pytest.mark.real, NO_PROMETHEUS, NO_PUSHGATEWAY]

WAYS = ("kept", "renamed")
"""Scraped with `honor_labels`, as the Pushgateway asks for, and without: its job is `exported_job` then."""


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    folder = tmp_path_factory.mktemp("pushed")
    with pushgateway(folder) as gateway:
        scrapes = ", ".join(
            f"{{job_name: {way}, honor_labels: {str(way == 'kept').lower()},"
            f" static_configs: [{{targets: ['{gateway}'], labels: {{way: {way}}}}}]}}"
            for way in WAYS
        )
        config = f"global: {{scrape_interval: 1s, scrape_timeout: 1s}}\nscrape_configs: [{scrapes}]\n"
        with prometheus(folder, config) as url:
            yield url, f"http://{gateway}"


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


async def push(http: httpx.AsyncClient, gateway: str, sessions: int, crashed: int) -> None:
    labels = '{platform="android",build="4201"}'
    page = f"app_sessions_total{labels} {sessions}\napp_crashed_sessions_total{labels} {crashed}\n"
    answer = await http.put(f"{gateway}/metrics/job/nightly/region/eu", content=page)
    assert answer.status_code < 300, answer.text


async def value(http: httpx.AsyncClient, url: str, expression: str) -> float:
    """What the server itself says."""
    answer = await http.get(f"{url}/api/v1/query", params={"query": expression})
    return float(answer.json()["data"]["result"][0]["value"][1])


async def until(read: Callable[[], object], wanted: Callable[[Answer], bool]) -> Answer:
    deadline = time.monotonic() + 60.0
    while not wanted(answer := await read()):  # type: ignore[misc]
        assert time.monotonic() < deadline, answer
        await asyncio.sleep(0.1)
    return answer


@pytest.mark.parametrize("way", WAYS)
async def test_a_pushed_value_is_as_old_as_its_push_however_often_it_is_scraped(
    servers: tuple[str, str], http: httpx.AsyncClient, way: str
) -> None:
    url, gateway = servers
    select = f'{{platform="$platform",build="$build",way="{way}"}}'
    seen = f'app_sessions_total{{way="{way}"}}'
    queries = {CRASH.id: {"bad": f"app_crashed_sessions_total{select}", "total": f"app_sessions_total{select}"}}
    options = PROVIDER.options.model_validate({"url": url, "metrics": queries})
    assert PROVIDER.open_source is not None
    source = PROVIDER.open_source(options, ProviderContext("prometheus", http, Wall(), str))

    async def listening() -> bool:
        await push(http, gateway, 1000, 10)
        return await value(http, url, seen) == 1000

    await eventually(listening)
    since = time.time()

    async def read(stale_after: float = 60.0) -> Answer:
        now = time.time()
        (answer,) = await source.read([Query(CRASH, Scope.PHASE, ANDROID, Window(since, now), stale_after)])
        return answer

    await push(http, gateway, 1600, 13)
    answer = await until(read, lambda found: isinstance(found, Reading) and found.quantity == Proportion(3, 600))
    assert isinstance(answer, Reading)
    pushed = await value(http, url, f'push_time_seconds{{way="{way}"}}')
    assert answer.as_of == pytest.approx(pushed, abs=0.002)
    # Nobody pushes any more. The scraped value stays there and looks new.
    answer = await until(lambda: read(2.0), lambda found: isinstance(found, NoReading))
    assert isinstance(answer, NoReading)
    assert answer.reason.startswith("Prometheus: newest sample is ")

    async def newer_sample() -> bool:
        return await value(http, url, f"timestamp({seen})") > pushed + 1.0

    await eventually(newer_sample)  # the trap is open: it is scraped on and on
