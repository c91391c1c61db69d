"""`make soak`: random safe keys for an hour, the seed is told and can be given; SOAK="--minutes 20 --seed 7"."""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import tempfile
from pathlib import Path

from tests.rehearsal.serving import served
from tests.soak.walk import walk


def main() -> None:
    """Walk and tell."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    parser.add_argument("--scenario", default="crash-spike")
    parser.add_argument("--speed", type=float, default=60.0)
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="rollout-soak-") as name:
        folder = Path(name)
        with served(folder, given.scenario, given.speed, "--history", "420") as serving:
            os.environ |= serving.facts["env"]
            os.chdir(folder)  # incident reports are written there
            walked = asyncio.run(walk(serving.config, given.seed, given.minutes * 60))
            assert serving.commits() == [], "a store was changed"
    print(f"{walked.keys} keys in {walked.laps} laps: no mistake, nothing left behind; {walked.alive}")
    tenths = walked.memory[:: max(1, len(walked.memory) // 10)]
    print("memory, MiB:", *(f"{each:.0f}" for each in tenths))
    for screen, count in walked.seen.most_common():
        print(f"  {count:6}  {screen}")


main()
