"""What `check` costs beside a bare script that makes the same requests, on a rehearsal whose release is healthy."""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

_RUNS = 9


def check_beside_a_bare_script(folder: Path) -> tuple[float, float, int]:
    """Seconds of `check`, seconds of the script, and how many requests each makes."""
    serve = [
        sys.executable,
        "-m",
        "rollout_tui",
        "rehearse",
        "--serve",
        "--json",
        "--scenario",
        "healthy",
        "--speed",
        "1",
    ]
    with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as services:  # noqa: S603  our own program
        try:
            facts = json.loads(services.stdout.readline() if services.stdout is not None else "")
            os.environ.update(facts["env"])
            config = str(_as_real(Path(facts["config"])))
            made = folder / "requests.json"
            # The first look fills the caches of configuration and history; the second is what is measured.
            for _ in range(2):
                _seconds("benchmarks.programs.recorded", config, str(made))
            requests = len(json.loads(made.read_text()))
            if requests == 0:
                raise SystemExit("check made no request: there is nothing to compare it with")
            checks, scripts = [], []
            for _ in range(_RUNS):
                checks.append(_seconds("rollout_tui", "check", "--config", config))
                scripts.append(_seconds("benchmarks.programs.bare", str(made)))
            return statistics.median(checks), statistics.median(scripts), requests
        finally:
            services.terminate()


def _as_real(config: Path) -> Path:
    """The ready configuration without its rehearsal and its clock: as a user's, it is kept once it was checked.

    It signs in to Google with a ready token: a bare script would need google-auth as well to sign in by a key.
    """
    text = re.sub(r'rehearsal = ".*"\n', "", config.read_text(encoding="utf-8"))
    text = re.sub(r"service_account = .*", f'token = "file:{config.with_name("play.token")}"', text)
    real = config.with_name("real.toml")
    real.write_text(re.sub(r"\[clock\]\n(\w+ = .*\n)+", "", text), encoding="utf-8")
    return real


def _seconds(*command: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", *command], check=False, stdout=subprocess.DEVNULL)  # noqa: S603  likewise
    return time.perf_counter() - began
