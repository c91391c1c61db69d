"""The calls of the Play Developer API that this program makes, one method each (stores.md 2.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from providers import wire
from providers.google_account.signin import SignIn
from providers.google_play.errors import problem
from providers.wire import Answer
from rollout_tui.ports import OutcomeUnknown, ProviderError, Unreachable

if TYPE_CHECKING:
    import httpx

_WHO = "Google Play"
_UNAUTHORIZED = 401


class PlayApi:
    """One package's part of the API. Every method raises ProviderError; only `commit` can leave an outcome open."""

    def __init__(self, http: httpx.AsyncClient, base_url: str, package: str, sign_in: SignIn) -> None:
        self._http, self._sign_in = http, sign_in
        self._root = f"{base_url}/androidpublisher/v3/applications/{quote(package, safe='')}"

    async def releases(self, track: str) -> Answer:
        """The track's releases with their lifecycle, without an edit; the answer as it came, whatever its status."""
        return await self._harmless("GET", f"/tracks/{quote(track, safe='')}/releases")

    async def insert(self) -> str:
        """Open an edit; its id."""
        answer = await self._done("POST", "/edits", {})
        edit_id = answer.get("id")
        if not isinstance(edit_id, str) or not edit_id:
            raise Unreachable(f"{_WHO} opened an edit without an id")
        return edit_id

    async def track(self, edit_id: str, track: str) -> Mapping[str, Any]:
        """A track's document."""
        return await self._done("GET", f"{_edit(edit_id)}/tracks/{quote(track, safe='')}")

    async def update(self, edit_id: str, track: str, body: Mapping[str, Any]) -> None:
        """Replace a track's document within the edit."""
        await self._done("PUT", f"{_edit(edit_id)}/tracks/{quote(track, safe='')}", body)

    async def validate(self, edit_id: str) -> None:
        """Look at the edit as a commit would."""
        await self._done("POST", f"{_edit(edit_id)}:validate")

    async def delete(self, edit_id: str) -> None:
        """Throw the edit away."""
        answer = await self._harmless("DELETE", _edit(edit_id))
        _raise_for(answer)

    async def commit(self, edit_id: str, terms: Mapping[str, str]) -> None:
        """Make the edit live on these terms (query parameters). Raises OutcomeUnknown when the answer is lost."""
        answer = await self._signed("POST", f"{_edit(edit_id)}:commit", None, terms)
        if answer.status >= 500:
            raise OutcomeUnknown(f"{_WHO} answered HTTP {answer.status} to the commit: it may have taken effect")
        _raise_for(answer)

    async def _done(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        answer = await self._harmless(method, path, body)
        _raise_for(answer)
        if not isinstance(answer.json, dict):
            raise Unreachable(f"{_WHO} answered something that is no JSON object")
        return answer.json

    async def _harmless(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        """A call that makes nothing live: a lost answer changes nothing for anybody."""
        try:
            return await self._signed(method, path, body)
        except OutcomeUnknown as error:
            raise Unreachable(error.message, error.remedy) from error

    async def _signed(
        self, method: str, path: str, body: Mapping[str, Any] | None, params: Mapping[str, str] | None = None
    ) -> Answer:
        """Send with the present token; a refused token is replaced once, since a 401 has changed nothing."""
        answer = await self._send(method, path, body, params)
        if answer.status == _UNAUTHORIZED:
            self._sign_in.forget()
            answer = await self._send(method, path, body, params)
        return answer

    async def _send(
        self, method: str, path: str, body: Mapping[str, Any] | None, params: Mapping[str, str] | None
    ) -> Answer:
        headers = {"Authorization": f"Bearer {await self._sign_in.token()}"}
        url = f"{self._root}{path}"
        if method == "GET":
            return await wire.get(self._http, url, params=params, headers=headers, who=_WHO)
        return await wire.send_json(self._http, method, url, json=body, params=params, headers=headers, who=_WHO)


def refusal(answer: Answer) -> ProviderError | None:
    """What the answer says no to, None for a yes."""
    if answer.status < 300:
        return None
    return problem(answer.status, answer.json, answer.retry_after)


def _raise_for(answer: Answer) -> None:
    error = refusal(answer)
    if error is not None:
        raise error


def _edit(edit_id: str) -> str:
    return f"/edits/{quote(edit_id, safe='')}"
