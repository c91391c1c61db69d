"""The guard as it is run: a crash spike is told to a webhook and paused at the store, and SIGTERM ends it in order."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx

from tests.rehearsal.serving import PATIENCE, hear_signals, run, served, until

_SETTINGS = """
[actions.automatic_pause.android]
critical = "2m"
countdown = "2h"

[alerts.channels.team]
url = "file:{url}"
levels = ["WARNING", "CRITICAL"]
"""
"""At 1,800 seconds in one the countdown is four of the wall: who looks later than twice that counts down anew."""
_SECTIONS = ("[stores.play]\n", "[stores.app_store]\n", "[sources.prometheus]\n", "[trackers.github]\n")


@contextmanager
def webhook() -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """A service that takes messages: its port, and their bodies."""
    bodies: list[dict[str, Any]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port, bodies
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_crash_spike_is_told_and_paused_at_the_store(tmp_path: Path) -> None:
    with webhook() as (port, bodies), served(tmp_path, "crash-spike", 1800.0) as rehearsal:
        url = tmp_path / "url"
        url.touch(mode=0o600)
        url.write_text(f"json://127.0.0.1:{port}/SECRET")
        config = rehearsal.config.read_text()
        for section in _SECTIONS:  # thirty times a second would be more than a slow disk takes
            config = config.replace(section, f'{section}interval = "10m"\n')
        rehearsal.config.write_text(config + _SETTINGS.format(url=url))
        sent = run("guard", "--config", str(rehearsal.config), "--test-alert", "team")
        assert (sent.returncode, sent.stdout) == (0, "Channel team: sent.\n"), sent.stderr
        assert bodies[0]["title"] == "Test acme-connect 4.2.0"
        out = tmp_path / "guard.out"
        arguments = ["guard", "--config", str(rehearsal.config), "--listen", "127.0.0.1:0"]
        with out.open("w") as lines:
            guard = subprocess.Popen(
                [sys.executable, "-m", "rollout_tui", *arguments],
                stdout=lines,
                stderr=subprocess.STDOUT,
                env=os.environ | {"XDG_STATE_HOME": str(tmp_path)},
                preexec_fn=hear_signals,
            )
        try:
            address = until(lambda: re.search(r"http://[\d.:]+", out.read_text()), "serving")[0]
            until(lambda: rehearsal.play() == ("halted", 0.5), "the pause at the store")
            until(lambda: any("IS PAUSED by the guard" in one["message"] for one in bodies), "the message of it")
            # With 1,800 seconds in one the disk may be behind for a moment, which is told there as well.
            until(lambda: httpx.get(f"{address}/healthz", timeout=PATIENCE).text == "ok\n", "its health")
            page = httpx.get(f"{address}/metrics", timeout=PATIENCE).text
            assert 'rollout_automatic_pause_armed{platform="android"} 1' in page
            assert re.search(r'rollout_alerts_sent_total\{channel="team"\} [1-9]', page)
            guard.send_signal(signal.SIGTERM)
            assert guard.wait(PATIENCE) == 0, out.read_text()
        finally:
            guard.kill()
            guard.wait()
        texts = [one["message"] for one in bodies]
        assert sum("Android: Crash rate CRITICAL" in text and "STILL" not in text for text in texts) == 1
        # More than once only where a busy machine let its data grow old meanwhile, which calls the countdown off.
        assert any("PAUSES BY ITSELF" in text for text in texts)
        assert rehearsal.commits() == ["commit"]
        assert "SECRET" not in out.read_text()
        assert "CRITICAL android Android pauses by itself at" in out.read_text()
