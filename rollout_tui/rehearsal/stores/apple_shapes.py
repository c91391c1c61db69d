"""App Store Connect's resources as JSON:API documents, with `fields` and `include` as they were asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from rollout_tui.rehearsal.stores.apple import DAY, AppleBook, PhasedRelease, ReviewSubmission

Json = dict[str, Any]
_BUILD_LIFE = 90 * DAY


def app(book: AppleBook) -> Json:
    """The app."""
    return _resource("apps", book.APP, {"name": "Acme Connect", "bundleId": book.bundle, "sku": "ACME"})


def version(book: AppleBook) -> Json:
    """The new iOS version."""
    relationships: Json = {"build": {"data": _ref("builds", book.BUILD_ID)}}
    if book.phased is not None:
        relationships["appStoreVersionPhasedRelease"] = {"data": _ref("appStoreVersionPhasedReleases", book.phased.id)}
    attributes = {
        "platform": "IOS",
        "versionString": book.version,
        "appStoreState": _OLDER.get(book.version_state, book.version_state),
        "appVersionState": book.version_state,
        "releaseType": "MANUAL",
        "createdDate": moment(book.origin - 6 * DAY),
    }
    return _resource("appStoreVersions", book.VERSION_ID, attributes, relationships)


def phased(book: AppleBook, release: PhasedRelease) -> Json:
    """The phased release."""
    now = book.now()
    attributes = {
        "phasedReleaseState": release.state,
        "startDate": None if release.started is None else moment(release.started),
        "totalPauseDuration": release.pause_days(now),
        "currentDayNumber": release.day(now),
    }
    return _resource("appStoreVersionPhasedReleases", release.id, attributes)


def build(book: AppleBook) -> Json:
    """The new build."""
    uploaded = book.origin - 4 * DAY
    attributes = {
        "version": book.start.build,
        "uploadedDate": moment(uploaded),
        "expirationDate": moment(uploaded + _BUILD_LIFE),
        "expired": book.now() > uploaded + _BUILD_LIFE,
        "processingState": "VALID",
    }
    groups = [_ref("betaGroups", book.GROUP_ID)] if book.in_group else []
    relationships = {
        "buildBetaDetail": {"data": _ref("buildBetaDetails", book.BUILD_ID)},
        "betaGroups": {"data": groups},
    }
    return _resource("builds", book.BUILD_ID, attributes, relationships)


def beta_detail(book: AppleBook) -> Json:
    """What TestFlight says of the build."""
    state = "IN_BETA_TESTING" if book.in_group else "READY_FOR_BETA_TESTING"
    attributes = {"autoNotifyEnabled": True, "internalBuildState": state, "externalBuildState": state}
    return _resource("buildBetaDetails", book.BUILD_ID, attributes)


def group(book: AppleBook) -> Json:
    """The testers' group."""
    attributes = {
        "name": book.start.group,
        "isInternalGroup": True,
        "hasAccessToAllBuilds": False,
        "createdDate": moment(book.origin - 300 * DAY),
    }
    return _resource("betaGroups", book.GROUP_ID, attributes)


def submission(book: AppleBook, found: ReviewSubmission) -> Json:
    """A review submission."""
    items = [_ref("reviewSubmissionItems", f"{found.id}-{n}") for n, _ in enumerate(found.items)]
    attributes = {
        "platform": "IOS",
        "submittedDate": None if found.submitted is None else moment(found.submitted),
        "state": found.state,
    }
    relationships: Json = {"items": {"data": items}}
    if found.items:
        relationships["appStoreVersionForReview"] = {"data": _ref("appStoreVersions", book.VERSION_ID)}
    return _resource("reviewSubmissions", found.id, attributes, relationships)


def items(found: ReviewSubmission) -> list[Json]:
    """A submission's items."""
    state = {"COMPLETE": "APPROVED"}.get(found.state, "READY_FOR_REVIEW")
    if found.canceled is not None:
        state = "REMOVED"
    return [
        _resource(
            "reviewSubmissionItems",
            f"{found.id}-{n}",
            {"state": state},
            {"appStoreVersion": {"data": _ref("appStoreVersions", version_id)}},
        )
        for n, version_id in enumerate(found.items)
    ]


def one(resource: Json, query: Mapping[str, str], url: str, included: Iterable[Json] = ()) -> Json:
    """A document with one resource."""
    document: Json = {"data": _only(resource, query), "links": {"self": url}}
    return _with(document, included, query)


def many(
    resources: list[Json], query: Mapping[str, str], url: str, included: Iterable[Json] = (), total: int | None = None
) -> Json:
    """A document with a list."""
    limit = int(query.get("limit", "50"))
    document: Json = {
        "data": [_only(resource, query) for resource in resources[:limit]],
        "links": {"self": url},
        "meta": {"paging": {"total": len(resources) if total is None else total, "limit": limit}},
    }
    return _with(document, included, query)


def moment(at: float) -> str:
    """Apple's date with time."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


_OLDER = {
    "READY_FOR_DISTRIBUTION": "READY_FOR_SALE",
    "PROCESSING_FOR_DISTRIBUTION": "PROCESSING_FOR_APP_STORE",
}


def _with(document: Json, included: Iterable[Json], query: Mapping[str, str]) -> Json:
    listed = [_only(resource, query) for resource in included]
    return {**document, "included": listed} if listed else document


def _only(resource: Json, query: Mapping[str, str]) -> Json:
    """The resource with the fields that were asked for; all of them where none were."""
    wanted = query.get(f"fields[{resource['type']}]")
    if wanted is None:
        return resource
    names = wanted.split(",")
    kept = {key: value for key, value in resource.items() if key in ("type", "id", "links")}
    for part in ("attributes", "relationships"):
        found = {key: value for key, value in resource.get(part, {}).items() if key in names}
        if found:
            kept[part] = found
    return kept


def _resource(kind: str, resource_id: str, attributes: Json, relationships: Json | None = None) -> Json:
    """A resource; what has no value is left out, since Apple's document knows no null there."""
    said = {name: value for name, value in attributes.items() if value is not None}
    resource: Json = {"type": kind, "id": resource_id, "attributes": said}
    if relationships:
        resource["relationships"] = relationships
    return resource


def _ref(kind: str, resource_id: str) -> Json:
    return {"type": kind, "id": resource_id}
