"""What pages read of a long history: a million samples, recent values and counts of the phase every minute."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

from benchmarks.stage import METRICS, make_stage, reading
from rollout_tui.cli.loading import load_settings
from rollout_tui.domain.closeup import spans
from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.plan import GateKind
from rollout_tui.domain.quantities import Mean, Proportion, Quantity
from rollout_tui.domain.readings import Reading, Scope, Window
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.snapshot import Rollout, Snapshot
from rollout_tui.engine.engine import Engine
from rollout_tui.history import History
from rollout_tui.history.judgements import Judgement

SAMPLES = 1_000_000
_AT_ONCE = 400
"""Polls of one transaction, so that the stage is set soon."""
_EVENTS = 5_000
_STEP, _DAY, _HOUR = 900.0, 86_400.0, 3600.0
_TIMES = 9


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


def pages(folder: Path) -> Pages:
    """Everything that a page reads when it is opened, and when one steps through time."""
    config = make_stage(folder, samples=0)
    engine = Engine(load_settings(config))
    engine.load()
    fill(folder / "history.db", engine.snapshot)
    return asyncio.run(_measured(Engine(load_settings(config))))


async def _measured(engine: Engine) -> Pages:
    engine.load()
    now, rollout = engine.clock.now(), engine.snapshot.rollouts[0]
    start = spans(rollout, now)[-1].start
    step = (now - start) / 200
    metric = rollout.metrics[0].metric
    zoom = await _median(lambda _: engine.past.close_up(rollout, metric, now, step, 200))
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
    return Pages(zoom, statistics.median(past), statistics.median(record), events, forward, back, jump)


async def _median(work: Callable[[int], Awaitable[object]]) -> float:
    return statistics.median([await _taken(partial(work, number)) for number in range(_TIMES)])


async def _taken(work: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


def fill(path: Path, snapshot: Snapshot) -> None:
    """Write the samples and events of weeks."""
    history = History.open(path)
    polls = _polls(snapshot, SAMPLES // (4 * len(METRICS)))
    while some := [one for poll in islice(polls, _AT_ONCE) for one in poll]:
        history.samples.add(some)
    length = SAMPLES // (4 * len(METRICS)) * 60.0
    history.events.add(
        Event(snapshot.at - length * (1 - number / _EVENTS), EventKind.SEVERITY, f"something happened {number}")
        for number in range(_EVENTS)
    )
    for rollout in snapshot.rollouts:
        plan = rollout.plan
        history.judgements.put(plan.platform, plan.version, plan.build, _judged(rollout, snapshot.at))
    history.close()


def _judged(rollout: Rollout, until: float) -> list[Judgement]:
    """Every poll was judged when it came."""
    return [
        Judgement(standing.phase.id, gate.id, gate.text, standing.began, until, None)
        for standing in rollout.phases
        if standing.began is not None
        for gate in standing.phase.gates
        if gate.kind is GateKind.METRIC
    ]


def _polls(snapshot: Snapshot, minutes: int) -> Iterator[Sequence[tuple[Platform, Reading]]]:
    draw = random.Random(1)  # noqa: S311  benchmark data
    begins = {
        rollout.plan.platform: [phase.began for phase in rollout.phases if phase.began is not None]
        for rollout in snapshot.rollouts
    }
    for number in range(minutes, 0, -1):
        at = snapshot.at - number * 60.0
        yield [
            (rollout.plan.platform, each)
            for rollout in snapshot.rollouts
            for recent in [reading(*metric, rollout.plan.build, at, draw) for metric in METRICS]
            for each in (recent, _of_phase(recent, begins[rollout.plan.platform], at))
        ]


def _of_phase(recent: Reading, begins: Sequence[float], at: float) -> Reading:
    """The same counts since the phase of then began."""
    began = max((begin for begin in begins if begin < at), default=at - _HOUR)
    hours = (at - began) / _HOUR
    return replace(recent, scope=Scope.PHASE, window=Window(began, at), quantity=_times(recent.quantity, hours))


def _times(quantity: Quantity, factor: float) -> Quantity:
    match quantity:
        case Proportion(bad, total):
            return Proportion(int(float(bad) * factor), int(float(total) * factor) + 1)
        case Mean(total, count):
            return Mean(float(total) * factor, int(float(count) * factor) + 1)
    return quantity
