"""The Crashlytics API over HTTP: routes, token, errors, pages (stores.md 6). Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from rollout_tui.rehearsal.changes import ChangeLog, log_route
from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.stores.crashlytics import Asked, CrashlyticsBook
from rollout_tui.rehearsal.stores.google_oauth import Tokens, user_of
from rollout_tui.rehearsal.stores.play_bodies import Document, PlayError, check_query
from rollout_tui.rehearsal.stores.play_vitals_bodies import paged, refused

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

_APP = "/v1alpha/projects/{project}/apps/{app}"
_FILTERS = frozenset(
    {
        "filter.version.displayNames",
        "filter.interval.startTime",
        "filter.interval.endTime",
        "filter.issue.errorTypes",
        "granularity",
        "pageSize",
        "pageToken",
    }
)
_GRANULARITIES = frozenset({"TIME_GRANULARITY_NONE", "TIME_GRANULARITY_HOUR", "TIME_GRANULARITY_DAY"})
_DAY = 86400.0
_LONGEST = 90 * _DAY


def make_app(book: CrashlyticsBook, tokens: Tokens, log: ChangeLog, faults: Faults) -> Starlette:
    """The service; `tokens` tells users from bearer tokens."""
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    def route(path: str, work: Callable[[Request, str], Document], known: frozenset[str]) -> Route:
        async def answer(request: Request) -> Response:
            try:
                user_of(request.headers, tokens)
                app = request.path_params["app"]
                if app not in book.apps or request.path_params["project"] not in ("-", app.split(":")[1]):
                    raise PlayError(404, "NOT_FOUND", "Requested entity was not found.", "notFound")
                check_query(request.query_params, known)
                return JSONResponse(work(request, app))
            except PlayError as error:
                return JSONResponse(error.body, error.code)

        return Route(path, answer)

    def report(request: Request, app: str) -> Document:
        reports = {"topVersions": book.versions, "topIssues": book.issues}
        name = request.path_params["report"]
        if name not in reports:
            raise PlayError(404, "NOT_FOUND", f"The rehearsal has no report {name}.", "notFound")
        groups = reports[name](app, _asked(request, book.now()))
        shown, more = paged(groups, request.query_params, 25, 100)
        root = f"projects/{app.split(':')[1]}/apps/{app}/reports"
        return {"name": f"{root}/{name}", "displayName": name, "groups": shown, "totalSize": len(groups), **more}

    def events(request: Request, app: str) -> Document:
        names = [name.rpartition("/")[2] for name in request.query_params.getlist("names")]
        return {"events": [found for name in names if (found := book.event(app, name)) is not None]}

    app = Starlette(
        routes=[
            route(_APP + "/reports/{report}", report, _FILTERS),
            route(_APP + "/events:batchGet", events, frozenset({"names"})),
            log_route("crashlytics", log),
            *faults.routes(),
        ]
    )
    faults.guard(app)
    return app


def _asked(request: Request, now: float) -> Asked:
    """What a report is asked. Raises PlayError 400."""
    query = request.query_params
    end = _moment(query.get("filter.interval.endTime"), now)
    start = _moment(query.get("filter.interval.startTime"), end - 7 * _DAY)
    if start >= end or end - start > _LONGEST + _DAY:
        raise refused("filter.interval must be positive and at most 90 days.")
    granularity = query.get("granularity", "TIME_GRANULARITY_NONE")
    if granularity not in _GRANULARITIES:
        raise refused(f"Invalid value at 'granularity': {granularity}")
    versions = query.getlist("filter.version.displayNames")
    return Asked(start, end, granularity, versions, query.getlist("filter.issue.errorTypes"))


def _moment(text: str | None, usual: float) -> float:
    if text is None:
        return usual
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise refused(f"Invalid timestamp: {text}")
    return at.timestamp()
