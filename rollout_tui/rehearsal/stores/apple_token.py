"""Checking App Store Connect's tokens as Apple does: signature, key, issuer, audience, life (A19).

The time is the wall's, not the rehearsal's: both sides sign and check with their real clocks.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

_LONGEST = 1200.0
_SKEW = 5.0


@dataclass(frozen=True, slots=True)
class AppleKey:
    """An API key: ids, and the public half with which its tokens are checked (PEM)."""

    key_id: str
    issuer_id: str
    public_pem: str
    wall: Callable[[], float] = time.time

    def refuses(self, header: str) -> str | None:
        """Why the Authorization header does not sign in; None when it does."""
        import jwt

        scheme, _, token = header.partition(" ")
        if scheme != "Bearer" or not token:
            return "no token"
        try:
            if jwt.get_unverified_header(token).get("kid") != self.key_id:
                return "unknown key"
            claims = jwt.decode(
                token,
                self.public_pem,
                algorithms=["ES256"],
                audience="appstoreconnect-v1",
                issuer=self.issuer_id,
                options={"require": ["exp", "iss"], "verify_exp": False, "verify_iat": False},
            )
        except jwt.PyJWTError as error:
            return type(error).__name__
        now = self.wall()
        try:
            expires, issued = float(claims["exp"]), float(claims.get("iat", now))
        except (TypeError, ValueError):
            return "times that are no numbers"
        if expires < now:
            return "expired"
        if expires > now + _LONGEST + _SKEW:
            return "expires more than 20 minutes ahead"
        return "issued in the future" if issued > now + _SKEW else None


def make_key() -> tuple[str, str]:
    """A fresh P-256 key pair: (private PEM in PKCS8 as Apple gives it, public PEM)."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()
