"""What goes wrong is told in words, without secrets, and takes nothing else along."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from rollout_tui.domain.readings import NoReading, Reading, Window
from rollout_tui.ports import Denied, Examined, Misconfigured, ProviderError, Unreachable
from tests.providers.http_json.desk import GOOD, START, Desk, ask, counts
from tests.unit.domain.builders import ANDROID, CONNECT, CRASH


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (httpx.Response(401, json={"error": "bad token T:vne"}), Denied, 'not allowed: “{"error":"bad token …"}”'),
        (httpx.Response(400, text="no such field T:vne \x1b[1m"), Misconfigured, "HTTP 400 “no such field … ·[1m”"),
        (
            httpx.Response(302, headers={"Location": "https://evil.example"}),
            Misconfigured,
            "redirects are not followed",
        ),
        (httpx.Response(429, headers={"Retry-After": "7"}), Unreachable, "HTTP 429"),
        (httpx.Response(503, text="busy"), Unreachable, "HTTP 503 “busy”"),
        (httpx.Response(200, text="<html>Sign in</html>"), Unreachable, "something that is no JSON"),
        (httpx.Response(200, text=""), Unreachable, "something that is no JSON"),
        (httpx.ConnectError("refused T:vne"), Unreachable, "cannot be reached"),
        (httpx.ReadTimeout("T:vne"), Unreachable, "no answer"),
    ],
)
@pytest.mark.parametrize("body", [None, "{}"])
async def test_a_refusal_is_told_in_words_without_secrets(
    desk: Desk, answer: Any, kind: type[ProviderError], words: str, body: str | None
) -> None:
    desk.api.answers = [answer]
    with pytest.raises(ProviderError) as caught:
        await desk.read(counts(headers={"X-Key": "env:T"}, **({} if body is None else {"body": body})))
    assert type(caught.value) is kind
    if not (body and "no answer" in words):
        assert words in caught.value.message
    assert "T:vne" not in caught.value.message + caught.value.remedy


async def test_a_secret_that_an_answer_repeats_is_not_shown(desk: Desk) -> None:
    desk.api.answers = [{"bad": "your key T:vne", "total": 9}]
    assert await desk.refusal(counts(token="env:T")) == "api: bad is a text, no number: your key …"


async def test_one_request_that_fails_takes_no_other_metric_along(desk: Desk) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(400) if request.url.path.endswith("/broken") else httpx.Response(200, json=GOOD)

    two = {CRASH.id: {"bad": "bad", "total": "total"}}
    two[CONNECT.id] = {**two[CRASH.id], "url": "https://api.example/$build/broken"}
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as desk.http:
        crash, connect = await desk.read(counts(metrics=two), ask(CRASH), ask(CONNECT))
    assert isinstance(crash, Reading)
    assert isinstance(connect, NoReading)
    assert connect.reason == "api: HTTP 400"


async def test_a_pause_that_the_server_asks_for_is_kept(desk: Desk) -> None:
    source = desk.source(counts())
    desk.api.answers = [httpx.Response(429, headers={"Retry-After": "30"}), GOOD]
    for left in (30, 20):
        with pytest.raises(Unreachable) as caught:
            await source.read([ask()])
        assert caught.value.retry_after == left
        desk.clock.time += 10
    assert len(desk.api.asked) == 1
    desk.clock.time += 20
    (found,) = await source.read([replace(ask(), window=Window(START, desk.clock.time))])
    assert isinstance(found, Reading)


async def test_the_checkup_tells_which_data_has_no_age(desk: Desk) -> None:
    source = desk.source(counts())
    assert isinstance(source, Examined)
    (remark,) = await source.examine([ANDROID])
    assert remark.text.startswith("crash_rate: nothing says how old the data is")
    aged = desk.source(counts(as_of="at"))
    assert isinstance(aged, Examined)
    assert list(await aged.examine([ANDROID])) == []
