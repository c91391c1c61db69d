"""The calls of Sentry's API that this program makes; every one only reads (stores.md 7)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from providers import wire
from providers.moments import iso
from providers.sentry.errors import PROXY, WHO, problem
from providers.sentry.options import SentryApp
from providers.wire import Params
from rollout_tui.ports import Unreachable

if TYPE_CHECKING:
    import httpx

Document = Mapping[str, Any]
_LINK = re.compile(r"<[^>]*>([^<]*)")
_CURSOR = re.compile(r'cursor="([^"]+)"')


class SentryApi:
    """One organization. Every method raises ProviderError."""

    def __init__(self, http: httpx.AsyncClient, address: str, organization: str, token: str) -> None:
        self._http = http
        self._root = f"{address}/api/0/organizations/{quote(organization, safe='')}"
        self._headers = {"Authorization": f"Bearer {token}"}

    async def sessions(
        self, app: SentryApp, search: str, fields: Sequence[str], start: float, end: float, step: float
    ) -> Document:
        """Counts of sessions between two times, by release where one is searched for."""
        hours = round(step / 3600)
        params: dict[str, str | Sequence[str]] = {
            **_place(app),
            "field": list(fields),
            "start": iso(start),
            "end": iso(end),
            "interval": f"{hours}h" if hours < 24 else "1d",
        }
        if search:
            params |= {"query": search, "groupBy": ["release"]}
        return self._object((await self._get("/sessions/", params)).json)

    async def release(self, name: str) -> Document | None:
        """What Sentry knows of a release; None where it knows none of that name."""
        answer = await self._ask(f"/releases/{quote(name, safe='')}/", {})
        if answer.status == 404:
            return None
        if answer.status >= 300:
            raise problem(answer)
        return self._object(answer.json)

    async def issues(
        self, app: SentryApp, search: str, start: float, end: float, pages: int
    ) -> tuple[list[Document], bool]:
        """Issues with most users first, and whether there are more than those pages hold."""
        found: list[Document] = []
        params: dict[str, str | Sequence[str]] = {
            **_place(app),
            "query": search,
            "sort": "user",
            "limit": "100",
            "start": iso(start),
            "end": iso(end),
        }
        for _ in range(pages):
            answer = await self._get("/issues/", params)
            if not isinstance(answer.json, list):
                raise Unreachable(f"{WHO} answered something that is no list", PROXY)
            found += [each for each in answer.json if isinstance(each, dict)]
            cursor = _next(answer.headers.get("link", ""))
            if cursor is None:
                return found, False
            params["cursor"] = cursor
        return found, True

    async def _get(self, path: str, params: Params) -> wire.Answer:
        answer = await self._ask(path, params)
        if answer.status >= 300:
            raise problem(answer)
        return answer

    async def _ask(self, path: str, params: Params) -> wire.Answer:
        return await wire.get(self._http, f"{self._root}{path}", who=WHO, params=params, headers=self._headers)

    def _object(self, body: Any) -> Document:
        if not isinstance(body, dict):
            raise Unreachable(f"{WHO} answered something that is no JSON object", PROXY)
        return body


def _place(app: SentryApp) -> Mapping[str, Sequence[str]]:
    """The project, and the environments where not all are counted."""
    place = {"project": [app.project]}
    return {**place, "environment": list(app.environments)} if app.environments else place


def _next(link: str) -> str | None:
    """The cursor of the next page: Sentry names one always, and says beside it whether anything is there."""
    for attributes in _LINK.findall(link):
        if 'rel="next"' in attributes and 'results="true"' in attributes:
            cursor = _CURSOR.search(attributes)
            return None if cursor is None else cursor[1]
    return None
