"""Clients for TLS identities: one each, certificates that are renewed on disk."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import pytest
import stamina

from providers import wire
from rollout_tui.engine.http import Clients
from rollout_tui.ports import Misconfigured, ProviderError, TlsIdentity, Unreachable
from tests.certificates import Authority, Pair


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
async def clients() -> AsyncIterator[Clients]:
    opened = Clients()
    yield opened
    await opened.close()


@asynccontextmanager
async def server(pair: Pair, clients_ca: str | None = None) -> AsyncIterator[tuple[str, list[str]]]:
    """Answers `{}` over TLS on loopback; with a CA to those alone whom it signed, whose names it keeps."""
    seen: list[str] = []
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=clients_ca)
    context.load_cert_chain(pair.certificate, pair.key)
    if clients_ca is not None:
        context.verify_mode = ssl.CERT_REQUIRED

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        shown = writer.get_extra_info("peercert") or {}
        seen.extend(value for part in shown.get("subject", ()) for _, value in part)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    with quiet():
        async with listening:
            yield f"https://127.0.0.1:{listening.sockets[0].getsockname()[1]}", seen


@contextmanager
def quiet() -> Iterator[None]:
    """asyncio tells its log of every handshake that fails."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda *_: None)
    yield
    loop.set_exception_handler(None)


async def ask(http: httpx.AsyncClient, url: str) -> ProviderError | wire.Json:
    with stamina.set_testing(True, attempts=1):
        try:
            return await wire.get_json(http, url, who="Prometheus")
        except ProviderError as error:
            return error


def identity(authority: Authority, pair: Pair) -> TlsIdentity:
    return TlsIdentity(authority.path, pair.certificate, pair.key)


async def test_a_private_ca_is_trusted_by_who_names_it_and_by_no_other(authority: Authority, clients: Clients) -> None:
    async with server(authority.sign("server")) as (url, _):
        assert await ask(clients.get(TlsIdentity(authority.path)), url) == {}
        refused = await ask(clients.get(), url)
    assert isinstance(refused, Unreachable)
    assert "its certificate is not trusted" in refused.message


async def test_a_client_certificate_is_shown(authority: Authority, clients: Clients) -> None:
    async with server(authority.sign("server"), authority.path) as (url, seen):
        assert await ask(clients.get(identity(authority, authority.sign("on-call"))), url) == {}
    assert seen == ["on-call"]


def half_written(path: str) -> None:
    Path(path).write_text("-----BEGIN", encoding="utf-8")
    os.utime(path, (1, 1))


async def test_there_is_one_client_for_each_identity(authority: Authority, clients: Clients) -> None:
    pair = authority.sign("on-call")
    assert clients.get(identity(authority, pair)) is clients.get(identity(authority, pair))
    assert clients.get(identity(authority, pair)) is not clients.get(TlsIdentity(authority.path))
    assert clients.get() is clients.get(None)


async def test_a_certificate_that_is_renewed_on_disk_is_shown_next(authority: Authority, clients: Clients) -> None:
    pair = authority.sign("old")
    http = clients.get(identity(authority, pair))
    async with server(authority.sign("server"), authority.path) as (url, seen):
        await ask(http, url)
        half_written(pair.certificate)
        await ask(http, url)
        renewed = authority.sign("new")
        for old, new in ((pair.certificate, renewed.certificate), (pair.key, renewed.key)):
            os.replace(new, old)  # noqa: PTH105
        await ask(http, url)
    assert seen == ["old", "old", "new"], "one that is half written is left alone"


async def test_a_locked_key_is_opened_by_its_password_and_never_asked_for(
    authority: Authority, clients: Clients
) -> None:
    pair = authority.sign("on-call", password="hunter2hunter2")
    clients.get(TlsIdentity(None, pair.certificate, pair.key, "hunter2hunter2"))
    for wrong in (None, "wrong"):
        with pytest.raises(Misconfigured) as caught:
            clients.get(TlsIdentity(None, pair.certificate, pair.key, wrong))
        assert "password" in caught.value.message
        assert "hunter2" not in caught.value.message


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (lambda pair, other, text: TlsIdentity("/nowhere/ca.pem"), "/nowhere/ca.pem cannot be read: No such file"),
        (lambda pair, other, text: TlsIdentity(text), "text.pem: it holds no certificate"),
        (lambda pair, other, text: TlsIdentity(None, pair.certificate, "/nowhere/key"), "/nowhere/key cannot be read"),
        (
            lambda pair, other, text: TlsIdentity(None, text, pair.key),
            "text.pem: TLS cannot use it and its private key",
        ),
        (lambda pair, other, text: TlsIdentity(None, pair.certificate, other.key), "belongs to another certificate"),
    ],
)
def test_files_that_are_none_are_named(
    authority: Authority, tmp_path: Path, broken: Callable[[Pair, Pair, str], TlsIdentity], words: str
) -> None:
    text = tmp_path / "text.pem"
    text.write_text("hello", encoding="utf-8")
    with pytest.raises(Misconfigured, match=words):
        Clients().get(broken(authority.sign("a"), authority.sign("b"), str(text)))
