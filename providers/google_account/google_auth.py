"""google-auth behind a narrow door: imported in a thread, on the first sign-in, since it is slow to import."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import google.auth
from google.auth import exceptions
from google.auth.credentials import Credentials
from google.auth.transport import Request, Response
from google.oauth2 import service_account

from rollout_tui.domain.words import plain_text
from rollout_tui.ports import Denied, Misconfigured, Unreachable

if TYPE_CHECKING:
    import httpx

_PATIENCE = 15.0
"""Seconds that one call of the sign-in may take."""


def from_key(text: str, scope: str) -> Credentials:
    """Credentials of a service account's key file. Raises Misconfigured, in words that hold nothing of the key."""
    try:
        info = json.loads(text)
    except ValueError:
        raise Misconfigured(
            "the service account's key file is not JSON", "download it again from Google Cloud"
        ) from None
    kind = info.get("type") if isinstance(info, dict) else None
    if kind != "service_account":
        raise Misconfigured(
            f"the key file is no service account's (its type is {plain_text(str(kind), 40)})",
            "use a service account's JSON key, or application_default = true",
        )
    try:
        made: Any = service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]  # google-auth has no annotations here
            info, scopes=[scope]
        )
    except (ValueError, exceptions.GoogleAuthError):
        raise Misconfigured(
            "the service account's key file is incomplete or its private key is broken", "download it again"
        ) from None
    credentials: Credentials = made
    return credentials


def from_host(scope: str, request: Request) -> Credentials:
    """The host's application default credentials, workload identity included. Raises Misconfigured."""
    try:
        found: Credentials = google.auth.default(scopes=[scope], request=request)[0]
    except exceptions.DefaultCredentialsError as error:
        raise Misconfigured(
            "this host has no application default credentials", "set GOOGLE_APPLICATION_CREDENTIALS, or name a key file"
        ) from error
    return found


def refresh(credentials: Credentials, request: Request) -> None:
    """Fetch a new token; blocks. Raises Unreachable or Denied."""
    try:
        credentials.refresh(request)  # type: ignore[no-untyped-call]  # google-auth has no annotations here
    except exceptions.TransportError as error:
        raise Unreachable(f"Google's sign-in does not answer: {_first(error)}") from error
    except exceptions.GoogleAuthError as error:
        if error.retryable:
            raise Unreachable(f"Google's sign-in fails for now: {_first(error)}") from error
        raise Denied(
            f"Google does not accept the sign-in: {_first(error)}",
            "check that the key is not revoked, and this host's clock",
        ) from error


class Bridge(Request):
    """Lets google-auth, which blocks in a thread, use the shared asynchronous client."""

    def __init__(self, http: httpx.AsyncClient, loop: asyncio.AbstractEventLoop) -> None:
        self._http, self._loop = http, loop

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **_: object,
    ) -> Response:
        """Send it on the event loop and wait here. Raises TransportError."""
        import httpx

        call = self._http.request(method, url, content=body, headers=headers, timeout=timeout or _PATIENCE)
        future = asyncio.run_coroutine_threadsafe(call, self._loop)
        try:
            return _Answer(future.result(_PATIENCE))
        except (httpx.HTTPError, TimeoutError) as error:
            future.cancel()
            raise exceptions.TransportError(type(error).__name__) from error  # type: ignore[no-untyped-call]  # google-auth has no annotations here


class _Answer(Response):
    """An answer as google-auth wants it."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response

    @property
    def status(self) -> int:
        """HTTP status."""
        return self._response.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers, any case."""
        return self._response.headers

    @property
    def data(self) -> bytes:
        """The body."""
        return self._response.content


def _first(error: Exception) -> str:
    """The first of google-auth's arguments, cut and cleaned; the rest can hold what was sent."""
    return plain_text(str(error.args[0]) if error.args else type(error).__name__, 160)
