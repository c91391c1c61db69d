"""Debian's own servers on loopback, for the tests that talk to real ones."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import httpx
import pytest

NO_PROMETHEUS = pytest.mark.skipif(
    shutil.which("prometheus") is None, reason="no prometheus on this host (apt install prometheus)"
)
NO_PUSHGATEWAY = pytest.mark.skipif(
    shutil.which("prometheus-pushgateway") is None,
    reason="no pushgateway on this host (apt install prometheus-pushgateway)",
)


class Wall:
    """The wall's clock."""

    def now(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("a source has no reason to sleep")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def scraping(target: str, interval: float) -> str:
    """A configuration of Prometheus that scrapes one target."""
    return (
        f"global: {{scrape_interval: {interval:g}s, scrape_timeout: {interval:g}s}}\n"
        f"scrape_configs: [{{job_name: app, static_configs: [{{targets: ['{target}']}}]}}]\n"
    )


@contextlib.contextmanager
def prometheus(folder: Path, config: str, *options: str, scheme: str = "http") -> Iterator[str]:
    """A Prometheus with that configuration; its address."""
    port = free_port()
    (folder / "prometheus.yml").write_text(config, encoding="utf-8")
    with running(
        folder,
        "prometheus",
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{port}",
        *options,
    ):
        _wait_for(folder / "prometheus.log", b"ready to receive web requests")
        yield f"{scheme}://127.0.0.1:{port}"


def _wait_for(log: Path, words: bytes, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while words not in (said := log.read_bytes()):
        assert time.monotonic() < deadline, said.decode()
        time.sleep(0.05)


@contextlib.contextmanager
def pushgateway(folder: Path) -> Iterator[str]:
    """A Pushgateway; host and port."""
    address = f"127.0.0.1:{free_port()}"
    with running(folder, "prometheus-pushgateway", f"--web.listen-address={address}"):
        yield address


@contextlib.contextmanager
def running(folder: Path, *command: str) -> Iterator[None]:
    """A process for the length of the block; what it says is in the folder."""
    with (folder / f"{command[0]}.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(20)


async def eventually(ask: Callable[[], Awaitable[object]], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(httpx.TransportError, LookupError, ValueError):
            if await ask():
                return
        assert time.monotonic() < deadline, "the server did not come so far"
        await asyncio.sleep(0.1)
