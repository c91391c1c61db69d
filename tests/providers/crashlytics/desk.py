"""What the tests of Crashlytics share: reports that are written out by hand, questions, a clock that stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from providers.crashlytics import PROVIDER
from rollout_tui.ports import Investigator, ProviderContext, Source
from tests.providers.documents import held_to
from tests.providers.play_vitals.desk import CRASHES, StillClock
from tests.providers.sentry.desk import BEGUN, DAY, HOUR, NOW, STALE, ask, written

APP = "1:1234567890:android:0a1b2c3d"
VERSION = "4.2.0 (4201)"
METRICS = {"crash_rate": {"counts": "sessions"}, "user_crash_rate": {"counts": "users"}}
USERS = CRASHES
TOKEN = "ya29.made-up-token"
Figures = Mapping[str, Any]


def version(*metrics: Figures, name: str = VERSION, build: str = "4201") -> dict[str, Any]:
    """A group of the report on versions."""
    return {"version": {"displayName": name, "displayVersion": "4.2.0", "buildVersion": build}, "metrics": [*metrics]}


def figures(start: float, end: float, **more: Any) -> dict[str, Any]:
    """One interval's."""
    return {"startTime": written(start), "endTime": written(end), **more}


def sessions(bad: int, total: int, *, start: float = NOW - HOUR, end: float = NOW) -> dict[str, Any]:
    return figures(start, end, impactedSessionsCount=str(bad), totalSessionsCount=str(total))


@dataclass
class Canned:
    """A Crashlytics whose groups are written down; `hourly` are those of questions by the hour.

    With `echo`, an interval that names no start gets the one that was asked for, as `pages` get their tokens.
    """

    groups: list[dict[str, Any]] = field(default_factory=list)
    hourly: list[dict[str, Any]] = field(default_factory=list)
    pages: list[list[dict[str, Any]]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    refused: tuple[int, str] | None = None
    asked: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.refused is not None:
            status, message = self.refused
            return httpx.Response(status, json={"error": {"code": status, "message": message}})
        if request.url.path.endswith(":batchGet"):
            return httpx.Response(200, json={"events": self.events})
        params = request.url.params
        page = int(params.get("pageToken", "0"))
        if self.pages:
            more = {"nextPageToken": str(page + 1)} if page + 1 < len(self.pages) else {}
            return httpx.Response(200, json={"groups": self.pages[page], **more})
        hourly = params.get("granularity") == "TIME_GRANULARITY_HOUR"
        return httpx.Response(200, json={"groups": self.hourly if hourly else self.groups})


def held(canned: Canned) -> httpx.AsyncBaseTransport:
    """Both sides held to Google's document where it is at hand."""
    return held_to("crashlytics", httpx.MockTransport(canned))


def options(metrics: Mapping[str, Mapping[str, str]] = METRICS, **more: Any) -> Any:
    """Validated options."""
    return PROVIDER.options.model_validate({"token": "env:T", "apps": {"android": APP}, "metrics": metrics, **more})


def context(http: httpx.AsyncClient) -> ProviderContext:
    return ProviderContext("crashlytics", http, StillClock(NOW), lambda _: TOKEN)


def source(http: httpx.AsyncClient, **more: Any) -> Source:
    """A source as the engine opens it."""
    assert PROVIDER.open_source is not None
    return PROVIDER.open_source(options(**more), context(http))


def investigator(http: httpx.AsyncClient) -> Investigator:
    assert PROVIDER.open_investigator is not None
    return PROVIDER.open_investigator(options({}), context(http))


def utc(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


__all__ = ["BEGUN", "DAY", "HOUR", "NOW", "STALE", "ask", "written"]
