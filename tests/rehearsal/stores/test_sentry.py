"""The rehearsed Sentry: ranges widened to hours, null where nobody came, pages with both neighbours, its refusals."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
import pytest

from rollout_tui.rehearsal.changes import ChangeLog
from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.stores.sentry_api import make_app
from rollout_tui.rehearsal.stores.sentry_shapes import stamp
from tests.rehearsal.stagehand import HOUR, NOW, Set, held_to, set_up

ROOT = "https://us.sentry.io/api/0/organizations/acme"
OURS, OLD = "com.acme.connect@4.2.0+4201", "com.acme.connect@4.1.3+4130"
BEGUN = math.floor(NOW / HOUR) * HOUR
SESSIONS, FREE = "sum(session)", "crash_free_rate(session)"

lived = cache(set_up)
"""A world takes a moment to live; nobody turns its clock here."""


@dataclass
class Stand:
    """A rehearsed Sentry and a client on it, held to its document; `loose` is held to nothing."""

    world: Set
    http: httpx.AsyncClient
    loose: httpx.AsyncClient

    async def sessions(self, *, release: str = OURS, project: str = "connect-android", **more: Any) -> dict[str, Any]:
        asked = {"project": project, "groupBy": "release", "interval": "1h", "field": [SESSIONS, FREE]}
        span = {"start": stamp(BEGUN - 3 * HOUR), "end": stamp(BEGUN + HOUR)}
        params = {**asked, **span, "query": f'release:"{release}"', **more}
        answer = await self.http.get(f"{ROOT}/sessions/", params={k: v for k, v in params.items() if v is not None})
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body


@pytest.fixture
async def stand() -> AsyncIterator[Callable[[str], Stand]]:
    clients: list[httpx.AsyncClient] = []

    def make(scenario: str = "healthy") -> Stand:
        world = lived(scenario)
        app = make_app(world.stage.sentry, "sntryu_good", ChangeLog(), Faults())
        signed = {"Authorization": "Bearer sntryu_good"}
        held = httpx.AsyncClient(transport=held_to("sentry", app), headers=signed)
        loose = httpx.AsyncClient(transport=httpx.ASGITransport(app), headers=signed)
        clients.extend((held, loose))
        return Stand(world, held, loose)

    yield make
    for client in clients:
        await client.aclose()


async def test_a_release_s_sessions_are_those_of_the_world_hour_by_hour(stand):
    there = stand()
    answer = await there.sessions()
    (group,) = answer["groups"]
    happened = there.world.happened("android", "4201", BEGUN - 3 * HOUR, NOW)
    crashed = there.world.happened("android", "4201", BEGUN - 3 * HOUR, NOW, "crashed")
    assert group["by"] == {"release": OURS}
    assert group["totals"][SESSIONS] == happened == sum(group["series"][SESSIONS])
    assert round(happened * (1 - group["totals"][FREE])) == crashed
    assert answer["intervals"] == [stamp(BEGUN + n * HOUR) for n in (-3, -2, -1, 0)]


async def test_a_range_is_widened_to_whole_intervals(stand):
    there = stand()
    answer = await there.sessions(start=stamp(BEGUN - 90 * 60), end=stamp(NOW))
    assert (answer["start"], answer["end"]) == (stamp(BEGUN - 2 * HOUR), stamp(BEGUN + HOUR))
    answer = await there.sessions(start=None, end=None, statsPeriod="24h", interval="6h")
    assert len(answer["intervals"]) in (4, 5)


async def test_all_releases_together_have_no_name_and_none_is_left_out(stand):
    there = stand()
    each = [await there.sessions(release=name) for name in (OURS, OLD)]
    together = await there.sessions(query=None, groupBy=None)
    (group,) = together["groups"]
    assert group["by"] == {}
    assert group["totals"][SESSIONS] == sum(one["groups"][0]["totals"][SESSIONS] for one in each)


async def test_users_are_fewer_than_sessions_and_fewer_still_over_a_day(stand):
    there = stand()
    users = "count_unique(user)"
    answer = await there.sessions(field=[SESSIONS, users], start=stamp(BEGUN - 24 * HOUR))
    (group,) = answer["groups"]
    assert group["totals"][users] < sum(group["series"][users]) < group["totals"][SESSIONS]


@pytest.mark.parametrize(
    "asked", [{"release": "com.acme.connect@9.9.9+1"}, {"project": "connect-ios"}, {"environment": "staging"}]
)
async def test_what_is_not_there_has_no_group(stand, asked):
    assert (await stand().sessions(**asked))["groups"] == []


async def test_a_silent_build_has_no_group_and_without_grouping_there_is_null(stand):
    there = stand("no-data")
    assert (await there.sessions())["groups"] == []
    (group,) = (await there.sessions(groupBy=None))["groups"]
    assert group["totals"] == {SESSIONS: 0, FREE: None}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"field": None}, 'missing a "field"'),
        ({"field": "avg(session.duration)"}, "Invalid field"),
        ({"interval": "30m"}, "minimum interval of one hour"),
        ({"interval": "2d"}, "less than one day"),
        ({"interval": "7h"}, "divide one day"),
        ({"start": "2020-01-01T00:00:00Z"}, "too many results"),
        ({"start": stamp(BEGUN + 9 * HOUR)}, "start must be before end"),
        ({"project": "connect-web"}, "Invalid project slugs"),
        ({"query": "os:android"}, "Invalid search key"),
        ({"query": 'release:"a'}, "Error parsing"),
        ({"groupBy": "user"}, "Invalid groupBy"),
    ],
)
async def test_it_refuses_what_sentry_refuses(stand, changed, says):
    params = {"field": SESSIONS, "start": stamp(BEGUN), "end": stamp(BEGUN + HOUR), **changed}
    asked = {key: value for key, value in params.items() if value is not None}
    answer = await stand().loose.get(f"{ROOT}/sessions/", params=asked)
    assert (answer.status_code, says in answer.json()["detail"]) == (400, True), answer.text


async def test_nobody_reads_without_the_token_nor_another_organization(stand):
    there = stand()
    wrong = await there.http.get(f"{ROOT}/issues/", headers={"Authorization": "Bearer x"})
    assert (wrong.status_code, wrong.json()) == (401, {"detail": "Invalid token"})
    other = await there.http.get(f"{ROOT.replace('acme', 'other')}/issues/")
    assert other.status_code == 404


async def test_issues_are_counted_for_the_release_and_those_it_brought_are_told_apart(stand):
    there = stand("crash-regression")
    span = {"start": stamp(NOW - 14 * HOUR), "end": stamp(NOW)}
    whole = await there.http.get(f"{ROOT}/issues/", params={**span, "query": f'is:unresolved release:"{OURS}"'})
    brought = await there.http.get(f"{ROOT}/issues/", params={**span, "query": f'firstRelease:"{OURS}"'})
    first = whole.json()[0]
    assert (first["title"], first["substatus"]) == ("SIGSEGV: ReconnectTimer.fire", "new")
    assert int(first["filtered"]["count"]) > 100
    assert "regressed" in {each["substatus"] for each in whole.json()}
    assert {each["id"] for each in brought.json()} < {each["id"] for each in whole.json()}
    assert first["id"] in {each["id"] for each in brought.json()}


async def test_pages_name_both_neighbours_and_say_whether_anything_is_there(stand):
    there = stand()
    params = {"query": f'release:"{OURS}"', "limit": "2", "start": stamp(NOW - 14 * HOUR), "end": stamp(NOW)}
    answer = await there.http.get(f"{ROOT}/issues/", params=params)
    assert 'rel="previous"; results="false"; cursor="0:0:1"' in answer.headers["link"]
    assert 'rel="next"; results="true"; cursor="0:2:0"' in answer.headers["link"]
    last = await there.http.get(f"{ROOT}/issues/", params={**params, "cursor": "0:4:0"})
    assert 'rel="next"; results="false"' in last.headers["link"]
    assert len(answer.json()) == 2


async def test_a_release_is_known_by_its_encoded_name_with_its_projects(stand):
    there = stand()
    answer = await there.http.get(f"{ROOT}/releases/com.acme.connect%404.2.0%2B4201/")
    assert (answer.json()["version"], answer.json()["projects"][0]["slug"]) == (OURS, "connect-android")
    assert (await there.http.get(f"{ROOT}/releases/9.9.9/")).status_code == 404
