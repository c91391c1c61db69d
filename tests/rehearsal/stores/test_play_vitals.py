"""The rehearsed Reporting API: figures of the simulated users, late as Google's, and what Google refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from rollout_tui.rehearsal.changes import ChangeLog
from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.scenarios import PACKAGE
from rollout_tui.rehearsal.stores.play_vitals_api import Reporting, make_app
from rollout_tui.rehearsal.stores.play_vitals_issues import IssueBook
from tests.rehearsal.stagehand import HOUR, NOW, Set, held_to, set_up

BASE = "https://playdeveloperreporting.googleapis.com"
ROOT = f"/v1beta1/apps/{PACKAGE}"
CODE, OLD = "4201", "4130"
LOS_ANGELES = {"id": "America/Los_Angeles"}


@dataclass
class Desk:
    """The service in this process, held to Google's document."""

    set: Set
    transport: Any
    http: httpx.AsyncClient

    async def call(self, method: str, path: str, status: int = 200, **more: Any) -> Any:
        """A call within the document; its answer."""
        answer = await self.http.request(method, f"{ROOT}{path}", **more)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def refused(self, method: str, path: str, status: int = 400, **more: Any) -> str:
        """A call that may break the document; what is said to it."""
        headers = {"Authorization": "Bearer ours"}
        async with httpx.AsyncClient(transport=self.transport.inner, base_url=BASE, headers=headers) as http:
            answer = await http.request(method, path if path.startswith("/v1") else f"{ROOT}{path}", **more)
        assert answer.status_code == status, answer.text
        error = answer.json()["error"]
        assert error["code"] == status
        return str(error["message"])

    async def rows(self, spec: dict[str, Any], metric_set: str = "crashRateMetricSet", **more: Any) -> list[Any]:
        answer = await self.call("POST", f"/{metric_set}:query", json=asked(spec, **more))
        rows: list[Any] = answer["rows"]
        return rows


Open = Callable[..., Desk]


@pytest.fixture
async def open_desk() -> AsyncIterator[Open]:
    clients: list[httpx.AsyncClient] = []

    def make(scenario: str = "healthy") -> Desk:
        stand = set_up(scenario)
        reporting = Reporting(stand.stage.vitals, IssueBook(stand.stage.vitals, OLD), stand.stage.play)
        app = make_app(reporting, {"ours": "us"}, ChangeLog(), Faults())
        transport = held_to("play_reporting", app)
        http = httpx.AsyncClient(transport=transport, base_url=BASE, headers={"Authorization": "Bearer ours"})
        clients.append(http)
        return Desk(stand, transport, http)

    yield make
    for client in clients:
        await client.aclose()


def hour(at: float) -> dict[str, Any]:
    local = datetime.fromtimestamp(at, UTC)
    return {"year": local.year, "month": local.month, "day": local.day, "hours": local.hour, "timeZone": {"id": "UTC"}}


def day(at: float) -> dict[str, Any]:
    local = datetime.fromtimestamp(at, ZoneInfo("America/Los_Angeles"))
    return {"year": local.year, "month": local.month, "day": local.day, "timeZone": LOS_ANGELES}


def hours(start: float, end: float) -> dict[str, Any]:
    return {"aggregationPeriod": "HOURLY", "startTime": hour(start), "endTime": hour(end)}


def days(start: float, end: float) -> dict[str, Any]:
    return {"aggregationPeriod": "DAILY", "startTime": day(start), "endTime": day(end)}


def asked(spec: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {
        "timelineSpec": spec,
        "dimensions": ["versionCode"],
        "metrics": ["userPerceivedCrashRate", "distinctUsers"],
        "filter": f"versionCode = {CODE}",
    }
    return {**body, **more}


def value(row: Any, metric: str) -> float:
    return float(next(one for one in row["metrics"] if one["metric"] == metric)["decimalValue"]["value"])


LAST = NOW - NOW % HOUR - 3 * HOUR
"""Where hourly rates end at NOW."""


# --- figures -----------------------------------------------------------------------------------------------------


async def test_freshness_is_hours_and_a_day_late(open_desk):
    desk = open_desk()
    found = await desk.call("GET", "/crashRateMetricSet")
    assert found["name"] == f"apps/{PACKAGE}/crashRateMetricSet"
    ends = {one["aggregationPeriod"]: one["latestEndTime"] for one in found["freshnessInfo"]["freshnesses"]}
    assert ends == {"HOURLY": hour(LAST), "DAILY": day(NOW - 24 * HOUR)}


async def test_rates_follow_what_happened_to_the_users(open_desk):
    for scenario, low, high in (("healthy", 0.0005, 0.003), ("crash-regression", 0.012, 0.025)):
        desk = open_desk(scenario)
        rows = await desk.rows(hours(LAST - 6 * HOUR, LAST))
        assert len(rows) == 6
        rates = [value(row, "userPerceivedCrashRate") for row in rows]
        assert low < sum(rates) / len(rates) < high
        for row in rows:
            assert value(row, "distinctUsers") % 10 == 0
            assert row["dimensions"][0]["int64Value"] == CODE
        sessions = desk.set.happened("android", CODE, LAST - HOUR, LAST)
        assert value(rows[-1], "distinctUsers") == pytest.approx(sessions / 1.25, rel=0.05)


async def test_the_healthy_build_shows_the_turn_of_a_crash_spike_only_when_the_hours_are_given_out(open_desk):
    desk = open_desk("crash-spike")
    before = await desk.rows(hours(LAST - HOUR, LAST))
    desk.set.clock.time = NOW + 6 * HOUR
    after = await desk.rows(hours(LAST + 5 * HOUR, LAST + 6 * HOUR))
    assert value(before[0], "userPerceivedCrashRate") < 0.005
    assert value(after[0], "userPerceivedCrashRate") > 0.02


async def test_days_are_those_of_los_angeles(open_desk):
    desk = open_desk()
    end = NOW - 24 * HOUR
    rows = await desk.rows(days(end - 24 * HOUR, end))
    (row,) = rows
    assert {**row["startTime"]} == day(end - 24 * HOUR)
    rolling = await desk.rows(days(end - 24 * HOUR, end), metrics=["crashRate7dUserWeighted", "crashRate"])
    assert 0 < value(rolling[0], "crashRate7dUserWeighted") < 0.01


async def test_every_build_has_a_row_of_its_own_and_none_is_the_whole_app(open_desk):
    desk = open_desk()
    spec = hours(LAST - HOUR, LAST)
    assert {row["dimensions"][0]["int64Value"] for row in await desk.rows(spec, filter="")} == {CODE, OLD}
    (whole,) = await desk.rows(spec, filter="", dimensions=[])
    assert "dimensions" not in whole
    both = await desk.rows(spec, filter=f"versionCode = {CODE} OR versionCode = {OLD}")
    assert len(both) == 2


async def test_anrs_and_counts_of_errors_are_there_too(open_desk):
    desk = open_desk()
    spec = hours(LAST - HOUR, LAST)
    (anrs,) = await desk.rows(spec, "anrRateMetricSet", metrics=["anrRate", "userPerceivedAnrRate"])
    assert 0 < value(anrs, "userPerceivedAnrRate") < value(anrs, "anrRate") < 0.003
    counts = await desk.rows(
        spec, "errorCountMetricSet", metrics=["errorReportCount"], dimensions=["versionCode", "reportType"]
    )
    crashed = desk.set.happened("android", CODE, LAST - HOUR, LAST, "crashed")
    assert {row["dimensions"][-1]["stringValue"]: value(row, "errorReportCount") for row in counts}["CRASH"] == crashed


@pytest.mark.parametrize("scenario", ["few-users", "no-data"])
async def test_rows_of_few_users_are_withheld_and_a_silent_build_has_none(open_desk, scenario):
    desk = open_desk(scenario)
    assert await desk.rows(hours(LAST - 6 * HOUR, LAST)) == []


async def test_other_cohorts_are_too_small_to_be_shown(open_desk):
    assert await open_desk().rows(hours(LAST - HOUR, LAST), userCohort="OS_BETA") == []


async def test_rows_come_in_pages_and_a_token_fits_its_own_question_alone(open_desk):
    desk = open_desk()
    body = asked(hours(LAST - 5 * HOUR, LAST), pageSize=2)
    seen, token = [], None
    for _ in range(3):
        page = await desk.call("POST", "/crashRateMetricSet:query", json=body | ({"pageToken": token} if token else {}))
        seen += page["rows"]
        token = page.get("nextPageToken")
    assert (len(seen), token) == (5, None)
    first = await desk.call("POST", "/crashRateMetricSet:query", json=body)
    other = asked(hours(LAST - 4 * HOUR, LAST), pageSize=2, pageToken=first["nextPageToken"])
    assert await desk.refused("POST", "/crashRateMetricSet:query", json=other) == "Invalid page token."


# --- what is refused ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"timelineSpec": {**days(NOW - 72 * HOUR, NOW - 48 * HOUR), "aggregationPeriod": "HOURLY"}}, "time zone"),
        (
            {
                "timelineSpec": {
                    "aggregationPeriod": "DAILY",
                    "startTime": {**day(NOW - 72 * HOUR), "timeZone": {"id": "UTC"}},
                    "endTime": day(NOW - 48 * HOUR),
                }
            },
            "DAILY supports America/Los_Angeles only",
        ),
        ({"timelineSpec": hours(LAST - HOUR, LAST) | {"aggregationPeriod": "FULL_RANGE"}}, "aggregation period"),
        ({"timelineSpec": {"aggregationPeriod": "HOURLY"}}, "timelineSpec.startTime is required"),
        ({"timelineSpec": hours(LAST, LAST)}, "must be before"),
        ({"timelineSpec": hours(LAST, LAST + HOUR)}, "freshness"),
        ({"timelineSpec": hours(LAST - HOUR, LAST) | {"startTime": hour(LAST - HOUR) | {"minutes": 5}}}, "aligned"),
        ({"timelineSpec": hours(LAST - HOUR, LAST) | {"startTime": hour(LAST) | {"month": 13}}}, "no valid date"),
        ({"metrics": ["crashrate"]}, "Unsupported value in metrics"),
        ({"metrics": ["crashRate7dUserWeighted"]}, "for aggregation period HOURLY"),
        ({"metrics": []}, "At least one metric"),
        ({"dimensions": ["shoeSize"]}, "Unsupported value in dimensions"),
        ({"filter": "versionCode > 4201"}, "Could not parse filter"),
        ({"filter": "shoeSize = 44"}, "Unsupported field"),
        ({"userCohort": "EVERYBODY"}, "user_cohort"),
        ({"pageSize": -1}, "must not be negative"),
        ({"colour": "red"}, 'Unknown name "colour"'),
    ],
)
async def test_what_google_refuses_is_refused_in_its_shape(open_desk, change, said):
    body = asked(hours(LAST - HOUR, LAST)) | change
    assert said in await open_desk().refused("POST", "/crashRateMetricSet:query", json=body)


async def test_counts_of_errors_need_their_dimension(open_desk):
    body = asked(hours(LAST - HOUR, LAST), metrics=["errorReportCount"])
    assert "reportType" in await open_desk().refused("POST", "/errorCountMetricSet:query", json=body)


async def test_a_wrong_token_package_set_or_parameter_is_refused(open_desk):
    desk = open_desk()
    assert "crashrate" in await desk.refused("GET", "/crashrate", 404)
    assert "com.other" in await desk.refused("GET", "/v1beta1/apps/com.other/crashRateMetricSet", 404)
    assert "colour" in await desk.refused("GET", "/crashRateMetricSet?colour=red")
    assert "JSON" in await desk.refused("POST", "/crashRateMetricSet:query", content=b"{")
    async with httpx.AsyncClient(transport=desk.transport.inner, base_url=BASE) as http:
        assert (await http.get(f"{ROOT}/crashRateMetricSet")).status_code == 401


# --- errors ------------------------------------------------------------------------------------------------------


def interval(start: float, end: float) -> dict[str, Any]:
    named = (("startTime", hour(start)), ("endTime", hour(end)))
    return {
        f"interval.{name}.{'timeZone.id' if part == 'timeZone' else part}": told["id"] if part == "timeZone" else told
        for name, document in named
        for part, told in document.items()
    }


async def issues(desk: Desk, **more: Any) -> list[Any]:
    params = {"filter": f"versionCode = {CODE}", **interval(LAST - 6 * HOUR, LAST), **more}
    found: list[Any] = (await desk.call("GET", "/errorIssues:search", params=params)).get("errorIssues", [])
    return found


async def test_a_bad_build_has_one_new_group_that_carries_most_crashes(open_desk):
    desk = open_desk("crash-regression")
    first, *others = await issues(desk, orderBy="distinctUsers desc", sampleErrorReportLimit=1)
    assert (first["location"], first["cause"]) == ("ReconnectTimer.fire", "SIGSEGV")
    assert first["firstAppVersion"] == first["lastAppVersion"] == {"versionCode": CODE}
    assert int(first["errorReportCount"]) > 5 * max(int(issue["errorReportCount"]) for issue in others)
    crashes = [issue for issue in (first, *others) if issue["type"] == "CRASH"]
    total = desk.set.happened("android", CODE, LAST - 6 * HOUR, LAST, "crashed")
    assert sum(int(issue["errorReportCount"]) for issue in crashes) == total
    report = first["sampleErrorReports"][0].rpartition("/")[2]
    params = {"filter": f"versionCode = {CODE} AND errorReportId = {report}", **interval(LAST - 6 * HOUR, LAST)}
    (found,) = (await desk.call("GET", "/errorReports:search", params=params))["errorReports"]
    assert "ReconnectTimer::fire" in found["reportText"]
    assert found["issue"] == first["name"]


async def test_a_healthy_build_has_the_usual_groups_alone(open_desk):
    found = await issues(open_desk())
    assert "ReconnectTimer.fire" not in {issue["location"] for issue in found}
    assert {"TunnelService.onStart", "MainActivity"} <= {issue["location"] for issue in found}


async def test_a_crash_spike_brings_its_group_within_the_next_hour(open_desk):
    desk = open_desk("crash-spike")
    assert "ReconnectTimer.fire" not in {issue["location"] for issue in await issues(desk)}
    desk.set.clock.time = NOW + 2 * HOUR
    worst = (await issues(desk, **interval(LAST, NOW - NOW % HOUR + 2 * HOUR)))[0]
    assert worst["location"] == "ReconnectTimer.fire"


async def test_issues_can_be_filtered_by_kind_and_come_in_pages(open_desk):
    desk = open_desk()
    hung = await issues(desk, filter=f"versionCode = {CODE} AND errorIssueType = ANR")
    assert [issue["type"] for issue in hung] == ["APPLICATION_NOT_RESPONDING"]
    page = await desk.call("GET", "/errorIssues:search", params={"pageSize": 2})
    assert len(page["errorIssues"]) == 2
    rest = await desk.call("GET", "/errorIssues:search", params={"pageToken": page["nextPageToken"]})
    names = {issue["name"] for issue in (*page["errorIssues"], *rest["errorIssues"])}
    assert len(names) == len(page["errorIssues"]) + len(rest["errorIssues"])
    assert await issues(open_desk("no-data")) == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"orderBy": "shoeSize desc"}, "order_by"),
        ({"sampleErrorReportLimit": "2"}, "supports 0 and 1"),
        ({"filter": "versionCode = 1 OR errorIssueType = ANR"}, "same field"),
        ({"interval.startTime.year": "2026"}, "no valid date"),
        ({"interval.startTime.year": "soon"}, "TYPE_INT32"),
        ({**interval(LAST, LAST + HOUR), "interval.startTime.timeZone.id": "America/Los_Angeles"}, "UTC only"),
        ({"pageSize": "many"}, "page_size"),
    ],
)
async def test_a_wrong_search_is_refused(open_desk, query, said):
    assert said in await open_desk().refused("GET", "/errorIssues:search", params=query)


# --- the rest ----------------------------------------------------------------------------------------------------


async def test_hours_that_stand_out_are_an_anomaly_of_that_build(open_desk):
    (found,) = (await open_desk("crash-regression").call("GET", "/anomalies"))["anomalies"]
    assert found["dimensions"] == [{"dimension": "versionCode", "int64Value": CODE}]
    desk = open_desk()
    assert (await desk.call("GET", "/anomalies"))["anomalies"] == []
    window = {"filter": 'activeBetween("2021-04-21T11:30:00Z", UNBOUNDED)'}
    assert (await desk.call("GET", "/anomalies", params=window))["anomalies"] == []
    assert "Could not parse" in await desk.refused("GET", "/anomalies", params={"filter": "today"})
    past = {"filter": 'activeBetween(UNBOUNDED, "2021-04-21T11:30:00Z")'}
    assert (await open_desk("crash-regression").call("GET", "/anomalies", params=past))["anomalies"] == []


async def test_releases_and_apps_are_listed(open_desk):
    desk = open_desk()
    tracks = (await desk.call("GET", ":fetchReleaseFilterOptions"))["tracks"]
    production = next(track for track in tracks if track["type"] == "Production")
    assert CODE in production["servingReleases"][0]["versionCodes"]
    answer = await desk.http.get("/v1beta1/apps:search")
    assert answer.json()["apps"][0]["packageName"] == PACKAGE
