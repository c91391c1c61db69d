"""App Store Connect over HTTP: routes, token, rate limit, errors of `apple.AppleBook` in JSON:API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from rollout_tui.rehearsal.changes import ChangeLog, log_route
from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.stores import apple_service as reads
from rollout_tui.rehearsal.stores.apple import AppleBook, AppleError
from rollout_tui.rehearsal.stores.apple_queries import Accepts
from rollout_tui.rehearsal.stores.apple_requests import HourlyLimit, malformed, too_many
from rollout_tui.rehearsal.stores.apple_service import AppleService, Usage
from rollout_tui.rehearsal.stores.apple_token import AppleKey
from rollout_tui.rehearsal.stores.http import Recorder

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

Work = Callable[["Request"], Awaitable[Any]]


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

    def handler(
        work: Callable[[Request], Awaitable[Any]], accepts: Accepts
    ) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            book.settle(book.now())
            try:
                if key.refuses(request.headers.get("authorization", "")) is not None:
                    raise _unauthorized()
                if not requests.take():
                    raise too_many()
                accepts.check(request.query_params.multi_items())
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

    routes = [
        Route(path, handler(getattr(service, name), accepts), methods=[method])
        for method, path, name, accepts in _ROUTES
    ]
    app = Starlette(routes=[*routes, Route("/_rehearsal/state", state), log_route("app_store", log), *faults.routes()])
    faults.guard(app)
    return app


_NOTHING = Accepts(listed=False)
_PAGES = Accepts()
_PHASED = Accepts(kinds=("appStoreVersionPhasedReleases",), listed=False)
_BUILD = Accepts(kinds=("builds",), listed=False)
_DETAIL = Accepts(kinds=("buildBetaDetails",), listed=False)
_ROUTES = (
    ("GET", "/v1/apps", "apps", reads.APPS),
    ("GET", "/v1/apps/{id}/appStoreVersions", "versions", reads.VERSIONS),
    ("GET", "/v1/appStoreVersions/{id}/appStoreVersionPhasedRelease", "phased_of_version", _PHASED),
    ("GET", "/v1/appStoreVersions/{id}/build", "build_of_version", _BUILD),
    ("POST", "/v1/appStoreVersionPhasedReleases", "create_phased", _NOTHING),
    ("PATCH", "/v1/appStoreVersionPhasedReleases/{id}", "change_phased", _NOTHING),
    ("DELETE", "/v1/appStoreVersionPhasedReleases/{id}", "delete_phased", _NOTHING),
    ("POST", "/v1/appStoreVersionReleaseRequests", "release", _NOTHING),
    ("GET", "/v1/reviewSubmissions", "submissions", reads.SUBMISSIONS),
    ("POST", "/v1/reviewSubmissions", "open_submission", _NOTHING),
    ("PATCH", "/v1/reviewSubmissions/{id}", "change_submission", _NOTHING),
    ("GET", "/v1/reviewSubmissions/{id}/items", "submission_items", reads.ITEMS),
    ("POST", "/v1/reviewSubmissionItems", "add_item", _NOTHING),
    ("GET", "/v1/builds", "builds", reads.BUILDS),
    ("GET", "/v1/builds/{id}/buildBetaDetail", "beta_detail", _DETAIL),
    ("GET", "/v1/builds/{id}/metrics/betaBuildUsages", "usages", _PAGES),
    ("GET", "/v1/betaGroups", "groups", reads.GROUPS),
    ("GET", "/v1/betaGroups/{id}/relationships/builds", "group_builds", _PAGES),
    ("GET", "/v1/betaGroups/{id}/relationships/betaTesters", "group_testers", _PAGES),
    ("POST", "/v1/betaGroups/{id}/relationships/builds", "add_build", _NOTHING),
    ("DELETE", "/v1/betaGroups/{id}/relationships/builds", "remove_build", _NOTHING),
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
    if error.source is not None:
        entry["source"] = error.source
    return {"errors": [entry]}
