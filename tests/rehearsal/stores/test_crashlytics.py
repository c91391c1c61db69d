"""The rehearsed Crashlytics: counts of versions as the world has them, issues, refusals in Google's shape."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
import pytest

from rollout_tui.rehearsal.changes import ChangeLog
from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.stores.crashlytics import CrashlyticsBook, app_id, stamp
from rollout_tui.rehearsal.stores.crashlytics_api import make_app
from tests.rehearsal.stagehand import HOUR, NOW, Set, held_to, set_up

ROOT = f"https://firebasecrashlytics.googleapis.com/v1alpha/projects/1234567890/apps/{app_id('android')}"
VERSION = "4.2.0 (4201)"

lived = cache(set_up)
"""A world takes a moment to live; nobody turns its clock here."""


@dataclass
class Stand:
    """A rehearsed Crashlytics and a client on it, held to its document."""

    world: Set
    http: httpx.AsyncClient

    async def report(self, name: str = "topVersions", **more: Any) -> httpx.Response:
        span = {"filter.interval.startTime": stamp(NOW - 3 * HOUR), "filter.interval.endTime": stamp(NOW)}
        asked = {**span, "filter.version.displayNames": VERSION, "filter.issue.errorTypes": "FATAL", **more}
        return await self.http.get(f"{ROOT}/reports/{name}", params={k: v for k, v in asked.items() if v is not None})


@pytest.fixture
async def stand() -> AsyncIterator[Callable[..., Stand]]:
    clients: list[httpx.AsyncClient] = []

    def make(scenario: str = "healthy") -> Stand:
        world = lived(scenario)
        app = make_app(CrashlyticsBook(world.stage.sentry, world.clock.now), {"good": "us"}, ChangeLog(), Faults())
        clients.append(
            httpx.AsyncClient(transport=held_to("crashlytics", app), headers={"Authorization": "Bearer good"})
        )
        return Stand(world, clients[-1])

    yield make
    for client in clients:
        await client.aclose()


async def test_a_version_s_counts_are_those_of_the_world_and_its_percentage_agrees(stand):
    there = stand()
    (group,) = (await there.report()).json()["groups"]
    (measured,) = group["metrics"]
    total = there.world.happened("android", "4201", NOW - 3 * HOUR, NOW)
    crashed = there.world.happened("android", "4201", NOW - 3 * HOUR, NOW, "crashed")
    assert (group["version"]["displayName"], group["version"]["buildVersion"]) == (VERSION, "4201")
    assert (measured["totalSessionsCount"], measured["impactedSessionsCount"]) == (str(int(total)), str(int(crashed)))
    assert measured["crashFreeSessionsPercentage"] == pytest.approx(100 * (1 - crashed / total))


async def test_hours_come_one_by_one_and_add_up(stand):
    there = stand()
    hourly = (await there.report(granularity="TIME_GRANULARITY_HOUR")).json()["groups"][0]["metrics"]
    whole = (await there.report()).json()["groups"][0]["metrics"][0]
    assert len(hourly) == 3
    assert sum(int(each["totalSessionsCount"]) for each in hourly) == int(whole["totalSessionsCount"])


async def test_without_a_filter_all_versions_come_and_pages_have_tokens(stand):
    there = stand()
    first = (await there.report(pageSize="1", **{"filter.version.displayNames": None})).json()
    assert (len(first["groups"]), first["totalSize"]) == (1, 2)
    token = {"filter.version.displayNames": None, "pageToken": first["nextPageToken"]}
    rest = (await there.report(pageSize="1", **token)).json()
    assert "nextPageToken" not in rest
    assert rest["groups"][0]["version"] != first["groups"][0]["version"]


async def test_a_silent_build_is_in_no_report(stand):
    assert (await stand("no-data").report()).json()["groups"] == []


async def test_the_issue_of_a_bad_build_is_fresh_and_has_an_event(stand):
    there = stand("crash-regression")
    groups = (await there.report("topIssues")).json()["groups"]
    issue = groups[0]["issue"]
    assert (issue["title"], issue["signals"]) == ("ReconnectTimer.fire", [{"signal": "SIGNAL_FRESH"}])
    events = await there.http.get(f"{ROOT}/events:batchGet", params={"names": issue["sampleEvent"]})
    assert events.json()["events"][0]["exceptions"][0]["type"] == "SIGSEGV"


@pytest.mark.parametrize(
    ("name", "more", "code"),
    [
        ("topFlops", {}, 404),
        ("topVersions", {"filter.interval.startTime": stamp(NOW + HOUR)}, 400),
        ("topVersions", {"filter.interval.startTime": stamp(NOW - 200 * 24 * HOUR)}, 400),
        ("topVersions", {"pageToken": "x"}, 400),
    ],
)
async def test_it_refuses_in_google_s_shape(stand, name, more, code):
    answer = await stand().report(name, **more)
    assert (answer.status_code, answer.json()["error"]["code"]) == (code, code)


async def test_another_app_and_another_token_are_refused(stand):
    there = stand()
    other = await there.http.get(f"{ROOT[:-3]}000/reports/topVersions")
    assert other.status_code == 404
    assert (
        await there.http.get(f"{ROOT}/reports/topVersions", headers={"Authorization": "Bearer x"})
    ).status_code == 401
