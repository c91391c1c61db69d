"""The whole way with a real server in it: exporter, Debian's Prometheus, `status --json`; then the exporter dies."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(shutil.which("prometheus") is None, reason="Debian's prometheus is not installed"),
]

METRICS = ("crash_rate", "connect_failure_rate", "avg_connection_time", "session_duration", "slow_connects")
SLOW = """
[metrics.slow_connects]
label = "Slow connects"
kind = "ratio"
population = "connects"
target = "< 5%"
alert = "> 10%"

[sources.prometheus.metrics.slow_connects]
histogram = 'app_connect_seconds{platform="$platform",build="$build"}'
within = 10
"""
"""A fifth metric: the share of connects that took longer than a bucket's edge."""
SCRAPE = 1.0
SPEED = 15.0
"""The app lives so fast that its counters, which move every 15 s, moved before each scrape; the clock is the wall's."""
PROXY = """
import http.server, sys, urllib.request
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = urllib.request.urlopen(sys.argv[2] + self.path).read()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(*command: str, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A process for the length of the block."""
    with subprocess.Popen(command, text=True, **options) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def asked(prometheus: str, query: str) -> list[Any]:
    """What Prometheus itself answers; nothing while it is still starting."""
    try:
        with urllib.request.urlopen(f"{prometheus}/api/v1/query?{urllib.parse.urlencode({'query': query})}") as answer:
            result: list[Any] = json.load(answer)["data"]["result"]
            return result
    except OSError:
        return []


def wait_for(what: Any, seconds: float, message: str) -> Any:
    """The first true answer."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = what()
        if answer:
            return answer
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds} s: {message}")


def status(config: Path) -> dict[str, Any]:
    """`status --json` as another program would call it."""
    command = [sys.executable, "-m", "rollout_tui", "status", "--json", "--config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_all_metrics_arrive_for_the_right_build_and_turn_no_data_when_the_exporter_dies(tmp_path: Path) -> None:
    serve = (sys.executable, "-m", "rollout_tui", "rehearse", "--serve", "--json", "--speed", f"{SPEED:g}")
    with contextlib.ExitStack() as stack:
        services = stack.enter_context(running(*serve, stdout=subprocess.PIPE))
        assert services.stdout is not None
        ready = json.loads(services.stdout.readline())
        port, exporter = free_port(), free_port()
        (tmp_path / "prometheus.yml").write_text(
            f"global: {{scrape_interval: {SCRAPE:g}s}}\n"
            f"scrape_configs: [{{job_name: app, static_configs: [{{targets: ['127.0.0.1:{exporter}']}}]}}]\n",
            encoding="utf-8",
        )
        stack.enter_context(
            running(
                "prometheus",
                f"--config.file={tmp_path / 'prometheus.yml'}",
                f"--storage.tsdb.path={tmp_path / 'tsdb'}",
                f"--web.listen-address=127.0.0.1:{port}",
                stderr=subprocess.DEVNULL,
            )
        )
        prometheus = f"http://127.0.0.1:{port}"
        wait_for(lambda: asked(prometheus, "up == 0"), 60, "Prometheus looked before the exporter was there")
        proxy = stack.enter_context(running(sys.executable, "-c", PROXY, str(exporter), ready["services"]["exporter"]))
        config = tmp_path / "config.toml"
        text = Path(ready["config"]).read_text(encoding="utf-8").replace(ready["services"]["prometheus"], prometheus)
        folder = str(Path(ready["config"]).parent / "history.db")
        assert f"speed = {SPEED!r}" in text
        text = text.replace(f"speed = {SPEED!r}", "speed = 1.0")
        shown = text.replace('"session_duration"]', '"session_duration", "slow_connects"]')
        config.write_text(shown.replace(folder, str(tmp_path / "history.db")) + SLOW, encoding="utf-8")

        grown = 'sum(increase(app_sessions_total{build="4201"}[30s])) > 4'
        wait_for(lambda: asked(prometheus, grown), 60, "Prometheus counts sessions")
        for counter in ("app_sessions_total", "app_connects_total", "app_connect_seconds_count"):
            few = f'sum(increase({counter}{{build="87"}}[30s])) > 1'
            wait_for(partial(asked, prometheus, few), 60, f"iOS too: {counter}")
        platforms = status(config)["platforms"]
        for platform, build in (("android", "4201"), ("ios", "87")):
            for metric in METRICS:
                found = platforms[platform]["metrics"][metric]
                assert found["reason"] is None, (platform, metric, found)
                assert found["build"] == build
                assert found["n"] > 0

        def some_are_slow() -> bool:
            slow = status(config)["platforms"]["android"]["metrics"]["slow_connects"]["value"]
            return 0 < (slow or 0) < 0.2

        wait_for(some_are_slow, 60, "a slow connect among many")
        assert asked(prometheus, 'app_connect_seconds_bucket{le="+Inf"} == on (build) app_connect_seconds_count')
        assert platforms["android"]["metrics"]["crash_rate"]["n"] < 5000, "what was counted before, or another build"

        proxy.kill()
        wait_for(lambda: asked(prometheus, "up == 0"), 60, "Prometheus sees that the exporter is gone")
        gone = status(config)["platforms"]
        assert asked(prometheus, 'rate(app_sessions_total{build="4201"}[1m])'), "rate() goes on as if nothing were"
        for platform in ("android", "ios"):
            for metric in METRICS:
                found = gone[platform]["metrics"][metric]
                assert (found["severity"], found["value"]) == ("UNKNOWN", None), (platform, metric, found)
            verdicts = {gate["id"]: gate["verdict"] for gate in gone[platform]["gates"]}
            assert verdicts["crash_free_sessions"] == "NO DATA"
