"""Bearer tokens for Google, fetched ahead of need so that a pause never waits for one."""

from __future__ import annotations

import asyncio
import time
from calendar import timegm
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from providers.google_account.options import SignInOptions
from rollout_tui.ports import Denied, ProviderContext, ProviderError

if TYPE_CHECKING:
    import httpx
    from google.auth.credentials import Credentials
    from google.auth.transport import Request

_AHEAD = 900.0
"""Seconds before its end at which a token is replaced while nothing hurries."""
_USABLE = 30.0
"""Seconds that a token must still live to be sent."""


class SignIn(Protocol):
    """Gives the token for the next call."""

    async def token(self) -> str:
        """A token that can be sent now; fetched only when there is none. Raises ProviderError."""
        ...

    async def ahead(self) -> None:
        """Called by every poll: replace the token early. Raises ProviderError only where no usable one is left."""
        ...

    def forget(self) -> None:
        """The last token was refused."""
        ...


class ReadyToken:
    """A token that somebody else keeps fresh, behind a reference."""

    def __init__(self, reference: str, secret: Callable[[str], str]) -> None:
        self._reference, self._secret = reference, secret

    async def token(self) -> str:
        """What the reference holds now."""
        return self._secret(self._reference).strip()

    async def ahead(self) -> None:
        """Nothing to do: whoever owns the reference refreshes it."""

    def forget(self) -> None:
        """Nothing is kept."""


class GoogleSignIn:
    """Credentials of google-auth, refreshed in a thread through the shared HTTP client."""

    def __init__(self, http: httpx.AsyncClient, load: Callable[[Request], Credentials]) -> None:
        self._http, self._load = http, load
        self._credentials: Credentials | None = None
        self._one_at_a_time = asyncio.Lock()

    async def token(self) -> str:
        """The present token, or a new one."""
        if self._left() < _USABLE:
            await self._refresh(_USABLE)
        credentials = self._credentials
        if credentials is None or not credentials.token:
            raise Denied("Google gave no token", "check the service account's key")
        return str(credentials.token)

    async def ahead(self) -> None:
        """Replace the token a quarter of an hour before its end; the old one goes on where that fails."""
        if self._left() >= _AHEAD:
            return
        try:
            await self._refresh(_AHEAD)
        except ProviderError:
            if self._left() < _USABLE:
                raise

    def forget(self) -> None:
        """Fetch a new one before the next call."""
        if self._credentials is not None:
            self._credentials.token = None

    def _left(self) -> float:
        """Seconds that the present token still lives, by the wall's clock; tokens know no other."""
        credentials = self._credentials
        if credentials is None or not credentials.token or credentials.expiry is None:
            return -1.0
        return timegm(credentials.expiry.utctimetuple()) - time.time()

    async def _refresh(self, wanted: float) -> None:
        async with self._one_at_a_time:
            if self._left() < wanted:
                await asyncio.to_thread(self._refresh_in_thread, asyncio.get_running_loop())

    def _refresh_in_thread(self, loop: asyncio.AbstractEventLoop) -> None:
        from providers.google_account.google_auth import Bridge, refresh

        bridge = Bridge(self._http, loop)
        if self._credentials is None:
            self._credentials = self._load(bridge)
        refresh(self._credentials, bridge)


def sign_in(options: SignInOptions, scope: str, context: ProviderContext) -> SignIn:
    """The sign-in that the options ask for, for one scope; nothing is read, imported or sent yet."""
    if options.token is not None:
        return ReadyToken(options.token, context.secret)
    reference = options.service_account

    def load(request: Request) -> Credentials:
        from providers.google_account.google_auth import from_host, from_key

        return from_host(scope, request) if reference is None else from_key(context.secret(reference), scope)

    return GoogleSignIn(context.http, load)
