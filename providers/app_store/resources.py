"""JSON:API documents, read leniently: unknown fields are ignored, unknown values kept as the store wrote them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from providers.moments import iso_moment
from rollout_tui.domain.words import plain_text


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource with its attributes and the ids that it refers to."""

    type: str
    id: str
    attributes: Mapping[str, Any]
    relationships: Mapping[str, Any]

    def text(self, name: str) -> str:
        """A text attribute, cleaned; empty where it is missing."""
        value = self.attributes.get(name)
        return plain_text(value, 120) if isinstance(value, str) else ""

    def whole(self, name: str) -> int | None:
        """A whole number, None where it is missing or no number."""
        value = self.attributes.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def yes(self, name: str) -> bool:
        """A yes or no; no where it is missing."""
        return self.attributes.get(name) is True

    def time(self, name: str) -> float | None:
        """A date with time as epoch seconds UTC, None where it is missing or cannot be read."""
        return iso_moment(self.attributes.get(name))

    def refers(self, name: str) -> tuple[str, ...] | None:
        """Ids under a relationship, None where the answer does not say."""
        relationship = self.relationships.get(name)
        if not isinstance(relationship, dict) or "data" not in relationship:
            return None
        data = relationship["data"]
        listed = data if isinstance(data, list) else [data]
        return tuple(str(item["id"]) for item in listed if isinstance(item, dict) and "id" in item)


@dataclass(frozen=True, slots=True)
class Document:
    """An answer: its resources, what came along, and how many there are in all."""

    data: tuple[Resource, ...]
    included: tuple[Resource, ...]
    total: int | None
    next: str | None

    def one_of(self, kind: str, ids: tuple[str, ...] | None) -> Resource | None:
        """The included resource of that type and one of these ids; any id where the answer does not say which."""
        for resource in self.included:
            if resource.type == kind and (ids is None or resource.id in ids):
                return resource
        return None


def document(body: object) -> Document:
    """Read an answer; a body that is none gives an empty document."""
    whole = body if isinstance(body, dict) else {}
    data = whole.get("data")
    listed = data if isinstance(data, list) else [data]
    paging = _mapping(_mapping(whole.get("meta")).get("paging"))
    total = paging.get("total")
    following = _mapping(whole.get("links")).get("next")
    return Document(
        data=tuple(_resources(listed)),
        included=tuple(_resources(whole.get("included"))),
        total=total if isinstance(total, int) and not isinstance(total, bool) else None,
        next=following if isinstance(following, str) and following else None,
    )


def _resources(listed: object) -> list[Resource]:
    found = []
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, dict) and "id" in item and "type" in item:
            attributes, relationships = _mapping(item.get("attributes")), _mapping(item.get("relationships"))
            found.append(Resource(str(item["type"]), str(item["id"]), attributes, relationships))
    return found


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
