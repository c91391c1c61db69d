"""The trackers of docs/sources.md, as they stand there, against answers in their vendors' shapes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from rollout_tui.domain.plan import BugScope
from rollout_tui.domain.verdicts import Bug
from rollout_tui.ports import ProviderError
from tests.providers.http_json.desk import NOW, Desk, documented
from tests.unit.domain.builders import ANDROID, HOUR

SINCE = NOW - 24 * HOUR - 30
OLD, FRESH = NOW - 90 * HOUR, NOW - HOUR


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


async def test_jira(desk: Desk) -> None:
    def issue(key: str, created: float) -> dict[str, Any]:
        fields = {"summary": f"Crash [b]{key}", "created": iso(created).replace("+00:00", ".000+0000")}
        return {
            "id": "10001",
            "key": key,
            "self": "https://acme.atlassian.net/rest/api/3/issue/10001",
            "fields": fields,
        }

    pages = [
        {"issues": [issue("APP-1", OLD)], "nextPageToken": "p2/=", "isLast": False},
        {"issues": [issue("APP-7", FRESH), issue("APP-1", OLD)], "isLast": True},
    ]
    desk.api.answers = [*pages]
    tracker = desk.tracker(documented("trackers", "jira"))
    found = await tracker.count(ANDROID, BugScope.ANY, SINCE)
    assert (found.open, found.as_of, found.source) == (2, NOW, "api")
    assert found.listed[0] == Bug("APP-7", "Crash [b]APP-7", "https://acme.atlassian.net/browse/APP-7", FRESH)
    first, second = desk.api.asked
    assert first.url.path == "/rest/api/3/search/jql"
    assert "nextPageToken" not in first.url.params
    assert second.url.params["nextPageToken"] == "p2/="
    assert first.url.params["jql"] == (
        'project = APP AND fixVersion = "4.2.0" AND labels = critical AND statusCategory != Done'
    )
    assert first.headers["authorization"].startswith("Basic ")

    desk.api.answers = [{"issues": [], "isLast": True}]
    assert (await tracker.count(ANDROID, BugScope.BLOCKING, SINCE)).open == 0
    assert "labels = blocker" in desk.api.asked[-1].url.params["jql"]
    await tracker.count(ANDROID, BugScope.NEW, SINCE)
    assert (
        '(created >= "-1441m" OR status CHANGED FROM (Done, Closed) AFTER "-1441m")'
        in (desk.api.asked[-1].url.params["jql"])
    )
    await tracker.count(ANDROID, BugScope.NEW, None)
    assert "created >=" not in desk.api.asked[-1].url.params["jql"], "without a beginning all are new"


def gitlab_issue(iid: int, created: float, updated: float | None = None) -> dict[str, Any]:
    return {
        "id": 1000 + iid,
        "iid": iid,
        "title": f"Crash {iid}",
        "state": "opened",
        "created_at": iso(created),
        "updated_at": iso(updated or created),
        "references": {"short": f"#{iid}", "full": f"acme/connect#{iid}"},
        "web_url": f"https://gitlab.acme.example/acme/connect/-/issues/{iid}",
    }


async def test_gitlab_follows_the_link_header(desk: Desk) -> None:
    following = "https://gitlab.acme.example/api/v4/projects/acme%2Fconnect/issues?labels=critical&page=2"
    more = {"Link": f'<{following}>; rel="next", <https://gitlab.acme.example/first>; rel="first"'}
    answers = [
        httpx.Response(200, json=[gitlab_issue(1, OLD), gitlab_issue(2, OLD, FRESH)], headers=more),
        httpx.Response(200, json=[gitlab_issue(3, FRESH)], headers={"Link": '<https://x.example>; rel="first"'}),
    ]
    tracker = desk.tracker(documented("trackers", "gitlab"))
    desk.api.answers = [*answers]
    found = await tracker.count(ANDROID, BugScope.ANY, SINCE)
    assert found.open == 3
    assert found.listed[0] == Bug("#3", "Crash 3", "https://gitlab.acme.example/acme/connect/-/issues/3", FRESH)
    first, second = desk.api.asked
    assert first.url.raw_path.startswith(b"/api/v4/projects/acme%2Fconnect/issues?")
    assert dict(first.url.params) == {"state": "opened", "labels": "critical", "milestone": "4.2.0", "per_page": "100"}
    assert dict(second.url.params) == {"labels": "critical", "page": "2"}
    assert second.headers["private-token"] == "NEKOT_BALTIG:vne"
    desk.api.answers = [*answers]
    assert (await tracker.count(ANDROID, BugScope.NEW, SINCE)).newest == ("#3 Crash 3", "#2 Crash 2")


async def test_gitlab_can_be_counted_by_its_total(desk: Desk) -> None:
    section = documented("trackers", "gitlab")
    del section["paging"]
    section["bugs"] |= {"total_header": "X-Total"}
    desk.api.answers = [httpx.Response(200, json=[gitlab_issue(1, FRESH)], headers={"X-Total": "120"})]
    tracker = desk.tracker(section)
    assert (await tracker.count(ANDROID, BugScope.ANY, SINCE)).open == 120
    with pytest.raises(Exception, match="lists 1 of 120 bugs: which of them are new cannot be told"):
        await tracker.count(ANDROID, BugScope.NEW, SINCE)
    desk.api.answers = [httpx.Response(200, json=[gitlab_issue(1, FRESH)])]
    with pytest.raises(Exception, match="it says that there are None bugs and lists 1"):
        await tracker.count(ANDROID, BugScope.ANY, SINCE)


async def test_linear(desk: Desk) -> None:
    def node(number: int, created: float, *history: tuple[str, float]) -> dict[str, Any]:
        changes = [{"createdAt": iso(at), "fromState": {"type": kind}} for kind, at in history]
        return {
            "identifier": f"APP-{number}",
            "title": f"Crash {number}",
            "url": f"https://linear.app/acme/issue/APP-{number}",
            "createdAt": iso(created),
            "history": {"nodes": [*changes, {"createdAt": iso(FRESH), "fromState": None}]},
        }

    def page(nodes: list[dict[str, Any]], *, more: bool) -> dict[str, Any]:
        return {"data": {"issues": {"pageInfo": {"hasNextPage": more, "endCursor": "c1"}, "nodes": nodes}}}

    nodes = [
        node(1, OLD),
        node(2, OLD, ("completed", OLD), ("completed", FRESH)),
        node(3, OLD, ("started", FRESH)),
        node(4, FRESH + 60),
    ]
    answers = [page(nodes[:2], more=True), page(nodes[2:], more=False)]
    tracker = desk.tracker(documented("trackers", "linear"))
    desk.api.answers = [*answers]
    found = await tracker.count(ANDROID, BugScope.NEW, SINCE)
    assert found.newest == ("APP-4 Crash 4", "APP-2 Crash 2")
    assert found.listed[0].link == "https://linear.app/acme/issue/APP-4"
    first, second = (json.loads(request.content) for request in desk.api.asked)
    assert first["query"].startswith("query($filter: IssueFilter, $after: String) {issues(first: 50, after: $after")
    assert (first["variables"]["after"], second["variables"]["after"]) == (None, "c1")
    assert first["variables"]["filter"]["and"] == [
        {"labels": {"name": {"eq": "critical"}}},
        {"labels": {"name": {"eq": "4.2.0"}}},
    ]
    assert desk.api.asked[0].headers["authorization"] == "YEK_RAENIL:vne"
    desk.api.answers = [*answers]
    assert (await tracker.count(ANDROID, BugScope.ANY, SINCE)).open == 4

    desk.api.answers = [{"errors": [{"message": "Entity not found"}], "data": None}]
    with pytest.raises(Exception, match="api: it says “Entity not found”"):
        await tracker.count(ANDROID, BugScope.ANY, SINCE)


@pytest.mark.parametrize("page", [{}, {"errorMessages": ["The index is being rebuilt"]}, {"issues": None}, []])
async def test_a_page_without_a_list_of_bugs_is_no_zero(desk: Desk, page: Any) -> None:
    tracker = desk.tracker(documented("trackers", "jira"))
    desk.api.answers = [page]
    with pytest.raises(ProviderError, match="is no list of bugs on page 1"):
        await tracker.count(ANDROID, BugScope.ANY, SINCE)
    desk.api.answers = [{"issues": [], "nextPageToken": "p2"}, page]
    with pytest.raises(ProviderError, match="is no list of bugs on page 2"):
        await tracker.count(ANDROID, BugScope.ANY, SINCE)
