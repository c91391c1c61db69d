"""Google's Reporting API over HTTP: routes, token, errors (stores.md 3). Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rollout_tui.rehearsal.changes import ChangeLog, log_route
from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.scenarios import APP, PACKAGE
from rollout_tui.rehearsal.stores.google_oauth import Tokens, user_of
from rollout_tui.rehearsal.stores.http import json_body
from rollout_tui.rehearsal.stores.play import PlayBook
from rollout_tui.rehearsal.stores.play_bodies import Document, PlayError, check_query
from rollout_tui.rehearsal.stores.play_vitals import SETS, VitalsBook
from rollout_tui.rehearsal.stores.play_vitals_anomalies import anomalies, check_anomaly_filter
from rollout_tui.rehearsal.stores.play_vitals_bodies import (
    paged,
    read_filter,
    read_interval,
    read_question,
    refused,
    rows_page,
)
from rollout_tui.rehearsal.stores.play_vitals_issues import (
    ISSUE_FIELDS,
    REPORT_FIELDS,
    IssueBook,
    is_asked_for,
    issue_document,
    ordered,
    report_document,
)

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

_APP = "/v1beta1/apps/{package}"
_PAGES = frozenset({"pageSize", "pageToken"})
_INTERVAL = frozenset(
    f"interval.{name}.{part}"
    for name in ("startTime", "endTime")
    for part in (
        *("year", "month", "day", "hours", "minutes", "seconds", "nanos", "utcOffset"),
        *("timeZone.id", "timeZone.version"),
    )
)
_TRACKS = {"production": "Production", "beta": "Open testing", "internal": "Internal testing"}
Work = Callable[["Request"], Awaitable[Document]]


@dataclass(frozen=True, slots=True)
class Reporting:
    """The handlers: each takes a request and gives a document."""

    vitals: VitalsBook
    issues: IssueBook
    play: PlayBook

    async def described(self, request: Request) -> Document:
        """GET /{metric set}: how far its data goes."""
        name = _set(request)
        return {"name": f"apps/{PACKAGE}/{name}", "freshnessInfo": self.vitals.freshness(name)}

    async def query(self, request: Request) -> Document:
        """POST /{metric set}:query."""
        name, body = _set(request), await json_body(request)
        question = read_question(body, SETS[name], self.vitals.latest(name))
        return rows_page(self.vitals.rows(name, question), body)

    async def search_issues(self, request: Request) -> Document:
        """GET /errorIssues:search."""
        query = request.query_params
        samples = query.get("sampleErrorReportLimit", "0")
        if samples not in ("0", "1"):
            raise refused("sample_error_report_limit supports 0 and 1 only.")
        start, end = read_interval(query, self.vitals.now())
        found = self.issues.issues(start, end, read_filter(query.get("filter", ""), ISSUE_FIELDS))
        documents = [issue_document(issue, int(samples)) for issue in ordered(found, query.get("orderBy", ""))]
        return _page("errorIssues", documents, query, 50, 1000)

    async def search_reports(self, request: Request) -> Document:
        """GET /errorReports:search."""
        query = request.query_params
        start, end = read_interval(query, self.vitals.now())
        only = read_filter(query.get("filter", ""), REPORT_FIELDS)
        found = [issue for issue in self.issues.issues(start, end, only) if is_asked_for(issue, only)]
        return _page("errorReports", [report_document(issue) for issue in found], query, 50, 100)

    async def list_anomalies(self, request: Request) -> Document:
        """GET /anomalies."""
        query = request.query_params
        start, end = check_anomaly_filter(query.get("filter", ""))
        return _page("anomalies", anomalies(self.vitals, start, end), query, 10, 100)

    async def releases(self, _request: Request) -> Document:
        """GET /apps/{package}:fetchReleaseFilterOptions."""
        tracks = []
        for name, track in self.play.served.items():
            serving = [release for release in track["releases"] if release["status"] in ("inProgress", "completed")]
            options = [{"displayName": each["name"], "versionCodes": each["versionCodes"]} for each in serving]
            shown = _TRACKS.get(name, name)
            tracks.append({"displayName": shown, "type": shown, "servingReleases": options})
        return {"tracks": tracks}

    async def search_apps(self, request: Request) -> Document:
        """GET /apps:search."""
        app = {"name": f"apps/{PACKAGE}", "packageName": PACKAGE, "displayName": APP}
        return _page("apps", [app], request.query_params, 50, 1000)

    async def unknown(self, request: Request) -> Document:
        """Whatever else is asked for."""
        raise PlayError(404, "NOT_FOUND", f"Method not found: {request.url.path}.", "notFound")


def make_app(service: Reporting, tokens: Tokens, log: ChangeLog, faults: Faults) -> Starlette:
    """The service; `tokens` tells users from bearer tokens."""
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    def route(method: str, path: str, work: Work, parameters: frozenset[str] = frozenset()) -> Route:
        async def answer(request: Request) -> Response:
            try:
                user_of(request.headers, tokens)
                package = request.path_params.get("package", PACKAGE)
                if package != PACKAGE:
                    raise PlayError(404, "NOT_FOUND", f"App not found: {package}.", "notFound")
                check_query(request.query_params, parameters)
                return JSONResponse(await work(request))
            except PlayError as error:
                return JSONResponse(error.body, error.code)
            except ValueError:
                broken = PlayError(400, "INVALID_ARGUMENT", "Invalid JSON payload received.", "parseError")
                return JSONResponse(broken.body, broken.code)

        return Route(path, answer, methods=[method])

    searched = _PAGES | _INTERVAL | {"filter"}
    app = Starlette(
        routes=[
            route("GET", "/v1beta1/apps:search", service.search_apps, _PAGES),
            route("GET", _APP + ":fetchReleaseFilterOptions", service.releases),
            route(
                "GET",
                _APP + "/errorIssues:search",
                service.search_issues,
                searched | {"orderBy", "sampleErrorReportLimit"},
            ),
            route("GET", _APP + "/errorReports:search", service.search_reports, searched),
            route("GET", _APP + "/anomalies", service.list_anomalies, _PAGES | {"filter"}),
            route("POST", _APP + "/{metric_set}:query", service.query),
            route("GET", _APP + "/{metric_set}", service.described),
            log_route("play_vitals", log),
            *faults.routes(),
            route("GET", "/{path:path}", service.unknown),
            route("POST", "/{path:path}", service.unknown),
        ]
    )
    faults.guard(app)
    return app


def _set(request: Request) -> str:
    name: str = request.path_params["metric_set"]
    if name not in SETS:
        raise PlayError(404, "NOT_FOUND", f"The rehearsal has no {name}.", "notFound")
    return name


def _page(name: str, documents: list[Document], query: Mapping[str, Any], usual: int, most: int) -> Document:
    shown, more = paged(documents, query, usual, most)
    return {name: shown, **more}
