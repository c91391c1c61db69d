"""Calls to App Store Connect: signed, counted against the key's budget, with one fresh token where one is refused."""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from providers import wire
from providers.app_store.errors import clocks_differ, problem
from providers.app_store.options import AppStoreOptions
from providers.app_store.rate import RateLimit, rate_limit
from providers.app_store.resources import Document, document
from providers.app_store.token import AppleToken
from providers.wire import Answer
from rollout_tui.ports import OutcomeUnknown, ProviderContext, Unreachable

if TYPE_CHECKING:
    import httpx

_WHO = "App Store Connect"
_UNAUTHORIZED = 401
_PAGES = 20
"""Pages of a list that are followed at most; 200 resources each."""


class AscApi:
    """The API with one key."""

    def __init__(self, http: httpx.AsyncClient, base_url: str, token: AppleToken) -> None:
        self._http, self._base_url, self._token = http, base_url, token
        self.rate: RateLimit | None = None

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> Document:
        """Read one answer. Raises NotFound, Denied, Unreachable, Misconfigured."""
        return _read(await self._ask("GET", f"{self._base_url}{path}", None, params))

    async def get_figures(self, path: str) -> object:
        """Read one answer whose data are no resources, as it came. Raises as `get` does."""
        answer = await self._ask("GET", f"{self._base_url}{path}", None, None)
        _raise_for(answer)
        return answer.json

    async def get_all(self, path: str, params: Mapping[str, str]) -> list[Document]:
        """Read a list with all its pages; the next one is taken only from the same server."""
        pages = [await self.get(path, params)]
        while (following := pages[-1].next) is not None and len(pages) < _PAGES:
            if not following.startswith(f"{self._base_url}/"):
                raise Unreachable(f"{_WHO} names a next page on another server")
            pages.append(_read(await self._ask("GET", following, None, None)))
        return pages

    async def change(self, method: str, path: str, body: Mapping[str, object]) -> Document:
        """Change something, once. Raises OutcomeUnknown where no usable answer came."""
        answer = await self._send(method, f"{self._base_url}{path}", body, None)
        if answer.status >= 500:
            raise OutcomeUnknown(f"{_WHO} answered HTTP {answer.status}: the change may have taken effect")
        return _read(answer)

    async def _ask(
        self, method: str, url: str, body: Mapping[str, object] | None, params: Mapping[str, str] | None
    ) -> Answer:
        try:
            return await self._send(method, url, body, params)
        except OutcomeUnknown as error:
            raise Unreachable(error.message, error.remedy) from error

    async def _send(
        self, method: str, url: str, body: Mapping[str, object] | None, params: Mapping[str, str] | None
    ) -> Answer:
        """A refused token is replaced once, since a 401 has changed nothing; then the clocks are compared."""
        answer = await self._once(method, url, body, params)
        if answer.status != _UNAUTHORIZED:
            return answer
        self._token.forget()
        answer = await self._once(method, url, body, params)
        if answer.status == _UNAUTHORIZED:
            raise clocks_differ(problem(answer.status, answer.json), _behind(answer.headers))
        return answer

    async def _once(
        self, method: str, url: str, body: Mapping[str, object] | None, params: Mapping[str, str] | None
    ) -> Answer:
        headers = {"Authorization": f"Bearer {await self._token.current()}"}
        if method == "GET":
            answer = await wire.get(self._http, url, params=params, headers=headers, who=_WHO)
        else:
            answer = await wire.send_json(self._http, method, url, json=body, params=params, headers=headers, who=_WHO)
        self.rate = rate_limit(answer.headers, time.monotonic()) or self.rate
        return answer


def open_api(options: AppStoreOptions, context: ProviderContext) -> AscApi:
    """The API as a section of the configuration names it."""
    token = AppleToken(options.key_id, options.issuer_id, lambda: context.secret(options.private_key))
    return AscApi(context.http, options.base_url, token)


def segment(resource_id: str) -> str:
    """An id as a part of a path."""
    return quote(resource_id, safe="")


def _read(answer: Answer) -> Document:
    _raise_for(answer)
    return document(answer.json)


def _raise_for(answer: Answer) -> None:
    if answer.status >= 300:
        raise problem(answer.status, answer.json, answer.retry_after)


def _behind(headers: Mapping[str, str]) -> float | None:
    """Seconds by which this host's clock is behind Apple's, as its Date header says it."""
    try:
        return parsedate_to_datetime(headers["date"]).timestamp() - time.time()
    except (KeyError, ValueError, TypeError):
        return None
