"""What the tests of Sentry share: an organization that is written out by hand, a clock that stands, questions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import httpx

from providers.sentry import PROVIDER
from rollout_tui.domain.metrics import Metric, Population
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.readings import Scope, Window
from rollout_tui.ports import Investigator, ProviderContext, Query, Source
from tests.providers.documents import held_to
from tests.providers.play_vitals.desk import CRASHES as USERS_WITH_A_CRASH
from tests.providers.play_vitals.desk import StillClock
from tests.unit.domain.builders import ANDROID, CRASH

HOUR, DAY = 3600.0, 86400.0
NOW = datetime(2026, 11, 23, 18, 12, tzinfo=UTC).timestamp()
BEGUN = NOW - 12 * 60
"""Where the present hour began."""
STALE = 2 * HOUR
RELEASE = "com.acme.connect@4.2.0+4201"
USERS: Metric = USERS_WITH_A_CRASH
OBSERVED = replace(CRASH, id="observed_share", population=Population.SESSIONS)
APPS = {"android": {"project": "connect-android", "package": "com.acme.connect"}}
METRICS = {"crash_rate": {"counts": "sessions"}, "user_crash_rate": {"counts": "users"}}
ALL, RATE = "sum(session)", "crash_free_rate(session)"
DISTINCT, USER_RATE = "count_unique(user)", "crash_free_rate(user)"
TOKEN = "sntryu_0123456789abcdef"


def written(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Hourly:
    """What one release did in each hour, by the hour's begin: sessions and how many of them crashed."""

    release: str
    hours: Mapping[float, tuple[int | None, int]]


@dataclass
class Canned:
    """A Sentry that adds hours up as the real one does: the range is widened to whole intervals.

    `groups` replaces the groups of its answers, `refused` is a status, a body and headers for every call instead,
    `pages` are the pages of issues by the start of their search.
    """

    releases: list[Hourly] = field(default_factory=list)
    groups: list[dict[str, Any]] | None = None
    start: float | None = None
    pages: dict[str, list[list[dict[str, Any]]]] = field(default_factory=dict)
    known: dict[str, Any] | None = None
    refused: tuple[int, dict[str, Any], dict[str, str]] | None = None
    asked: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.refused is not None:
            status, body, headers = self.refused
            return httpx.Response(status, json=body, headers=headers)
        path = request.url.path.removeprefix("/api/0/organizations/acme")
        if path == "/sessions/":
            return httpx.Response(200, json=self._sessions(request.url.params))
        if path == "/issues/":
            return self._issues(request.url.params)
        return httpx.Response(404 if self.known is None else 200, json=self.known or {"detail": "Not found."})

    def queries(self) -> list[httpx.QueryParams]:
        """The parameters of the calls so far."""
        return [request.url.params for request in self.asked]

    def _sessions(self, params: httpx.QueryParams) -> dict[str, Any]:
        step = {"1h": HOUR, "6h": 6 * HOUR, "1d": DAY}[params["interval"]]
        start, end = (datetime.fromisoformat(params[name]).timestamp() for name in ("start", "end"))
        start, end = math.floor(start / step) * step, math.ceil(end / step) * step
        start = start if self.start is None else self.start
        begins = [start + n * step for n in range(round((end - start) / step))]
        groups = self.groups if self.groups is not None else self._groups(params, begins, step)
        listed = {"intervals": [written(at) for at in begins], "groups": groups, "query": params.get("query", "")}
        return {"start": written(start), "end": written(end), **listed}

    def _groups(self, params: httpx.QueryParams, begins: Sequence[float], step: float) -> list[dict[str, Any]]:
        search = params.get("query", "")
        fields = params.get_list("field")
        if not search:
            hours: dict[float, tuple[int | None, int]] = {}
            for each in self.releases:
                for at, (total, bad) in each.hours.items():
                    before = hours.get(at, (0, 0))
                    hours[at] = ((before[0] or 0) + (total or 0), before[1] + bad)
            return [_group({}, hours, fields, begins, step)]
        wanted = [each for each in self.releases if search == f'release:"{each.release}"']
        return [_group({"release": each.release}, each.hours, fields, begins, step) for each in wanted]

    def _issues(self, params: httpx.QueryParams) -> httpx.Response:
        search = "new" if "firstRelease" in params["query"] else "all"
        pages = self.pages.get(search, [[]])
        page = int(params.get("cursor", "0:0:0").split(":")[1])
        more = "true" if page + 1 < len(pages) else "false"
        link = (
            f'<https://us.sentry.io/x?cursor=0:{page - 1}:1>; rel="previous"; results="false"; cursor="0:{page}:1", '
            f'<https://us.sentry.io/x?cursor=0:{page + 1}:0>; rel="next"; results="{more}"; cursor="0:{page + 1}:0"'
        )
        return httpx.Response(200, json=pages[page], headers={"Link": link})


def _group(
    by: Mapping[str, str],
    hours: Mapping[float, tuple[int | None, int]],
    fields: Sequence[str],
    begins: Sequence[float],
    step: float,
) -> dict[str, Any]:
    series: dict[str, list[float | None]] = {name: [] for name in fields}
    sums: list[tuple[int | None, int]] = []
    for begin in begins:
        inside = [counts for at, counts in hours.items() if begin <= at < begin + step]
        unknown = any(total is None for total, _ in inside)
        sums.append((None if unknown else sum(total or 0 for total, _ in inside), sum(bad for _, bad in inside)))
    whole = (sum(total or 0 for total, _ in sums), sum(bad for _, bad in sums))
    for name in fields:
        series[name] = [_value(name, *each) for each in sums]
    return {"by": dict(by), "totals": {name: _value(name, *whole) for name in fields}, "series": series}


def _value(name: str, total: int | None, bad: int) -> float | None:
    if "rate" not in name:
        return total
    return 1 - bad / total if total else None


def held(canned: Canned) -> httpx.AsyncBaseTransport:
    """Both sides held to Sentry's document where it is at hand."""
    return held_to("sentry", httpx.MockTransport(canned))


def options(metrics: Mapping[str, Mapping[str, str]] = METRICS, **more: Any) -> Any:
    """Validated options."""
    told = {"organization": "acme", "region": "us", "token": "env:TOKEN", "apps": APPS, "metrics": metrics}
    return PROVIDER.options.model_validate({key: value for key, value in {**told, **more}.items() if value is not None})


def context(http: httpx.AsyncClient) -> ProviderContext:
    return ProviderContext("sentry", http, StillClock(NOW), lambda _: TOKEN)


def source(http: httpx.AsyncClient, **more: Any) -> Source:
    """A source as the engine opens it."""
    assert PROVIDER.open_source is not None
    return PROVIDER.open_source(options(**more), context(http))


def investigator(http: httpx.AsyncClient, **more: Any) -> Investigator:
    assert PROVIDER.open_investigator is not None
    return PROVIDER.open_investigator(options({}, **more), context(http))


def ask(
    metric: Metric = CRASH,
    *,
    scope: Scope = Scope.RECENT,
    since: float = NOW - HOUR,
    until: float = NOW,
    rollout: RolloutPlan = ANDROID,
    stale_after: float = STALE,
) -> Query:
    """One question."""
    return Query(metric, scope, rollout, Window(since, until), stale_after)
