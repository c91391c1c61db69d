"""The real program with its providers open, polling a rehearsal: what it keeps in memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

from benchmarks.terminal import open_terminal

_SECONDS = 12.0


def polling_memory() -> float:
    """Resident MiB of `watch` after some polls of both stores, Prometheus and the tracker."""
    serve = [sys.executable, "-m", "rollout_tui", "rehearse", "--serve", "--json", "--speed", "60", "--history", "300"]
    with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as services:  # noqa: S603  our own program
        try:
            facts = json.loads(services.stdout.readline() if services.stdout is not None else "")
            os.environ.update(facts["env"])
            terminal = open_terminal([sys.executable, "-m", "rollout_tui", "watch", "--config", facts["config"]])
            terminal.read_until(time.perf_counter() + _SECONDS)
            memory = terminal.memory()
            terminal.close()
            return memory
        finally:
            services.terminate()
