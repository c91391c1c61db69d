"""Two processes pause and promote one release at the same time: the pause wins, or the promotion is refused."""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.crash.stage import SPEED, audited, ended, forked, journal, verb
from tests.rehearsal.serving import served

_CODES = {0: "done", 1: "refused", 2: "not confirmed"}
"""The verbs' exit codes."""


def race(folder: Path, times: int, seed: int) -> Counter[str]:
    """Race that often; who came first, by the endings of both. Raises AssertionError."""
    chance = random.Random(seed)
    found: Counter[str] = Counter()
    with served(folder, "slow-store", SPEED) as serving:
        fresh = folder / "fresh"
        shutil.copytree(serving.folder, fresh)
        log = folder / "children.log"
        began = time.monotonic()
        assert ended(forked(_promote(desk_of(fresh, folder / "first", serving.folder)), log)) == 0, log.read_text()[
            -2000:
        ]
        longest = time.monotonic() - began
        for number in range(times):
            serving.post(
                "google_play", "/_rehearsal/console", {"build": "4201", "status": "inProgress", "fraction": 0.5}
            )
            time.sleep(60 / SPEED + 0.2)  # until that shows
            config = desk_of(fresh, folder / f"race-{number}", serving.folder)
            works = [_promote(config), _pause(config)]
            promote_first = chance.random() < 1 / 2
            first = forked(works[not promote_first], log)
            time.sleep(chance.uniform(0, longest / 2))
            second = forked(works[promote_first], log)
            codes = ended(first), ended(second)
            promoted, paused = codes if promote_first else codes[::-1]
            status, _ = serving.play()
            history = config.parent / "history.db"
            told = f"race {number}: pause {paused}, promote {promoted}, store {status}, {journal(history)}"
            assert status == "halted", f"{told}\n{log.read_text()[-3000:]}"
            assert paused == 0, told
            checked, _ = audited(history)
            assert checked.problems == (), checked.problems
            found[f"promotion {_CODES[promoted]}, pause {_CODES[paused]}"] += 1
            shutil.rmtree(config.parent)
    return found


def desk_of(fresh: Path, mine: Path, served_from: Path) -> Path:
    """A history of its own on the same store: as if the rollout stood there for the first time."""
    shutil.copytree(fresh, mine)
    config = mine / "config.toml"
    config.write_text(config.read_text("utf-8").replace(str(served_from / "history.db"), str(mine / "history.db")))
    return config


def _promote(config: Path) -> Callable[[], int]:
    return verb("promote", "android", "--yes", "--config", str(config))


def _pause(config: Path) -> Callable[[], int]:
    return verb("pause", "android", "--yes", "--config", str(config))
