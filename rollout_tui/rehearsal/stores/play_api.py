"""Google Play's publishing API over HTTP: the routes, the token, the errors of `play.PlayBook`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from rollout_tui.rehearsal.changes import ChangeLog, log_route
from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.stores.google_oauth import Tokens, user_of
from rollout_tui.rehearsal.stores.http import Recorder, json_body
from rollout_tui.rehearsal.stores.play import Edit, PlayBook
from rollout_tui.rehearsal.stores.play_bodies import PlayError, check_names, check_query
from rollout_tui.rehearsal.stores.play_console import carry_out, change_of
from rollout_tui.rehearsal.stores.play_reviews import CommitTerms

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

_ROOT = "/androidpublisher/v3/applications/{package}"
_CANCEL = "CANCEL_IN_REVIEW_AND_SUBMIT"
_BEHAVIOURS = {
    "CHANGES_IN_REVIEW_BEHAVIOR_TYPE_UNSPECIFIED": _CANCEL,
    _CANCEL: _CANCEL,
    "ERROR_IF_IN_REVIEW": "ERROR_IF_IN_REVIEW",
}
_TRUTH = {"true": True, "false": False}
_EDIT_FIELDS = frozenset({"id", "expiryTimeSeconds"})
_TRACK_FIELDS = frozenset({"track", "releases"})
_PARAMETERS = {"commit": frozenset({"changesInReviewBehavior", "changesNotSentForReview"})}
"""Query parameters of the methods that have any."""
Work = Callable[["Request"], Awaitable[Any]]


class PlayService:
    """The handlers: each takes a request and gives a document, None for no content."""

    def __init__(self, book: PlayBook, tokens: Tokens) -> None:
        self._book = book
        self._tokens = tokens

    async def insert(self, request: Request) -> Any:
        """POST /edits."""
        check_names(await json_body(request), _EDIT_FIELDS)
        return _edit(self._book.insert(user_of(request.headers, self._tokens)))

    async def get_edit(self, request: Request) -> Any:
        """GET /edits/{edit}."""
        return _edit(self._book.edit(request.path_params["edit"]))

    async def delete(self, request: Request) -> Any:
        """DELETE /edits/{edit}."""
        self._book.delete(request.path_params["edit"])

    async def validate(self, request: Request) -> Any:
        """POST /edits/{edit}:validate."""
        return _edit(self._book.validate(request.path_params["edit"]))

    async def commit(self, request: Request) -> Any:
        """POST /edits/{edit}:commit."""
        return _edit(self._book.commit(request.path_params["edit"], _terms(request)))

    async def tracks(self, request: Request) -> Any:
        """GET /edits/{edit}/tracks."""
        found = self._book.edit(request.path_params["edit"]).tracks
        return {"kind": "androidpublisher#tracksListResponse", "tracks": list(found.values())}

    async def track(self, request: Request) -> Any:
        """GET /edits/{edit}/tracks/{track}."""
        return self._book.track(request.path_params["edit"], request.path_params["track"])

    async def update(self, request: Request) -> Any:
        """PUT, PATCH /edits/{edit}/tracks/{track}."""
        body = await json_body(request)
        check_names(body, _TRACK_FIELDS)
        return self._book.update(request.path_params["edit"], request.path_params["track"], body)

    async def releases(self, request: Request) -> Any:
        """GET /tracks/{track}/releases."""
        return {"releases": self._book.lifecycle(request.path_params["track"])}


_EDIT = _ROOT + "/edits/{edit}"
_ROUTES = (
    ("POST", _ROOT + "/edits", "insert"),
    ("POST", _EDIT + ":validate", "validate"),
    ("POST", _EDIT + ":commit", "commit"),
    ("GET", _EDIT, "get_edit"),
    ("DELETE", _EDIT, "delete"),
    ("GET", _EDIT + "/tracks", "tracks"),
    ("GET", _EDIT + "/tracks/{track}", "track"),
    ("PUT", _EDIT + "/tracks/{track}", "update"),
    ("PATCH", _EDIT + "/tracks/{track}", "update"),
    ("GET", _ROOT + "/tracks/{track}/releases", "releases"),
)


def make_app(book: PlayBook, tokens: Tokens, log: ChangeLog, faults: Faults) -> Starlette:
    """The service; `tokens` tells users from bearer tokens (G2: an edit belongs to a user)."""
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse, Response
    from starlette.routing import Route

    service = PlayService(book, tokens)
    record = Recorder("google_play", log, book.now)

    def handler(work: Work, parameters: frozenset[str]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                user_of(request.headers, tokens)
                book.called(work.__name__)
                if request.path_params["package"] != book.package:
                    message = f"Package not found: {request.path_params['package']}."
                    raise PlayError(404, "NOT_FOUND", message, "notFound")
                check_query(request.query_params, parameters)
                body = await work(request)
                response = Response(status_code=204) if body is None else JSONResponse(body)
            except PlayError as error:
                response = JSONResponse(error.body, error.code)
            except ValueError:
                refused = PlayError(400, "INVALID_ARGUMENT", "Invalid JSON payload received.", "parseError")
                response = JSONResponse(refused.body, refused.code)
            await record(request, response.status_code)
            return response

        return answer

    async def console(request: Request) -> Response:
        try:
            carry_out(book, change_of(await json_body(request)))
        except PlayError as error:
            return JSONResponse(error.body, error.code)
        return JSONResponse(_state(book))

    async def state(_request: Request) -> Response:
        book.settle()
        return JSONResponse(_state(book))

    app = Starlette(
        routes=[
            *(
                Route(path, handler(getattr(service, name), _PARAMETERS.get(name, frozenset())), methods=[method])
                for method, path, name in _ROUTES
            ),
            Route("/_rehearsal/console", console, methods=["POST"]),
            Route("/_rehearsal/state", state),
            log_route("google_play", log),
            *faults.routes(),
        ]
    )
    faults.guard(app)
    return app


def _terms(request: Request) -> CommitTerms:
    """The commit's parameters. Raises PlayError 400 for values that Google does not know."""
    query = request.query_params
    behaviour = _BEHAVIOURS.get(query.get("changesInReviewBehavior", _CANCEL))
    not_sent = _TRUTH.get(query.get("changesNotSentForReview", "false"))
    if behaviour is None:
        raise PlayError(400, "INVALID_ARGUMENT", "Invalid value at 'changes_in_review_behavior'.")
    if not_sent is None:
        raise PlayError(400, "INVALID_ARGUMENT", "Invalid value at 'changes_not_sent_for_review' (TYPE_BOOL).")
    return CommitTerms(behaviour, not_sent)


def _state(book: PlayBook) -> dict[str, Any]:
    return {
        "tracks": list(book.tracks.values()),
        "waiting_to_be_sent": book.tracks != book.served,
        "in_review": book.review.running,
        "stage": book.review.stage,
        "refused_by_quota": book.quota.refused,
        "canceled_reviews": book.review.canceled,
    }


def _edit(edit: Edit) -> dict[str, str]:
    return {"id": edit.id, "expiryTimeSeconds": str(int(edit.expires))}
