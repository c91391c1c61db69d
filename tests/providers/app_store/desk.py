"""What the tests of the App Store share: a plan, a clock to turn, a store on the rehearsal's App Store Connect."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from providers.app_store.options import AppStoreOptions
from providers.app_store.store import AppStore
from rollout_tui.domain.actions import ActionKind, Change, Intent
from rollout_tui.domain.plan import Phase, RolloutPlan
from rollout_tui.domain.releases import PhaseKind, Platform, ReleaseState
from rollout_tui.ports import ProviderContext
from rollout_tui.rehearsal.changes import ChangeLog
from rollout_tui.rehearsal.exposure import ExposureLog
from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.stores.apple import AppleBook
from rollout_tui.rehearsal.stores.apple_api import make_app
from rollout_tui.rehearsal.stores.apple_start import AppStoreStart
from rollout_tui.rehearsal.stores.apple_token import AppleKey, make_key

NOW = 1_795_443_771.0
HOUR = 3600.0
DAY = 24 * HOUR
BASE = "https://api.appstoreconnect.apple.com"
PRIVATE, PUBLIC = make_key()

TESTFLIGHT = Phase("testflight", "TestFlight", PhaseKind.TESTERS, (), testers=100, group="QA")
REVIEW = Phase("review", "App Review", PhaseKind.REVIEW, ())
PHASED = Phase("phased", "App Store phased", PhaseKind.PHASED, ())
IOS = RolloutPlan(Platform.IOS, "iOS", "4.2.0", "87", (TESTFLIGHT, REVIEW, PHASED), (), "app_store", (), None)


@dataclass
class TurnedClock:
    """Goes on only when it is turned."""

    time: float = NOW

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds


@dataclass
class Wire(httpx.AsyncBaseTransport):
    """Writes every call down; `before` may answer it in Apple's place, `after` may touch what Apple answered."""

    inner: httpx.AsyncBaseTransport
    before: Callable[[httpx.Request], httpx.Response | None] | None = None
    after: Callable[[httpx.Request, dict[str, Any]], None] | None = None
    requests: list[httpx.Request] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.before is not None and (answer := self.before(request)) is not None:
            return answer
        response = await self.inner.handle_async_request(request)
        if self.after is None or not (body := await response.aread()):
            return response
        document = json.loads(body)
        self.after(request, document)
        return httpx.Response(response.status_code, json=document, headers={"x-rate-limit": ""})

    @property
    def changes(self) -> list[tuple[str, str, Any]]:
        """What was sent to change something: method, path without ids, body's data."""
        return [
            (request.method, request.url.path, json.loads(request.content)["data"])
            for request in self.requests
            if request.method != "GET"
        ]


@dataclass
class Desk:
    """A store on the rehearsal's service."""

    book: AppleBook
    wire: Wire
    store: AppStore
    http: httpx.AsyncClient
    clock: TurnedClock
    rollout: RolloutPlan = IOS

    async def see(self) -> ReleaseState:
        return await self.store.read(self.rollout, share=True)

    def plan(self, kind: ActionKind, seen: ReleaseState | None, phase: Phase = REVIEW) -> Change:
        return self.store.plan(self.rollout, Intent(kind, phase), seen)

    async def act(self, kind: ActionKind, phase: Phase = REVIEW) -> Change:
        """Look, plan, perform; the calls written down are those of the action alone."""
        seen = await self.see()
        change = self.plan(kind, seen, phase)
        self.wire.requests.clear()
        await self.store.perform(self.rollout, change, seen)
        return change


def open_desk(stage: str, rollout: RolloutPlan = IOS, since: float = -52.0) -> Desk:
    """A desk in a stage of the release; every request is held to Apple's document."""
    clock = TurnedClock()
    book = AppleBook(AppStoreStart(stage=stage, since=since, lag=0.0), ExposureLog(), NOW, clock.now)
    key = AppleKey("KEY1", "issuer-1", PUBLIC)
    app = make_app(book, key, ChangeLog(), Faults(), lambda at: (1000, 3))
    wire = Wire(_held_to_the_document(httpx.ASGITransport(app)))
    http = httpx.AsyncClient(transport=wire)
    options = AppStoreOptions(
        bundle_id="com.acme.connect", key_id="KEY1", issuer_id="issuer-1", private_key="file:/made/up.p8"
    )
    context = ProviderContext("app_store", http, clock, lambda _: PRIVATE)
    return Desk(book, wire, AppStore(options, context), http, clock, rollout)


def error(status: int, code: str, detail: str, **headers: str) -> httpx.Response:
    """Apple's error shape."""
    body = {"errors": [{"status": str(status), "code": code, "title": code.title(), "detail": detail}]}
    return httpx.Response(status, json=body, headers=headers)


class _Held(httpx.AsyncBaseTransport):
    """Holds our requests to Apple's document; the rehearsal's answers are held to it by the rehearsal's own tests."""

    def __init__(self, contract: Any, inner: httpx.AsyncBaseTransport) -> None:
        self._contract, self._inner = contract, inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        if "vailabilit" not in request.url.path:  # the document at hand leaves the countries of a sale out
            self._contract.check_request(request)
        return await self._inner.handle_async_request(request)


def _held_to_the_document(inner: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
    """Where the document is at hand; the other assertions stand without it."""
    try:
        from contract import load
    except ImportError:
        return inner
    return _Held(load("app_store"), inner)
