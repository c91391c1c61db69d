"""JSON:API documents: one resource or a page of them, with `fields` and `include` as they were asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

from rollout_tui.rehearsal.stores.apple_queries import Json, page


def one(resource: Json, query: Mapping[str, str], url: str, included: Iterable[Json] = ()) -> Json:
    """A document with one resource."""
    document: Json = {"data": _only(resource, query, url), "links": {"self": url}}
    return _with(document, [resource], included, query, url)


def many(resources: list[Json], query: Mapping[str, str], url: str, included: Iterable[Json] = ()) -> Json:
    """A document with one page of a list."""
    found = page(resources, query)
    paging: Json = {"total": found.total, "limit": found.limit}
    links = {"self": url}
    if found.following is not None:
        paging["nextCursor"] = found.following
        links["next"] = _with_cursor(url, found.following)
    document: Json = {
        "data": [_only(resource, query, url) for resource in found.part],
        "links": links,
        "meta": {"paging": paging},
    }
    return _with(document, found.part, included, query, url)


def moment(at: float) -> str:
    """Apple's date with time."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def _with_cursor(url: str, cursor: str) -> str:
    parts = urlsplit(url)
    asked = [(name, value) for name, value in parse_qsl(parts.query) if name != "cursor"]
    return parts._replace(query=urlencode([*asked, ("cursor", cursor)])).geturl()


def _with(document: Json, answered: list[Json], offered: Iterable[Json], query: Mapping[str, str], url: str) -> Json:
    """The document with what is linked from the resources of this answer, and no more."""
    included: list[Json] = []
    linked = _links(answered)
    for resource in offered:
        if (resource["type"], resource["id"]) in linked and resource not in included:
            included.append(resource)
            linked |= _links([resource])
    return {**document, "included": [_only(one, query, url) for one in included]} if included else document


def _links(resources: list[Json]) -> set[tuple[str, str]]:
    """Type and id of everything that resources refer to."""
    relations = [one["data"] for resource in resources for one in resource.get("relationships", {}).values()]
    listed = [ref for data in relations for ref in (data if isinstance(data, list) else [data])]
    return {(ref["type"], ref["id"]) for ref in listed}


def _only(resource: Json, query: Mapping[str, str], url: str) -> Json:
    """The resource with its own address and the fields that were asked for; all of them where none were."""
    wanted = query.get(f"fields[{resource['type']}]")
    if "attributes" not in resource:  # a bare reference
        return resource
    server = urlsplit(url)
    links = {"self": f"{server.scheme}://{server.netloc}/v1/{resource['type']}/{resource['id']}"}
    if wanted is None:
        return {**resource, "links": links}
    names = wanted.split(",")
    kept: Json = {"type": resource["type"], "id": resource["id"], "links": links}
    for part in ("attributes", "relationships"):
        found = {key: value for key, value in resource.get(part, {}).items() if key in names}
        if found:
            kept[part] = found
    return kept


def resource_of(kind: str, resource_id: str, attributes: Json, relationships: Json | None = None) -> Json:
    """A resource; what has no value is left out, since Apple's document knows no null there."""
    said = {name: value for name, value in attributes.items() if value is not None}
    resource: Json = {"type": kind, "id": resource_id, "attributes": said}
    if relationships:
        resource["relationships"] = relationships
    return resource


def ref(kind: str, resource_id: str) -> Json:
    """A reference to a resource."""
    return {"type": kind, "id": resource_id}
