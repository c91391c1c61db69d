"""Plumbing that every provider shares: one way to ask over HTTP, and one way to say in words what went wrong.

Reads are retried with jitter and a cap; a call that changes something never is (stores.md 11). Bodies are bounded,
redirects are not followed, and no error holds a URL, a header or a token.
"""

from __future__ import annotations

import json as jsonlib
import logging
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import httpx
import stamina
from stamina.instrumentation import set_on_retry_hooks

from rollout_tui.domain.words import plain_text
from rollout_tui.ports import Denied, Misconfigured, OutcomeUnknown, ProviderError, Unreachable

# At INFO it writes down every address as a whole, with the parameters that are secrets.
logging.getLogger("httpx").setLevel(logging.WARNING)

Json = Any
Params = Mapping[str, str | Sequence[str]]
"""A query's parameters; one with several values is given several times."""
LARGEST = 8 * 1024 * 1024
"""Bytes of an answer that are read; more is a mistake, not an answer."""
_TRIES = 3
_TOKEN = 8
"""Characters from which on a credential is looked for in answers; shorter ones would be found by chance."""
_OPEN_HEADERS = frozenset({"accept", "content-type", "user-agent"})
"""Headers that hold no credential; any other may, whatever its name."""
_REFUSED_AS = re.compile(r"alert (bad certificate|certificate \w+|unknown ca|handshake failure|access denied)")
"""A server's words, by way of OpenSSL, for a certificate of ours that it does not take."""
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_PATIENCE = 8.0


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: status, body as JSON (None when it is none), headers in lower case, and seconds of Retry-After."""

    status: int
    json: Json
    text: str
    headers: Mapping[str, str]
    retry_after: float | None


async def get_json(
    http: httpx.AsyncClient,
    url: str,
    *,
    who: str,
    params: Params | None = None,
    headers: Mapping[str, str] | None = None,
    retry: bool = True,
) -> Json:
    """The JSON of a successful GET. Raises Unreachable, Denied or Misconfigured, in words that begin with `who`."""
    answer = await get(http, url, who=who, params=params, headers=headers, retry=retry)
    raise_for_status(answer, who)
    if answer.json is None:
        raise Unreachable(f"{who} answered with something that is no JSON: {_glimpse(answer.text)}", _PROXY)
    return answer.json


async def get(
    http: httpx.AsyncClient,
    url: str,
    *,
    who: str,
    params: Params | None = None,
    headers: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    retry: bool = True,
) -> Answer:
    """A read, whatever its status; tried again while the server is overloaded or the line broken.

    With a `form` it is sent as one (POST), for questions that are too long for an address. Raises Unreachable when
    there is no whole answer.
    """
    method, content, typed = "GET", None, {}
    if form is not None:
        method, content, typed = "POST", urlencode(form).encode(), _FORM
    answer: Answer | None = None
    try:
        async for attempt in _attempts(_TRIES if retry else 1):
            with attempt:
                answer = await _once(http, method, url, content, params, {**typed, **(headers or {})}, who)
                if answer.status >= 500:
                    raise _Overloaded
    except _NoAnswer as last:
        raise Unreachable(last.words) from last.__cause__
    except _Overloaded:
        pass  # the last answer says it, and the caller knows this vendor's errors
    if answer is None:
        raise Unreachable(f"{who} did not answer")
    return answer


async def send_json(
    http: httpx.AsyncClient,
    method: str,
    url: str,
    *,
    who: str,
    json: Json = None,
    params: Params | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """One call, sent once, whatever its answer's status.

    Raises Unreachable when it surely was not sent, OutcomeUnknown when it was sent and no whole answer came.
    """
    content = None if json is None else jsonlib.dumps(json, default=_decimal).encode()
    typed = {} if content is None else {"Content-Type": "application/json"}
    try:
        return await _once(http, method, url, content, params, {**typed, **(headers or {})}, who)
    except _NoAnswer as broken:
        if broken.sent:
            raise OutcomeUnknown(f"{broken.words}; the call may have taken effect") from broken.__cause__
        raise Unreachable(broken.words) from broken.__cause__


def raise_for_status(answer: Answer, who: str) -> None:
    """What an answer that is no success means, where the vendor's own words are not known."""
    status = answer.status
    if status < 300:
        return
    said = _glimpse(answer.text)
    if status == 429 or status >= 500:
        raise Unreachable(f"{who}: HTTP {status}{said and f' {said}'}", retry_after=answer.retry_after)
    if status in (401, 403):
        raise Denied(
            f"{who}: HTTP {status}, not allowed{said and f': {said}'}", "check the credentials and their rights"
        )
    if status < 400:
        raise Misconfigured(
            f"{who}: HTTP {status}, the address was moved; redirects are not followed", "set the new address"
        )
    raise Misconfigured(f"{who}: HTTP {status}{said and f' {said}'}", "check address and options")


class _NoAnswer(Exception):
    """There is no whole answer; `sent` is False where the call surely did not leave this host."""

    def __init__(self, words: str, *, sent: bool = True) -> None:
        super().__init__(words)
        self.words = words
        self.sent = sent


class _Broken(_NoAnswer):
    """No whole answer, as networks have it: a read may be tried again."""


class _Overloaded(Exception):
    """A server's failure: a read may be tried again."""


def _attempts(tries: int) -> AsyncIterator[stamina.Attempt]:
    """Tries of a read. stamina's own reports of retries are off: unasked, they would be printed into the screen."""
    set_on_retry_hooks(())
    return stamina.retry_context(
        on=(_Broken, _Overloaded), attempts=tries, timeout=_PATIENCE, wait_initial=0.2, wait_max=2.0, wait_jitter=0.3
    )


async def _once(
    http: httpx.AsyncClient,
    method: str,
    url: str,
    content: bytes | None,
    params: Params | None,
    headers: Mapping[str, str],
    who: str,
) -> Answer:
    try:
        request = http.build_request(method, url, content=content, params=params, headers=headers)
    except UnicodeEncodeError:
        # Its text holds the header, which may be a token.
        raise Misconfigured(f"{who}: a token or header holds characters that HTTP cannot carry") from None
    except httpx.InvalidURL:
        raise Misconfigured(f"{who}: the address is no http or https address", "set the address") from None
    try:
        response = await http.send(request, stream=True, follow_redirects=False)
        try:
            body = await _bounded(response, who)
        finally:
            await response.aclose()
    except (httpx.UnsupportedProtocol, httpx.LocalProtocolError) as error:
        raise Misconfigured(f"{who}: address or headers are not what HTTP takes ({_kind(error)})") from None
    except httpx.DecodingError as error:
        raise _NoAnswer(f"{who} answered with something that cannot be unpacked") from error
    except (httpx.TransportError, OSError) as error:
        raise _broken(error, who) from error
    text = body.decode("utf-8", "replace")
    json = _json(text)
    if response.status_code >= 300 or json is None:  # what people may read; data stay as they came
        text = _without_secrets(text, headers)
        json = _json(text)
    return Answer(response.status_code, json, text, dict(response.headers), _retry_after(response.headers))


def _broken(error: Exception, who: str) -> Exception:
    """What a line that failed means. Refusals of TLS come as plain OSErrors, and not before the first byte is read."""
    if _REFUSED_AS.search(str(error)):
        return Denied(
            f"{who} does not take this host's TLS certificate, or wants one ({_kind(error)})",
            "set certificate and private_key of its tls section to what the server's own CA has signed",
        )
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return _Broken(f"{who} cannot be reached ({_kind(error)})", sent=False)
    if isinstance(error, httpx.TimeoutException):
        return _Broken(f"{who} gave no answer in time")
    return _Broken(f"{who}: the connection broke ({_kind(error)})")


async def _bounded(response: httpx.Response, who: str) -> bytes:
    body = bytearray()
    async for part in response.aiter_bytes():
        body += part
        if len(body) > LARGEST:
            raise _NoAnswer(f"{who} answered with more than {LARGEST // 1024 // 1024} MiB")
    return bytes(body)


def _json(text: str) -> Json:
    """The body as JSON, decimals exact (a share of 0.1 is 1/10); None when it is none."""
    try:
        return jsonlib.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None


def _without_secrets(text: str, headers: Mapping[str, str]) -> str:
    """The text without our own credentials, which some servers repeat in their errors."""
    for name, value in headers.items():
        secret = value.rpartition(" ")[2]
        if len(secret) >= _TOKEN and name.lower() not in _OPEN_HEADERS:
            text = text.replace(secret, "…")
    return text


def _decimal(value: object) -> float:
    """Decimals go out as JSON numbers; their shortest float prints the same digits."""
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} cannot be sent as JSON")


def _retry_after(headers: Mapping[str, str]) -> float | None:
    text = headers.get("retry-after", "")
    try:
        return max(0.0, float(text))
    except ValueError:
        return None


def _glimpse(text: str) -> str:
    """The first words of a body, cleaned; of a page only that it is one."""
    start = text.lstrip()[:200].lower()
    if not start:
        return ""
    if start.startswith(("<!doctype", "<html", "<")):
        return "(a web page, as proxies send)"
    return f"“{plain_text(text, 120)}”"


def _kind(error: Exception) -> str:
    """The kind of a network failure in words; its text may hold an address."""
    text = str(error).lower()
    for sign, words in (
        ("refused", "connection refused"),
        ("name or service", "unknown host"),
        ("getaddrinfo", "unknown host"),
        ("sslv3 alert bad certificate", "none was shown, or a wrong one"),
        ("alert unknown ca", "it was signed by a CA that the server does not know"),
        (" alert ", text.partition(" alert ")[2].partition(" (")[0]),
        ("certificate has expired", "its certificate has expired"),
        ("hostname mismatch", "its certificate is for another host"),
        ("ip address mismatch", "its certificate is for another host"),
        ("certificate", "its certificate is not trusted"),
        ("timed out", "timed out"),
        ("reset", "reset"),
    ):
        if sign in text:
            return words
    return type(error).__name__


_PROXY = "is the address right, and no proxy or login page in between?"

__all__ = ["Answer", "Json", "ProviderError", "get", "get_json", "raise_for_status", "send_json"]
