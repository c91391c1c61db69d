"""A desk on the rehearsed Google Play: the service in this process, held to Google's document."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx

from rollout_tui.rehearsal.changes import ChangeLog
from rollout_tui.rehearsal.exposure import ExposureLog
from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.scenarios import PACKAGE, PlayStart
from rollout_tui.rehearsal.stores.play import PlayBook
from rollout_tui.rehearsal.stores.play_api import make_app
from tests.rehearsal.stagehand import HOUR, NOW, Turned, held_to

BASE = "https://androidpublisher.googleapis.com"
ROOT = f"/androidpublisher/v3/applications/{PACKAGE}"
CODE = "4201"


@dataclass
class Desk:
    """The service in this process, held to Google's document; its state machine; two people who sign in."""

    book: PlayBook
    clock: Turned
    log: ChangeLog
    transport: Any
    http: httpx.AsyncClient

    async def call(self, method: str, path: str, status: int = 200, token: str = "ours", **more: Any) -> Any:
        """A call within the document; its answer."""
        headers = {"Authorization": f"Bearer {token}"}
        answer = await self.http.request(method, ROOT + path, headers=headers, **more)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def insert(self, token: str = "ours") -> str:
        edit: dict[str, str] = await self.call("POST", "/edits", json={}, token=token)
        return edit["id"]

    async def production(self, edit: str) -> dict[str, Any]:
        track: dict[str, Any] = await self.call("GET", f"/edits/{edit}/tracks/production")
        return track

    def unchecked(self) -> httpx.AsyncClient:
        """A client whose requests may break the document, and which reaches the control routes."""
        headers = {"Authorization": "Bearer ours"}
        return httpx.AsyncClient(transport=self.transport.inner, base_url=BASE, headers=headers)

    async def put(self, edit: str, track: Any, name: str = "production") -> httpx.Response:
        """An update that may break the document; the answer is held to it."""
        path = f"{ROOT}/edits/{edit}/tracks/{name}"
        async with self.unchecked() as http:
            answer = await http.put(path, json=track)
        contract = self.transport.contract
        good = httpx.Request("PUT", BASE + path, json={"track": name, "releases": []})
        contract.check_response(contract.check_request(good), answer)
        return answer

    async def in_the_console(self, **change: Any) -> Any:
        """Somebody does something in the Play Console; how Play stands then."""
        async with self.unchecked() as http:
            answer = await http.post("/_rehearsal/console", json=change)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def write(self, **changes: Any) -> Any:
        """A whole cycle that changes our release; a change to None takes the key out."""
        edit = await self.insert()
        track = changed(await self.production(edit), **changes)
        await self.call("PUT", f"/edits/{edit}/tracks/production", json=track)
        await self.call("POST", f"/edits/{edit}:validate")
        parameters = {"changesInReviewBehavior": "ERROR_IF_IN_REVIEW"}
        return await self.call("POST", f"/edits/{edit}:commit", params=parameters)

    def served(self) -> Decimal:
        """The share of users that is offered our build from now on."""
        return self.book.exposure.share_at(CODE, self.clock.time)


def changed(track: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The track with our release changed."""
    after = copy.deepcopy(track)
    ours = next(release for release in after["releases"] if CODE in release["versionCodes"])
    ours.update(changes)
    for name in [name for name, value in changes.items() if value is None]:
        del ours[name]
    return after


def error_of(answer: httpx.Response) -> tuple[int, str, str, str]:
    """Code, status, message and reason of Google's error shape, which must be whole."""
    error = answer.json()["error"]
    assert error["code"] == answer.status_code
    assert error["errors"][0]["message"] == error["message"]
    assert error["errors"][0]["domain"] == "global"
    return error["code"], error["status"], error["message"], error["errors"][0]["reason"]


def half_released() -> Desk:
    """Our build is at half of the users."""
    clock, log = Turned(), ChangeLog()
    exposure = ExposureLog()
    exposure.set(NOW - HOUR, CODE, Decimal("0.5"))
    book = PlayBook(PlayStart(), exposure, clock.now)
    app = make_app(book, {"ours": "rollout-tui", "ci": "ci"}, log, Faults())
    transport = held_to("google_play", app)
    return Desk(book, clock, log, transport, httpx.AsyncClient(transport=transport, base_url=BASE))
