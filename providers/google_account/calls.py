"""Signed calls that only read from a Google API: a refused token is replaced once, errors are told in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from providers import wire
from providers.google_account.signin import SignIn
from providers.wire import Answer, Params
from rollout_tui.ports import OutcomeUnknown, ProviderError, Unreachable

if TYPE_CHECKING:
    import httpx

Document = Mapping[str, Any]
_UNAUTHORIZED = 401
_PROXY = "is the address right, and no proxy or login page in between?"


class GoogleCalls:
    """Calls of one API. `problem` tells what an answer that is no success means. Every method raises ProviderError."""

    def __init__(
        self, http: httpx.AsyncClient, sign_in: SignIn, who: str, problem: Callable[[Answer], ProviderError]
    ) -> None:
        self._http, self._sign_in, self._who, self._problem = http, sign_in, who, problem

    async def ahead(self) -> None:
        """Renew the sign-in before anything hurries."""
        await self._sign_in.ahead()

    async def get(self, url: str, params: Params) -> Document:
        """The object that a GET answers."""
        return await self._object(lambda headers: self._read(url, params, headers))

    async def post(self, url: str, body: Document) -> Document:
        """The object that a POST answers which changes nothing."""
        return await self._object(lambda headers: self._send(url, body, headers))

    async def _object(self, call: Callable[[Mapping[str, str]], Any]) -> Document:
        answer: Answer = await call(await self._signed())
        if answer.status == _UNAUTHORIZED:
            self._sign_in.forget()
            answer = await call(await self._signed())
        if answer.status >= 300:
            raise self._problem(answer)
        if not isinstance(answer.json, dict):
            raise Unreachable(f"{self._who} answered something that is no JSON object", _PROXY)
        return answer.json

    async def _signed(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {await self._sign_in.token()}"}

    async def _read(self, url: str, params: Params, headers: Mapping[str, str]) -> Answer:
        return await wire.get(self._http, url, params=params, headers=headers, who=self._who)

    async def _send(self, url: str, body: Document, headers: Mapping[str, str]) -> Answer:
        try:
            return await wire.send_json(self._http, "POST", url, json=body, headers=headers, who=self._who)
        except OutcomeUnknown as error:  # nothing was to be changed
            raise Unreachable(f"{self._who} gave no whole answer") from error


def said(body: object) -> str:
    """Google's own words for an error."""
    error: Any = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, dict):
        return str(error.get("message") or "")
    return error if isinstance(error, str) else ""


def count(value: object) -> int | None:
    """An int64, which Google writes as a text; None for what is none."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
