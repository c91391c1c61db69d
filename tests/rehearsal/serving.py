"""`rehearse --serve` in a process of its own, as scripts and other tools start it."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

PATIENCE = 120.0
"""Seconds of wall time after which a test gives up: far beyond what anything takes on a busy machine."""


@dataclass(frozen=True, slots=True)
class Served:
    """A serving process and what it announced."""

    process: subprocess.Popen[str]
    facts: dict[str, Any]

    @property
    def config(self) -> Path:
        """The ready configuration."""
        return Path(self.facts["config"])

    @property
    def folder(self) -> Path:
        """Its private folder."""
        return self.config.parent

    def url(self, service: str) -> str:
        """A service's base URL."""
        return str(self.facts["services"][service])

    def get(self, service: str, path: str) -> Any:
        """What a control route of a service answers."""
        return httpx.get(self.url(service) + path, timeout=PATIENCE).raise_for_status().json()

    def post(self, service: str, path: str, body: Any) -> Any:
        """Tell a control route of a service something."""
        return httpx.post(self.url(service) + path, json=body, timeout=PATIENCE).raise_for_status().json()

    def play(self) -> tuple[str, float | None]:
        """Status and share of the rehearsed release at Google Play, as the store itself has it."""
        tracks = {track["track"]: track for track in self.get("google_play", "/_rehearsal/state")["tracks"]}
        release = next(one for one in tracks["production"]["releases"] if "4201" in one["versionCodes"])
        return release["status"], release.get("userFraction")

    def log(self, service: str) -> list[dict[str, Any]]:
        """Every call that changed, or tried to change, a service."""
        calls: list[dict[str, Any]] = self.get(service, "/_rehearsal/log")
        return calls

    def commits(self) -> list[str]:
        """The calls that changed Google Play for good."""
        calls = [call["path"].rpartition(":")[2] for call in self.log("google_play")]
        return [call for call in calls if call == "commit"]

    def end(self) -> int:
        """Close its lifeline; the exit code."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        try:
            code = self.process.wait(PATIENCE)
        finally:
            self.process.kill()
            self.process.stdout.close()
        return code


def hear_signals() -> None:
    """In a child before its program: it hears them as one started by hand does.

    A suite that runs under nohup ignores SIGHUP, one in a shell's background SIGINT, and hands that on.
    """
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start serving; its temporary files go into `folder`. It ends with this process, whatever happens."""
    command = [sys.executable, "-m", "rollout_tui", "rehearse", "--serve", "--json", "--lifeline", *arguments]
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": str(folder)},
        start_new_session=True,
        preexec_fn=hear_signals,
    )


def announced(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The JSON object that it prints once all services answer."""
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], PATIENCE)
    assert ready, "nothing was announced"
    facts: dict[str, Any] = json.loads(process.stdout.readline())
    return facts


@contextmanager
def served(folder: Path, scenario: str = "healthy", speed: float = 1.0, *arguments: str) -> Iterator[Served]:
    """Serve a scenario for the length of a test."""
    process = start(folder, "--scenario", scenario, "--speed", str(speed), *arguments)
    try:
        facts = announced(process)
    except BaseException:
        process.kill()
        process.wait()
        raise
    serving = Served(process, facts)
    try:
        yield serving
    finally:
        serving.end()


def run(*arguments: str, cwd: Path | None = None, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the program without a terminal."""
    command = [sys.executable, "-m", "rollout_tui", *arguments]
    fed = {"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False, cwd=cwd, **fed)


def until(happened: Any, what: str) -> Any:
    """Wait until something outside this process is true; fail in words when it does not come."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := happened():
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what} did not happen within {PATIENCE:g} s")
