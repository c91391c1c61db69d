"""Checking what is sent to App Store Connect as Apple does: bodies, and how much is asked in an hour."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rollout_tui.rehearsal.stores.apple_errors import AppleError, wrong_type
from rollout_tui.rehearsal.stores.http import json_body

if TYPE_CHECKING:
    from starlette.requests import Request

_HOUR, _MINUTE = 3600.0, 60.0


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


def yes_or_no(data: dict[str, Any], name: str) -> bool | None:
    """An attribute that is true or false; None where it is left out or null."""
    value = data["attributes"].get(name)
    if value is not None and not isinstance(value, bool):
        raise wrong_type(name, value)
    return value


def text(data: dict[str, Any], name: str) -> str | None:
    """An attribute that is a text; None where it is left out or null."""
    value = data["attributes"].get(name)
    if value is not None and not isinstance(value, str):
        raise wrong_type(name, value)
    return value


def related(data: dict[str, Any], name: str) -> str:
    """The id behind a relationship; empty where it is none."""
    relationship = data["relationships"].get(name)
    reference = relationship.get("data") if isinstance(relationship, dict) else None
    return str(reference.get("id", "")) if isinstance(reference, dict) else ""


async def reference(request: Request, kind: str) -> str:
    """The id of a relationship of one. Raises AppleError where it is none."""
    document = await json_body(request)
    found = document.get("data") if isinstance(document, dict) else None
    if not isinstance(found, dict):
        raise malformed()
    if found.get("type") != kind:
        raise AppleError(409, "ENTITY_ERROR", "The entity is invalid", f"Expected a resource of type '{kind}'")
    return str(found.get("id", ""))


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


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another tool that uses the same key: a request every `every` seconds, as long as it leaves enough."""

    since: float
    until: float
    every: float
    leaves: int


@dataclass(slots=True)
class RateLimit:
    """Requests of one key: in a rolling hour, and in a short window that no header tells of (A20)."""

    now: Callable[[], float]
    hourly: int = 3600
    burst: int = 300
    """Requests in a rolling minute."""
    neighbour: Neighbour | None = None
    _taken: deque[float] = field(default_factory=deque)
    _recent: deque[float] = field(default_factory=deque)
    _told: int = 0
    """How often the neighbour has asked or thought better of it."""

    def take(self) -> bool:
        """Count a request; whether it may be answered."""
        now = self.now()
        self._neighbour_asks(now)
        _drop(self._taken, now - _HOUR)
        _drop(self._recent, now - _MINUTE)
        if len(self._taken) >= self.hourly or len(self._recent) >= self.burst:
            return False
        self._taken.append(now)
        self._recent.append(now)
        return True

    def header(self) -> str:
        """`X-Rate-Limit`: what is allowed in the hour, and what is left."""
        return f"user-hour-lim:{self.hourly};user-hour-rem:{max(0, self.hourly - len(self._taken))};"

    def _neighbour_asks(self, now: float) -> None:
        if self.neighbour is None:
            return
        other = self.neighbour
        while (at := other.since + self._told * other.every) <= min(now, other.until):
            self._told += 1
            _drop(self._taken, at - _HOUR)
            if self.hourly - len(self._taken) > other.leaves:
                self._taken.append(at)


def _drop(taken: deque[float], before: float) -> None:
    while taken and taken[0] <= before:
        taken.popleft()


def too_many() -> AppleError:
    """The hour's requests, or those of the short window, are used up."""
    detail = "We've received too many requests for this API. Please wait and try again or slow down your request rate."
    return AppleError(429, "RATE_LIMIT_EXCEEDED", "The request rate limit has been reached.", detail)
