"""Counting open issues: what counts, what does not, and what is no answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from providers.github import PROVIDER
from rollout_tui.domain.plan import BugScope
from rollout_tui.domain.verdicts import Bug, BugCount
from rollout_tui.ports import Denied, Examined, Misconfigured, ProviderContext, ProviderError, Tracker, Unreachable
from tests.providers.documents import held_to
from tests.providers.prometheus.desk import NOW, StillClock
from tests.unit.domain.builders import ANDROID, HOUR

SINCE = NOW - 24 * HOUR
OLD = NOW - 90 * HOUR
TOKEN = "ghp-0123456789"


def issue(number: int, title: str = "Crash on start", created: float = OLD, **more: Any) -> dict[str, Any]:
    """An issue in GitHub's shape, as far as its document asks for it."""
    url = f"https://api.github.com/repos/acme/connect/issues/{number}"
    updated = more.pop("updated", created)
    return {
        "id": number,
        "node_id": f"I_{number}",
        "url": url,
        "repository_url": "https://api.github.com/repos/acme/connect",
        "labels_url": f"{url}/labels",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": f"https://github.com/acme/connect/issues/{number}",
        "number": number,
        "state": "open",
        "title": title,
        "user": None,
        "labels": ["critical"],
        "assignee": None,
        "milestone": None,
        "locked": False,
        "comments": 0,
        "closed_at": None,
        "created_at": _text(created),
        "updated_at": _text(updated),
        "author_association": "MEMBER",
        **more,
    }


def _text(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def milestone(title: str) -> dict[str, Any]:
    url = "https://api.github.com/repos/acme/connect/milestones/1"
    return {
        "url": url,
        "html_url": url,
        "labels_url": url,
        "id": 1,
        "node_id": "M_1",
        "number": 1,
        "title": title,
        "description": None,
        "creator": None,
        "open_issues": 1,
        "closed_issues": 0,
        "state": "open",
        "created_at": _text(OLD),
        "updated_at": _text(OLD),
        "closed_at": None,
        "due_on": None,
    }


@dataclass
class GitHub:
    """Pages of issues, or another answer; remembers what was asked."""

    pages: list[list[dict[str, Any]]] = field(default_factory=lambda: [[]])
    issues: list[dict[str, Any]] | None = None
    """Issues beside pages of something else."""
    instead: httpx.Response | None = None
    elsewhere: str = "https://api.github.com/repos/acme/connect/issues"
    asked: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.instead is not None:
            return self.instead
        if self.issues is not None and request.url.path.endswith("/issues"):
            return httpx.Response(200, json=self.issues)
        number = int(request.url.params.get("page", "1"))
        headers: dict[str, str] = {}
        if number < len(self.pages):
            headers["Link"] = f'<{self.elsewhere}?page={number + 1}>; rel="next", <{self.elsewhere}?page=9>; rel="last"'
        return httpx.Response(200, json=self.pages[number - 1], headers=headers)


def label(name: str) -> dict[str, Any]:
    url = "https://api.github.com/repos/acme/connect/labels/x"
    return {"id": 1, "node_id": "L_1", "url": url, "name": name, "description": None, "color": "f00", "default": False}


@dataclass
class Desk:
    """A tracker on a GitHub of the test's own."""

    github: GitHub
    http: httpx.AsyncClient

    def tracker(self, **options: Any) -> Tracker:
        section = PROVIDER.options.model_validate(
            {"repository": "acme/connect", "token": "env:GITHUB_TOKEN", **options}
        )
        assert PROVIDER.open_tracker is not None
        return PROVIDER.open_tracker(section, ProviderContext("github", self.http, StillClock(), lambda _: TOKEN))

    async def count(self, scope: BugScope = BugScope.ANY, since: float | None = SINCE, **options: Any) -> BugCount:
        return await self.tracker(**options).count(ANDROID, scope, since)

    async def refusal(self, answer: httpx.Response) -> ProviderError:
        self.github.instead = answer
        with pytest.raises(ProviderError) as caught:
            await self.count()
        assert TOKEN not in str(caught.value)
        return caught.value


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    github = GitHub()
    async with httpx.AsyncClient(transport=held_to("github", httpx.MockTransport(github))) as http:
        yield Desk(github, http)


@pytest.fixture
async def loose() -> AsyncIterator[Desk]:
    """For answers that no document foresees."""
    github = GitHub()
    async with httpx.AsyncClient(transport=httpx.MockTransport(github)) as http:
        yield Desk(github, http)


async def test_open_critical_issues_are_counted_with_the_newest_first(desk: Desk) -> None:
    desk.github.pages = [[issue(n, f"Bug {n}", created=OLD + n) for n in (2, 5, 1, 4)]]
    found = await desk.count()
    assert (found.open, found.as_of, found.source) == (4, NOW, "GitHub")
    assert found.newest == ("#5 Bug 5", "#4 Bug 4", "#2 Bug 2")
    assert found.listed[0] == Bug("#5", "Bug 5", "https://github.com/acme/connect/issues/5", OLD + 5)
    assert len(found.listed) == 4
    (request,) = desk.github.asked
    assert request.url.path == "/repos/acme/connect/issues"
    assert dict(request.url.params) == {"labels": "critical", "state": "open", "per_page": "100"}
    assert request.headers["authorization"] == f"Bearer {TOKEN}"


async def test_no_issue_is_zero(desk: Desk) -> None:
    assert (await desk.count()).open == 0


async def test_a_pull_request_is_no_bug(desk: Desk) -> None:
    pull = {"url": None, "html_url": None, "diff_url": None, "patch_url": None}
    desk.github.pages = [[issue(1), issue(2, pull_request=pull)]]
    assert (await desk.count()).newest == ("#1 Crash on start",)


async def test_every_page_is_followed_and_an_issue_on_two_of_them_counts_once(desk: Desk) -> None:
    desk.github.pages = [[issue(1), issue(2)], [issue(2), issue(3)], [issue(4)]]
    assert (await desk.count()).open == 4
    assert len(desk.github.asked) == 3


async def test_blockers_have_their_own_label(desk: Desk) -> None:
    await desk.count(BugScope.BLOCKING, blocking_label="release blocker")
    assert desk.github.asked[0].url.params["labels"] == "release blocker"


async def test_the_version_can_be_a_label(desk: Desk) -> None:
    await desk.count(version_label="v$version")
    assert desk.github.asked[0].url.params["labels"] == "critical,v4.2.0"


async def test_the_version_can_be_a_milestone(desk: Desk) -> None:
    desk.github.pages = [[issue(1, milestone=milestone("4.2.0")), issue(2, milestone=milestone("4.3.0")), issue(3)]]
    assert (await desk.count(milestone="$version")).newest == ("#1 Crash on start",)


async def test_new_are_those_opened_or_reopened_since(desk: Desk) -> None:
    desk.github.pages = [
        [
            issue(1, "old"),
            issue(2, "opened", created=SINCE),
            issue(3, "reopened", state_reason="reopened", updated=SINCE + 5),
            issue(4, "reopened before", state_reason="reopened", updated=SINCE - 5),
            issue(5, "commented on", updated=SINCE + 5),
        ]
    ]
    assert (await desk.count(BugScope.NEW)).newest == ("#2 opened", "#3 reopened")
    assert (await desk.count(BugScope.ANY)).open == 5
    assert (await desk.count(BugScope.NEW, since=None)).open == 5


async def examined(desk: Desk, **options: Any) -> list[tuple[str, str]]:
    tracker = desk.tracker(**options)
    assert isinstance(tracker, Examined)
    return [(remark.grade.value, remark.text) for remark in await tracker.examine([ANDROID])]


async def test_a_label_that_was_renamed_is_told_by_the_checkup(desk: Desk) -> None:
    desk.github.pages = [[label("Critical"), label("bug")], [label("4.2.0")]]
    desk.github.elsewhere = "https://api.github.com/repos/acme/connect/labels"
    assert await examined(desk, version_label="$version") == [
        ("OK", "label “critical” exists"),
        ("WARNING", "acme/connect has no label “blocker”: no issue with it is ever found"),
        ("OK", "label “4.2.0” exists"),
    ]
    assert [request.url.path for request in desk.github.asked] == ["/repos/acme/connect/labels"] * 2


async def test_a_milestone_that_no_issue_has_is_told_by_the_checkup(desk: Desk) -> None:
    desk.github.pages = [[label("critical"), label("blocker")]]
    desk.github.issues = [issue(1, milestone=milestone("4.3.0"))]
    assert (await examined(desk, milestone="$version"))[2:] == [
        ("WARNING", "none of the newest issues has the milestone “4.2.0”: without it none is counted")
    ]
    desk.github.issues = [issue(1, milestone=milestone("4.2.0"), state="closed")]
    assert (await examined(desk, milestone="$version"))[2:] == [("OK", "milestone “4.2.0” is used")]
    assert dict(desk.github.asked[-1].url.params) == {"milestone": "*", "state": "all", "per_page": "100"}


async def test_titles_cannot_reach_the_terminal(desk: Desk) -> None:
    desk.github.pages = [[issue(1, "Crash \x1b[2J [bold]now[/] \u202eevil" + "x" * 300)]]
    (title,) = (await desk.count()).newest
    assert title.isprintable()
    assert len(title) < 110


async def test_a_next_page_on_another_server_is_never_asked(loose: Desk) -> None:
    loose.github.pages = [[issue(1)], [issue(2)]]
    loose.github.elsewhere = "https://api.github.com.evil.example/issues"
    with pytest.raises(Unreachable, match="another server"):
        await loose.count()
    assert len(loose.github.asked) == 1


async def test_pages_without_end_are_not_followed_for_ever(loose: Desk) -> None:
    loose.github.pages = [[issue(1)]] * 50
    with pytest.raises(Misconfigured, match="more than 2000 issues"):
        await loose.count()
    assert len(loose.github.asked) == 20


@pytest.mark.parametrize(
    ("headers", "text", "wait"),
    [
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{NOW + 900:.0f}"}, "API rate limit exceeded", 900),
        ({"x-ratelimit-remaining": "0"}, "API rate limit exceeded", 60),
        ({"retry-after": "30"}, "You have exceeded a secondary rate limit", 30),
        ({}, "You have exceeded a secondary rate limit", 60),
    ],
)
@pytest.mark.parametrize("status", [403, 429])
async def test_a_rate_limit_says_how_long_to_wait(
    loose: Desk, status: int, headers: dict[str, str], text: str, wait: float
) -> None:
    error = await loose.refusal(httpx.Response(status, json={"message": text}, headers=headers))
    assert isinstance(error, Unreachable)
    assert error.message == "GitHub: rate limit reached"
    assert error.retry_after == wait


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (301, Misconfigured, "GitHub knows no repository acme/connect"),
        (404, Misconfigured, "GitHub knows no repository acme/connect"),
        (410, Misconfigured, "acme/connect has no issues"),
        (401, Denied, "GitHub refuses the token"),
        (403, Denied, "Resource not accessible"),
        (422, Misconfigured, "Validation Failed"),
        (503, Unreachable, "HTTP 503"),
    ],
)
async def test_each_refusal_is_told_in_words(loose: Desk, status: int, kind: type[ProviderError], words: str) -> None:
    message = {403: "Resource not accessible by personal access token", 422: "Validation Failed"}.get(status, "no")
    error = await loose.refusal(httpx.Response(status, json={"message": message}))
    assert type(error) is kind
    assert words in error.message


@pytest.mark.parametrize(
    "body",
    [
        {"message": "fine"},
        "nothing",
        None,
        [1],
        [{}],
        [issue(1) | {"created_at": None}],
        [issue(1) | {"created_at": "yesterday"}],
        [issue(1) | {"created_at": "2026-11-23T10:00:00"}],
        [issue(1) | {"milestone": "4.2.0"}],
        [issue(1) | {"number": "one"}],
    ],
)
async def test_what_is_no_list_of_issues_is_no_zero(loose: Desk, body: object) -> None:
    assert isinstance(await loose.refusal(httpx.Response(200, json=body)), Unreachable)


@pytest.mark.parametrize("text", ["<html>Sign in</html>", '[{"number": 1', ""])
async def test_what_is_no_json_is_no_zero(loose: Desk, text: str) -> None:
    assert isinstance(await loose.refusal(httpx.Response(200, text=text)), Unreachable)


async def test_the_version_is_the_rollouts(desk: Desk) -> None:
    tracker = desk.tracker(version_label="$version")
    await tracker.count(replace(ANDROID, version="4.2.1"), BugScope.ANY, None)
    assert desk.github.asked[0].url.params["labels"] == "critical,4.2.1"


@pytest.mark.parametrize(
    "section",
    [
        {"repository": "connect"},
        {"repository": "acme/connect/issues"},
        {"token": TOKEN},
        {"critical_label": "a,b"},
        {"critical_label": " "},
        {"version_label": "$build"},
        {"milestone": "$number"},
        {"milestone": "$version", "version_label": "$version"},
        {"base_url": "https://user:word@ghe.example"},
        {"unknown": 1},
    ],
)
def test_mistakes_of_the_section_are_found(section: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PROVIDER.options.model_validate({"repository": "acme/connect", **section})
