"""Checking what is sent to App Store Connect as Apple does: bodies, and how much is asked in an hour."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rollout_tui.rehearsal.stores.apple import AppleError
from rollout_tui.rehearsal.stores.http import json_body

if TYPE_CHECKING:
    from starlette.requests import Request

_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Body:
    """What a resource may carry: its type, attributes that can be set, relationships that must be there."""

    kind: str
    attributes: frozenset[str] = frozenset()
    relationships: frozenset[str] = frozenset()


async def resource(request: Request, body: Body) -> dict[str, Any]:
    """The body's resource. Raises AppleError for another type, unknown attributes and missing relationships."""
    document = await json_body(request)
    data = document.get("data") if isinstance(document, dict) else None
    if not isinstance(data, dict):
        raise malformed()
    if data.get("type") != body.kind:
        detail = f"The resource type '{data.get('type')}' is not '{body.kind}'"
        raise AppleError(409, "ENTITY_ERROR", "The entity is invalid", detail, "/data/type")
    if "id" in request.path_params and data.get("id") != request.path_params["id"]:
        detail = "The id of the resource is not that of the path"
        raise AppleError(409, "ENTITY_ERROR", "The entity is invalid", detail, "/data/id")
    attributes, relationships = data.setdefault("attributes", {}), data.setdefault("relationships", {})
    if not isinstance(attributes, dict) or not isinstance(relationships, dict):
        raise malformed()
    for name in attributes.keys() - body.attributes:
        detail = f"'{name}' is not an attribute on the resource '{body.kind}'"
        title = "The provided entity includes an unknown attribute"
        raise AppleError(409, "ENTITY_ERROR.ATTRIBUTE.UNKNOWN", title, detail, f"/data/attributes/{name}")
    for name in sorted(body.relationships - relationships.keys()):
        detail = f"You must provide a value for the relationship '{name}' with this request"
        title = "The provided entity is missing a required relationship"
        raise AppleError(409, "ENTITY_ERROR.RELATIONSHIP.REQUIRED", title, detail, f"/data/relationships/{name}")
    return data


def related(data: dict[str, Any], name: str) -> str:
    """The id behind a relationship; empty where it is none."""
    relationship = data["relationships"].get(name)
    reference = relationship.get("data") if isinstance(relationship, dict) else None
    return str(reference.get("id", "")) if isinstance(reference, dict) else ""


async def references(request: Request, kind: str) -> list[str]:
    """The ids of a relationship's list. Raises AppleError where it is none."""
    document = await json_body(request)
    found = document.get("data") if isinstance(document, dict) else None
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise malformed()
    if any(item.get("type") != kind for item in found):
        raise AppleError(409, "ENTITY_ERROR", "The entity is invalid", f"Expected resources of type '{kind}'")
    return [str(item.get("id", "")) for item in found]


def malformed() -> AppleError:
    """A body that is no JSON:API document."""
    return AppleError(400, "PARAMETER_ERROR.INVALID", "A parameter is invalid", "The body is malformed")


@dataclass(slots=True)
class HourlyLimit:
    """Requests of one key in a rolling hour of the rehearsal's time."""

    now: Callable[[], float]
    limit: int = 3600
    _taken: deque[float] = field(default_factory=deque)

    def take(self) -> bool:
        """Count a request; whether it may be answered."""
        now = self.now()
        while self._taken and self._taken[0] <= now - _HOUR:
            self._taken.popleft()
        if len(self._taken) >= self.limit:
            return False
        self._taken.append(now)
        return True

    def header(self) -> str:
        """`X-Rate-Limit`: what is allowed, and what is left."""
        return f"user-hour-lim:{self.limit};user-hour-rem:{self.limit - len(self._taken)};"


def too_many() -> AppleError:
    """The hour's requests are used up."""
    detail = "We've received too many requests for this API. Please wait and try again or slow down your request rate."
    return AppleError(429, "RATE_LIMIT_EXCEEDED", "The request rate limit has been reached.", detail)
