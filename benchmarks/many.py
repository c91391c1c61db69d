"""Two hundred metrics of fifty rollouts, polled each minute for ten minutes of a rehearsal: does a poll get lost?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

COPIES = 25
"""Configurations, each with two rollouts of four metrics."""
MINUTES = 10
_SPEED = 10


def many_rollouts(copies: float = COPIES, minutes: float = MINUTES, speed: float = _SPEED) -> dict[str, Any]:
    """What the program `many` tells; the services are another process."""
    serve = [sys.executable, "-m", "rollout_tui", "rehearse", "--serve", "--json", "--speed", str(speed)]
    with subprocess.Popen([*serve, "--scenario", "healthy"], stdout=subprocess.PIPE, text=True) as services:  # noqa: S603  our own program
        try:
            facts = json.loads(services.stdout.readline() if services.stdout is not None else "")
            program = [sys.executable, "-m", "benchmarks.programs.many", facts["config"], f"{copies:.0f}", str(minutes)]
            done = subprocess.run(program, env=os.environ | facts["env"], stdout=subprocess.PIPE, check=True)  # noqa: S603
            told: dict[str, Any] = json.loads(done.stdout)
            return told
        finally:
            services.terminate()


if __name__ == "__main__":
    print(json.dumps(many_rollouts(*map(float, sys.argv[1:])) if len(sys.argv) > 1 else many_rollouts(), indent=1))
