"""Sentry over HTTP: routes, token, errors, pages (stores.md 7). Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rollout_tui.rehearsal.changes import ChangeLog, log_route
from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.stores.sentry import ENVIRONMENT, Project, SentryBook
from rollout_tui.rehearsal.stores.sentry_questions import (
    SentryError,
    read_page,
    read_projects,
    read_question,
    read_range,
    read_search,
)
from rollout_tui.rehearsal.stores.sentry_shapes import issue_document, project_document, release_document

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

ORGANIZATION = "acme"
_ROOT = "/api/0/organizations/{organization}"


def make_app(book: SentryBook, token: str, log: ChangeLog, faults: Faults) -> Starlette:
    """The service of one organization; `token` is the only one that may read it."""
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    def route(path: str, work: Callable[[Request], tuple[Any, dict[str, str]]]) -> Route:
        async def answer(request: Request) -> Response:
            try:
                _check(request, token)
                body, headers = work(request)
            except SentryError as error:
                return JSONResponse(error.body, error.status)
            return JSONResponse(body, headers=headers)

        return Route(path, answer)

    known = {name for project in book.projects for name in (project.slug, str(project.id))}

    def sessions(request: Request) -> tuple[Any, dict[str, str]]:
        return book.sessions(read_question(request.query_params, known, book.now())), {}

    def release(request: Request) -> tuple[Any, dict[str, str]]:
        name = request.path_params["version"]
        listed = [_project(project) for project in book.projects if name in project.releases()]
        if not listed:
            raise SentryError(404, "The requested resource does not exist")
        return release_document(name, listed), {}

    def issues(request: Request) -> tuple[Any, dict[str, str]]:
        query = request.query_params
        first, limit = read_page(query)
        terms = read_search(query.get("query", "is:unresolved"), {"is", "release", "firstRelease"})
        start, end = read_range(query, book.now())
        projects = read_projects(query, known)
        environments = query.getlist("environment")
        found = []
        for project in book.projects if not environments or ENVIRONMENT in environments else ():
            if projects and not {project.slug, str(project.id), "-1"} & set(projects):
                continue
            name = terms.get("release", terms.get("firstRelease", ""))
            for each in book.issues(project, name, start, end):
                if "firstRelease" not in terms or each.first == each.build:
                    root = f"{request.base_url.scheme}://{request.base_url.netloc}"
                    found.append(issue_document(each, _project(project), root, start))
        found.sort(key=lambda each: each["filtered"]["userCount"], reverse=True)
        return found[first : first + limit], _links(request, first, limit, len(found))

    app = Starlette(
        routes=[
            route(_ROOT + "/sessions/", sessions),
            route(_ROOT + "/issues/", issues),
            route(_ROOT + "/releases/{version}/", release),
            log_route("sentry", log),
            *faults.routes(),
        ]
    )
    faults.guard(app)
    return app


def _check(request: Request, token: str) -> None:
    """Raises SentryError for another token than ours, and for another organization."""
    given = request.headers.get("authorization", "")
    if not given:
        raise SentryError(401, "Authentication credentials were not provided.")
    if given != f"Bearer {token}":
        raise SentryError(401, "Invalid token")
    if request.path_params["organization"] != ORGANIZATION:
        raise SentryError(404, "The requested resource does not exist")


def _project(project: Project) -> dict[str, Any]:
    return project_document(project.id, project.slug, project.crowd.platform)


def _links(request: Request, first: int, limit: int, total: int) -> dict[str, str]:
    """Both neighbours always, each with whether anything is there."""
    before, after = max(0, first - limit), first + limit

    def link(rel: str, at: int, there: bool, back: int) -> str:
        cursor = f"0:{at}:{back}"
        url = request.url.include_query_params(cursor=cursor)
        return f'<{url}>; rel="{rel}"; results="{str(there).lower()}"; cursor="{cursor}"'

    return {"Link": f"{link('previous', before, first > 0, 1)}, {link('next', after, after < total, 0)}"}
