"""Debian's real Prometheus behind a password and client certificates: who is let in, and what the others read."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest

from providers.prometheus import PROVIDER
from rollout_tui.domain.readings import Answer, NoReading, Scope, Window
from rollout_tui.engine.http import Clients
from rollout_tui.ports import Denied, ProviderContext, ProviderError, Query, Unreachable
from tests.certificates import Authority, Pair
from tests.providers.real import NO_PROMETHEUS, Wall, prometheus
from tests.unit.domain.builders import ANDROID, CRASH

pytestmark = [pytest.mark.real, NO_PROMETHEUS]

PASSWORD = "correct-horse"
HASHED = "$2b$04$f4KxnpkgFzosHbS39lgLquefLgKOR5MERLfVA49HwfVLO87GRDTte"
"""That password as bcrypt has it."""
QUERIES = {CRASH.id: {"bad": 'bad_total{build="$build"}', "total": 'all_total{build="$build"}'}}


@dataclass(frozen=True)
class Guarded:
    """A server that lets in mara, with her password, on a line of a client that its CA has signed."""

    url: str
    ca: str
    client: Pair
    stranger: Pair

    def section(self, **more: object) -> dict[str, object]:
        """The options of somebody who is let in, but for `more`; None takes one away."""
        tls = {"ca": self.ca, "certificate": self.client.certificate, "private_key": f"file:{self.client.key}"}
        options = {"url": self.url, "username": "mara", "password": "env:PW", "tls": tls, "metrics": QUERIES, **more}
        return {key: value for key, value in options.items() if value is not None}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    authority = Authority(folder)
    server, client = authority.sign("server"), authority.sign("client")
    web = folder / "web.yml"
    web.write_text(
        f"tls_server_config: {{cert_file: {server.certificate}, key_file: {server.key},"
        f" client_auth_type: RequireAndVerifyClientCert, client_ca_file: {authority.path}}}\n"
        f"basic_auth_users: {{mara: '{HASHED}'}}\n",
        encoding="utf-8",
    )
    with prometheus(folder, "scrape_configs: []", f"--web.config.file={web}", scheme="https") as url:
        yield Guarded(url, authority.path, client, Authority(folder, "strangers").sign("stranger"))


@pytest.fixture
async def clients() -> AsyncIterator[Clients]:
    opened = Clients()
    yield opened
    await opened.close()


async def read(clients: Clients, section: dict[str, object], password: str = PASSWORD) -> Answer | ProviderError:
    """The answer."""
    context = ProviderContext("prometheus", clients.get(), Wall(), lambda _: password, clients.get)
    assert PROVIDER.open_source is not None
    source = PROVIDER.open_source(PROVIDER.options.model_validate(section), context)
    now = time.time()
    try:
        (answer,) = await source.read([Query(CRASH, Scope.RECENT, ANDROID, Window(now - 60, now), 60.0)])
    except ProviderError as error:
        return error
    return answer


async def test_a_password_on_a_line_with_a_certificate_is_let_in(guarded: Guarded, clients: Clients) -> None:
    answer = await read(clients, guarded.section())
    assert isinstance(answer, NoReading)
    assert answer.reason.startswith("Prometheus has no series for build 4201"), "it has none, and says so to us"


async def test_a_wrong_password_is_told_and_not_repeated(guarded: Guarded, clients: Clients) -> None:
    refused = await read(clients, guarded.section(), "battery-staple")
    assert isinstance(refused, Denied)
    assert refused.message == "Prometheus: HTTP 401, not allowed: “Unauthorized”"
    assert "check the credentials" in refused.remedy
    assert "battery" not in str(refused) + repr(refused.__cause__)


async def test_without_a_certificate_that_its_ca_has_signed_nothing_is_answered(
    guarded: Guarded, clients: Clients
) -> None:
    stranger = {"certificate": guarded.stranger.certificate, "private_key": f"file:{guarded.stranger.key}"}
    for tls in ({"ca": guarded.ca}, {"ca": guarded.ca, **stranger}):
        refused = await read(clients, guarded.section(tls=tls))
        assert isinstance(refused, Denied), refused
        assert "does not take this host's TLS certificate, or wants one" in refused.message
        assert "certificate and private_key" in refused.remedy


async def test_a_server_whose_ca_nobody_named_is_not_trusted(guarded: Guarded, clients: Clients) -> None:
    refused = await read(clients, guarded.section(tls=None))
    assert isinstance(refused, Unreachable)
    assert "its certificate is not trusted" in refused.message
