"""Google Play's publishing API over HTTP: the routes, the token, the errors of `play.PlayBook`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rollout_tui.rehearsal.changes import ChangeLog, log_route
from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.stores.http import Recorder, json_body
from rollout_tui.rehearsal.stores.play import Edit, PlayBook
from rollout_tui.rehearsal.stores.play_bodies import PlayError

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

_ROOT = "/androidpublisher/v3/applications/{package}"
_BEHAVIOURS = frozenset({None, "ERROR_IF_IN_REVIEW", "CANCEL_IN_REVIEW_AND_SUBMIT"})
Work = Callable[["Request"], Awaitable[Any]]


class PlayService:
    """The handlers: each takes a request and gives a document, None for no content."""

    def __init__(self, book: PlayBook, tokens: dict[str, str]) -> None:
        self._book = book
        self._tokens = tokens

    async def insert(self, request: Request) -> Any:
        """POST /edits."""
        return _edit(self._book.insert(_signed_in(request, self._tokens)))

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
        if request.query_params.get("changesInReviewBehavior") not in _BEHAVIOURS:
            raise PlayError(400, "INVALID_ARGUMENT", "Invalid value at 'changes_in_review_behavior'.")
        if request.query_params.get("changesNotSentForReview") == "true":
            raise PlayError(400, "INVALID_ARGUMENT", "The query parameter changesNotSentForReview must not be set.")
        return _edit(self._book.commit(request.path_params["edit"]))

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
        if not isinstance(body, dict) or set(body) - {"track", "releases"}:
            message = "Invalid JSON payload received. Unknown name: Cannot find field."
            raise PlayError(400, "INVALID_ARGUMENT", message)
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


def make_app(book: PlayBook, tokens: dict[str, str], log: ChangeLog, faults: Faults) -> Starlette:
    """The service; `tokens` maps bearer tokens to users (G2: an edit belongs to a user)."""
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse, Response
    from starlette.routing import Route

    service = PlayService(book, tokens)
    record = Recorder("google_play", log, book.now)

    def handler(work: Work) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                _signed_in(request, tokens)
                if request.path_params["package"] != book.package:
                    raise PlayError(404, "NOT_FOUND", f"Package not found: {request.path_params['package']}.")
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
        body = await json_body(request)
        fraction = body.get("userFraction")
        book.console(body["build"], body["status"], None if fraction is None else Decimal(str(fraction)))
        return JSONResponse({"ok": True})

    async def state(_request: Request) -> Response:
        return JSONResponse({"tracks": list(book.tracks.values())})

    app = Starlette(
        routes=[
            *(Route(path, handler(getattr(service, name)), methods=[method]) for method, path, name in _ROUTES),
            Route("/_rehearsal/console", console, methods=["POST"]),
            Route("/_rehearsal/state", state),
            log_route("google_play", log),
            *faults.routes(),
        ]
    )
    faults.guard(app)
    return app


def _signed_in(request: Request, tokens: dict[str, str]) -> str:
    """The user whose token this is. Raises PlayError 401."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    user = tokens.get(token) if scheme.lower() == "bearer" else None
    if user is None:
        message = (
            "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other "
            "valid authentication credential."
        )
        raise PlayError(401, "UNAUTHENTICATED", message, "authError")
    return user


def _edit(edit: Edit) -> dict[str, str]:
    return {"id": edit.id, "expiryTimeSeconds": str(int(edit.expires))}
