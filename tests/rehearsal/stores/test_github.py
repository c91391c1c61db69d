"""The rehearsed tracker: GitHub's answers with pull requests among the issues, labels, pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from rollout_tui.rehearsal.changes import ChangeLog
from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.scenarios import GitHubStart
from rollout_tui.rehearsal.stores.github import IssueBook, make_app
from tests.rehearsal.stagehand import HOUR, NOW, Turned, held_to

BASE = "https://api.github.com"
ISSUES = "/repos/acme/connect/issues"


@pytest.fixture
async def tracker() -> AsyncIterator[tuple[Turned, Any, httpx.AsyncClient]]:
    clock = Turned()
    transport: Any = held_to("github", make_app(IssueBook(GitHubStart(), NOW, clock.now), ChangeLog(), Faults()))
    async with (
        httpx.AsyncClient(transport=transport, base_url=BASE) as http,
        httpx.AsyncClient(transport=transport.inner, base_url=BASE) as control,
    ):
        yield clock, control, http


async def numbers(http: httpx.AsyncClient, **query: str) -> list[int]:
    answer = await http.get(ISSUES, params=query)
    assert answer.status_code == 200
    return [issue["number"] for issue in answer.json()]


async def test_open_issues_are_answered_as_the_document_has_them_pull_requests_too(tracker):
    _, _, http = tracker
    issues = (await http.get(ISSUES)).json()
    assert [(issue["number"], "pull_request" in issue) for issue in issues] == [(2199, True), (2190, False)]
    assert await numbers(http, state="closed") == [2171]
    assert await numbers(http, state="all", labels="critical") == [2199, 2171]


async def test_an_issue_that_somebody_opens_is_found_by_its_labels_until_it_is_closed(tracker):
    clock, control, http = tracker
    clock.time += HOUR
    opened = await control.post("/_rehearsal/issues", json={"title": "It crashes", "labels": ["critical", "4.2.0"]})
    number = opened.json()["number"]
    (issue, pull) = (await http.get(ISSUES, params={"labels": "critical,4.2.0"})).json()
    assert (issue["number"], issue["title"], pull["number"]) == (number, "It crashes", 2199)
    assert issue["created_at"] == "2026-11-23T15:22:51Z"
    assert [call["body"]["title"] for call in (await control.get("/_rehearsal/log")).json()] == ["It crashes"]
    await control.post("/_rehearsal/issues", json={"close": number})
    assert await numbers(http, labels="critical,4.2.0") == [2199]
    (closed,) = [one for one in (await http.get(ISSUES, params={"state": "closed"})).json() if one["number"] == number]
    assert closed["closed_at"] is not None


async def test_pages_are_linked_until_the_last(tracker):
    _, control, http = tracker
    for n in range(5):
        await control.post("/_rehearsal/issues", json={"title": f"bug {n}", "labels": ["bug"]})
    seen: list[int] = []
    url = f"{ISSUES}?labels=bug&per_page=4"
    while url:
        answer = await http.get(url)
        seen += [issue["number"] for issue in answer.json()]
        url = answer.links.get("next", {}).get("url", "")
    assert len(seen) == len(set(seen)) == 6


async def test_another_repository_is_not_found_and_labels_are_listed(tracker):
    _, _, http = tracker
    answer = await http.get("/repos/acme/other/issues")
    assert (answer.status_code, answer.json()["message"]) == (404, "Not Found")
    labels = (await http.get("/repos/acme/connect/labels")).json()
    assert {"critical", "blocker"} <= {label["name"] for label in labels}
