"""GitHub's issues, as far as a release is blocked by them (stores.md 9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zlib import crc32

from rollout_tui.rehearsal.changes import ChangeLog, log_route
from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.scenarios import HOUR, GitHubStart
from rollout_tui.rehearsal.stores.http import Recorder, json_body

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response


@dataclass(slots=True)
class Issue:
    """One issue, or pull request; times are epoch seconds."""

    number: int
    title: str
    labels: list[str]
    state: str
    created: float
    updated: float
    pull_request: bool = False


@dataclass(slots=True)
class IssueBook:
    """One repository's issues. A pull request with the critical label is among them, as on GitHub."""

    start: GitHubStart
    origin: float
    now: Callable[[], float]
    issues: list[Issue] = field(default_factory=list)

    def __post_init__(self) -> None:
        for number, title, labels, state, hours in self.start.issues:
            at = self.origin + hours * HOUR
            self.issues.append(Issue(number, title, list(labels), state, at, at))
        at = self.origin - 20 * HOUR
        self.issues.append(Issue(2199, "Fix reconnect loop", ["critical", "4.2.0"], "open", at, at, pull_request=True))

    def open(self, title: str, labels: list[str]) -> Issue:
        """Somebody reports something."""
        number = max((issue.number for issue in self.issues), default=2200) + 1
        issue = Issue(number, title, labels, "open", self.now(), self.now())
        self.issues.append(issue)
        return issue

    def close(self, number: int) -> None:
        """Somebody closes an issue."""
        for issue in self.issues:
            if issue.number == number:
                issue.state, issue.updated = "closed", self.now()


def make_app(book: IssueBook, log: ChangeLog, faults: Faults) -> Starlette:
    """The service."""
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    record = Recorder("github", log, book.now)
    owner, _, name = book.start.repository.partition("/")

    async def issues(request: Request) -> Response:
        if (request.path_params["owner"], request.path_params["repo"]) != (owner, name):
            body = {"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"}
            return JSONResponse(body, 404)
        query = request.query_params
        wanted = [label for label in query.get("labels", "").split(",") if label]
        state = query.get("state", "open")
        found = [
            issue
            for issue in sorted(book.issues, key=lambda issue: -issue.created)
            if state in ("all", issue.state) and all(label in issue.labels for label in wanted)
        ]
        size, page = int(query.get("per_page", "30")), int(query.get("page", "1"))
        part = found[(page - 1) * size : page * size]
        headers = {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "4990"}
        if page * size < len(found):
            following = str(request.url.include_query_params(page=page + 1))
            headers["Link"] = f'<{following}>; rel="next"'
        return JSONResponse([_issue(request, book, issue) for issue in part], headers=headers)

    async def labels(request: Request) -> Response:
        names = sorted({"critical", "blocker", "bug", *(label for issue in book.issues for label in issue.labels)})
        return JSONResponse([_label(request, label) for label in names])

    async def control(request: Request) -> Response:
        body = await json_body(request)
        if "close" in body:
            book.close(int(body["close"]))
            return JSONResponse({"ok": True})
        issue = book.open(str(body["title"]), [str(label) for label in body.get("labels", [])])
        await record(request, 201)
        return JSONResponse({"number": issue.number}, 201)

    app = Starlette(
        routes=[
            Route("/repos/{owner}/{repo}/issues", issues),
            Route("/repos/{owner}/{repo}/labels", labels),
            Route("/_rehearsal/issues", control, methods=["POST"]),
            log_route("github", log),
            *faults.routes(),
        ]
    )
    faults.guard(app)
    return app


def _issue(request: Request, book: IssueBook, issue: Issue) -> dict[str, Any]:
    """An issue in GitHub's shape, as far as its document asks for it."""
    base = f"{str(request.base_url).rstrip('/')}/repos/{book.start.repository}"
    url = f"{base}/issues/{issue.number}"
    document: dict[str, Any] = {
        "id": 1_000_000 + issue.number,
        "node_id": f"I_{issue.number}",
        "url": url,
        "repository_url": base,
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": f"https://github.com/{book.start.repository}/issues/{issue.number}",
        "number": issue.number,
        "state": issue.state,
        "title": issue.title,
        "user": None,
        "labels": [_label(request, label) for label in issue.labels],
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "locked": False,
        "comments": 0,
        "closed_at": _time(issue.updated) if issue.state == "closed" else None,
        "created_at": _time(issue.created),
        "updated_at": _time(issue.updated),
        "author_association": "MEMBER",
        "body": None,
    }
    if issue.state == "closed":
        document["state_reason"] = "completed"
    if issue.pull_request:
        pull = f"{base}/pulls/{issue.number}"
        document["pull_request"] = {"url": pull, "html_url": pull, "diff_url": pull, "patch_url": pull}
    return document


def _label(request: Request, name: str) -> dict[str, Any]:
    return {
        "id": crc32(name.encode()),
        "node_id": f"L_{name}",
        "url": f"{str(request.base_url).rstrip('/')}/labels/{name}",
        "name": name,
        "description": None,
        "color": "d73a4a",
        "default": False,
    }


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
