"""GitHub's issues, as far as a release is blocked by them (stores.md 9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rollout_tui.rehearsal.changes import ChangeLog, log_route
from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.scenarios import HOUR, VERSION, GitHubStart
from rollout_tui.rehearsal.stores import github_shapes as shapes
from rollout_tui.rehearsal.stores.github_queries import GitHubError, Part, asked, links, part
from rollout_tui.rehearsal.stores.github_shapes import Issue
from rollout_tui.rehearsal.stores.http import Recorder, json_body

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

_LIMITS = {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "4990"}
_USUAL_LABELS = frozenset({"critical", "blocker", "bug"})


@dataclass(slots=True)
class IssueBook:
    """One repository's issues. A pull request with the critical label is among them, as on GitHub."""

    start: GitHubStart
    origin: float
    now: Callable[[], float]
    issues: list[Issue] = field(default_factory=list)
    milestones: list[str] = field(default_factory=lambda: [VERSION])
    """Titles; their numbers count from 1."""

    def __post_init__(self) -> None:
        for number, title, labels, state, hours in self.start.issues:
            at = self.origin + hours * HOUR
            self.issues.append(Issue(number, title, list(labels), state, at, at))
        at = self.origin - 20 * HOUR
        self.issues.append(Issue(2199, "Fix reconnect loop", ["critical", VERSION], "open", at, at, pull_request=True))

    def open(self, title: str, labels: list[str], milestone: str | None = None) -> Issue:
        """Somebody reports something."""
        if milestone is not None and milestone not in self.milestones:
            self.milestones.append(milestone)
        number = max((issue.number for issue in self.issues), default=2200) + 1
        issue = Issue(number, title, labels, "open", self.now(), self.now(), milestone)
        self.issues.append(issue)
        return issue

    def close(self, number: int) -> None:
        """Somebody closes an issue. Raises GitHubError 404."""
        self._change(number, "closed", "completed")

    def reopen(self, number: int) -> None:
        """Somebody opens a closed issue again. Raises GitHubError 404."""
        self._change(number, "open", "reopened")

    def labels(self) -> list[str]:
        """The repository's labels."""
        return sorted(_USUAL_LABELS.union(*(issue.labels for issue in self.issues)))

    def _change(self, number: int, state: str, reason: str) -> None:
        for issue in self.issues:
            if issue.number == number:
                issue.state, issue.reason, issue.updated = state, reason, self.now()
                return
        raise GitHubError(404, "Not Found")


def make_app(book: IssueBook, log: ChangeLog, faults: Faults, token: str | None = None) -> Starlette:
    """The service. It answers anybody, as GitHub does for a public repository; where it has a token, no other one."""
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    record = Recorder("github", log, book.now)
    owner, _, name = book.start.repository.partition("/")

    def answered(found: Callable[[Request], Part]) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            try:
                _check(request, token, (owner, name))
                page = found(request)
            except GitHubError as error:
                return JSONResponse(error.body, error.status)
            return JSONResponse(page.items, headers=_LIMITS | links(request, page))

        return answer

    def issues(request: Request) -> Part:
        found = asked(request.query_params, book.issues, book.milestones)
        page = part(request.query_params, found)
        return Part([shapes.issue(request, book.milestones, book.start, one) for one in page.items], page.n, page.last)

    def labels(request: Request) -> Part:
        return part(request.query_params, [shapes.label(request, label) for label in book.labels()])

    async def control(request: Request) -> Response:
        try:
            document = _done(book, await json_body(request))
        except GitHubError as error:
            return JSONResponse(error.body, error.status)
        except ValueError:
            return JSONResponse(GitHubError(400, "Problems parsing JSON").body, 400)
        await record(request, 201)
        return JSONResponse(document, 201)

    app = Starlette(
        routes=[
            Route("/repos/{owner}/{repo}/issues", answered(issues)),
            Route("/repos/{owner}/{repo}/labels", answered(labels)),
            Route("/_rehearsal/issues", control, methods=["POST"]),
            log_route("github", log),
            *faults.routes(),
        ]
    )
    faults.guard(app)
    return app


def _check(request: Request, token: str | None, repository: tuple[str, str]) -> None:
    """Raises GitHubError for another token than ours, and for another repository."""
    _, _, given = request.headers.get("authorization", "").partition(" ")
    if token is not None and given not in ("", token):
        raise GitHubError(401, "Bad credentials")
    if (request.path_params["owner"], request.path_params["repo"]) != repository:
        raise GitHubError(404, "Not Found")


def _done(book: IssueBook, body: Any) -> dict[str, Any]:
    """What somebody does with an issue: opens one (`title`, `labels`, `milestone`), or `close`s, `reopen`s a number."""
    verbs = {"close": book.close, "reopen": book.reopen}
    for verb, act in verbs.items():
        if isinstance(body, dict) and set(body) == {verb}:
            act(int(body[verb]))
            return {"number": int(body[verb])}
    if not isinstance(body, dict) or "title" not in body or not set(body) <= {"title", "labels", "milestone"}:
        raise GitHubError(422, "expected title with labels and milestone, or close, or reopen")
    labels = [str(label) for label in body.get("labels", [])]
    return {"number": book.open(str(body["title"]), labels, body.get("milestone")).number}
