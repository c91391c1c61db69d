"""google-auth behind a narrow door: imported in a thread, on the first sign-in, since it is slow to import."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import google.auth
from google.auth import environment_vars, exceptions, identity_pool
from google.auth.credentials import Credentials
from google.auth.transport import Request, Response
from google.oauth2 import service_account

from providers.google_account.refusals import refusal
from rollout_tui.domain.words import plain_text
from rollout_tui.ports import Misconfigured, Unreachable

if TYPE_CHECKING:
    import httpx

_OTHER_KINDS = {
    "authorized_user": "this is a person's own sign-in: make a service account with a JSON key, or write "
    "application_default = true",
    "external_account": "this is a workload identity: write application_default = true and set "
    "GOOGLE_APPLICATION_CREDENTIALS to this file",
    "impersonated_service_account": "write application_default = true and set GOOGLE_APPLICATION_CREDENTIALS to it",
}
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
            _OTHER_KINDS.get(str(kind), "use a service account's JSON key"),
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
        found = _named_by_environment(scope)
        if found is None:
            found = google.auth.default(scopes=[scope], request=request)[0]
    except (exceptions.GoogleAuthError, ValueError, OSError, AttributeError) as error:
        raise Misconfigured(
            f"this host has no application default credentials that can be used: {_first(error)}",
            "set GOOGLE_APPLICATION_CREDENTIALS to a credential file, or name a key file with service_account",
        ) from error
    return found


def _named_by_environment(scope: str) -> Credentials | None:
    """A workload identity that the environment names; None leaves everything else to google-auth.

    google-auth's own way to it asks another API for the name of the project, by a second HTTP library.
    """
    path = os.environ.get(environment_vars.CREDENTIALS)
    info = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
    if not isinstance(info, dict):
        raise ValueError(f"{path} is no credential file")
    if info.get("type") != "external_account":
        return None
    source = info.get("credential_source")
    kind: Any = identity_pool
    if info.get("subject_token_type") == "urn:ietf:params:aws:token-type:aws4_request":
        from google.auth import aws as kind
    elif isinstance(source, dict) and "executable" in source:
        from google.auth import pluggable as kind
    made: Credentials = kind.Credentials.from_info(info, scopes=[scope])
    return made


def refresh(credentials: Credentials, request: Bridge) -> None:
    """Fetch a new token; blocks. Raises Unreachable or Denied."""
    try:
        credentials.refresh(request)  # type: ignore[no-untyped-call]  # google-auth has no annotations here
    except exceptions.TransportError as error:
        raise Unreachable(f"Google's sign-in does not answer: {_first(error)}") from error
    except exceptions.GoogleAuthError as error:
        if error.retryable:
            raise Unreachable(f"Google's sign-in fails for now: {_first(error)}") from error
        raise refusal(_first(error), request.clock_difference) from error


class Bridge(Request):
    """Lets google-auth, which blocks in a thread, use the shared asynchronous client."""

    def __init__(self, http: httpx.AsyncClient, loop: asyncio.AbstractEventLoop) -> None:
        self._http, self._loop = http, loop
        self.clock_difference: float | None = None
        """This host's time minus that of the last answer, in seconds; None where it did not say its time."""

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
            answer = future.result(_PATIENCE)
        except (httpx.HTTPError, TimeoutError) as error:
            future.cancel()
            raise exceptions.TransportError(type(error).__name__) from error  # type: ignore[no-untyped-call]  # google-auth has no annotations here
        self.clock_difference = _difference(answer.headers.get("date"))
        return _Answer(answer)


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


def _difference(date: str | None) -> float | None:
    try:
        theirs = parsedate_to_datetime(date or "")
    except ValueError:
        return None
    return time.time() - theirs.timestamp() if theirs.tzinfo is not None else None


def _first(error: Exception) -> str:
    """The first of google-auth's arguments, cut and cleaned; the rest can hold what was sent."""
    return plain_text(str(error.args[0]) if error.args else type(error).__name__, 160)
