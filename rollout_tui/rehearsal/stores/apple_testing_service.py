"""Builds, groups of testers and beta review: what App Store Connect does with these calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rollout_tui.rehearsal.stores import apple_shapes as shapes
from rollout_tui.rehearsal.stores.apple import AppleBook
from rollout_tui.rehearsal.stores.apple_answers import (
    PAGES,
    Call,
    asked,
    included_in,
    listed,
    required,
    single,
)
from rollout_tui.rehearsal.stores.apple_documents import moment
from rollout_tui.rehearsal.stores.apple_errors import not_found
from rollout_tui.rehearsal.stores.apple_feedback import sent
from rollout_tui.rehearsal.stores.apple_queries import Accepts, Json
from rollout_tui.rehearsal.stores.apple_requests import Body, references, related, resource, yes_or_no
from rollout_tui.rehearsal.stores.apple_service import check_app
from rollout_tui.rehearsal.stores.apple_start import DAY, HOUR
from rollout_tui.rehearsal.stores.apple_testflight import Upload

if TYPE_CHECKING:
    from starlette.requests import Request

Usage = Callable[[float], tuple[int, int]]
"""(sessions, crashed) of the testers with the build, from its upload up to a time."""
LATE = 3 * HOUR
"""How late the numbers of testers come."""

_CHANGED_BUILD = Body("builds", frozenset({"usesNonExemptEncryption", "expired"}))
_NEW_REVIEW = Body("betaAppReviewSubmissions", relationships=frozenset({"build"}))

_BUILD_KINDS = ("builds", "apps", "buildBetaDetails", "betaGroups", "betaAppReviewSubmissions")
_BUILD_INCLUDES = ("app", "buildBetaDetail", "betaGroups", "betaAppReviewSubmission")
_BUILDS = Accepts(
    kinds=_BUILD_KINDS,
    filters={
        "id": None,
        "app": None,
        "preReleaseVersion.version": None,
        "preReleaseVersion.platform": None,
        "betaGroups": None,
        "version": "version",
        "expired": "expired",
        "processingState": "processingState",
        "usesNonExemptEncryption": "usesNonExemptEncryption",
    },
    includes=_BUILD_INCLUDES,
    sorts=("version", "uploadedDate"),
)
_DETAIL = Accepts(kinds=("buildBetaDetails", "builds"), includes=("build",), listed=False)
_REVIEW_KINDS = ("betaAppReviewSubmissions", "builds")
_REVIEWS = Accepts(_REVIEW_KINDS, {"build": None, "betaReviewState": "betaReviewState"}, ("build",))
_GROUPS = Accepts(
    kinds=("betaGroups", "apps"),
    filters={"id": None, "app": None, "name": "name", "isInternalGroup": "isInternalGroup"},
    includes=("app",),
    sorts=("name", "createdDate"),
)
_OF_BUILDS = Accepts(kinds=("builds",))
_OF_GROUPS = Accepts(kinds=("betaGroups",))
_TESTERS = Accepts(kinds=("betaTesters",))
CALLS = (
    Call("GET", "/v1/builds", "builds", _BUILDS),
    Call("GET", "/v1/apps/{id}/builds", "builds_of_app", _OF_BUILDS),
    Call("GET", "/v1/builds/{id}", "build", Accepts(_BUILD_KINDS, includes=_BUILD_INCLUDES, listed=False)),
    Call("PATCH", "/v1/builds/{id}", "change_build"),
    Call("GET", "/v1/builds/{id}/buildBetaDetail", "beta_detail", _DETAIL),
    Call("GET", "/v1/buildBetaDetails/{id}", "beta_detail", _DETAIL),
    Call(
        "GET",
        "/v1/builds/{id}/betaAppReviewSubmission",
        "review_of_build",
        Accepts(kinds=("betaAppReviewSubmissions",), listed=False),
    ),
    Call("GET", "/v1/builds/{id}/metrics/betaBuildUsages", "usages", PAGES),
    Call("GET", "/v1/betaAppReviewSubmissions", "reviews", _REVIEWS),
    Call("POST", "/v1/betaAppReviewSubmissions", "submit"),
    Call("GET", "/v1/betaGroups", "groups", _GROUPS),
    Call("GET", "/v1/apps/{id}/betaGroups", "groups_of_app", _OF_GROUPS),
    Call("GET", "/v1/betaGroups/{id}", "group", Accepts(kinds=("betaGroups",), listed=False)),
    Call("GET", "/v1/betaGroups/{id}/builds", "builds_of_group", _OF_BUILDS),
    Call("GET", "/v1/betaGroups/{id}/betaTesters", "testers", _TESTERS),
    Call("GET", "/v1/betaGroups/{id}/relationships/builds", "group_builds", PAGES),
    Call("GET", "/v1/betaGroups/{id}/relationships/betaTesters", "group_testers", PAGES),
    Call("POST", "/v1/betaGroups/{id}/relationships/builds", "add_build"),
    Call("DELETE", "/v1/betaGroups/{id}/relationships/builds", "remove_build"),
)


class TestingService:
    """The handlers: each takes a request and gives (status, document)."""

    def __init__(self, book: AppleBook, usage: Usage) -> None:
        self._book = book
        self._usage = usage

    async def builds(self, request: Request) -> Any:
        """GET /v1/builds."""
        book = self._book
        found = [
            upload
            for upload in book.uploads
            if asked(request, "app", book.APP)
            and asked(request, "id", upload.id)
            and asked(request, "preReleaseVersion.platform", upload.platform)
            and asked(request, "preReleaseVersion.version", upload.version)
            and asked(request, "betaGroups", *upload.groups)
        ]
        return listed(request, _BUILDS, [shapes.build(book, upload) for upload in found], self._beside(request))

    async def builds_of_app(self, request: Request) -> Any:
        """GET /v1/apps/{id}/builds."""
        check_app(self._book, request.path_params["id"])
        return listed(request, _OF_BUILDS, [shapes.build(self._book, upload) for upload in self._book.uploads])

    async def build(self, request: Request) -> Any:
        """GET /v1/builds/{id}."""
        return single(request, shapes.build(self._book, self._upload(request)), self._beside(request))

    async def change_build(self, request: Request) -> Any:
        """PATCH /v1/builds/{id}: export compliance, or an early end."""
        data, upload = await resource(request, _CHANGED_BUILD), self._upload(request)
        uses = yes_or_no(data, "usesNonExemptEncryption")
        if uses is not None:
            self._book.testing.answer_encryption(upload.id, uses)
        if yes_or_no(data, "expired") is True:
            upload.taken_down = True
        self._book.offer_testers(self._book.now())
        return single(request, shapes.build(self._book, upload))

    async def beta_detail(self, request: Request) -> Any:
        """GET /v1/builds/{id}/buildBetaDetail."""
        upload = self._upload(request)
        beside = [shapes.build(self._book, upload)] if "build" in included_in(request) else []
        return single(request, shapes.beta_detail(self._book, upload), beside)

    async def review_of_build(self, request: Request) -> Any:
        """GET /v1/builds/{id}/betaAppReviewSubmission."""
        upload = self._upload(request)
        if upload.beta is None:
            raise not_found("betaAppReviewSubmissions", upload.id)
        return single(request, shapes.beta_review(self._book, upload, upload.beta))

    async def reviews(self, request: Request) -> Any:
        """GET /v1/betaAppReviewSubmissions."""
        required(request, "build")
        found = [upload for upload in self._book.uploads if upload.beta and asked(request, "build", upload.id)]
        beside = [shapes.build(self._book, upload) for upload in found] if "build" in included_in(request) else []
        resources = [shapes.beta_review(self._book, one, one.beta) for one in found if one.beta is not None]
        return listed(request, _REVIEWS, resources, beside)

    async def submit(self, request: Request) -> Any:
        """POST /v1/betaAppReviewSubmissions."""
        build = related(await resource(request, _NEW_REVIEW), "build")
        review = self._book.testing.submit(build)
        shown = shapes.beta_review(self._book, self._book.testing.upload(build), review)
        return single(request, shown, status=201)

    async def usages(self, request: Request) -> Any:
        """GET /v1/builds/{id}/metrics/betaBuildUsages: a point for every day, the last hours not yet in it."""
        upload = self._upload(request)
        points = list(self._points(upload)) if upload.id == self._book.BUILD_ID else []
        used = any(point["values"]["sessionCount"] for point in points)
        document = {"data": [{"dataPoints": points if used else []}], "links": {"self": str(request.url)}}
        return 200, {**document, "meta": {"paging": {"total": 1, "limit": 50}}}

    async def groups(self, request: Request) -> Any:
        """GET /v1/betaGroups."""
        book = self._book
        found = [
            group for group in book.testing.groups if asked(request, "app", book.APP) and asked(request, "id", group.id)
        ]
        beside = [shapes.app(book)] if "app" in included_in(request) else []
        return listed(request, _GROUPS, [shapes.group(book, group) for group in found], beside)

    async def groups_of_app(self, request: Request) -> Any:
        """GET /v1/apps/{id}/betaGroups."""
        check_app(self._book, request.path_params["id"])
        return listed(request, _OF_GROUPS, [shapes.group(self._book, group) for group in self._book.testing.groups])

    async def group(self, request: Request) -> Any:
        """GET /v1/betaGroups/{id}."""
        return single(request, shapes.group(self._book, self._book.testing.group(request.path_params["id"])))

    async def builds_of_group(self, request: Request) -> Any:
        """GET /v1/betaGroups/{id}/builds."""
        return listed(request, _OF_BUILDS, [shapes.build(self._book, upload) for upload in self._inside(request)])

    async def group_builds(self, request: Request) -> Any:
        """GET /v1/betaGroups/{id}/relationships/builds."""
        return listed(request, PAGES, [{"type": "builds", "id": upload.id} for upload in self._inside(request)])

    async def testers(self, request: Request) -> Any:
        """GET /v1/betaGroups/{id}/betaTesters."""
        return listed(request, _TESTERS, [shapes.tester(tester) for tester in self._testers(request)])

    async def group_testers(self, request: Request) -> Any:
        """GET /v1/betaGroups/{id}/relationships/betaTesters."""
        return listed(request, PAGES, [{"type": "betaTesters", "id": tester} for tester in self._testers(request)])

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

    def _upload(self, request: Request) -> Upload:
        return self._book.testing.upload(request.path_params["id"])

    def _inside(self, request: Request) -> list[Upload]:
        group = self._book.testing.group(request.path_params["id"])
        return [upload for upload in self._book.uploads if group.id in upload.groups]

    def _testers(self, request: Request) -> list[str]:
        group = self._book.testing.group(request.path_params["id"])
        return [f"tester-{number}" for number in range(group.testers)]

    def _points(self, upload: Upload) -> list[Json]:
        book = self._book
        points: list[Json] = []
        begin, until = upload.uploaded, book.now() - LATE
        sessions, crashes, told = 0, 0, 0
        while begin < until:
            end = min(until, (begin // DAY + 1) * DAY)
            now_sessions, now_crashes = self._usage(end)
            now_told = len(sent(book.tested_since, upload.id, end)) if book.start.feedback else 0
            values = {
                "crashCount": now_crashes - crashes,
                "sessionCount": now_sessions - sessions,
                "installCount": book.start.testers if not points else 0,
                "inviteCount": book.start.testers if not points else 0,
                "feedbackCount": now_told - told,
            }
            points.append({"start": moment(begin), "end": moment(end), "values": values})
            begin, sessions, crashes, told = end, now_sessions, now_crashes, now_told
        return points

    def _beside(self, request: Request) -> list[Json]:
        book, include = self._book, included_in(request)
        found: list[Json] = [shapes.app(book)] if "app" in include else []
        if "buildBetaDetail" in include:
            found += [shapes.beta_detail(book, upload) for upload in book.uploads]
        if "betaGroups" in include:
            found += [shapes.group(book, group) for group in book.testing.groups]
        if "betaAppReviewSubmission" in include:
            found += [shapes.beta_review(book, one, one.beta) for one in book.uploads if one.beta is not None]
        return found
