"""What the tests of Play vitals share: a Reporting API written out by hand, a clock that never sleeps, questions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import httpx

from providers.play_vitals import PROVIDER
from rollout_tui.domain.metrics import Direction, Kind, Line, Metric, Operator, Population, Unit
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.readings import Scope, Window
from rollout_tui.ports import Investigator, ProviderContext, Query, Source
from tests.providers.documents import held_to
from tests.unit.domain.builders import ANDROID

PACKAGE = "com.acme.connect"
HOUR, DAY = 3600.0, 86400.0
STALE = 3 * DAY
LOS_ANGELES = "America/Los_Angeles"
CRASHES = Metric(
    "user_crash_rate",
    "Users with a crash",
    Kind.RATIO,
    Unit.RATIO,
    Direction.LOWER,
    Population.USERS,
    Line(Operator.LT, Fraction(1, 100)),
    Line(Operator.GT, Fraction(2, 100)),
)
ANRS = replace(CRASHES, id="user_anr_rate", label="Users with an ANR")
METRICS: dict[str, dict[str, str]] = {
    "user_crash_rate": {"vital": "userPerceivedCrashRate"},
    "user_anr_rate": {"vital": "userPerceivedAnrRate"},
}
HOURLY = {"user_crash_rate": {"vital": "userPerceivedCrashRate", "period": "hourly"}}


def los_angeles(*parts: int) -> float:
    """Epoch seconds of a civil time there."""
    return datetime(*parts, tzinfo=ZoneInfo(LOS_ANGELES)).timestamp()  # type: ignore[arg-type]


def utc(*parts: int) -> float:
    return datetime(*parts, tzinfo=UTC).timestamp()  # type: ignore[arg-type]


NOW = utc(2026, 11, 23, 18, 12)
ENDED = los_angeles(2026, 11, 22)
"""Where the days' data end at NOW: 34 hours ago."""
ENDED_HOURS = utc(2026, 11, 23, 15)


def written(at: float, zone: str = LOS_ANGELES) -> dict[str, Any]:
    """A moment as Google writes it."""
    local = datetime.fromtimestamp(at, ZoneInfo(zone))
    return {
        "year": local.year,
        "month": local.month,
        "day": local.day,
        "hours": local.hour,
        "timeZone": {"id": zone},
    }


def row(
    start: float,
    values: Mapping[str, str | None],
    build: str = "4201",
    period: str = "DAILY",
    users: str | None = "24000",
) -> dict[str, Any]:
    """A row of one build; a value of None has no decimal."""
    metrics: list[dict[str, Any]] = []
    for name, value in {**values, "distinctUsers": users}.items():
        decimal = {} if value is None else {"decimalValue": {"value": value}}
        metrics.append({"metric": name, **decimal})
    return {
        "aggregationPeriod": period,
        "startTime": written(start, LOS_ANGELES if period == "DAILY" else "UTC"),
        "dimensions": [{"dimension": "versionCode", "int64Value": build}],
        "metrics": metrics,
    }


@dataclass
class Canned:
    """A Reporting API whose rows are written down by set; each query gets those that lie in its timeline.

    `page` is how many rows a page holds, `refused` a part of a path and the answer that it gets instead.
    """

    daily: float | None = ENDED
    hourly: float | None = ENDED_HOURS
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    issues: list[dict[str, Any]] = field(default_factory=list)
    reports: list[dict[str, Any]] = field(default_factory=list)
    page: int = 1000
    refused: dict[str, tuple[int, str]] = field(default_factory=dict)
    asked: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        path = unquote(request.url.path)
        for part, (status, message) in self.refused.items():
            if part in path:
                return httpx.Response(status, json={"error": {"code": status, "message": message}})
        name = path.removeprefix(f"/v1beta1/apps/{PACKAGE}/")
        match name.partition(":")[::2]:
            case "errorIssues", "search":
                return httpx.Response(200, json={"errorIssues": self.issues})
            case "errorReports", "search":
                return httpx.Response(200, json={"errorReports": self.reports})
            case metric_set, "query":
                return httpx.Response(200, json=self._query(metric_set, json.loads(request.content)))
            case metric_set, _:
                return httpx.Response(200, json=self._described(metric_set))
        raise AssertionError(path)

    def queries(self) -> list[dict[str, Any]]:
        """The bodies of the queries so far."""
        return [json.loads(request.content) for request in self.asked if request.method == "POST"]

    def _described(self, metric_set: str) -> dict[str, Any]:
        ends = (("DAILY", self.daily, LOS_ANGELES), ("HOURLY", self.hourly, "UTC"))
        listed = [
            {"aggregationPeriod": period, "latestEndTime": written(end, zone)}
            for period, end, zone in ends
            if end is not None
        ]
        return {"name": f"apps/{PACKAGE}/{metric_set}", "freshnessInfo": {"freshnesses": listed}}

    def _query(self, metric_set: str, body: Mapping[str, Any]) -> dict[str, Any]:
        first = int(body.get("pageToken", "0"))
        rows = self.rows.get(metric_set, [])
        shown = rows[first : first + self.page]
        more = {"nextPageToken": str(first + self.page)} if first + self.page < len(rows) else {}
        return {"rows": shown, **more}


@dataclass
class StillClock:
    """Stands still; what would have been slept is written down, and passes."""

    time: float = NOW
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


def held(canned: Canned) -> httpx.AsyncBaseTransport:
    """Both sides held to Google's document where it is at hand."""
    return held_to("play_reporting", httpx.MockTransport(canned))


def options(metrics: Mapping[str, Mapping[str, str]] = METRICS, **more: Any) -> Any:
    """Validated options."""
    return PROVIDER.options.model_validate({"package": PACKAGE, "token": "env:TOKEN", "metrics": metrics, **more})


def context(http: httpx.AsyncClient, clock: StillClock) -> ProviderContext:
    return ProviderContext("play_vitals", http, clock, lambda _: "made-up-token")


def source(http: httpx.AsyncClient, clock: StillClock | None = None, **more: Any) -> Source:
    """A source as the engine opens it."""
    assert PROVIDER.open_source is not None
    return PROVIDER.open_source(options(**more), context(http, clock or StillClock()))


def investigator(http: httpx.AsyncClient, clock: StillClock | None = None) -> Investigator:
    assert PROVIDER.open_investigator is not None
    return PROVIDER.open_investigator(options({}), context(http, clock or StillClock()))


def ask(
    metric: Metric = CRASHES,
    *,
    scope: Scope = Scope.RECENT,
    since: float = NOW - DAY,
    until: float = NOW,
    rollout: RolloutPlan = ANDROID,
    stale_after: float = STALE,
) -> Query:
    """One question."""
    return Query(metric, scope, rollout, Window(since, until), stale_after)
