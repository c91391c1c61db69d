"""Signing in for real, with a key pair of the test's own: ahead of need, and never a word of the key in an error."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from providers.google_account.options import SignInOptions
from providers.google_account.signin import sign_in
from providers.google_play.options import GooglePlayOptions
from providers.google_play.store import GooglePlayStore
from rollout_tui.domain.actions import ActionKind, Intent
from rollout_tui.ports import Denied, Misconfigured, ProviderContext, Unreachable
from tests.providers.google_play.desk import ANDROID, CLOSED, StillClock
from tests.providers.google_play.fake import PACKAGE, FakePlay, release

SCOPE = "https://www.googleapis.com/auth/androidpublisher"
_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_PEM = _KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
_ACCOUNT = {
    "type": "service_account",
    "project_id": "p",
    "private_key_id": "k1",
    "private_key": _PEM,
    "client_email": "rollout@p.iam.gserviceaccount.com",
    "token_uri": "https://oauth2.example/token",
}


class TokenEndpoint:
    """Google's side: checks the assertion's signature and gives numbered tokens."""

    def __init__(self) -> None:
        self.asked: list[dict[str, object]] = []
        self.lifetime = 3600
        self.answer: httpx.Response | Exception | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        form = parse_qs(request.content.decode())
        assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
        claims = jwt.decode(
            form["assertion"][0],
            _KEY.public_key(),
            algorithms=["RS256"],
            audience="https://oauth2.googleapis.com/token",
        )
        self.asked.append(claims)
        if isinstance(self.answer, Exception):
            raise self.answer
        if self.answer is not None:
            return self.answer
        token = {"access_token": f"t{len(self.asked)}", "expires_in": self.lifetime, "token_type": "Bearer"}
        return httpx.Response(200, json=token)


@pytest.fixture
def endpoint():
    return TokenEndpoint()


@pytest.fixture
async def signing_in(endpoint):
    async with httpx.AsyncClient(transport=httpx.MockTransport(endpoint)) as http:

        def make(account=None):
            text = account if isinstance(account, str) else json.dumps(account or _ACCOUNT)
            context = ProviderContext("play", http, StillClock(), lambda _: text)
            return sign_in(SignInOptions(service_account="file:/made/up.json"), SCOPE, context)

        yield make


async def test_a_service_account_signs_an_assertion_and_gets_a_token(signing_in, endpoint):
    signing = signing_in()
    assert await signing.token() == "t1"
    assert endpoint.asked[0]["iss"] == "rollout@p.iam.gserviceaccount.com"
    assert endpoint.asked[0]["scope"] == "https://www.googleapis.com/auth/androidpublisher"


async def test_a_token_is_kept_while_it_lives(signing_in, endpoint):
    signing = signing_in()
    assert [await signing.token(), await signing.token()] == ["t1", "t1"]
    assert len(endpoint.asked) == 1


async def test_polls_replace_a_token_long_before_its_end_so_that_a_pause_never_waits(signing_in, endpoint):
    endpoint.lifetime = 600
    signing = signing_in()
    assert await signing.token() == "t1"
    endpoint.lifetime = 3600
    await signing.ahead()
    await signing.ahead()
    assert await signing.token() == "t2"
    assert len(endpoint.asked) == 2


async def test_while_the_old_token_lives_a_failing_refresh_harms_nobody(signing_in, endpoint):
    endpoint.lifetime = 600
    signing = signing_in()
    await signing.token()
    endpoint.answer = httpx.ConnectError("refused")
    await signing.ahead()
    assert await signing.token() == "t1"


async def test_a_refused_token_is_fetched_anew(signing_in, endpoint):
    signing = signing_in()
    await signing.token()
    signing.forget()
    assert await signing.token() == "t2"


async def test_a_revoked_key_is_said_with_what_to_check(signing_in, endpoint):
    endpoint.answer = httpx.Response(
        400, json={"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
    )
    with pytest.raises(Denied, match="Invalid JWT Signature") as caught:
        await signing_in().token()
    assert "make a new JSON key" in caught.value.remedy


async def test_a_silent_token_endpoint_is_unreachable(signing_in, endpoint):
    endpoint.answer = httpx.ConnectError("refused")
    with pytest.raises(Unreachable, match="does not answer"):
        await signing_in().token()


@pytest.mark.parametrize(
    ("account", "says"),
    [
        ("-----not json-----", "is not JSON"),
        ({"type": "authorized_user"}, "no service account's"),
        ({**_ACCOUNT, "private_key": "-----BEGIN PRIVATE KEY-----\nsecretish\n"}, "private key is broken"),
        ({key: value for key, value in _ACCOUNT.items() if key != "client_email"}, "incomplete"),
    ],
)
async def test_a_malformed_key_file_is_told_without_a_word_of_the_key(signing_in, account, says):
    with pytest.raises(Misconfigured, match=says) as caught:
        await signing_in(account).token()
    assert "secretish" not in str(caught.value.message) + caught.value.remedy


async def test_a_ready_token_is_read_from_its_reference_each_time():
    values = iter(["one\n", "two\n"])
    signing = sign_in(
        SignInOptions(token="env:PLAY_TOKEN"),
        SCOPE,
        ProviderContext("play", None, StillClock(), lambda _: next(values)),
    )
    assert [await signing.token(), await signing.token()] == ["one", "two"]


@pytest.fixture
def half() -> FakePlay:
    return FakePlay({"production": [release("inProgress", "4201", fraction=0.5)]})


@pytest.fixture
async def signed_store(endpoint, half, tmp_path):
    """A store that signs in for real; every call in order, those to the token endpoint as `token`."""

    def google(request: httpx.Request) -> httpx.Response:
        if request.url.host == "oauth2.example":
            half.calls.append("token")
            return endpoint(request)
        return half(request)

    async with httpx.AsyncClient(transport=httpx.MockTransport(google)) as http:
        context = ProviderContext("play", http, StillClock(), lambda _: json.dumps(_ACCOUNT))
        options = GooglePlayOptions(package=PACKAGE, service_account="file:/made/up.json")
        yield GooglePlayStore(options, context, tmp_path / "locks")


async def test_a_pause_never_waits_for_a_token_that_the_polls_could_fetch(signed_store, endpoint, half):
    endpoint.lifetime = 600
    seen = await signed_store.read(ANDROID, share=True)
    assert half.calls == ["token", "list", "insert", "get", "delete"]
    half.calls.clear()
    seen = await signed_store.read(ANDROID, share=False)
    assert half.calls == ["token", "list"], "each poll replaces a token that ends within a quarter of an hour"
    change = signed_store.plan(ANDROID, Intent(ActionKind.PAUSE, CLOSED), seen)
    half.calls.clear()
    await signed_store.perform(ANDROID, change, seen)
    assert half.calls == ["insert", "get", "update", "commit"]


async def test_a_token_that_was_revoked_early_is_replaced_once_in_the_middle_of_a_pause(signed_store, half):
    seen = await signed_store.read(ANDROID, share=True)
    change = signed_store.plan(ANDROID, Intent(ActionKind.PAUSE, CLOSED), seen)
    half.calls.clear()
    refused = [httpx.Response(401)]
    half.before = lambda call: refused.pop() if call == "insert" and refused else None
    await signed_store.perform(ANDROID, change, seen)
    assert half.calls == ["insert", "token", "insert", "get", "update", "commit"]


async def test_a_sign_in_that_is_refused_for_ever_ends_after_one_new_token(signed_store, half):
    seen = await signed_store.read(ANDROID, share=True)
    change = signed_store.plan(ANDROID, Intent(ActionKind.PAUSE, CLOSED), seen)
    half.calls.clear()
    half.before = lambda call: httpx.Response(401)
    with pytest.raises(Denied, match="does not accept the sign-in"):
        await signed_store.perform(ANDROID, change, seen)
    assert half.calls == ["insert", "token", "insert"]
