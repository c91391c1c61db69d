"""A strict Google Play in memory: edits, tracks and the vendor's refusals, with every call written down."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

PACKAGE = "com.acme.connect"
ROOT = f"/androidpublisher/v3/applications/{PACKAGE}"

NOTES = [{"language": "en-GB", "text": "Faster connects · more ☂"}, {"language": "de-AT", "text": "Schneller"}]
COUNTRIES = {"countries": ["AT", "DE"], "includeRestOfWorld": False}


def release(status: str, *codes: str, fraction: float | None = None, name: str = "4.2.0") -> dict[str, Any]:
    """A release with everything that must survive a change."""
    made: dict[str, Any] = {
        "name": name,
        "versionCodes": list(codes),
        "status": status,
        "releaseNotes": copy.deepcopy(NOTES),
        "inAppUpdatePriority": 3,
    }
    if status == "inProgress":
        made["countryTargeting"] = copy.deepcopy(COUNTRIES)
    if fraction is not None:
        made["userFraction"] = fraction
    return made


@dataclass
class FakePlay:
    """`tracks` is what is live. `before` may answer a call, or change the world, just before it is handled."""

    tracks: dict[str, list[dict[str, Any]]]
    lifecycles: dict[str, str] = field(default_factory=dict)
    edits: dict[str, dict[str, list[dict[str, Any]]]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    before: Callable[[str], httpx.Response | None] | None = None
    lost: dict[str, int] = field(default_factory=dict)
    made: int = 0
    one_completed: bool = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        step = self._step(request)
        self.calls.append(step)
        if self.before is not None and (answer := self.before(step)) is not None:
            return answer
        return getattr(self, f"_{step}")(request)

    def open_edits(self) -> list[str]:
        """Edits that nobody committed or deleted."""
        return list(self.edits)

    def take_edits(self) -> None:
        """What a commit of somebody else, or a change in the console, does to every edit."""
        self.edits.clear()

    def writes(self) -> list[str]:
        """Calls that could make something live."""
        return [call for call in self.calls if call in ("update", "commit")]

    def _step(self, request: httpx.Request) -> str:
        path = request.url.path.removeprefix(ROOT)
        for pattern, method, name in _ROUTES:
            if request.method == method and re.fullmatch(pattern, path):
                return name
        raise AssertionError(f"no such call: {request.method} {path}")

    def _list(self, request: httpx.Request) -> httpx.Response:
        track = request.url.path.split("/")[-2]
        listed = [
            {
                "track": track,
                "releaseName": one["name"],
                "releaseLifecycleState": "RELEASE_LIFECYCLE_STATE_"
                + self.lifecycles.get(one["versionCodes"][0], "PUBLISHED"),
                "activeArtifacts": [{"versionCode": int(code)} for code in one["versionCodes"]],
            }
            for one in self.tracks.get(track, [])
        ]
        return httpx.Response(200, json={"releases": listed} if listed else {})

    def _insert(self, request: httpx.Request) -> httpx.Response:
        assert json.loads(request.content) == {}
        self.made += 1
        self.edits = {f"e{self.made}": copy.deepcopy(self.tracks)}
        return httpx.Response(200, json={"id": f"e{self.made}", "expiryTimeSeconds": "1795443771"})

    def _get(self, request: httpx.Request) -> httpx.Response:
        edit = self.edits.get(_edit_of(request))
        if edit is None:
            return deleted()
        track = request.url.path.split("/")[-1]
        if track not in edit:
            return refusal(404, f"Track not found: {track}", "NOT_FOUND")
        return httpx.Response(200, json={"track": track, "releases": edit[track]})

    def _update(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        self.bodies.append(body)
        edit = self.edits.get(_edit_of(request))
        if edit is None:
            return deleted()
        for one in body["releases"]:
            fraction = one.get("userFraction")
            if one["status"] in ("completed", "draft") and "userFraction" in one:
                return refusal(400, f"{one['status'].upper()} release must not have fraction")
            if one["status"] in ("inProgress", "halted") and (fraction is None or not 0 < fraction < 1):
                return refusal(400, "User fraction must be lower than one")
        if self.one_completed and sum(one["status"] == "completed" for one in body["releases"]) > 1:
            return refusal(400, "Only one completed release is allowed.")
        edit[body["track"]] = body["releases"]
        return httpx.Response(200, json=body)

    def _validate(self, request: httpx.Request) -> httpx.Response:
        if _edit_of(request) not in self.edits:
            return deleted()
        return httpx.Response(200, json={"id": _edit_of(request)})

    def _commit(self, request: httpx.Request) -> httpx.Response:
        self.queries.append(dict(request.url.params))
        edit = self.edits.pop(_edit_of(request), None)
        if edit is None:
            return deleted()
        self.tracks = edit
        self.edits.clear()
        if self.lost.pop("commit", 0):
            raise httpx.ReadTimeout("no answer", request=request)
        return httpx.Response(200, json={"id": _edit_of(request)})

    def _delete(self, request: httpx.Request) -> httpx.Response:
        return deleted() if self.edits.pop(_edit_of(request), None) is None else httpx.Response(200)


_ROUTES = (
    (r"/tracks/[^/]+/releases", "GET", "list"),
    (r"/edits", "POST", "insert"),
    (r"/edits/[^/]+/tracks/[^/]+", "GET", "get"),
    (r"/edits/[^/]+/tracks/[^/]+", "PUT", "update"),
    (r"/edits/[^/]+:validate", "POST", "validate"),
    (r"/edits/[^/]+:commit", "POST", "commit"),
    (r"/edits/[^/]+", "DELETE", "delete"),
)


def refusal(code: int, message: str, status: str = "INVALID_ARGUMENT", reason: str = "badRequest") -> httpx.Response:
    """Google's error shape."""
    error = {"message": message, "domain": "global", "reason": reason}
    return httpx.Response(
        code, json={"error": {"code": code, "message": message, "status": status, "errors": [error], "details": []}}
    )


def deleted() -> httpx.Response:
    """How Play says most often that an edit is gone."""
    return refusal(400, "This Edit has been deleted.", "FAILED_PRECONDITION", "failedPrecondition")


def _edit_of(request: httpx.Request) -> str:
    return request.url.path.removeprefix(f"{ROOT}/edits/").split("/")[0].split(":")[0]
