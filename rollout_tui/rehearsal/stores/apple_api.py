"""App Store Connect over HTTP: routes, token, rate limit, errors of `apple.AppleBook` in JSON:API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from rollout_tui.rehearsal.changes import ChangeLog, log_route
from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.stores import apple_shapes as shapes
from rollout_tui.rehearsal.stores.apple import AppleBook, AppleError, not_found
from rollout_tui.rehearsal.stores.apple_requests import (
    Body,
    HourlyLimit,
    check_query,
    malformed,
    references,
    related,
    resource,
    too_many,
)
from rollout_tui.rehearsal.stores.apple_token import AppleKey
from rollout_tui.rehearsal.stores.http import Recorder

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

_VERSION = frozenset({"appStoreVersion"})
_PHASED = frozenset({"phasedReleaseState"})
_NEW_PHASED = Body("appStoreVersionPhasedReleases", _PHASED, _VERSION)
_CHANGED_PHASED = Body("appStoreVersionPhasedReleases", _PHASED)
_RELEASE = Body("appStoreVersionReleaseRequests", relationships=_VERSION)
_NEW_SUBMISSION = Body("reviewSubmissions", frozenset({"platform"}), frozenset({"app"}))
_CHANGED_SUBMISSION = Body("reviewSubmissions", frozenset({"platform", "submitted", "canceled"}))
_NEW_ITEM = Body("reviewSubmissionItems", relationships=frozenset({"reviewSubmission"}))
Usage = Callable[[], tuple[int, int]]
"""(sessions, crashed) of the testers' build so far."""


class AppleService:
    """The handlers: each takes a request and gives (status, document)."""

    def __init__(self, book: AppleBook, usage: Usage) -> None:
        self._book = book
        self._usage = usage

    async def apps(self, request: Request) -> Any:
        """GET /v1/apps."""
        query = request.query_params
        wanted = query.get("filter[bundleId]")
        found = [shapes.app(self._book)] if wanted in (None, self._book.bundle) else []
        return 200, shapes.many(found, query, str(request.url))

    async def versions(self, request: Request) -> Any:
        """GET /v1/apps/{id}/appStoreVersions."""
        self._check_app(request.path_params["id"])
        book, query = self._book, request.query_params
        matches = query.get("filter[platform]", "IOS") == "IOS"
        matches = matches and query.get("filter[versionString]", book.version) == book.version
        included = []
        include = query.get("include", "").split(",")
        if "build" in include:
            included.append(shapes.build(book))
        if "appStoreVersionPhasedRelease" in include and book.phased is not None:
            included.append(shapes.phased(book, book.phased))
        return 200, shapes.many(
            [shapes.version(book)] if matches else [], query, str(request.url), included if matches else []
        )

    async def phased_of_version(self, request: Request) -> Any:
        """GET /v1/appStoreVersions/{id}/appStoreVersionPhasedRelease."""
        self._check_version(request.path_params["id"])
        if self._book.phased is None:
            raise not_found("appStoreVersionPhasedReleases", request.path_params["id"])
        return 200, shapes.one(shapes.phased(self._book, self._book.phased), request.query_params, str(request.url))

    async def create_phased(self, request: Request) -> Any:
        """POST /v1/appStoreVersionPhasedReleases."""
        self._check_version(related(await resource(request, _NEW_PHASED), "appStoreVersion"))
        created = self._book.create_phased()
        return 201, shapes.one(shapes.phased(self._book, created), request.query_params, str(request.url))

    async def change_phased(self, request: Request) -> Any:
        """PATCH /v1/appStoreVersionPhasedReleases/{id}."""
        data = await resource(request, _CHANGED_PHASED)
        state = str(data["attributes"].get("phasedReleaseState", ""))
        changed = self._book.set_phased(request.path_params["id"], state)
        return 200, shapes.one(shapes.phased(self._book, changed), request.query_params, str(request.url))

    async def delete_phased(self, request: Request) -> Any:
        """DELETE /v1/appStoreVersionPhasedReleases/{id}."""
        self._book.delete_phased(request.path_params["id"])
        return 204, None

    async def release(self, request: Request) -> Any:
        """POST /v1/appStoreVersionReleaseRequests."""
        self._check_version(related(await resource(request, _RELEASE), "appStoreVersion"))
        document = {"type": "appStoreVersionReleaseRequests", "id": self._book.release()}
        return 201, {"data": document, "links": {"self": str(request.url)}}

    async def submissions(self, request: Request) -> Any:
        """GET /v1/reviewSubmissions."""
        query, book = request.query_params, self._book
        if "filter[app]" not in query:
            detail = "The parameter 'filter[app]' is required"
            raise AppleError(400, "PARAMETER_ERROR.REQUIRED", "A parameter is missing", detail)
        states = query.get("filter[state]", "").split(",") if "filter[state]" in query else None
        found = [s for s in book.submissions if states is None or s.state in states]
        included: list[Any] = []
        include = query.get("include", "").split(",")
        if "items" in include:
            included += [item for s in found for item in shapes.items(s)]
        if "appStoreVersionForReview" in include and any(s.items for s in found):
            included.append(shapes.version(book))
        return 200, shapes.many([shapes.submission(book, s) for s in found], query, str(request.url), included)

    async def open_submission(self, request: Request) -> Any:
        """POST /v1/reviewSubmissions."""
        self._check_app(related(await resource(request, _NEW_SUBMISSION), "app"))
        created = self._book.open_submission()
        return 201, shapes.one(shapes.submission(self._book, created), request.query_params, str(request.url))

    async def change_submission(self, request: Request) -> Any:
        """PATCH /v1/reviewSubmissions/{id}."""
        attributes = (await resource(request, _CHANGED_SUBMISSION))["attributes"]
        act = self._book.cancel if attributes.get("canceled") is True else self._book.submit
        if attributes.get("canceled") is not True and attributes.get("submitted") is not True:
            detail = "Either 'submitted' or 'canceled' must be true"
            raise AppleError(409, "ENTITY_ERROR.ATTRIBUTE.INVALID", "The attribute is invalid", detail)
        changed = act(request.path_params["id"])
        return 200, shapes.one(shapes.submission(self._book, changed), request.query_params, str(request.url))

    async def submission_items(self, request: Request) -> Any:
        """GET /v1/reviewSubmissions/{id}/items."""
        found = self._book.submission(request.path_params["id"])
        include = "appStoreVersion" in request.query_params.get("include", "")
        included = [shapes.version(self._book)] if include and found.items else []
        return 200, shapes.many(shapes.items(found), request.query_params, str(request.url), included)

    async def add_item(self, request: Request) -> Any:
        """POST /v1/reviewSubmissionItems."""
        data = await resource(request, _NEW_ITEM)
        changed = self._book.add_item(related(data, "reviewSubmission"), related(data, "appStoreVersion"))
        return 201, shapes.one(shapes.items(changed)[-1], request.query_params, str(request.url))

    async def builds(self, request: Request) -> Any:
        """GET /v1/builds."""
        book, query = self._book, request.query_params
        matches = query.get("filter[version]", book.start.build) == book.start.build
        matches = matches and query.get("filter[preReleaseVersion.version]", book.version) == book.version
        matches = matches and query.get("filter[app]", book.APP) == book.APP
        included = []
        include = query.get("include", "").split(",")
        if "buildBetaDetail" in include:
            included.append(shapes.beta_detail(book))
        if "betaGroups" in include and book.in_group:
            included.append(shapes.group(book))
        return 200, shapes.many(
            [shapes.build(book)] if matches else [], query, str(request.url), included if matches else []
        )

    async def beta_detail(self, request: Request) -> Any:
        """GET /v1/builds/{id}/buildBetaDetail."""
        self._check_build(request)
        return 200, shapes.one(shapes.beta_detail(self._book), request.query_params, str(request.url))

    async def usages(self, request: Request) -> Any:
        """GET /v1/builds/{id}/metrics/betaBuildUsages."""
        self._check_build(request)
        sessions, crashes = self._usage()
        now = self._book.now()
        values = {
            "crashCount": crashes,
            "sessionCount": sessions,
            "installCount": self._book.start.testers,
            "inviteCount": self._book.start.testers,
            "feedbackCount": 0,
        }
        point = {"start": shapes.moment(now - 86400), "end": shapes.moment(now), "values": values}
        document = {"data": [{"dataPoints": [point]}], "links": {"self": str(request.url)}}
        return 200, {**document, "meta": {"paging": {"total": 1, "limit": 50}}}

    async def groups(self, request: Request) -> Any:
        """GET /v1/betaGroups."""
        query = request.query_params
        wanted = query.get("filter[name]", self._book.start.group)
        found = [shapes.group(self._book)] if wanted == self._book.start.group else []
        return 200, shapes.many(found, query, str(request.url))

    async def group_builds(self, request: Request) -> Any:
        """GET /v1/betaGroups/{id}/relationships/builds."""
        self._check_group(request)
        inside = [{"type": "builds", "id": self._book.BUILD_ID}] if self._book.in_group else []
        return 200, shapes.many(inside, request.query_params, str(request.url))

    async def group_testers(self, request: Request) -> Any:
        """GET /v1/betaGroups/{id}/relationships/betaTesters."""
        self._check_group(request)
        testers = [{"type": "betaTesters", "id": f"tester-{n}"} for n in range(self._book.start.testers)]
        return 200, shapes.many(testers, request.query_params, str(request.url))

    async def add_build(self, request: Request) -> Any:
        """POST /v1/betaGroups/{id}/relationships/builds."""
        return await self._link(request, inside=True)

    async def remove_build(self, request: Request) -> Any:
        """DELETE /v1/betaGroups/{id}/relationships/builds."""
        return await self._link(request, inside=False)

    async def _link(self, request: Request, *, inside: bool) -> Any:
        for build in await references(request, "builds"):
            self._book.link_build(request.path_params["id"], build, inside)
        return 204, None

    def _check_app(self, app: str) -> None:
        if app != self._book.APP:
            raise not_found("apps", app)

    def _check_version(self, version: str) -> None:
        if version != self._book.VERSION_ID:
            raise not_found("appStoreVersions", version)

    def _check_build(self, request: Request) -> None:
        if request.path_params["id"] != self._book.BUILD_ID:
            raise not_found("builds", request.path_params["id"])

    def _check_group(self, request: Request) -> None:
        if request.path_params["id"] != self._book.GROUP_ID:
            raise not_found("betaGroups", request.path_params["id"])


def make_app(
    book: AppleBook, key: AppleKey, log: ChangeLog, faults: Faults, usage: Usage, hourly: int = 3600
) -> Starlette:
    """The service; `hourly` is how many requests a rolling hour allows."""
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse, Response
    from starlette.routing import Route

    service = AppleService(book, usage)
    record = Recorder("app_store", log, book.now)
    requests = HourlyLimit(book.now, hourly)

    def handler(work: Callable[[Request], Awaitable[Any]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            book.settle(book.now())
            try:
                if key.refuses(request.headers.get("authorization", "")) is not None:
                    raise _unauthorized()
                if not requests.take():
                    raise too_many()
                check_query(request.query_params.multi_items())
                status, document = await work(request)
                response = Response(status_code=status) if document is None else JSONResponse(document, status)
            except AppleError as error:
                response = JSONResponse(_errors(error), error.status)
            except ValueError:
                response = JSONResponse(_errors(malformed()), 400)
            response.headers["X-Rate-Limit"] = requests.header()
            await record(request, response.status_code)
            return response

        return answer

    async def state(_request: Request) -> Response:
        book.settle(book.now())
        phased = None if book.phased is None else book.phased.state
        return JSONResponse({"version": book.version_state, "phased": phased, "in_group": book.in_group})

    routes = [Route(path, handler(getattr(service, name)), methods=[method]) for method, path, name in _ROUTES]
    app = Starlette(routes=[*routes, Route("/_rehearsal/state", state), log_route("app_store", log), *faults.routes()])
    faults.guard(app)
    return app


_ROUTES = (
    ("GET", "/v1/apps", "apps"),
    ("GET", "/v1/apps/{id}/appStoreVersions", "versions"),
    ("GET", "/v1/appStoreVersions/{id}/appStoreVersionPhasedRelease", "phased_of_version"),
    ("POST", "/v1/appStoreVersionPhasedReleases", "create_phased"),
    ("PATCH", "/v1/appStoreVersionPhasedReleases/{id}", "change_phased"),
    ("DELETE", "/v1/appStoreVersionPhasedReleases/{id}", "delete_phased"),
    ("POST", "/v1/appStoreVersionReleaseRequests", "release"),
    ("GET", "/v1/reviewSubmissions", "submissions"),
    ("POST", "/v1/reviewSubmissions", "open_submission"),
    ("PATCH", "/v1/reviewSubmissions/{id}", "change_submission"),
    ("GET", "/v1/reviewSubmissions/{id}/items", "submission_items"),
    ("POST", "/v1/reviewSubmissionItems", "add_item"),
    ("GET", "/v1/builds", "builds"),
    ("GET", "/v1/builds/{id}/buildBetaDetail", "beta_detail"),
    ("GET", "/v1/builds/{id}/metrics/betaBuildUsages", "usages"),
    ("GET", "/v1/betaGroups", "groups"),
    ("GET", "/v1/betaGroups/{id}/relationships/builds", "group_builds"),
    ("GET", "/v1/betaGroups/{id}/relationships/betaTesters", "group_testers"),
    ("POST", "/v1/betaGroups/{id}/relationships/builds", "add_build"),
    ("DELETE", "/v1/betaGroups/{id}/relationships/builds", "remove_build"),
)


def _unauthorized() -> AppleError:
    detail = "Provide a properly configured and signed bearer token, and make sure that it has not expired."
    return AppleError(401, "NOT_AUTHORIZED", "Authentication credentials are missing or invalid.", detail)


def _errors(error: AppleError) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "id": "00000000-0000-4000-8000-000000000000",
        "status": str(error.status),
        "code": error.code,
        "title": error.title,
        "detail": error.detail,
    }
    if error.pointer is not None:
        entry["source"] = {"pointer": error.pointer}
    return {"errors": [entry]}
