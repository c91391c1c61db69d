"""What the tests of Prometheus share: answers written out by hand, a clock that stands, a source on both."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from providers.prometheus import PROVIDER
from rollout_tui.domain.metrics import Metric
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.readings import Answer, NoReading, Reading, Scope, Window
from rollout_tui.ports import Clock, ProviderContext, Query, Source
from tests.unit.domain.builders import ANDROID, CONNECT, CONNECT_TIME, CRASH, DURATION, HOUR

NOW = 1_795_443_771.0
SELECT = '{platform="$platform",build="$build"}'
FILLED = '{platform="android",build="4201"}'
BAD, TOTAL = f"app_crashed_sessions_total{FILLED}", f"app_sessions_total{FILLED}"
SUM, COUNT = f"app_connect_seconds_sum{FILLED}", f"app_connect_seconds_count{FILLED}"
JOBS = "count by (job) (up == 1)"
JOB = 'count by (job) (up{job="app"} == 1)'
TARGET = {"job": "app", "instance": "telemetry:9100"}
LABELS = {"platform": "android", "build": "4201", **TARGET}
QUERIES: dict[str, dict[str, str]] = {
    CRASH.id: {"bad": f"app_crashed_sessions_total{SELECT}", "total": f"app_sessions_total{SELECT}"},
    CONNECT.id: {"bad": f"app_connect_failures_total{SELECT}", "total": f"app_connects_total{SELECT}"},
    CONNECT_TIME.id: {"sum": f"app_connect_seconds_sum{SELECT}", "count": f"app_connect_seconds_count{SELECT}"},
    DURATION.id: {"sum": f"app_session_seconds_sum{SELECT}", "count": f"app_session_seconds_count{SELECT}"},
    "observed_share": {"bad": f"app_sessions_total{SELECT}", "total": 'app_sessions_total{platform="$platform"}'},
}

ClientOf = Callable[[httpx.AsyncBaseTransport], httpx.AsyncClient]
Points = Sequence[tuple[float, float | str]]
_TAGGED = re.compile(r'label_replace\((?P<text>.*?), "rollout_tui_query", "(?P<n>\d+)", "", ""\)(?: or |$)', re.DOTALL)


def parameters_of(request: httpx.Request) -> httpx.QueryParams:
    """What was asked, in the address or as a form."""
    return httpx.QueryParams(request.content.decode()) if request.method == "POST" else request.url.params


@dataclass
class Canned:
    """A server whose answers are written down by expression; what is not written down is empty, as on a real one.

    `instants` holds (labels, value) pairs, `ranges` (labels, points), `stood` what was there when counting began.
    """

    instants: dict[str, list[tuple[dict[str, str], float | str]]] = field(default_factory=dict)
    ranges: dict[str, list[tuple[dict[str, str], Points]]] = field(default_factory=dict)
    stood: dict[str, list[tuple[dict[str, str], float | str]]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    asked: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        parameters = parameters_of(request)
        if "query" not in parameters:
            return httpx.Response(404, text="404 page not found")
        over = request.url.path.endswith("/query_range")
        result: list[dict[str, Any]] = []
        for match in _TAGGED.finditer(parameters["query"]):
            text, tag = match["text"], {"rollout_tui_query": match["n"]}
            if text in self.refused:
                body = {"status": "error", "errorType": "bad_data", "error": self.refused[text]}
                return httpx.Response(400, json=body)
            if over:
                start, end = float(parameters["start"]), float(parameters["end"])
                for labels, points in self.ranges.get(text, ()):
                    values = [[time, str(value)] for time, value in points if start <= time <= end]
                    if values:
                        result.append({"metric": {**labels, **tag}, "values": values})
                continue
            at = float(parameters["time"])
            for labels, value in self._instant(text):
                result.append({"metric": {**labels, **tag}, "value": [at, str(value)]})
        kind = "matrix" if over else "vector"
        return httpx.Response(200, json={"status": "success", "data": {"resultType": kind, "result": result}})

    def _instant(self, text: str) -> list[tuple[dict[str, str], float | str]]:
        stood = re.fullmatch(r"last_over_time\((.*)\[6h\]\)", text)
        return self.instants.get(text, []) if stood is None else self.stood.get(stood[1], [])

    def counter(
        self,
        selector: str,
        before: float | None,
        now: float | str,
        points: Points = (),
        labels: dict[str, str] = LABELS,
        sampled: float = NOW - 10,
    ) -> None:
        """A counter that stood at `before` when counting began (None: was not there) and shows `now`."""
        if before is not None:
            self.stood.setdefault(selector, []).append((labels, before))
        self.instants.setdefault(selector, []).append((labels, now))
        self.instants.setdefault(f"timestamp({selector})", []).append((labels, sampled))
        if points:
            self.ranges.setdefault(selector, []).append((labels, points))


@dataclass
class StillClock:
    """Stands until a test moves it."""

    time: float = NOW

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("a source has no reason to sleep")


def source(
    http: httpx.AsyncClient, clock: Clock | None = None, metrics: dict[str, dict[str, str]] | None = None, **more: Any
) -> Source:
    """A source as the engine opens it; every secret is its reference in capitals."""
    options = PROVIDER.options.model_validate(
        {"url": "http://prom.example/base/", "metrics": metrics or QUERIES, **more}
    )
    context = ProviderContext("prometheus", http, clock or StillClock(), str.upper)
    assert PROVIDER.open_source is not None
    return PROVIDER.open_source(options, context)


def asks(
    *metrics: Metric,
    rollout: RolloutPlan = ANDROID,
    scope: Scope = Scope.PHASE,
    since: float = NOW - HOUR,
    now: float = NOW,
    stale_after: float = 180.0,
) -> list[Query]:
    """One query per metric."""
    return [Query(metric, scope, rollout, Window(since, now), stale_after) for metric in metrics or (CRASH,)]


async def read_one(http: httpx.AsyncClient, metric: Metric = CRASH, **more: Any) -> Answer:
    """The answer of a new source to one query."""
    (answer,) = await source(http, **more).read(asks(metric))
    return answer


async def proportion(http: httpx.AsyncClient) -> tuple[float, float]:
    """Bad and total of the crash rate."""
    answer = await read_one(http)
    assert isinstance(answer, Reading), answer
    assert isinstance(answer.quantity, Proportion)
    return answer.quantity.bad, answer.quantity.total


async def reason(http: httpx.AsyncClient, **more: Any) -> str:
    """Why there is no crash rate."""
    answer = await read_one(http, **more)
    assert isinstance(answer, NoReading), answer
    assert (answer.metric, answer.build, answer.source) == (CRASH.id, "4201", "prometheus")
    return answer.reason


def other_counters(server: Canned, before: float | None, now: float | str, **more: Any) -> None:
    """Write the total anew, other than `server` has it."""
    for book in (server.instants, server.stood):
        book.pop(TOTAL, None)
        book.pop(f"timestamp({TOTAL})", None)
    server.counter(TOTAL, before, now, **more)
