"""Who may ask the rehearsed App Store Connect, and how often in an hour."""

from __future__ import annotations

import time
from collections.abc import Callable

import jwt
import pytest

from rollout_tui.rehearsal.stores.apple_token import make_key
from tests.rehearsal.stagehand import HOUR
from tests.rehearsal.stores.apple_desk import claims, token

OTHER, _ = make_key()
TOKENS: dict[str, Callable[[], str]] = {
    "none": lambda: "",
    "no token": lambda: "Bearer ",
    "another scheme": lambda: f"Basic {token()}",
    "no JWT": lambda: "Bearer abc.def",
    "another key's id": lambda: f"Bearer {token(kid='KEY2')}",
    "another key's signature": lambda: f"Bearer {token(key=OTHER)}",
    "another issuer": lambda: f"Bearer {token(iss='somebody')}",
    "another audience": lambda: f"Bearer {token(aud='google')}",
    "expired": lambda: f"Bearer {token(exp=time.time() - 1)}",
    "valid for 30 minutes": lambda: f"Bearer {token(exp=time.time() + 1800)}",
    "issued in the future": lambda: f"Bearer {token(iat=time.time() + 60)}",
    "without an end": lambda: f"Bearer {token(exp=None)}",
    "without an issuer": lambda: f"Bearer {token(iss=None)}",
    "an end that is no time": lambda: f"Bearer {token(iat='soon')}",
    "unsigned": lambda: f"Bearer {jwt.encode(claims(), None, algorithm='none', headers={'kid': 'KEY1'})}",
    "signed with a password": lambda: f"Bearer {token(key='x' * 32, algorithm='HS256')}",
}


@pytest.mark.parametrize("made", TOKENS.values(), ids=TOKENS)
async def test_a_token_that_is_not_good_is_refused(desk_in, made):
    desk = desk_in("phased")
    answer = await desk.http.patch(
        desk.phased_path, json={"data": desk.phased("PAUSED")}, headers={"Authorization": made()}
    )
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["code"] == "NOT_AUTHORIZED"
    assert desk.book.phased is not None
    assert desk.book.phased.state == "ACTIVE"


@pytest.mark.parametrize("changed", [{}, {"iat": None}, {"exp": time.time() + 1200}])
async def test_a_good_token_signs_in(desk_in, changed):
    desk = desk_in("phased")
    answer = await desk.http.get("/v1/apps", headers={"Authorization": f"Bearer {token(**changed)}"})
    assert answer.status_code == 200


async def test_the_hours_requests_are_counted_down_refused_when_used_up_and_come_back(desk_in):
    desk = desk_in("phased", hourly=3)
    left = [(await desk.http.get("/v1/apps")).headers["x-rate-limit"] for _ in range(3)]
    assert left == [f"user-hour-lim:3;user-hour-rem:{n};" for n in (2, 1, 0)]
    answer = await desk.http.get("/v1/apps")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (429, "RATE_LIMIT_EXCEEDED")
    assert answer.headers["x-rate-limit"] == "user-hour-lim:3;user-hour-rem:0;"
    desk.clock.time += HOUR
    answer = await desk.http.get("/v1/apps")
    assert (answer.status_code, answer.headers["x-rate-limit"]) == (200, "user-hour-lim:3;user-hour-rem:2;")
