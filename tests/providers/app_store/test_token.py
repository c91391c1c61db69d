"""Tokens as Apple wants them, and what is said when it refuses them."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import format_datetime

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from providers.app_store.rate import RateLimit, rate_limit
from providers.app_store.token import AppleToken
from rollout_tui.domain.actions import ActionKind
from rollout_tui.ports import Denied, Misconfigured, Unreachable
from tests.providers.app_store.desk import IOS, PHASED, PRIVATE, PUBLIC, error


class Wall:
    def __init__(self) -> None:
        self.time = time.time()

    def __call__(self) -> float:
        return self.time


def claims_of(token: str) -> dict[str, object]:
    return jwt.decode(token, PUBLIC, algorithms=["ES256"], audience="appstoreconnect-v1", options={"verify_exp": False})


async def test_a_token_lives_ten_minutes_and_is_backdated_by_one():
    wall = Wall()
    token = await AppleToken("KEY1", "issuer-1", lambda: PRIVATE, wall).current()
    assert jwt.get_unverified_header(token) == {"alg": "ES256", "kid": "KEY1", "typ": "JWT"}
    assert claims_of(token) == {
        "iss": "issuer-1",
        "iat": int(wall.time - 60),
        "exp": int(wall.time + 600),
        "aud": "appstoreconnect-v1",
    }


async def test_a_token_is_kept_and_replaced_two_minutes_before_its_end():
    wall = Wall()
    token = AppleToken("KEY1", "issuer-1", lambda: PRIVATE, wall)
    first = await token.current()
    wall.time += 479
    assert await token.current() == first
    wall.time += 2
    assert await token.current() != first


def _pem(key: object, secret: serialization.KeySerializationEncryption) -> str:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, secret).decode()


_ENCRYPTED = _pem(ec.generate_private_key(ec.SECP256R1()), serialization.BestAvailableEncryption(b"hush"))
_RSA = _pem(rsa.generate_private_key(public_exponent=65537, key_size=2048), serialization.NoEncryption())


@pytest.mark.parametrize(
    ("key", "says"),
    [("not a key", "not a private key"), (_ENCRYPTED, "is encrypted"), (_RSA, "not a private key"), ("", "not a")],
    ids=["text", "encrypted", "rsa", "empty"],
)
async def test_a_wrong_key_is_told_without_a_word_of_it(key, says):
    with pytest.raises(Misconfigured, match=says) as caught:
        await AppleToken("KEY1", "issuer-1", lambda: key).current()
    assert caught.value.__cause__ is None
    assert key[:60] not in caught.value.message or not key


async def test_one_refused_token_is_replaced_by_a_fresh_one(desk_in):
    desk = desk_in("phased")
    refused = [error(401, "NOT_AUTHORIZED", "Provide a properly configured token")]
    desk.wire.before = lambda _: refused.pop() if refused else None
    assert (await desk.see()).status == "ACTIVE"


async def test_a_token_refused_twice_is_not_tried_a_third_time_and_the_clocks_are_compared(desk_in):
    desk = desk_in("phased")
    ahead = format_datetime(datetime.fromtimestamp(time.time() + 600, UTC), usegmt=True)
    desk.wire.before = lambda _: error(401, "NOT_AUTHORIZED", "Provide a token", date=ahead)
    with pytest.raises(Denied, match=r"clock is (599|600) s behind Apple's") as caught:
        await desk.see()
    assert caught.value.remedy == "set this host's clock"
    assert len(desk.wire.requests) == 2


async def test_a_revoked_key_with_a_right_clock_names_what_to_check(desk_in):
    desk = desk_in("phased")
    now = format_datetime(datetime.now(UTC), usegmt=True)
    desk.wire.before = lambda _: error(401, "NOT_AUTHORIZED", "Provide a token", date=now)
    with pytest.raises(Denied, match="does not accept the key") as caught:
        await desk.see()
    assert "key_id" in caught.value.remedy


def test_the_budget_is_read_from_the_header_and_from_nothing_else():
    assert rate_limit({"x-rate-limit": "user-hour-lim:3500;user-hour-rem:500;"}, 1.0) == RateLimit(3500, 500, 1.0)
    for text in ("", "user-hour-lim:3500", "user-hour-lim:x;user-hour-rem:1", "nonsense"):
        assert rate_limit({"x-rate-limit": text}, 1.0) is None


async def test_a_low_budget_is_told_beside_the_state(desk_in):
    desk = desk_in("phased")
    desk.store._api.rate = RateLimit(3600, 300, time.monotonic())
    desk.wire.after = lambda request, document: None  # answers without the header: the last one stands
    state = await desk.see()
    assert "App Store Connect: 300 of 3,600 requests left this hour" in state.notes


async def test_polling_rests_before_the_reserve_for_actions_is_touched_and_a_pause_still_works(desk_in):
    desk = desk_in("phased")
    seen = await desk.see()
    desk.store._api.rate = RateLimit(3600, 60, time.monotonic())
    with pytest.raises(Unreachable, match="polling rests: 60 of 3,600 requests left") as caught:
        await desk.store.read(IOS, share=False)
    assert caught.value.retry_after == 300.0
    await desk.store.perform(IOS, desk.plan(ActionKind.PAUSE, seen, PHASED), seen)
    assert desk.book.phased.state == "PAUSED"
    assert (await desk.see()).status == "PAUSED"


async def test_a_person_who_asks_is_answered_even_below_the_reserve(desk_in):
    desk = desk_in("phased")
    desk.store._api.rate = RateLimit(3600, 10, time.monotonic())
    assert (await desk.see()).status == "ACTIVE"
