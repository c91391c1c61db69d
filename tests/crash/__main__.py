"""`make crash`: 200 kills and 100 races, with a seed that is told and can be given."""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
import time
from pathlib import Path

from tests.crash.failpoints import CASES, survive
from tests.crash.kills import kill_at_random
from tests.crash.races import race
from tests.rehearsal.serving import served


def every_failpoint() -> None:
    """Every fault before and after every step of a pause."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="rollout-crash-") as name:
        folder = Path(name)
        with served(folder, "healthy", 600.0) as serving:
            fresh = folder / "fresh"
            shutil.copytree(serving.folder, fresh)
            for number, (point, after, fault) in enumerate(CASES):
                (folder / str(number)).mkdir()
                survive(serving, fresh, folder / str(number), point, after, fault)
    print(f"{len(CASES)} failpoints in {time.monotonic() - began:.0f} s: nothing doubled, nothing lost", flush=True)


def main() -> None:
    """Run and tell."""
    parser = argparse.ArgumentParser(prog="make crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--races", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    if given.kills:
        every_failpoint()
    for name, work, times in (("kills", kill_at_random, given.kills), ("races", race, given.races)):
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="rollout-crash-") as folder:
            found = work(Path(folder), times, given.seed)
        print(f"{times} {name} in {time.monotonic() - began:.0f} s: nothing doubled, nothing lost; audit verify green")
        for what, count in found.most_common():
            print(f"  {count:4}  {what}", flush=True)


main()
