"""What pages read of a long history, and how long opening them holds up a key.

    python -m benchmarks.pages

The history: a million samples, recent values and counts of the phase every minute.
"""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from benchmarks.stage import METRICS, make_stage, reading
from benchmarks.terminal import open_terminal
from rollout_tui.cli.loading import load_settings
from rollout_tui.domain.closeup import spans
from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.plan import GateKind
from rollout_tui.domain.readings import Scope
from rollout_tui.domain.snapshot import Rollout, Snapshot
from rollout_tui.engine.engine import Engine
from rollout_tui.history import History
from rollout_tui.history.judgements import Judgement

SAMPLES = 1_000_000
_MINUTES = SAMPLES // (4 * len(METRICS))
"""Each minute has a value of now and counts of the phase for every metric of two rollouts."""
_AN_HOUR = 8000
_SERIES = "SELECT id, metric, scope FROM series WHERE platform = ?"
_EVENTS = 5_000
_STEP, _DAY, _HOUR = 900.0, 86_400.0, 3600.0
_TIMES, _COLUMNS = 9, 200
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Pages:
    """Seconds until it was read: the zoom of the whole rollout, the first past moment, its track, older events.

    Then those of a step of 15 minutes, and of a jump of days, as to an event of another phase.
    """

    zoom: float
    past: float
    record: float
    events: float
    forward: float
    back: float
    jump: float


def long_history(folder: Path) -> Path:
    """Write a configuration with a million samples into the folder; returns the configuration's path."""
    config = make_stage(folder, samples=0)
    engine = Engine(load_settings(config))
    engine.load()
    fill(folder / "history.db", engine.snapshot)
    return config


def pages(config: Path) -> Pages:
    """Everything that a page reads when it is opened, and when one steps through time."""
    return asyncio.run(_measured(Engine(load_settings(config))))


def openings(config: Path, folder: Path) -> dict[str, float]:
    """Milliseconds for which opening each thing holds up the next refresh or key (programs/opening.py)."""
    out = folder / "openings.json"
    terminal = open_terminal([sys.executable, "-m", "benchmarks.programs.opening", str(config), str(out)])
    try:
        terminal.read_until(terminal.started + _PATIENCE)
    finally:
        terminal.close()
    found: dict[str, float] = json.loads(out.read_text(encoding="utf-8"))
    return found


async def _measured(engine: Engine) -> Pages:
    engine.load()
    now = engine.clock.now()
    zooms = [
        await _taken(partial(engine.past.close_up, rollout, standing.metric, now, _step(rollout, now), _COLUMNS))
        for rollout in engine.snapshot.rollouts
        for standing in rollout.metrics
    ]
    events = await _median(lambda _: engine.past.events(now - _DAY, 200))
    past, record = [], []
    for _ in range(3):
        fresh = engine.traveller()
        past.append(await _taken(partial(fresh.at, now - _STEP)))
        record.append(await _taken(fresh.record))
        await fresh.close()
    traveller = engine.traveller()
    began = now - 12 * _HOUR
    await traveller.at(began)
    forward = await _median(lambda number: traveller.at(began + (number + 1) * _STEP))
    turned = began + _TIMES * _STEP
    back = await _median(lambda number: traveller.at(turned - (number + 1) * _STEP))
    jump = await _median(lambda number: traveller.at(now - (number % 4) * _DAY - _HOUR))
    await traveller.close()
    await engine.close()
    return Pages(
        statistics.median(zooms), statistics.median(past), statistics.median(record), events, forward, back, jump
    )


def _step(rollout: Rollout, now: float) -> float:
    """Seconds of a column where the whole rollout is shown."""
    return (now - spans(rollout, now)[-1].start) / _COLUMNS


async def _median(work: Callable[[int], Awaitable[object]]) -> float:
    return statistics.median([await _taken(partial(work, number)) for number in range(_TIMES)])


async def _taken(work: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


def fill(path: Path, snapshot: Snapshot) -> None:
    """Write the samples and events of weeks: the oldest poll as the program does, all after it by SQL."""
    history = History.open(path)
    oldest = snapshot.at - (_MINUTES + 1) * 60.0
    draw = random.Random(1)  # noqa: S311  benchmark data
    for rollout in snapshot.rollouts:
        recent = [reading(*metric, rollout.plan.build, oldest, draw) for metric in METRICS]
        of_phase = [replace(one, scope=Scope.PHASE) for one in recent]
        history.samples.add((rollout.plan.platform, one) for one in recent + of_phase)
    history.events.add(
        Event(
            snapshot.at - _MINUTES * 60.0 * (1 - number / _EVENTS), EventKind.SEVERITY, f"something happened {number}"
        )
        for number in range(_EVENTS)
    )
    for rollout in snapshot.rollouts:
        plan = rollout.plan
        history.judgements.put(plan.platform, plan.version, plan.build, _judged(rollout, snapshot.at))
    history.close()
    with closing(sqlite3.connect(path)) as connection, connection:
        for rollout in snapshot.rollouts:
            connection.executemany(
                "INSERT INTO samples VALUES (?,?,?,?,?,?,?,?,?,?)", _rows(connection, rollout, snapshot.at)
            )


def _judged(rollout: Rollout, until: float) -> list[Judgement]:
    """Every poll was judged when it came."""
    return [
        Judgement(standing.phase.id, gate.id, gate.text, standing.began, until, None)
        for standing in rollout.phases
        if standing.began is not None
        for gate in standing.phase.gates
        if gate.kind is GateKind.METRIC
    ]


def _rows(connection: sqlite3.Connection, rollout: Rollout, until: float) -> Iterator[Sequence[object]]:
    """Every series of a rollout, minute by minute, in the order of its key."""
    draw = random.Random(1)  # noqa: S311  benchmark data
    begins = [standing.began for standing in rollout.phases if standing.began is not None]
    known = {(metric, scope): series for series, metric, scope in connection.execute(_SERIES, (rollout.plan.platform,))}
    for metric, _, mean, is_share in METRICS:
        for scope in (Scope.RECENT, Scope.PHASE):
            for number in range(_MINUTES, 0, -1):
                at = until - number * 60.0
                start = at - _HOUR
                if scope is Scope.PHASE:
                    start = max((begin for begin in begins if begin < at), default=start)
                n = int(_AN_HOUR * (at - start) / _HOUR) + 1
                wave = draw.uniform(0.8, 1.2) if scope is Scope.RECENT else 1.0
                first = int(n * mean * wave) if is_share else n * mean * wave
                kind = "p" if is_share else "m"
                yield (known[metric, scope], at, kind, first, n, None, first / n, at, start, at)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="rollout-pages-") as made:
        config = long_history(Path(made))
        print(json.dumps({"seconds": asdict(pages(config)), "opening, ms": openings(config, Path(made))}, indent=1))
