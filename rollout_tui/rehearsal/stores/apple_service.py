"""What App Store Connect does with a request: reads and changes of `apple.AppleBook` as JSON:API documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rollout_tui.rehearsal.stores import apple_shapes as shapes
from rollout_tui.rehearsal.stores.apple import AppleBook, AppleError, Upload, not_found
from rollout_tui.rehearsal.stores.apple_queries import Accepts, Json
from rollout_tui.rehearsal.stores.apple_requests import Body, references, related, resource

if TYPE_CHECKING:
    from starlette.requests import Request

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

APPS = Accepts(kinds=("apps",), filters={"bundleId": "bundleId", "name": "name"})
VERSIONS = Accepts(
    kinds=("appStoreVersions", "builds", "appStoreVersionPhasedReleases"),
    filters={
        "platform": "platform",
        "versionString": "versionString",
        "appStoreState": "appStoreState",
        "appVersionState": "appVersionState",
    },
    includes=("build", "appStoreVersionPhasedRelease"),
)
SUBMISSIONS = Accepts(
    kinds=("reviewSubmissions", "reviewSubmissionItems", "appStoreVersions"),
    filters={"app": None, "platform": "platform", "state": "state"},
    includes=("items", "appStoreVersionForReview"),
)
ITEMS = Accepts(kinds=("reviewSubmissionItems", "appStoreVersions"), includes=("appStoreVersion",))
BUILDS = Accepts(
    kinds=("builds", "buildBetaDetails", "betaGroups"),
    filters={
        "app": None,
        "preReleaseVersion.version": None,
        "preReleaseVersion.platform": None,
        "betaGroups": None,
        "version": "version",
        "expired": "expired",
        "processingState": "processingState",
    },
    includes=("buildBetaDetail", "betaGroups"),
    sorts=("version", "uploadedDate"),
)
GROUPS = Accepts(
    kinds=("betaGroups",),
    filters={"app": None, "name": "name", "isInternalGroup": "isInternalGroup"},
    sorts=("name", "createdDate"),
)


class AppleService:
    """The handlers: each takes a request and gives (status, document)."""

    def __init__(self, book: AppleBook, usage: Usage) -> None:
        self._book = book
        self._usage = usage

    async def apps(self, request: Request) -> Any:
        """GET /v1/apps."""
        return 200, _listed(request, APPS, [shapes.app(self._book)])

    async def versions(self, request: Request) -> Any:
        """GET /v1/apps/{id}/appStoreVersions."""
        self._check_app(request.path_params["id"])
        book, include = self._book, _included(request)
        included: list[Json] = []
        if "build" in include:
            included += [shapes.build(book, upload) for upload in book.uploads]
        if "appStoreVersionPhasedRelease" in include and book.phased is not None:
            included.append(shapes.phased(book, book.phased))
        return 200, _listed(request, VERSIONS, [shapes.version(book, found) for found in book.versions], included)

    async def build_of_version(self, request: Request) -> Any:
        """GET /v1/appStoreVersions/{id}/build."""
        wanted = request.path_params["id"]
        found = next((version for version in self._book.versions if version.id == wanted), None)
        if found is None:
            raise not_found("appStoreVersions", wanted)
        upload = self._upload(found.build_id)
        return 200, shapes.one(shapes.build(self._book, upload), request.query_params, str(request.url))

    async def phased_of_version(self, request: Request) -> Any:
        """GET /v1/appStoreVersions/{id}/appStoreVersionPhasedRelease."""
        self._check_version(request.path_params["id"])
        if self._book.phased is None:
            raise not_found("appStoreVersionPhasedReleases", request.path_params["id"])
        return 200, shapes.one(shapes.phased(self._book, self._book.phased), request.query_params, str(request.url))

    async def create_phased(self, request: Request) -> Any:
        """POST /v1/appStoreVersionPhasedReleases."""
        data = await resource(request, _NEW_PHASED)
        self._check_version(related(data, "appStoreVersion"))
        created = self._book.create_phased(data["attributes"].get("phasedReleaseState"))
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
        query, book, include = request.query_params, self._book, _included(request)
        if "filter[app]" not in query:
            detail = "The parameter 'filter[app]' is required"
            raise AppleError(400, "PARAMETER_ERROR.REQUIRED", "A parameter is missing", detail, parameter="filter[app]")
        found = book.submissions if _asked(request, "app", book.APP) else []
        included: list[Json] = []
        if "items" in include:
            included += [item for submission in found for item in shapes.items(submission)]
        if "appStoreVersionForReview" in include:
            included += [shapes.version(book, version) for version in book.versions]
        listed = [shapes.submission(book, submission) for submission in found]
        return 200, _listed(request, SUBMISSIONS, listed, included)

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
        versions = self._book.versions if "appStoreVersion" in _included(request) else ()
        included = [shapes.version(self._book, version) for version in versions]
        return 200, _listed(request, ITEMS, shapes.items(found), included)

    async def add_item(self, request: Request) -> Any:
        """POST /v1/reviewSubmissionItems."""
        data = await resource(request, _NEW_ITEM)
        changed = self._book.add_item(related(data, "reviewSubmission"), related(data, "appStoreVersion"))
        return 201, shapes.one(shapes.items(changed)[-1], request.query_params, str(request.url))

    async def builds(self, request: Request) -> Any:
        """GET /v1/builds."""
        book, include = self._book, _included(request)
        of_app = _asked(request, "app", book.APP) and _asked(request, "preReleaseVersion.platform", "IOS")
        found = [
            upload
            for upload in book.uploads
            if of_app
            and _asked(request, "preReleaseVersion.version", upload.version)
            and (upload.inside or "filter[betaGroups]" not in request.query_params)
            and _asked(request, "betaGroups", book.GROUP_ID)
        ]
        included: list[Json] = []
        if "buildBetaDetail" in include:
            included += [shapes.beta_detail(book, upload) for upload in found]
        if "betaGroups" in include:
            included.append(shapes.group(book))
        return 200, _listed(request, BUILDS, [shapes.build(book, upload) for upload in found], included)

    async def beta_detail(self, request: Request) -> Any:
        """GET /v1/builds/{id}/buildBetaDetail."""
        detail = shapes.beta_detail(self._book, self._upload(request.path_params["id"]))
        return 200, shapes.one(detail, request.query_params, str(request.url))

    async def usages(self, request: Request) -> Any:
        """GET /v1/builds/{id}/metrics/betaBuildUsages: one point since the upload, none before the first session."""
        upload = self._upload(request.path_params["id"])
        sessions, crashes = self._usage() if upload.id == self._book.BUILD_ID else (0, 0)
        values = {
            "crashCount": crashes,
            "sessionCount": sessions,
            "installCount": self._book.start.testers,
            "inviteCount": self._book.start.testers,
            "feedbackCount": 0,
        }
        since, until = shapes.moment(upload.uploaded), shapes.moment(self._book.now())
        points = [{"start": since, "end": until, "values": values}] if sessions else []
        document = {"data": [{"dataPoints": points}], "links": {"self": str(request.url)}}
        return 200, {**document, "meta": {"paging": {"total": 1, "limit": 50}}}

    async def groups(self, request: Request) -> Any:
        """GET /v1/betaGroups."""
        found = [shapes.group(self._book)] if _asked(request, "app", self._book.APP) else []
        return 200, _listed(request, GROUPS, found)

    async def group_builds(self, request: Request) -> Any:
        """GET /v1/betaGroups/{id}/relationships/builds."""
        self._check_group(request)
        inside = [{"type": "builds", "id": upload.id} for upload in self._book.uploads if upload.inside]
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

    def _upload(self, build: str) -> Upload:
        found = next((upload for upload in self._book.uploads if upload.id == build), None)
        if found is None:
            raise not_found("builds", build)
        return found

    def _check_group(self, request: Request) -> None:
        if request.path_params["id"] != self._book.GROUP_ID:
            raise not_found("betaGroups", request.path_params["id"])


def _listed(request: Request, accepts: Accepts, resources: list[Json], included: list[Json] | None = None) -> Json:
    """The page of the list that the filters leave."""
    query = request.query_params
    return shapes.many(accepts.kept(resources, query), query, str(request.url), included or [])


def _included(request: Request) -> list[str]:
    return request.query_params.get("include", "").split(",")


def _asked(request: Request, name: str, value: str) -> bool:
    """Whether a filter, where there is one, asks for this value."""
    wanted = request.query_params.get(f"filter[{name}]")
    return wanted is None or value in wanted.split(",")
