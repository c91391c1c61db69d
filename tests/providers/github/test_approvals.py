"""A second person's yes on the release's pull request, and the reasons of waivers in the release notes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from providers.github import PROVIDER
from providers.github.notes import renewed
from rollout_tui.domain.requests import Approval
from rollout_tui.ports import Approver, Misconfigured, Notes, OutcomeUnknown, ProviderContext, Tracker, Unreachable
from tests.providers.prometheus.desk import NOW, StillClock
from tests.unit.domain.builders import ANDROID

REPOSITORY = "/repos/acme/connect"


def text(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def pull(number: int = 12, sha: str = "abc", ref: str = "release/4.2.0") -> dict[str, Any]:
    return {"number": number, "head": {"sha": sha, "ref": ref}}


def review(login: str, state: str = "APPROVED", sha: str = "abc", body: str = "", at: float = NOW) -> dict[str, Any]:
    return {"user": {"login": login}, "state": state, "commit_id": sha, "body": body, "submitted_at": text(at)}


def comment(login: str, body: str, at: float = NOW, edited: float | None = None) -> dict[str, Any]:
    return {"user": {"login": login}, "body": body, "created_at": text(at), "updated_at": text(edited or at)}


@dataclass
class GitHub:
    """One pull request with what was said on it, roles, and releases."""

    pulls: list[dict[str, Any]] = field(default_factory=lambda: [pull()])
    reviews: list[dict[str, Any]] = field(default_factory=list)
    comments: list[dict[str, Any]] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=lambda: {"mara": "maintain", "tom": "admin", "eve": "write"})
    release: dict[str, Any] | None = None
    drafts: list[dict[str, Any]] = field(default_factory=list)
    asked: list[httpx.Request] = field(default_factory=list)
    breaks: bool = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        path = request.url.path.removeprefix(REPOSITORY)
        if request.method == "PATCH":
            if self.breaks:
                raise httpx.ReadError("gone")
            return httpx.Response(200, json={})
        if path.startswith("/collaborators/"):
            role = self.roles.get(path.split("/")[2])
            if role is None:
                return httpx.Response(404, json={"message": "Not Found"})
            legacy = {"maintain": "write"}.get(role, role)
            return httpx.Response(200, json={"permission": legacy, "role_name": role, "user": None})
        if path.startswith("/releases/tags/"):
            return httpx.Response(404, json={}) if self.release is None else httpx.Response(200, json=self.release)
        lists = {
            "/pulls": self.pulls,
            "/pulls/12/reviews": self.reviews,
            "/issues/12/comments": self.comments,
            "/releases": self.drafts,
        }
        return httpx.Response(200, json=lists[path])

    def changes(self) -> list[tuple[str, Any]]:
        return [(one.url.path, json.loads(one.content)) for one in self.asked if one.method != "GET"]


@pytest.fixture
def github() -> GitHub:
    return GitHub()


def tracker(github: GitHub, **options: Any) -> Tracker:
    http = httpx.AsyncClient(transport=httpx.MockTransport(github))
    usual = {"repository": "acme/connect", "release_branch": "release/$version", "release_tag": "v$version"}
    section = PROVIDER.options.model_validate({**usual, **options})
    assert PROVIDER.open_tracker is not None
    return PROVIDER.open_tracker(section, ProviderContext("github", http, StillClock(), lambda _: "t" * 20))


async def said(github: GitHub, since: float = NOW - 60, **options: Any) -> list[Approval]:
    opened = tracker(github, **options)
    assert isinstance(opened, Approver)
    return list(await opened.approvals(ANDROID, since))


async def test_a_review_of_the_head_and_a_comment_by_maintainers_are_a_yes(github: GitHub) -> None:
    github.reviews = [review("mara")]
    github.comments = [comment("tom", "Looks fine.\n/approve k7q2mx\nBye")]
    assert await said(github) == [
        Approval("mara", NOW - NOW % 1, "approving review of #12 on GitHub"),
        Approval("tom", NOW - NOW % 1, "comment on #12 on GitHub", "k7q2mx"),
    ]
    assert dict(github.asked[0].url.params) == {
        "state": "open",
        "head": "acme:release/4.2.0",
        "per_page": "100",
    }
    assert github.changes() == []


@pytest.mark.parametrize(
    "one",
    [
        review("eve"),  # may write, does not maintain
        review("stranger"),
        review("mara", sha="older"),
        review("mara", state="COMMENTED"),
        review("mara", at=NOW - 3600),
        comment("mara", "> /approve K7Q2MX"),
        comment("mara", "please /approve K7Q2MX"),
        comment("mara", "/approve K7Q2MX", edited=NOW + 5),
        comment("eve", "/approve K7Q2MX"),
        comment("mara", "/approve K7Q2MX", at=NOW - 3600),
    ],
)
async def test_what_is_no_yes(github: GitHub, one: dict[str, Any]) -> None:
    (github.reviews if "state" in one else github.comments).append(one)
    assert await said(github) == []


async def test_a_yes_that_was_taken_back_is_none_but_a_remark_takes_nothing_back(github: GitHub) -> None:
    github.reviews = [review("mara"), review("mara", state="CHANGES_REQUESTED")]
    assert await said(github) == []
    github.reviews = [review("mara", body="/approve K7Q2MX"), review("mara", state="COMMENTED")]
    assert [one.request for one in await said(github)] == ["K7Q2MX"]


async def test_without_a_branch_or_with_no_single_pull_request_nobody_said_anything(github: GitHub) -> None:
    github.reviews = [review("mara")]
    assert await said(github, release_branch=None) == []
    assert github.asked == []
    for pulls in ([], [pull(), pull(13)], [pull(ref="main")]):
        github.pulls = pulls
        assert await said(github) == []


async def test_an_answer_of_another_shape_is_no_answer(github: GitHub) -> None:
    github.reviews = [{"state": "APPROVED"}]
    with pytest.raises(Unreachable, match="no pull request, review or comment"):
        await said(github)


# --- release notes -------------------------------------------------------------------------------------------------

START, END = "<!-- rollout-tui:waivers:android -->", "<!-- /rollout-tui:waivers:android -->"


async def written(github: GitHub, note: str = "### Gates", **options: Any) -> str | None:
    opened = tracker(github, **options)
    assert isinstance(opened, Notes)
    return await opened.write_notes(ANDROID, note)


async def test_only_our_section_changes_and_the_body_is_all_that_is_sent(github: GitHub) -> None:
    github.release = {"id": 5, "body": f"# 4.2.0\r\n\n{START}\nold\n{END}\nby a person", "draft": False}
    assert await written(github) == "the GitHub release notes of v4.2.0"
    body = f"# 4.2.0\r\n\n{START}\n### Gates\n{END}\nby a person"
    assert github.changes() == [("/repos/acme/connect/releases/5", {"body": body})]
    assert [one.method for one in github.asked] == ["GET", "PATCH"]  # read again, then written at once
    github.release = {"id": 5, "body": body}
    await written(github)
    assert len(github.changes()) == 1


async def test_a_draft_is_found_among_all_releases(github: GitHub) -> None:
    github.drafts = [{"id": 4, "tag_name": "v4.1.0", "body": ""}, {"id": 6, "tag_name": "v4.2.0", "body": None}]
    await written(github)
    assert github.changes() == [("/repos/acme/connect/releases/6", {"body": f"{START}\n### Gates\n{END}"})]


async def test_what_cannot_be_written_is_said_and_nothing_is_sent_twice(github: GitHub) -> None:
    with pytest.raises(Misconfigured, match="has no release v4"):
        await written(github)
    github.release = {"id": 5, "body": f"{START}\nold"}
    with pytest.raises(Misconfigured, match="lost its end mark"):
        await written(github)
    assert github.changes() == []
    github.release, github.breaks = {"id": 5, "body": "x"}, True
    with pytest.raises(OutcomeUnknown):
        await written(github)
    assert len(github.changes()) == 1
    assert await written(github, release_tag=None) is None


def test_the_section_of_another_platform_is_left_and_an_empty_one_goes() -> None:
    other = "<!-- rollout-tui:waivers:ios -->\nx\n<!-- /rollout-tui:waivers:ios -->"
    assert renewed(other, "android", "y") == f"{other}\n\n{START}\ny\n{END}"
    assert renewed(f"a\n{START}\ny\n{END}\nb", "android", "") == "a\n\nb"
    assert renewed("a", "android", "") == "a"
