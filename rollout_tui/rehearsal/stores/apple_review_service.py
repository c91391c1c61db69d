"""Review submissions and their items: what App Store Connect does with these calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rollout_tui.rehearsal.stores import apple_elsewhere as elsewhere
from rollout_tui.rehearsal.stores import apple_shapes as shapes
from rollout_tui.rehearsal.stores.apple import AppleBook
from rollout_tui.rehearsal.stores.apple_answers import Call, asked, included_in, listed, required, single
from rollout_tui.rehearsal.stores.apple_errors import invalid
from rollout_tui.rehearsal.stores.apple_queries import Accepts, Json
from rollout_tui.rehearsal.stores.apple_requests import Body, related, resource, yes_or_no
from rollout_tui.rehearsal.stores.apple_review import KINDS, ReviewSubmission, wish
from rollout_tui.rehearsal.stores.apple_service import check_app
from rollout_tui.rehearsal.stores.apple_start import DAY

if TYPE_CHECKING:
    from starlette.requests import Request

_NEW = Body("reviewSubmissions", frozenset({"platform"}), frozenset({"app"}))
_CHANGED = Body("reviewSubmissions", frozenset({"platform", "submitted", "canceled"}))
_NEW_ITEM = Body("reviewSubmissionItems", relationships=frozenset({"reviewSubmission"}))
_CHANGED_ITEM = Body("reviewSubmissionItems", frozenset({"resolved", "removed"}))

_KINDS = ("reviewSubmissions", "apps", "reviewSubmissionItems", "appStoreVersions")
_INCLUDES = ("app", "items", "appStoreVersionForReview")
_SUBMISSIONS = Accepts(
    kinds=_KINDS, filters={"app": None, "platform": "platform", "state": "state"}, includes=_INCLUDES
)
_OF_APP = Accepts(kinds=_KINDS, filters={"platform": "platform", "state": "state"}, includes=_INCLUDES)
_ITEMS = Accepts(kinds=("reviewSubmissionItems", "appStoreVersions"), includes=("appStoreVersion",))
CALLS = (
    Call("GET", "/v1/reviewSubmissions", "submissions", _SUBMISSIONS),
    Call("GET", "/v1/apps/{id}/reviewSubmissions", "of_app", _OF_APP),
    Call("POST", "/v1/reviewSubmissions", "open"),
    Call("GET", "/v1/reviewSubmissions/{id}", "submission", Accepts(_KINDS, includes=_INCLUDES, listed=False)),
    Call("PATCH", "/v1/reviewSubmissions/{id}", "change"),
    Call("GET", "/v1/reviewSubmissions/{id}/items", "items", _ITEMS),
    Call("POST", "/v1/reviewSubmissionItems", "add_item"),
    Call("PATCH", "/v1/reviewSubmissionItems/{id}", "change_item"),
    Call("DELETE", "/v1/reviewSubmissionItems/{id}", "delete_item"),
)


class ReviewService:
    """The handlers: each takes a request and gives (status, document)."""

    def __init__(self, book: AppleBook) -> None:
        self._book = book

    async def submissions(self, request: Request) -> Any:
        """GET /v1/reviewSubmissions."""
        required(request, "app")
        found = self._all() if asked(request, "app", self._book.APP) else []
        return listed(
            request, _SUBMISSIONS, [shapes.submission(self._book, one) for one in found], self._beside(request)
        )

    async def of_app(self, request: Request) -> Any:
        """GET /v1/apps/{id}/reviewSubmissions."""
        check_app(self._book, request.path_params["id"])
        found = [shapes.submission(self._book, one) for one in self._all()]
        return listed(request, _OF_APP, found, self._beside(request))

    async def submission(self, request: Request) -> Any:
        """GET /v1/reviewSubmissions/{id}."""
        found = self._book.review.read(request.path_params["id"])
        return single(request, shapes.submission(self._book, found), self._beside(request))

    async def open(self, request: Request) -> Any:
        """POST /v1/reviewSubmissions."""
        check_app(self._book, related(await resource(request, _NEW), "app"))
        return single(request, shapes.submission(self._book, self._book.open_submission()), status=201)

    async def change(self, request: Request) -> Any:
        """PATCH /v1/reviewSubmissions/{id}: the answer shows the change at once, later reads do not."""
        verb = wish((await resource(request, _CHANGED))["attributes"])
        act = self._book.cancel if verb == "cancel" else self._book.submit
        found = act(request.path_params["id"])
        shown = shapes.submission(self._book, found)
        shown["attributes"]["state"] = found.state
        return single(request, shown)

    async def items(self, request: Request) -> Any:
        """GET /v1/reviewSubmissions/{id}/items."""
        found = self._book.review.read(request.path_params["id"])
        versions = self._book.versions if "appStoreVersion" in included_in(request) else ()
        beside = [shapes.version(self._book, version) for version in versions]
        return listed(request, _ITEMS, [shapes.item(item) for item in found.items], beside)

    async def add_item(self, request: Request) -> Any:
        """POST /v1/reviewSubmissionItems."""
        data = await resource(request, _NEW_ITEM)
        kinds = [kind for kind in KINDS if kind in data["relationships"]]
        if len(kinds) != 1:
            raise invalid("An item stands for exactly one resource")
        added = self._book.add_item(related(data, "reviewSubmission"), related(data, kinds[0]), kinds[0])
        return single(request, shapes.item(added), status=201)

    async def change_item(self, request: Request) -> Any:
        """PATCH /v1/reviewSubmissionItems/{id}."""
        data = await resource(request, _CHANGED_ITEM)
        resolved, removed = (yes_or_no(data, name) is True for name in ("resolved", "removed"))
        changed = self._book.review.change_item(request.path_params["id"], resolved=resolved, removed=removed)
        return single(request, shapes.item(changed))

    async def delete_item(self, request: Request) -> Any:
        """DELETE /v1/reviewSubmissionItems/{id}."""
        self._book.review.delete_item(request.path_params["id"])
        return 204, None

    def _all(self) -> list[ReviewSubmission]:
        """Those of every platform: without a filter the Mac's come too (A12)."""
        mac = ReviewSubmission(elsewhere.MAC_SUBMISSION_ID, "IN_REVIEW", self._book.origin - DAY, platform="MAC_OS")
        mac.put("appStoreVersion", elsewhere.MAC_VERSION_ID)
        return [mac, *self._book.review.visible()]

    def _beside(self, request: Request) -> list[Json]:
        book, include = self._book, included_in(request)
        found: list[Json] = [shapes.app(book)] if "app" in include else []
        if "items" in include:
            found += [shapes.item(item) for one in self._all() for item in one.items]
        if "appStoreVersionForReview" in include:
            found += [shapes.version(book, version) for version in book.versions]
        return found
