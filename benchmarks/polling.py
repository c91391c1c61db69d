"""The real program with its providers open, polling the rehearsed services: what it keeps in memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.stage import make_real
from benchmarks.terminal import open_terminal
from rollout_tui.config.places import VARIABLE

_SECONDS = 12.0


def polling_memory() -> float:
    """Resident MiB of `watch` after some polls of both stores, Prometheus and the tracker."""
    serve = [sys.executable, "-m", "rollout_tui", "rehearse", "--serve", "--json", "--speed", "1", "--history", "420"]
    with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as services:  # noqa: S603  our own program
        try:
            facts = json.loads(services.stdout.readline() if services.stdout is not None else "")
            make_real(Path(facts["config"]))
            os.environ.update(facts["env"] | {VARIABLE: facts["config"]})
            _memory(2.0)  # a configuration is checked once, when it is new
            return _memory(_SECONDS)
        finally:
            services.terminate()


def _memory(seconds: float) -> float:
    terminal = open_terminal([sys.executable, "-m", "rollout_tui"])
    terminal.read_until(time.perf_counter() + seconds)
    memory = terminal.memory()
    terminal.close()
    return memory
