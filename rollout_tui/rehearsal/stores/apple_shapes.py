"""App Store Connect's resources as JSON:API documents, with `fields` and `include` as they were asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

from rollout_tui.rehearsal.stores.apple import DAY, AppleBook, PhasedRelease, ReviewSubmission, Upload, Version
from rollout_tui.rehearsal.stores.apple_queries import Json, page

BUILD_LIFE = 90 * DAY
"""Seconds that TestFlight keeps a build (A15)."""


def app(book: AppleBook) -> Json:
    """The app."""
    return _resource("apps", book.APP, {"name": "Acme Connect", "bundleId": book.bundle, "sku": "ACME"})


def version(book: AppleBook, found: Version) -> Json:
    """An iOS version."""
    relationships: Json = {"build": {"data": _ref("builds", found.build_id)}}
    if book.phased is not None and found.id == book.VERSION_ID:
        relationships["appStoreVersionPhasedRelease"] = {"data": _ref("appStoreVersionPhasedReleases", book.phased.id)}
    attributes = {
        "platform": "IOS",
        "versionString": found.number,
        "appStoreState": _OLDER.get(found.state, found.state),
        "appVersionState": found.state,
        "releaseType": "MANUAL",
        "createdDate": moment(found.created),
    }
    return _resource("appStoreVersions", found.id, attributes, relationships)


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


def build(book: AppleBook, found: Upload) -> Json:
    """An uploaded build."""
    expires = found.uploaded + BUILD_LIFE
    attributes = {
        "version": found.number,
        "uploadedDate": moment(found.uploaded),
        "expirationDate": moment(expires),
        "expired": book.now() > expires,
        "processingState": "VALID",
    }
    relationships = {
        "buildBetaDetail": {"data": _ref("buildBetaDetails", found.id)},
        "betaGroups": {"data": [_ref("betaGroups", book.GROUP_ID)] if found.inside else []},
    }
    return _resource("builds", found.id, attributes, relationships)


def beta_detail(book: AppleBook, found: Upload) -> Json:
    """What TestFlight says of a build."""
    state = "IN_BETA_TESTING" if found.inside else "READY_FOR_BETA_TESTING"
    if book.now() > found.uploaded + BUILD_LIFE:
        state = "EXPIRED"
    attributes = {"autoNotifyEnabled": True, "internalBuildState": state, "externalBuildState": state}
    return _resource("buildBetaDetails", found.id, attributes)


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
    if book.VERSION_ID in found.items:
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
    return _with(document, [resource], included, query)


def many(resources: list[Json], query: Mapping[str, str], url: str, included: Iterable[Json] = ()) -> Json:
    """A document with one page of a list."""
    found = page(resources, query)
    paging: Json = {"total": found.total, "limit": found.limit}
    links = {"self": url}
    if found.following is not None:
        paging["nextCursor"] = found.following
        links["next"] = _with_cursor(url, found.following)
    document: Json = {
        "data": [_only(resource, query) for resource in found.part],
        "links": links,
        "meta": {"paging": paging},
    }
    return _with(document, found.part, included, query)


def moment(at: float) -> str:
    """Apple's date with time."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


_OLDER = {
    "READY_FOR_DISTRIBUTION": "READY_FOR_SALE",
    "PROCESSING_FOR_DISTRIBUTION": "PROCESSING_FOR_APP_STORE",
}


def _with_cursor(url: str, cursor: str) -> str:
    parts = urlsplit(url)
    asked = [(name, value) for name, value in parse_qsl(parts.query) if name != "cursor"]
    return parts._replace(query=urlencode([*asked, ("cursor", cursor)])).geturl()


def _with(document: Json, answered: list[Json], offered: Iterable[Json], query: Mapping[str, str]) -> Json:
    """The document with what is linked from the resources of this answer, and no more."""
    included: list[Json] = []
    linked = _links(answered)
    for resource in offered:
        if (resource["type"], resource["id"]) in linked and resource not in included:
            included.append(resource)
            linked |= _links([resource])
    return {**document, "included": [_only(one, query) for one in included]} if included else document


def _links(resources: list[Json]) -> set[tuple[str, str]]:
    """Type and id of everything that resources refer to."""
    relations = [one["data"] for resource in resources for one in resource.get("relationships", {}).values()]
    listed = [ref for data in relations for ref in (data if isinstance(data, list) else [data])]
    return {(ref["type"], ref["id"]) for ref in listed}


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
