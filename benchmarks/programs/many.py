"""Many rollouts in one process: an engine for each copy of a configuration, polling the same services for some minutes.

    many CONFIG COPIES MINUTES

Prints one JSON object. Minutes are the rehearsal's; so is every interval.
"""

from __future__ import annotations

import asyncio
import json
import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx

from rollout_tui.config import load
from rollout_tui.config.providers import find
from rollout_tui.domain.readings import Reading, Scope
from rollout_tui.engine.engine import Engine
from rollout_tui.ports import Clock, Provider, ProviderContext

_INTERVAL = 60.0
_PATIENCE = 1.9
"""Intervals from one poll to the next from which on a whole turn was left out; their jitter is 5 %."""
_WARM_UP = 90.0
"""Seconds of the rehearsal before it counts, once everybody has polled and the past is filled."""
_YOUNGER = 40
"""By how much the phases are younger than the rehearsal's: what is measured are polls, not the past of a day."""
_MINUTELY = ("play", "prometheus")
"""Sections that are polled once a minute."""
_SELDOM = ("stores.app_store", "trackers.github")
"""Sections that are polled every 5 minutes: one key, one token allow no more to 25 apps (3,600 and 5,000 an hour)."""


@dataclass
class Seen:
    """When one provider of one engine was asked with success, and what came."""

    polls: list[float] = field(default_factory=list)
    metrics: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    failures: int = 0


class Watched:
    """A provider whose polls are written down."""

    def __init__(self, inner: Any, clock: Clock, seen: Seen) -> None:
        self._inner, self._clock, self._seen = inner, clock, seen

    def __getattr__(self, name: str) -> Any:
        """Everything else is the provider's own."""
        return getattr(self._inner, name)

    async def read(self, *asked: Any, **more: Any) -> Any:
        """A poll of a source or store."""
        return self._noted(await self._kept(self._inner.read(*asked, **more)))

    async def count(self, *asked: Any) -> Any:
        """A poll of a tracker."""
        return self._noted(await self._kept(self._inner.count(*asked)))

    async def _kept(self, call: Any) -> Any:
        try:
            return await call
        except Exception:
            self._seen.failures += 1
            raise

    def _noted(self, answers: Any) -> Any:
        now = self._clock.now()
        self._seen.polls.append(now)
        for answer in answers if isinstance(answers, list) else ():
            if isinstance(answer, Reading) and answer.scope is Scope.RECENT:
                self._seen.metrics.setdefault((answer.build, answer.metric), []).append(now)
        return answers


def watching(seen: dict[str, Seen]) -> Callable[[str], Provider]:
    """A lookup whose providers write their polls down, by section."""

    def lookup(name: str) -> Provider:
        provider = find(name)

        def opened(role: str) -> Any:
            opener = getattr(provider, f"open_{role}")

            def open_watched(options: Any, context: ProviderContext) -> Any:
                return Watched(opener(options, context), context.clock, seen.setdefault(context.name, Seen()))

            return opener and open_watched

        return replace(
            provider, open_source=opened("source"), open_store=opened("store"), open_tracker=opened("tracker")
        )

    return lookup


def copies(config: Path, number: int, folder: Path) -> list[Path]:
    """The configuration that often, each with a history of its own."""
    text = config.read_text(encoding="utf-8")
    found = re.search(r"^origin = ([0-9.]+)", text, re.MULTILINE)
    origin = float(found[1]) if found else time.time()

    def younger(began: re.Match[str]) -> str:
        at = datetime.fromisoformat(began[1]).timestamp()
        return f"began = {datetime.fromtimestamp(origin - (origin - at) / _YOUNGER, UTC):%Y-%m-%dT%H:%M:%SZ}"

    text = re.sub(r"began = (\S+)", younger, text)
    for section in _SELDOM:
        text = text.replace(f"[{section}]\n", f'[{section}]\ninterval = "5m"\n')
    text = text.replace('stale_after = "180s"\n', "")
    paths = []
    for n in range(number):
        home = folder / str(n)
        home.mkdir()
        paths.append(home / "config.toml")
        own = re.sub(r'(\[history\]\npath = )".*"', rf'\1"{home / "history.db"}"', text)
        paths[-1].write_text(own, encoding="utf-8")
    return paths


def lost(times: Sequence[float], since: float, until: float) -> int:
    """Turns that were left out, between two polls or at either end."""
    inside = [since, *(time for time in times if since < time < until), until]
    gaps = [after - before for before, after in pairwise(inside)]
    return sum(round(gap / _INTERVAL) - 1 for gap in gaps if gap >= _PATIENCE * _INTERVAL)


def memory() -> float:
    """MiB that are resident now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1024 / 1024


async def run(paths: Sequence[Path], minutes: float) -> dict[str, object]:
    """Let them all poll, and tell."""
    seen: list[dict[str, Seen]] = [{} for _ in paths]
    async with httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=64)) as line:
        engines = [
            Engine(load(path), transport=line, lookup=watching(of)) for path, of in zip(paths, seen, strict=True)
        ]
        clock = engines[0].clock
        snapshots = 0

        def arrived(_: object) -> None:
            nonlocal snapshots
            snapshots += 1

        for engine, of in zip(engines, seen, strict=True):
            engine.listen(arrived)
            engine.load()
            await engine.start()
            # One after the other: nobody opens fifty terminals in one second, and the rehearsal is one process.
            while not all(name in of and of[name].polls for name in _MINUTELY):
                await clock.sleep(1.0)
        await clock.sleep(_WARM_UP)
        snapshots = 0
        since, cpu, before = clock.now(), time.process_time(), memory()
        await clock.sleep(minutes * 60.0)
        until, spent, after = clock.now(), time.process_time() - cpu, memory()
        facts = {
            "rollouts": sum(len(engine.settings.plan.rollouts) for engine in engines),
            **_counted(seen, since, until),
            "cpu_per_second": spent / (until - since),
            "cpu_share_as_run": spent / ((until - since) / engines[0].settings.clock.speed),
            "memory": after,
            "grown": after - before,
            "snapshots": snapshots,
        }
        await asyncio.gather(*(engine.close() for engine in engines))
    return facts


def _counted(seen: Sequence[dict[str, Seen]], since: float, until: float) -> dict[str, object]:
    minutely = [of[name] for of in seen for name in _MINUTELY]
    metrics = [times for of in seen for found in of.values() for times in found.metrics.values()]
    return {
        "metrics": sum(
            metric != "observed_share" for of in seen for found in of.values() for _, metric in found.metrics
        ),
        "polls": sum(since < time < until for found in minutely for time in found.polls),
        "readings": sum(since < time < until for times in metrics for time in times),
        "lost_polls": sum(lost(found.polls, since, until) for found in minutely),
        "lost_readings": sum(lost(times, since, until) for times in metrics),
        "failures": sum(found.failures for of in seen for found in of.values()),
    }


def main() -> None:
    """Run and print."""
    config, number, minutes = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    with tempfile.TemporaryDirectory(prefix="rollout-many-") as folder:
        print(json.dumps(asyncio.run(run(copies(config, number, Path(folder)), minutes))))


if __name__ == "__main__":
    main()
