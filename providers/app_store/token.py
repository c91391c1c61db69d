"""Tokens for App Store Connect: ES256, ten minutes, backdated against clocks that differ (stores.md 4, A19)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from rollout_tui.ports import Misconfigured

LIFETIME = 600.0
"""Seconds from now to a token's end; Apple accepts at most 20 minutes."""
BACKDATED = 60.0
"""Seconds by which `iat` lies in the past: Apple refuses one in its future."""
_EARLY = 120.0
"""Seconds before its end at which a token is replaced."""


class AppleToken:
    """The present token, made anew when it is nearly over. Its time is the wall's: Apple checks it against its own."""

    def __init__(
        self, key_id: str, issuer_id: str, private_key: Callable[[], str], wall: Callable[[], float] = time.time
    ) -> None:
        self._key_id, self._issuer_id = key_id, issuer_id
        self._private_key, self._wall = private_key, wall
        self._token = ""
        self._ends = 0.0

    async def current(self) -> str:
        """A token that can be sent now. Raises Misconfigured, in words that hold nothing of the key."""
        if self._wall() > self._ends - _EARLY:
            self._token, self._ends = await asyncio.to_thread(self._make)
        return self._token

    def forget(self) -> None:
        """The last one was refused: make another."""
        self._ends = 0.0

    def _make(self) -> tuple[str, float]:
        # In a thread: jwt and cryptography take a while to import, and a key lies in a file.
        import jwt

        now = self._wall()
        claims = {
            "iss": self._issuer_id,
            "iat": int(now - BACKDATED),
            "exp": int(now + LIFETIME),
            "aud": "appstoreconnect-v1",
        }
        try:
            token = jwt.encode(claims, self._private_key(), algorithm="ES256", headers={"kid": self._key_id})
        except TypeError:
            raise Misconfigured("the App Store Connect key is encrypted", "use the .p8 file as Apple gave it") from None
        except (ValueError, jwt.PyJWTError):
            raise Misconfigured(
                "the App Store Connect key is not a private key of Apple's kind (P-256, PEM)",
                "use the .p8 file as Apple gave it",
            ) from None
        return token, now + LIFETIME
