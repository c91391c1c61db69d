"""A desk on the rehearsed App Store Connect: the service in this process, held to Apple's document."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import httpx
import jwt

from rollout_tui.rehearsal.changes import ChangeLog
from rollout_tui.rehearsal.exposure import ExposureLog
from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.stores.apple import AppleBook
from rollout_tui.rehearsal.stores.apple_api import make_app
from rollout_tui.rehearsal.stores.apple_start import AppStoreStart
from rollout_tui.rehearsal.stores.apple_token import AppleKey, make_key
from tests.rehearsal.stagehand import NOW, Turned, held_to

BASE = "https://api.appstoreconnect.apple.com"
PRIVATE, PUBLIC = make_key()
PHASED = "appStoreVersionPhasedReleases"


def claims(**changed: Any) -> dict[str, Any]:
    """Those of a good token; a change to None leaves one out."""
    now = time.time()
    whole = {"iss": "issuer-1", "iat": now - 60, "exp": now + 600, "aud": "appstoreconnect-v1", **changed}
    return {name: value for name, value in whole.items() if value is not None}


def token(key: str = PRIVATE, kid: str = "KEY1", algorithm: str = "ES256", **changed: Any) -> str:
    return jwt.encode(claims(**changed), key, algorithm=algorithm, headers={"kid": kid})


@dataclass
class Desk:
    """The service in this process, held to Apple's document, and its state machine."""

    book: AppleBook
    clock: Turned
    log: ChangeLog
    transport: Any
    http: httpx.AsyncClient

    def unchecked(self) -> httpx.AsyncClient:
        """A client whose requests may break the document, to see what the service says to them."""
        return httpx.AsyncClient(transport=self.transport.inner, base_url=BASE, headers=self.http.headers)

    async def get(self, path: str, **parameters: str) -> Any:
        answer = await self.http.get(path, params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def send(self, method: str, path: str, data: Any, status: int) -> Any:
        answer = await self.http.request(method, path, json={"data": data})
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def refused(self, method: str, path: str, data: Any, status: int, code: str, detail: str) -> None:
        (error,) = (await self.send(method, path, data, status))["errors"]
        assert (error["status"], error["code"]) == (str(status), code)
        assert detail in error["detail"]

    async def version(self) -> dict[str, Any]:
        """The new version, as a list of that number has it."""
        path = f"/v1/apps/{self.book.APP}/appStoreVersions"
        (found,) = (await self.get(path, **{"filter[versionString]": "4.2.0", "filter[platform]": "IOS"}))["data"]
        return dict(found)

    @property
    def phased_path(self) -> str:
        assert self.book.phased is not None
        return f"/v1/{PHASED}/{self.book.phased.id}"

    def phased(self, state: str) -> dict[str, Any]:
        assert self.book.phased is not None
        return {"type": PHASED, "id": self.book.phased.id, "attributes": {"phasedReleaseState": state}}

    def of_the_version(self, kind: str) -> dict[str, Any]:
        """A new resource that belongs to the version."""
        version = {"type": "appStoreVersions", "id": self.book.VERSION_ID}
        return {"type": kind, "relationships": {"appStoreVersion": {"data": version}}}

    def submission(self, submission_id: str, **attributes: bool) -> dict[str, Any]:
        return {"type": "reviewSubmissions", "id": submission_id, "attributes": attributes}

    def new_submission(self) -> dict[str, Any]:
        app = {"data": {"type": "apps", "id": self.book.APP}}
        return {"type": "reviewSubmissions", "attributes": {"platform": "IOS"}, "relationships": {"app": app}}

    def item(self, submission_id: str) -> dict[str, Any]:
        item = self.of_the_version("reviewSubmissionItems")
        item["relationships"]["reviewSubmission"] = {"data": {"type": "reviewSubmissions", "id": submission_id}}
        return item

    def builds(self) -> list[dict[str, str]]:
        return [{"type": "builds", "id": self.book.BUILD_ID}]


def open_desk(start: AppStoreStart) -> Desk:
    """The service as it stands at a start, for the key that signs `token()`."""
    clock, log = Turned(), ChangeLog()
    book = AppleBook(start, ExposureLog(), NOW, clock.now)
    app = make_app(book, AppleKey("KEY1", "issuer-1", PUBLIC), log, Faults(), lambda at: (1000, 3))
    transport = held_to("app_store", app)
    http = httpx.AsyncClient(transport=transport, base_url=BASE, headers={"Authorization": f"Bearer {token()}"})
    return Desk(book, clock, log, transport, http)
