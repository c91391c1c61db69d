"""Asking a JSON API: one page or all of them, bounded, with what it says when it says no."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from providers import wire
from providers.answering import NoData
from providers.http_json.expressions import search
from providers.http_json.requests import Credentials, Document, Filled, Paging, Request
from providers.http_json.templates import Values
from providers.references import Secrets
from rollout_tui.domain.words import plain_text
from rollout_tui.ports import Clock, Misconfigured, OutcomeUnknown, Unreachable

if TYPE_CHECKING:
    import httpx

_PROXY = "is the address right, and no proxy or login page in between?"
_NEXT = re.compile(r'<([^>]+)>\s*;[^,]*\brel="?next"?')
_AT_ONCE = 4
"""Requests under way at the same time, for one section."""


@dataclass(frozen=True, slots=True)
class Got:
    """An answer, all pages of it, and the headers of the first."""

    document: Document
    headers: Mapping[str, str]


class JsonClient:
    """One API. `who` names it in messages, which never hold a secret."""

    def __init__(
        self, http: httpx.AsyncClient, clock: Clock, credentials: Credentials, secrets: Secrets, who: str
    ) -> None:
        self._http = http
        self._clock = clock
        self._credentials = credentials
        self._secrets = secrets
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._quiet_until = 0.0
        self.who = who

    async def ask(self, request: Request, values: Values) -> Got:
        """The answer to a request. Raises ProviderError, NoData for an expression that does not fit."""
        if request.paging is None:
            answer = await self._send(request.filled(values))
            return Got(json.loads(answer.text), answer.headers)
        return await self._all_pages(request, request.paging, values)

    async def _all_pages(self, request: Request, paging: Paging, values: Values) -> Got:
        at: dict[str, str | int | None] = {**values, "cursor": None, "page": paging.first_page, "offset": 0}
        filled = request.filled(at)
        pages: list[Document] = []
        headers: Mapping[str, str] = {}
        seen = {filled}
        for _ in range(paging.most_pages):
            answer = await self._send(filled)
            pages.append(json.loads(answer.text))
            headers = headers or answer.headers
            following = self._following(request, paging, filled, answer, pages[-1], at)
            if following is None:
                return Got(pages, headers)
            if following in seen:
                raise Unreachable(f"{self.who}: its pages go in circles")
            seen.add(following)
            filled = following
        raise Misconfigured(
            f"{self.who}: more than {paging.most_pages} pages", "ask for less, for larger pages, or set most_pages"
        )

    def _following(
        self,
        request: Request,
        paging: Paging,
        filled: Filled,
        answer: wire.Answer,
        page: Document,
        at: dict[str, str | int | None],
    ) -> Filled | None:
        """The request for the page after this one; None after the last. `at` moves on."""
        if paging.link:
            match = _NEXT.search(answer.headers.get("link", ""))
            return None if match is None else filled.at(match[1], self.who)
        found = search(paging.next or paging.cursor or paging.items or "", page, at)
        if paging.items is not None:
            if not isinstance(found, list):
                raise NoData(f"{self.who}: {paging.items} is no list")
            at["page"], at["offset"] = int(at["page"] or 0) + 1, int(at["offset"] or 0) + len(found)
            return request.filled(at) if found else None
        if found in (None, False, ""):
            return None
        if isinstance(found, bool) or not isinstance(found, str | int):
            raise NoData(f"{self.who}: what should lead to the next page is no text")
        if paging.next is not None:
            return filled.at(str(found), self.who)
        at["cursor"] = found
        return request.filled(at)

    async def _send(self, filled: Filled) -> wire.Answer:
        """One call. Raises ProviderError in words without secrets."""
        left = self._quiet_until - self._clock.now()
        if left > 0:
            raise Unreachable(f"{self.who} asked for a pause", retry_after=left)
        async with self._turns:
            answer = await self._call(filled)
        answer = replace(answer, text=self._secrets.hidden(answer.text)) if answer.status >= 300 else answer
        try:
            wire.raise_for_status(answer, self.who)
        except Unreachable as error:
            self._quiet_until = self._clock.now() + (error.retry_after or 0.0)
            raise
        if answer.json is None:
            said = plain_text(self._secrets.hidden(answer.text), 60)
            raise Unreachable(f"{self.who} answered with something that is no JSON: {said}", _PROXY)
        return answer

    async def _call(self, filled: Filled) -> wire.Answer:
        headers = {**dict(filled.headers), **self._credentials.headers}
        url = _address(filled, self._credentials.query)
        if filled.method == "GET" and filled.body is None:
            return await wire.get(self._http, url, who=self.who, headers=headers)
        body = None if filled.body is None else json.loads(filled.body)
        try:
            return await wire.send_json(self._http, filled.method, url, who=self.who, json=body, headers=headers)
        except OutcomeUnknown:  # a question changes nothing
            raise Unreachable(f"{self.who} gave no whole answer") from None


def _address(filled: Filled, secret: Mapping[str, str]) -> str:
    """The whole address; the parameters of a next page stand in it already, some servers repeat the secret ones."""
    parts = urlsplit(filled.url)
    there = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    added = [*filled.query, *((name, value) for name, value in secret.items() if name not in there)]
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, urlencode(added, quote_via=quote))))))
