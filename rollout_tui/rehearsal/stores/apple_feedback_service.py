"""Feedback from testers: what App Store Connect does with these calls (A17)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rollout_tui.rehearsal.stores import apple_shapes as shapes
from rollout_tui.rehearsal.stores.apple import AppleBook
from rollout_tui.rehearsal.stores.apple_answers import Call, asked, included_in, listed, single
from rollout_tui.rehearsal.stores.apple_errors import not_found
from rollout_tui.rehearsal.stores.apple_feedback import CRASHES, SCREENSHOTS, Sent, sent
from rollout_tui.rehearsal.stores.apple_queries import Accepts, Json
from rollout_tui.rehearsal.stores.apple_service import check_app

if TYPE_CHECKING:
    from starlette.requests import Request


def _list_of(kind: str) -> Accepts:
    return Accepts(
        kinds=(kind, "builds", "betaTesters"),
        filters={
            "build": None,
            "tester": None,
            "deviceModel": "deviceModel",
            "osVersion": "osVersion",
            "appPlatform": "appPlatform",
            "devicePlatform": "devicePlatform",
        },
        includes=("build", "tester"),
        sorts=("createdDate",),
    )


def _one_of(kind: str) -> Accepts:
    return Accepts(kinds=(kind, "builds", "betaTesters"), includes=("build", "tester"), listed=False)


_LOG = Accepts(kinds=("betaCrashLogs",), listed=False)
CALLS = (
    Call("GET", f"/v1/apps/{{id}}/{CRASHES}", "crashes", _list_of(CRASHES)),
    Call("GET", f"/v1/apps/{{id}}/{SCREENSHOTS}", "screenshots", _list_of(SCREENSHOTS)),
    Call("GET", f"/v1/{CRASHES}/{{id}}", "crash", _one_of(CRASHES)),
    Call("GET", f"/v1/{SCREENSHOTS}/{{id}}", "screenshot", _one_of(SCREENSHOTS)),
    Call("GET", f"/v1/{CRASHES}/{{id}}/crashLog", "crash_log", _LOG),
    Call("GET", "/v1/betaCrashLogs/{id}", "crash_log", _LOG),
)


class FeedbackService:
    """The handlers: each takes a request and gives (status, document)."""

    def __init__(self, book: AppleBook) -> None:
        self._book = book

    async def crashes(self, request: Request) -> Any:
        """GET /v1/apps/{id}/betaFeedbackCrashSubmissions."""
        return self._listed(request, CRASHES)

    async def screenshots(self, request: Request) -> Any:
        """GET /v1/apps/{id}/betaFeedbackScreenshotSubmissions."""
        return self._listed(request, SCREENSHOTS)

    async def crash(self, request: Request) -> Any:
        """GET /v1/betaFeedbackCrashSubmissions/{id}."""
        return self._single(request, CRASHES)

    async def screenshot(self, request: Request) -> Any:
        """GET /v1/betaFeedbackScreenshotSubmissions/{id}."""
        return self._single(request, SCREENSHOTS)

    async def crash_log(self, request: Request) -> Any:
        """GET .../crashLog and /v1/betaCrashLogs/{id}."""
        return single(request, shapes.crash_log(self._find(request, CRASHES, "betaCrashLogs")))

    def _sent(self, kind: str) -> list[Sent]:
        """What came so far of one kind, newest first as Apple lists it."""
        book = self._book
        found = sent(book.tested_since, book.BUILD_ID, book.now()) if book.start.feedback else []
        return [one for one in reversed(found) if one.feedback.kind == kind]

    def _listed(self, request: Request, kind: str) -> Any:
        check_app(self._book, request.path_params["id"])
        found = [
            one
            for one in self._sent(kind)
            if asked(request, "build", one.build_id) and asked(request, "tester", one.tester)
        ]
        resources = [shapes.feedback(self._book, one) for one in found]
        return listed(request, _list_of(kind), resources, self._beside(request, found))

    def _single(self, request: Request, kind: str) -> Any:
        found = self._find(request, kind, kind)
        return single(request, shapes.feedback(self._book, found), self._beside(request, [found]))

    def _find(self, request: Request, kind: str, named: str) -> Sent:
        wanted = request.path_params["id"]
        for one in self._sent(kind):
            if one.id == wanted:
                return one
        raise not_found(named, wanted)

    def _beside(self, request: Request, found: list[Sent]) -> list[Json]:
        book, include = self._book, included_in(request)
        beside = [shapes.build(book, upload) for upload in book.uploads] if "build" in include else []
        return beside + [shapes.tester(one.tester) for one in found if "tester" in include]
