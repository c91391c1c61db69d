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
async def tracker_with_a_token() -> AsyncIterator[httpx.AsyncClient]:
    app = make_app(IssueBook(GitHubStart(), NOW, Turned().now), ChangeLog(), Faults(), token="ghp_good")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as http:
        yield http


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


async def test_a_repository_may_be_read_by_anybody_but_not_with_a_wrong_token(tracker_with_a_token):
    statuses = {
        token: (await tracker_with_a_token.get(ISSUES, headers={"Authorization": token} if token else {})).status_code
        for token in ("", "Bearer ghp_good", "token ghp_good", "Bearer stolen")
    }
    assert statuses == {"": 200, "Bearer ghp_good": 200, "token ghp_good": 200, "Bearer stolen": 401}


async def test_issues_are_found_by_milestone_label_age_and_in_the_order_that_was_asked_for(tracker):
    clock, control, http = tracker
    clock.time += HOUR
    planned = {"title": "Late", "labels": ["Critical"], "milestone": "4.3.0"}
    late = (await control.post("/_rehearsal/issues", json=planned)).json()["number"]
    assert await numbers(http, milestone="2") == [late]
    assert await numbers(http, milestone="1") == []
    assert await numbers(http, milestone="*") == [late]
    assert await numbers(http, milestone="none") == [2199, 2190]
    assert await numbers(http, labels="critical") == [late, 2199], "labels know no case"
    assert await numbers(http, direction="asc", sort="updated") == [2190, 2199, late]
    assert await numbers(http, since="2026-11-23T15:00:00Z") == [late]
    (issue,) = (await http.get(ISSUES, params={"milestone": "2"})).json()
    assert (issue["milestone"]["title"], issue["milestone"]["number"]) == ("4.3.0", 2)


@pytest.mark.parametrize(
    "query", [{"state": "ajar"}, {"milestone": "99"}, {"milestone": "4.2.0"}, {"sort": "colour"}, {"since": "monday"}]
)
async def test_a_value_that_github_does_not_know_is_refused_by_its_name(tracker, query):
    _, control, _ = tracker
    answer = await control.get(ISSUES, params=query)
    assert (answer.status_code, answer.json()["message"]) == (422, "Validation Failed")
    assert answer.json()["errors"][0]["field"] == next(iter(query))


async def test_numbers_that_are_none_mean_the_usual_and_no_page_is_too_large(tracker):
    _, control, _ = tracker
    for n in range(120):
        await control.post("/_rehearsal/issues", json={"title": f"bug {n}"})

    async def size(**query: str) -> int:
        return len((await control.get(ISSUES, params=query)).json())

    assert await size(per_page="many", page="-3") == 30
    assert await size(per_page="500") == 100
    assert await size(per_page="100", page="2") == 22
    assert await size(page="99") == 0
    answer = await control.get(ISSUES, params={"page": "2"})
    pages = {rel: link["url"].rpartition("page=")[2] for rel, link in answer.links.items()}
    assert pages == {"prev": "1", "next": "3", "last": "5", "first": "1"}


async def test_an_issue_that_is_opened_again_says_so(tracker):
    clock, control, http = tracker
    clock.time += HOUR
    await control.post("/_rehearsal/issues", json={"reopen": 2171})
    issue = (await http.get(ISSUES, params={"labels": "critical,4.1.3"})).json()[0]
    assert (issue["number"], issue["state"], issue["state_reason"]) == (2171, "open", "reopened")
    assert issue["updated_at"] > issue["created_at"]


@pytest.mark.parametrize(
    ("body", "status"), [({"close": 1}, 404), ({"close": "x"}, 400), ({"label": "x"}, 422), ([], 422)]
)
async def test_what_nobody_can_do_with_an_issue_is_refused(tracker, body, status):
    _, control, _ = tracker
    assert (await control.post("/_rehearsal/issues", json=body)).status_code == status
