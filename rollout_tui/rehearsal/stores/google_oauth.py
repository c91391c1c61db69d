"""Google's token endpoint: signed assertions of a service account in, short-lived bearer tokens out.

Tokens and assertions live on the wall's clock, not on the rehearsal's: both sides sign with their real clocks.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qs

from rollout_tui.rehearsal.stores.play_bodies import PlayError

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

PUBLISHING = "https://www.googleapis.com/auth/androidpublisher"
REPORTING = "https://www.googleapis.com/auth/playdeveloperreporting"
FIREBASE = "https://www.googleapis.com/auth/firebase"
_KNOWN = frozenset({PUBLISHING, REPORTING, FIREBASE, "https://www.googleapis.com/auth/cloud-platform"})

_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_AUDIENCE = "https://oauth2.googleapis.com/token"
_TOLERANCE = 300.0
"""Seconds that an assertion's times may be off."""
_LONGEST = 3600.0


class Tokens(Protocol):
    """Bearer tokens and whose they are."""

    def get(self, token: str, /) -> str | None:
        """The user whose token this is. May raise PlayError where it is known and does not suffice."""
        ...


@dataclass(frozen=True, slots=True)
class Account:
    """How the service account stands; a person changes it in Google Cloud.

    `lifetime` is that of new tokens in seconds, `clock` how far Google's clock is ahead of this host's.
    """

    revoked: bool = False
    disabled: bool = False
    deleted: bool = False
    lifetime: float = _LONGEST - 1
    clock: float = 0.0


@dataclass(frozen=True, slots=True)
class _Grant:
    user: str
    scopes: frozenset[str]
    ends: float


def user_of(headers: Mapping[str, str], tokens: Tokens) -> str:
    """The user whose bearer token came with a request. Raises PlayError 401."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    user = tokens.get(token) if scheme.lower() == "bearer" else None
    if user is None:
        message = (
            "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other "
            "valid authentication credential."
        )
        raise PlayError(401, "UNAUTHENTICATED", message, "authError")
    return user


class OAuthError(Exception):
    """A refusal in OAuth's shape."""

    def __init__(self, error: str, description: str, code: int = 400) -> None:
        super().__init__(description)
        self.code = code
        self.body = {"error": error, "error_description": description}


@dataclass(slots=True)
class TokenOffice:
    """Issues and knows tokens. `standing` maps tokens that were handed out beforehand to their users: every scope."""

    email: str
    key_id: str
    public_pem: str
    standing: Mapping[str, str]
    wall: Callable[[], float] = time.time
    account: Account = Account()
    _issued: dict[str, _Grant] = field(default_factory=dict)

    def exchange(self, form: Mapping[str, list[str]]) -> dict[str, Any]:
        """A token for a signed assertion. Raises OAuthError."""
        if form.get("grant_type") != [_GRANT]:
            raise OAuthError("unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type', [''])[0]}")
        claims = self._claims(form.get("assertion", [""])[0])
        scopes = frozenset(str(claims.get("scope", "")).split())
        if not scopes or not scopes <= _KNOWN:
            raise OAuthError("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
        token = f"ya29.{secrets.token_urlsafe(32)}"
        self._issued[token] = _Grant(self.email, scopes, self._now() + self.account.lifetime)
        return {"access_token": token, "expires_in": int(self.account.lifetime), "token_type": "Bearer"}

    def for_scope(self, scope: str) -> Tokens:
        """The tokens as an API sees them that asks for this scope."""
        return _Scoped(self, scope)

    def revoke_all(self) -> None:
        """Every issued token ends now."""
        self._issued.clear()

    def user(self, token: str, scope: str) -> str | None:
        """Whose token this is, None for an unknown or ended one. Raises PlayError 403 for one of another scope."""
        if token in self.standing:
            return self.standing[token]
        grant = self._issued.get(token)
        if grant is None or grant.ends <= self._now():
            return None
        if scope not in grant.scopes:
            message = "Request had insufficient authentication scopes."
            raise PlayError(403, "PERMISSION_DENIED", message, "insufficientPermissions")
        return grant.user

    def _claims(self, assertion: str) -> dict[str, Any]:
        import jwt

        if self.account.deleted:
            raise OAuthError("invalid_grant", "Invalid grant: account not found")
        if self.account.disabled:
            raise OAuthError("invalid_grant", "Account has been disabled: account_disabled", 400)
        try:
            kid = jwt.get_unverified_header(assertion).get("kid")
            claims: dict[str, Any] = jwt.decode(
                assertion,
                self.public_pem,
                algorithms=["RS256"],
                audience=_AUDIENCE,
                issuer=self.email,
                options={"require": ["exp", "iat", "iss"], "verify_exp": False, "verify_iat": False},
            )
        except jwt.InvalidSignatureError:
            raise OAuthError("invalid_grant", "Invalid JWT Signature.") from None
        except jwt.PyJWTError as error:
            raise OAuthError("invalid_grant", f"Invalid JWT: {type(error).__name__}.") from None
        if self.account.revoked or kid != self.key_id:
            raise OAuthError("invalid_grant", "Invalid JWT Signature.")
        self._check_times(claims)
        return claims

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._now()
        issued, ends = float(claims["iat"]), float(claims["exp"])
        if issued > now + _TOLERANCE or ends < now or ends - issued > _LONGEST + _TOLERANCE:
            raise OAuthError(
                "invalid_grant",
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your "
                "iat and exp values in the JWT claim.",
            )

    def _now(self) -> float:
        return self.wall() + self.account.clock


@dataclass(frozen=True, slots=True)
class _Scoped:
    """The tokens of an office that carry one scope."""

    office: TokenOffice
    scope: str

    def get(self, token: str, /) -> str | None:
        """See Tokens."""
        return self.office.user(token, self.scope)


def make_account(email: str, key_id: str, token_uri: str) -> tuple[str, str]:
    """A service account's key: (the JSON file that Google Cloud gives, the public half as PEM)."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    account = {
        "type": "service_account",
        "project_id": email.partition("@")[2].partition(".")[0],
        "private_key_id": key_id,
        "private_key": private.decode(),
        "client_email": email,
        "client_id": "100000000000000000001",
        "token_uri": token_uri,
    }
    return json.dumps(account, indent=2), public.decode()


def make_app(office: TokenOffice) -> Starlette:
    """POST /token, and /_rehearsal/account: how the account stands, changed by a JSON object of its fields."""
    from email.utils import formatdate

    from starlette.applications import Starlette
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    async def token(request: Request) -> Response:
        date = {"date": formatdate(office.wall() + office.account.clock, usegmt=True)}
        try:
            form = parse_qs((await request.body()).decode("utf-8", "replace"))
            return JSONResponse(office.exchange(form), headers=date)
        except OAuthError as error:
            return JSONResponse(error.body, error.code, headers=date)

    async def account(request: Request) -> Response:
        if request.method == "POST":
            office.account = replace(office.account, **await request.json())
            office.revoke_all()
        return JSONResponse({name: getattr(office.account, name) for name in Account.__dataclass_fields__})

    return Starlette(
        routes=[
            Route("/token", token, methods=["POST"]),
            Route("/_rehearsal/account", account, methods=["GET", "POST"]),
        ]
    )
