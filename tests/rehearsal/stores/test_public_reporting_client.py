"""Google's own client reads the rehearsed Reporting API over a real socket, and reads what our provider reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.rehearsal.serving import Served, served
from tests.rehearsal.stores.googles_client import signed_in

APP = "apps/com.acme.connect"


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("rehearsal"), "crash-regression") as serving:
        yield serving


@pytest.fixture
def reporting(rehearsal) -> Iterator[Any]:
    """`playdeveloperreporting` of google-api-python-client, signed in with the token that was announced."""
    with signed_in(rehearsal, "playdeveloperreporting", "v1beta1", "play_vitals") as service:
        yield service


def test_freshness_then_a_query_up_to_it_gives_the_share_of_users(reporting):
    crashes = reporting.vitals().crashrate()
    freshness = crashes.get(name=f"{APP}/crashRateMetricSet").execute()["freshnessInfo"]["freshnesses"]
    end = next(one["latestEndTime"] for one in freshness if one["aggregationPeriod"] == "HOURLY")
    hour_before = datetime(end["year"], end["month"], end["day"], end.get("hours", 0), tzinfo=UTC) - timedelta(hours=1)
    parts = {name: getattr(hour_before, name) for name in ("year", "month", "day")}
    start = {**parts, "hours": hour_before.hour, "timeZone": {"id": "UTC"}}
    body = {
        "timelineSpec": {"aggregationPeriod": "HOURLY", "startTime": start, "endTime": end},
        "dimensions": ["versionCode"],
        "metrics": ["userPerceivedCrashRate", "distinctUsers"],
        "filter": "versionCode = 4201",
    }
    rows = crashes.query(name=f"{APP}/crashRateMetricSet", body=body).execute()["rows"]
    assert rows
    for row in rows:
        assert row["dimensions"][0]["int64Value"] == "4201"
        values = {one["metric"]: float(one["decimalValue"]["value"]) for one in row["metrics"]}
        assert 0.005 < values["userPerceivedCrashRate"] < 0.05


def test_issues_and_a_report_are_found(reporting):
    errors = reporting.vitals().errors()
    found = errors.issues().search(parent=APP, filter="versionCode = 4201", orderBy="distinctUsers desc").execute()
    worst = found["errorIssues"][0]
    assert worst["location"] == "ReconnectTimer.fire"
    issue = worst["name"].rpartition("/")[2]
    only = f"versionCode = 4201 AND errorIssueId = {issue}"
    (report,) = errors.reports().search(parent=APP, filter=only).execute()["errorReports"]
    assert "ReconnectTimer::fire" in report["reportText"]


def test_anomalies_releases_and_apps_are_listed(reporting):
    (anomaly,) = reporting.anomalies().list(parent=APP).execute()["anomalies"]
    assert anomaly["metricSet"] == f"{APP}/crashRateMetricSet"
    tracks = reporting.apps().fetchReleaseFilterOptions(name=APP).execute()["tracks"]
    assert any("4201" in release["versionCodes"] for track in tracks for release in track["servingReleases"])
    assert reporting.apps().search().execute()["apps"][0]["name"] == APP


def test_a_refusal_is_the_clients_own_error_with_googles_words(reporting):
    from googleapiclient.errors import HttpError

    with pytest.raises(HttpError) as raised:
        reporting.vitals().crashrate().query(name=f"{APP}/crashRateMetricSet", body={}).execute()
    assert raised.value.resp.status == 400
    assert "aggregation period" in raised.value.reason
