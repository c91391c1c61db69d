"""App, versions, release and phased release: what App Store Connect does with these calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rollout_tui.rehearsal.stores import apple_shapes as shapes
from rollout_tui.rehearsal.stores.apple import AppleBook, Version
from rollout_tui.rehearsal.stores.apple_answers import Call, included_in, listed, single
from rollout_tui.rehearsal.stores.apple_errors import not_found
from rollout_tui.rehearsal.stores.apple_queries import Accepts, Json
from rollout_tui.rehearsal.stores.apple_requests import Body, reference, related, resource, text

if TYPE_CHECKING:
    from starlette.requests import Request

_OF_VERSION = frozenset({"appStoreVersion"})
_STATE = frozenset({"phasedReleaseState"})
_NEW_PHASED = Body("appStoreVersionPhasedReleases", _STATE, _OF_VERSION)
_CHANGED_PHASED = Body("appStoreVersionPhasedReleases", _STATE)
_RELEASE = Body("appStoreVersionReleaseRequests", relationships=_OF_VERSION)
_VERSION_ATTRIBUTES = frozenset({"versionString", "releaseType", "earliestReleaseDate", "copyright"})
_NEW_VERSION = Body("appStoreVersions", _VERSION_ATTRIBUTES | {"platform"}, frozenset({"app"}))
_CHANGED_VERSION = Body("appStoreVersions", _VERSION_ATTRIBUTES)

_APPS = Accepts(
    kinds=("apps",),
    filters={"bundleId": "bundleId", "name": "name", "sku": "sku"},
    sorts=("name", "bundleId", "sku"),
)
_VERSION_KINDS = ("appStoreVersions", "apps", "builds", "appStoreVersionPhasedReleases")
_VERSION_INCLUDES = ("app", "build", "appStoreVersionPhasedRelease")
_VERSIONS = Accepts(
    kinds=_VERSION_KINDS,
    filters={
        "id": None,
        "platform": "platform",
        "versionString": "versionString",
        "appStoreState": "appStoreState",
        "appVersionState": "appVersionState",
    },
    includes=_VERSION_INCLUDES,
)
_VERSION = Accepts(kinds=_VERSION_KINDS, includes=_VERSION_INCLUDES, listed=False)
CALLS = (
    Call("GET", "/v1/apps", "apps", _APPS),
    Call("GET", "/v1/apps/{id}", "app", Accepts(kinds=("apps",), listed=False)),
    Call("GET", "/v1/apps/{id}/appStoreVersions", "versions", _VERSIONS),
    Call("POST", "/v1/appStoreVersions", "create_version"),
    Call("GET", "/v1/appStoreVersions/{id}", "version", _VERSION),
    Call("PATCH", "/v1/appStoreVersions/{id}", "change_version"),
    Call("GET", "/v1/appStoreVersions/{id}/build", "build", Accepts(kinds=("builds",), listed=False)),
    Call("GET", "/v1/appStoreVersions/{id}/relationships/build", "build_reference"),
    Call("PATCH", "/v1/appStoreVersions/{id}/relationships/build", "attach_build"),
    Call(
        "GET",
        "/v1/appStoreVersions/{id}/appStoreVersionPhasedRelease",
        "phased",
        Accepts(kinds=("appStoreVersionPhasedReleases",), listed=False),
    ),
    Call("POST", "/v1/appStoreVersionPhasedReleases", "create_phased"),
    Call("PATCH", "/v1/appStoreVersionPhasedReleases/{id}", "change_phased"),
    Call("DELETE", "/v1/appStoreVersionPhasedReleases/{id}", "delete_phased"),
    Call("POST", "/v1/appStoreVersionReleaseRequests", "release"),
)


class ReleaseService:
    """The handlers: each takes a request and gives (status, document)."""

    def __init__(self, book: AppleBook) -> None:
        self._book = book

    async def apps(self, request: Request) -> Any:
        """GET /v1/apps."""
        return listed(request, _APPS, [shapes.app(self._book)])

    async def app(self, request: Request) -> Any:
        """GET /v1/apps/{id}."""
        check_app(self._book, request.path_params["id"])
        return single(request, shapes.app(self._book))

    async def versions(self, request: Request) -> Any:
        """GET /v1/apps/{id}/appStoreVersions."""
        check_app(self._book, request.path_params["id"])
        wanted = request.query_params.get("filter[id]")
        found = [one for one in self._book.versions if wanted is None or one.id in wanted.split(",")]
        return listed(request, _VERSIONS, [shapes.version(self._book, one) for one in found], self._beside(request))

    async def version(self, request: Request) -> Any:
        """GET /v1/appStoreVersions/{id}."""
        found = self._book.version(request.path_params["id"])
        return single(request, shapes.version(self._book, found), self._beside(request))

    async def create_version(self, request: Request) -> Any:
        """POST /v1/appStoreVersions."""
        data = await resource(request, _NEW_VERSION)
        check_app(self._book, related(data, "app"))
        made = self._book.create_version(text(data, "platform") or "IOS", text(data, "versionString") or "")
        return single(request, shapes.version(self._book, made), status=201)

    async def change_version(self, request: Request) -> Any:
        """PATCH /v1/appStoreVersions/{id}."""
        data = await resource(request, _CHANGED_VERSION)
        wanted = request.path_params["id"]
        self._book.change_version(wanted, text(data, "versionString"), text(data, "releaseType"))
        return single(request, shapes.version(self._book, self._book.version(wanted)))

    async def build(self, request: Request) -> Any:
        """GET /v1/appStoreVersions/{id}/build."""
        upload = self._book.testing.upload(self._build_of(self._book.version(request.path_params["id"])))
        return single(request, shapes.build(self._book, upload))

    async def build_reference(self, request: Request) -> Any:
        """GET /v1/appStoreVersions/{id}/relationships/build."""
        build = self._build_of(self._book.version(request.path_params["id"]))
        return 200, {"data": {"type": "builds", "id": build}, "links": {"self": str(request.url)}}

    async def attach_build(self, request: Request) -> Any:
        """PATCH /v1/appStoreVersions/{id}/relationships/build."""
        self._book.attach_build(request.path_params["id"], await reference(request, "builds"))
        return 204, None

    async def phased(self, request: Request) -> Any:
        """GET /v1/appStoreVersions/{id}/appStoreVersionPhasedRelease."""
        found, release = self._book.version(request.path_params["id"]), self._book.phased
        if release is None or found.id != self._book.VERSION_ID:
            raise not_found("appStoreVersionPhasedReleases", found.id)
        return single(request, shapes.phased(self._book, release))

    async def create_phased(self, request: Request) -> Any:
        """POST /v1/appStoreVersionPhasedReleases."""
        data = await resource(request, _NEW_PHASED)
        self._check_ours(related(data, "appStoreVersion"))
        created = self._book.create_phased(text(data, "phasedReleaseState"))
        return single(request, shapes.phased(self._book, created), status=201)

    async def change_phased(self, request: Request) -> Any:
        """PATCH /v1/appStoreVersionPhasedReleases/{id}."""
        data = await resource(request, _CHANGED_PHASED)
        changed = self._book.set_phased(request.path_params["id"], text(data, "phasedReleaseState") or "")
        return single(request, shapes.phased(self._book, changed))

    async def delete_phased(self, request: Request) -> Any:
        """DELETE /v1/appStoreVersionPhasedReleases/{id}."""
        self._book.delete_phased(request.path_params["id"])
        return 204, None

    async def release(self, request: Request) -> Any:
        """POST /v1/appStoreVersionReleaseRequests."""
        self._check_ours(related(await resource(request, _RELEASE), "appStoreVersion"))
        document = {"type": "appStoreVersionReleaseRequests", "id": self._book.release()}
        return 201, {"data": document, "links": {"self": str(request.url)}}

    def _beside(self, request: Request) -> list[Json]:
        book, include = self._book, included_in(request)
        found: list[Json] = [shapes.app(book)] if "app" in include else []
        if "build" in include:
            found += [shapes.build(book, upload) for upload in book.uploads]
        if "appStoreVersionPhasedRelease" in include and book.phased is not None:
            found.append(shapes.phased(book, book.phased))
        return found

    def _check_ours(self, version: str) -> None:
        if version != self._book.VERSION_ID:
            raise not_found("appStoreVersions", version)

    @staticmethod
    def _build_of(version: Version) -> str:
        if version.build_id is None:
            raise not_found("builds", version.id)
        return version.build_id


def check_app(book: AppleBook, app: str) -> None:
    """Raises AppleError 404 for another app."""
    if app != book.APP:
        raise not_found("apps", app)
