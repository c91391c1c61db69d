"""Asking over HTTP: what is retried, what never is, and what an operator reads when it fails."""

from __future__ import annotations

import gzip
import ssl
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
import stamina

from providers import wire
from rollout_tui.ports import Denied, Misconfigured, OutcomeUnknown, ProviderError, Unreachable

URL = "http://metrics.example:9090/api?secret=hunter2hunter2"
TOKEN = "tok-0123456789abcdef"
AUTH = {"Authorization": f"Bearer {TOKEN}"}
Handler = Callable[[httpx.Request], httpx.Response]


@pytest.fixture(autouse=True)
def _no_waiting() -> object:
    """Reads are tried as often as usual here: that is what is tested."""
    with stamina.set_testing(True, attempts=3):
        yield


class Server:
    """Answers in turn; the last answer stays. Remembers what was asked."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


class Endless(httpx.AsyncByteStream):
    """A body without end."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            yield b" " * 65536


class Broken(httpx.AsyncByteStream):
    """A body that ends in the middle."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b'{"status": "succ'
        raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


async def get(server: Handler, **more: object) -> wire.Json:
    async with httpx.AsyncClient(transport=httpx.MockTransport(server)) as http:
        return await wire.get_json(http, URL, who="Prometheus", headers=AUTH, **more)


async def send(server: Handler) -> wire.Answer:
    async with httpx.AsyncClient(transport=httpx.MockTransport(server)) as http:
        return await wire.send_json(http, "PUT", URL, who="Google Play", json={"share": 1}, headers=AUTH)


async def refusal(server: Handler) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await get(server)
    for part in ("hunter2", TOKEN, "metrics.example"):
        assert part not in str(caught.value) + caught.value.remedy
    return caught.value


async def test_a_good_answer_is_its_json_with_exact_decimals() -> None:
    server = Server(httpx.Response(200, text='{"share": 0.1}'))
    assert str((await get(server))["share"]) == "0.1"
    assert server.asked[0].headers["authorization"] == f"Bearer {TOKEN}"


async def test_a_read_is_tried_again_while_the_server_is_overloaded() -> None:
    server = Server(httpx.Response(503), httpx.Response(200, json={"ok": True}))
    assert await get(server) == {"ok": True}
    assert len(server.asked) == 2


async def test_a_read_is_tried_again_when_the_line_breaks() -> None:
    server = Server(httpx.ReadError("reset by peer"), httpx.Response(200, json=[]))
    assert await get(server) == []


async def test_a_read_is_given_up_after_three_tries() -> None:
    server = Server(httpx.Response(503, text="busy", headers={"Retry-After": "30"}))
    error = await refusal(server)
    assert isinstance(error, Unreachable)
    assert error.message == "Prometheus: HTTP 503 “busy”"
    assert error.retry_after == 30
    assert len(server.asked) == 3


async def test_retries_print_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    await refusal(Server(httpx.Response(500)))
    assert capfd.readouterr() == ("", "")


async def test_a_caller_that_wants_one_try_gets_one() -> None:
    stamina.set_testing(False)
    server = Server(httpx.Response(500))
    with pytest.raises(Unreachable):
        await get(server, retry=False)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, Misconfigured),
        (400, Misconfigured),
        (401, Denied),
        (403, Denied),
        (404, Misconfigured),
        (429, Unreachable),
        (502, Unreachable),
    ],
)
async def test_each_status_is_a_kind_of_trouble(status: int, kind: type[ProviderError]) -> None:
    server = Server(httpx.Response(status, text="no", headers={"Location": "http://elsewhere.example/"}))
    error = await refusal(server)
    assert type(error) is kind
    assert f"HTTP {status}" in error.message
    assert all(request.url.host == "metrics.example" for request in server.asked)


async def test_a_web_page_is_named_and_not_quoted() -> None:
    error = await refusal(Server(httpx.Response(200, html="<!DOCTYPE html><h1>Sign in</h1>")))
    assert error.message == "Prometheus answered with something that is no JSON: (a web page, as proxies send)"
    assert "proxy" in error.remedy


@pytest.mark.parametrize("body", ["", "404 page not found", '{"status": "succ', "[" * 100_000, '{"n": ' + "9" * 5000])
async def test_what_is_no_json_is_no_answer(body: str) -> None:
    error = await refusal(Server(httpx.Response(200, text=body)))
    assert isinstance(error, Unreachable)
    assert "no JSON" in error.message
    assert len(error.message) < 220


async def test_control_characters_of_a_server_reach_nobody() -> None:
    error = await refusal(Server(httpx.Response(400, text="bad \x1b[2J\u202e thing")))
    assert "\x1b" not in error.message
    assert "\u202e" not in error.message


async def test_a_token_that_a_server_repeats_is_cut_out() -> None:
    error = await refusal(Server(httpx.Response(400, text=f"cannot parse header Authorization: Bearer {TOKEN}")))
    assert "cannot parse header" in error.message


async def test_the_data_of_a_good_answer_stay_as_they_came_whatever_headers_were_sent() -> None:
    """A header may be no secret (a tenant, a version): what is cut out of data could make a search find nothing."""
    server = Server(httpx.Response(200, json={"bugs": [{"project": "acme-connect"}]}))
    async with httpx.AsyncClient(transport=httpx.MockTransport(server)) as http:
        answer = await wire.get(http, "https://api.example/", who="API", headers={"X-Project": "acme-connect"})
    assert answer.json == {"bugs": [{"project": "acme-connect"}]}
    assert "acme-connect" in answer.text


async def test_an_endless_answer_is_cut_off() -> None:
    server = Server(httpx.Response(200, stream=Endless()))
    assert (await refusal(server)).message == "Prometheus answered with more than 8 MiB"
    assert len(server.asked) == 1


async def test_a_small_answer_that_unpacks_to_a_huge_one_is_cut_off() -> None:
    packed = gzip.compress(b" " * (wire.LARGEST + 1))
    error = await refusal(Server(httpx.Response(200, content=packed, headers={"Content-Encoding": "gzip"})))
    assert "more than 8 MiB" in error.message


async def test_an_answer_that_cannot_be_unpacked_is_no_answer() -> None:
    response = httpx.Response(200, stream=httpx.ByteStream(b"not gzip"), headers={"Content-Encoding": "gzip"})
    error = await refusal(Server(response))
    assert error.message == "Prometheus answered with something that cannot be unpacked"


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (httpx.ConnectError("[Errno 111] Connection refused"), "Prometheus cannot be reached (connection refused)"),
        (httpx.ConnectError("[Errno -2] Name or service not known"), "Prometheus cannot be reached (unknown host)"),
        (httpx.ReadTimeout("http://metrics.example"), "Prometheus gave no answer in time"),
        (httpx.ReadError("http://metrics.example"), "Prometheus: the connection broke (ReadError)"),
    ],
)
async def test_a_failed_connection_is_told_in_words(failure: Exception, words: str) -> None:
    error = await refusal(Server(failure))
    assert isinstance(error, Unreachable)
    assert error.message == words


async def test_an_answer_that_breaks_off_is_no_answer() -> None:
    error = await refusal(lambda _: httpx.Response(200, stream=Broken()))
    assert isinstance(error, Unreachable)


@pytest.mark.parametrize("url", ["ftp://metrics.example", "metrics.example", "http://[::1", ""])
async def test_an_impossible_address_is_a_mistake_of_the_configuration(url: str) -> None:
    async with httpx.AsyncClient() as http:
        with pytest.raises(Misconfigured, match=r"address"):
            await wire.get_json(http, url, who="Prometheus")


async def test_a_token_that_is_no_header_is_not_told() -> None:
    async with httpx.AsyncClient() as http:
        with pytest.raises(Misconfigured) as caught:
            await wire.get_json(http, URL, who="Prometheus", headers={"Authorization": "Bearer pässwörd"})
    assert "ssw" not in f"{caught.value}"
    assert caught.value.__cause__ is None


async def test_a_change_is_sent_once_whatever_comes_back() -> None:
    server = Server(httpx.Response(503, json={"error": {"code": 503}}))
    answer = await send(server)
    assert answer.status == 503
    assert answer.json == {"error": {"code": 503}}
    assert len(server.asked) == 1
    assert server.asked[0].content == b'{"share": 1}'
    assert server.asked[0].headers["content-type"] == "application/json"


async def test_a_change_that_never_left_this_host_is_told_apart() -> None:
    server = Server(httpx.ConnectError("connection refused"))
    with pytest.raises(Unreachable, match=r"cannot be reached"):
        await send(server)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ReadTimeout("slow"),
        httpx.WriteError("broken pipe"),
        httpx.RemoteProtocolError("server disconnected"),
        httpx.Response(200, stream=Endless()),
        httpx.Response(200, stream=Broken()),
        httpx.Response(200, stream=httpx.ByteStream(b"no"), headers={"Content-Encoding": "gzip"}),
    ],
)
async def test_a_change_without_a_whole_answer_may_have_happened(failure: httpx.Response | Exception) -> None:
    server = Server(failure)
    with pytest.raises(OutcomeUnknown, match=r"may have taken effect"):
        await send(server)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        # As OpenSSL says them: the first two come from a server in Go, which asks for a certificate.
        (
            ssl.SSLError(1, "[SSL: SSLV3_ALERT_BAD_CERTIFICATE] sslv3 alert bad certificate (_ssl.c:2580)"),
            Denied,
            "none",
        ),
        (
            httpx.ConnectError("[SSL: SSLV3_ALERT_BAD_CERTIFICATE] sslv3 alert bad certificate"),
            Denied,
            "none was shown",
        ),
        (httpx.ReadError("[SSL: TLSV1_ALERT_UNKNOWN_CA] tlsv1 alert unknown ca (_ssl.c:1006)"), Denied, "a CA that"),
        (httpx.ConnectError("sslv3 alert certificate expired (_ssl.c:1006)"), Denied, "certificate expired"),
        (httpx.ConnectError("sslv3 alert handshake failure (_ssl.c:1006)"), Denied, "handshake failure"),
        (httpx.ConnectError("certificate verify failed: certificate has expired"), Unreachable, "has expired"),
        (httpx.ConnectError("certificate verify failed: IP address mismatch"), Unreachable, "for another host"),
        (httpx.ConnectError("certificate verify failed: self-signed certificate"), Unreachable, "is not trusted"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number"), Unreachable, "the connection broke"),
    ],
)
async def test_a_tls_line_that_fails_says_whose_certificate_it_is(
    error: Exception, kind: type[ProviderError], words: str
) -> None:
    server = Server(error)
    refused = await refusal(server)
    assert isinstance(refused, kind)
    assert words in refused.message
    assert len(server.asked) == (1 if kind is Denied else 3), "a refusal is not asked again"


async def test_a_read_may_be_a_form_and_is_tried_again() -> None:
    server = Server(httpx.Response(503), httpx.Response(200, json={}))
    async with httpx.AsyncClient(transport=httpx.MockTransport(server)) as http:
        answer = await wire.get(http, URL, who="Prometheus", form={"query": "a+b &c"})
    assert answer.status == 200
    assert [request.method for request in server.asked] == ["POST", "POST"]
    assert httpx.QueryParams(server.asked[1].content.decode())["query"] == "a+b &c"
