"""App Store Connect over HTTP: routes, token, rate limit, errors of `apple.AppleBook` in JSON:API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from rollout_tui.rehearsal.changes import ChangeLog, log_route
from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.stores import (
    apple_feedback_service,
    apple_review_service,
    apple_sale_service,
    apple_service,
    apple_testing_service,
)
from rollout_tui.rehearsal.stores.apple import AppleBook
from rollout_tui.rehearsal.stores.apple_errors import AppleError, agreements_missing, unauthorized
from rollout_tui.rehearsal.stores.apple_queries import Accepts
from rollout_tui.rehearsal.stores.apple_requests import Neighbour, RateLimit, malformed, too_many
from rollout_tui.rehearsal.stores.apple_start import HOUR
from rollout_tui.rehearsal.stores.apple_testing_service import Usage
from rollout_tui.rehearsal.stores.apple_token import AppleKey
from rollout_tui.rehearsal.stores.http import Recorder

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

Work = Callable[["Request"], Awaitable[Any]]


def make_app(book: AppleBook, key: AppleKey, log: ChangeLog, faults: Faults, usage: Usage) -> Starlette:
    """The service of one app, for one key."""
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse, Response
    from starlette.routing import Route

    record = Recorder("app_store", log, book.now)
    requests = _limit(book)

    def handler(work: Work, accepts: Accepts) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            book.settle(book.now())
            try:
                if key.refuses(request.headers.get("authorization", "")) is not None:
                    raise unauthorized()
                if not requests.take():
                    raise too_many()
                _check_agreements(book, request)
                accepts.check(request.query_params.multi_items())
                status, document = await work(request)
                response = Response(status_code=status) if document is None else JSONResponse(document, status)
            except AppleError as error:
                response = JSONResponse(error.document(), error.status)
            except ValueError:
                response = JSONResponse(malformed().document(), 400)
            response.headers["X-Rate-Limit"] = requests.header()
            await record(request, response.status_code)
            return response

        return answer

    async def state(_request: Request) -> Response:
        book.settle(book.now())
        return JSONResponse(_state(book))

    areas = (
        (apple_service.ReleaseService(book), apple_service.CALLS),
        (apple_review_service.ReviewService(book), apple_review_service.CALLS),
        (apple_testing_service.TestingService(book, usage), apple_testing_service.CALLS),
        (apple_feedback_service.FeedbackService(book), apple_feedback_service.CALLS),
        (apple_sale_service.SaleService(book), apple_sale_service.CALLS),
    )
    routes = [
        Route(call.path, handler(getattr(service, call.handler), call.accepts), methods=[call.method])
        for service, calls in areas
        for call in calls
    ]
    app = Starlette(routes=[*routes, Route("/_rehearsal/state", state), log_route("app_store", log), *faults.routes()])
    faults.guard(app)
    return app


def _state(book: AppleBook) -> dict[str, Any]:
    """What really is so, without any lag; the reason of a rejection too, which Apple's API does not tell."""
    upload = book.testing.upload(book.BUILD_ID)
    return {
        "version": book.version_state,
        "phased": None if book.phased is None else book.phased.state,
        "day": None if book.phased is None else book.phased.day(book.now()),
        "in_group": book.in_group,
        "on_sale": not book.sale.is_over,
        "beta_review": None if upload.beta is None else upload.beta.state(book.now()),
        "submissions": [
            {"id": one.id, "state": one.state, "items": [item.state for item in one.items]} for one in book.submissions
        ],
        "reason": book.start.review.reason if book.version_state in ("REJECTED", "METADATA_REJECTED") else None,
    }


def _check_agreements(book: AppleBook, request: Request) -> None:
    """A missing agreement is in the way of changes first, and of everything later (A21)."""
    agreements = book.start.agreements
    if agreements is None:
        return
    hours = agreements.reads_from if request.method == "GET" else agreements.changes_from
    if book.now() >= book.origin + hours * HOUR:
        raise agreements_missing()


def _limit(book: AppleBook) -> RateLimit:
    other = book.start.other_tool
    if other is None:
        return RateLimit(book.now, book.start.hourly)
    since, until = (book.origin + hours * HOUR for hours in (other.since, other.until))
    return RateLimit(book.now, book.start.hourly, neighbour=Neighbour(since, until, HOUR / other.hourly, other.leaves))
