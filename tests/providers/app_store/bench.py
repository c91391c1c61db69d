"""The bench of the App Store: the rehearsal's App Store Connect, on day 3 of a phased release."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

import httpx

from providers.app_store import PROVIDER
from rollout_tui.conformance.bench import HttpBench, Service
from rollout_tui.conformance.situations import HOSTILE, Situation
from rollout_tui.conformance.subject import IOS, NOW
from rollout_tui.rehearsal.changes import ChangeLog
from rollout_tui.rehearsal.exposure import ExposureLog
from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.stores.apple import AppleBook
from rollout_tui.rehearsal.stores.apple_api import make_app
from rollout_tui.rehearsal.stores.apple_start import AppStoreStart
from rollout_tui.rehearsal.stores.apple_token import AppleKey
from tests.providers.app_store.desk import PRIVATE, PUBLIC


class AppStoreBench(HttpBench):
    """A phased release under way."""

    provider = PROVIDER
    rollout = IOS
    cannot: ClassVar = {
        Situation.MOVED_BY_ANOTHER: "the ladder's share moves by itself: no difference that stops an action"
    }
    secrets: ClassVar = {"file:/made/up.p8": PRIVATE}

    def section(self) -> Mapping[str, object]:
        """A key of the rehearsal's kind."""
        return {
            "bundle_id": "com.acme.connect",
            "key_id": "KEY1",
            "issuer_id": "issuer-1",
            "private_key": "file:/made/up.p8",
        }

    def service(self) -> Service:
        """An App Store Connect that goes on from what was changed."""
        start = AppStoreStart(stage="phased", since=-52.0, lag=0.0)
        book = AppleBook(start, ExposureLog(), NOW, lambda: NOW)
        key = AppleKey("KEY1", "issuer-1", PUBLIC)
        app = make_app(book, key, ChangeLog(), Faults(), lambda at: (1000, 3))
        inner = httpx.ASGITransport(app)

        async def answer(request: httpx.Request, situation: Situation) -> httpx.Response:
            phased = book.phased
            if situation is Situation.PAUSED_BY_ANOTHER and phased is not None and phased.state == "ACTIVE":
                book.set_phased(phased.id, "PAUSED")
            response = await inner.handle_async_request(request)
            document = json.loads(await response.aread() or b"{}")
            return httpx.Response(response.status_code, json=_changed(document, situation))

        return answer


def _changed(document: dict[str, Any], situation: Situation) -> dict[str, Any]:
    """Versions and builds are gone, of another number, or in words of somebody else; so is what testers wrote."""
    data = document.get("data")
    kinds = {each.get("type", "") for each in data} if isinstance(data, list) else set()
    if not kinds & {"appStoreVersions", "builds", *_FEEDBACK}:
        return document
    if situation is Situation.EMPTY:
        return {**document, "data": [], "included": []}
    for each in data if isinstance(data, list) else ():
        if situation is Situation.OTHER_BUILD:
            each["attributes"] |= {"versionString": "4.3.0", "version": "99"}
        if situation is Situation.HOSTILE:
            words = ("comment", "deviceModel") if each["type"] in _FEEDBACK else ("appVersionState", "appStoreState")
            each["attributes"] |= dict.fromkeys(words, HOSTILE)
    return document


_FEEDBACK = ("betaFeedbackCrashSubmissions", "betaFeedbackScreenshotSubmissions")
