"""The calls of the Crashlytics API that this program makes (stores.md 6): what is v1alpha of it lives here alone."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from providers.crashlytics.errors import WHO, problem
from providers.google_account.calls import Document, GoogleCalls
from providers.google_account.signin import SignIn
from providers.moments import iso
from providers.wire import Params
from rollout_tui.ports import Unreachable

if TYPE_CHECKING:
    import httpx

SCOPE = "https://www.googleapis.com/auth/firebase"
_MOST_PAGES = 10
_PAGE = "100"


class CrashlyticsApi:
    """Reports of apps. Every method only reads, and raises ProviderError."""

    def __init__(self, http: httpx.AsyncClient, base_url: str, sign_in: SignIn) -> None:
        self._calls = GoogleCalls(http, sign_in, WHO, problem)
        self._root = f"{base_url}/v1alpha"

    async def ahead(self) -> None:
        """Renew the sign-in before anything hurries."""
        await self._calls.ahead()

    async def report(
        self, app: str, name: str, version: str, start: float, end: float, more: Params | None = None
    ) -> tuple[list[Document], bool]:
        """The groups of a report about one version between two times, and whether there are more."""
        asked = {
            "filter.version.displayNames": [version],
            "filter.interval.startTime": iso(start),
            "filter.interval.endTime": iso(end),
            "pageSize": _PAGE,
            **(more or {}),
        }
        groups: list[Document] = []
        page: dict[str, str] = {}
        for _ in range(_MOST_PAGES):
            document = await self._calls.get(f"{self._root}/{_app(app)}/reports/{name}", {**asked, **page})
            listed = document.get("groups")
            groups += [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
            token = document.get("nextPageToken")
            if not token:
                return groups, False
            page = {"pageToken": str(token)}
        return groups, True

    async def event(self, app: str, event: str) -> Document:
        """One event with its traces."""
        names = [f"projects/-/apps/{app}/events/{event}"]
        document = await self._calls.get(f"{self._root}/{_app(app)}/events:batchGet", {"names": names})
        listed = document.get("events")
        if not isinstance(listed, list) or not listed or not isinstance(listed[0], dict):
            raise Unreachable(f"{WHO} does not have this event any more")
        return listed[0]


def _app(app: str) -> str:
    """The app's resource: its id names the project by number."""
    return f"projects/{app.split(':')[1]}/apps/{quote(app, safe='')}"
