"""What the measured programs run on: a configuration whose services do not answer, and a history of 100,000 samples."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from pathlib import Path

from rollout_tui.domain.metrics import Population
from rollout_tui.domain.quantities import Mean, Proportion, Quantity
from rollout_tui.domain.readings import Reading, Scope, Window
from rollout_tui.domain.releases import Platform
from rollout_tui.history import History
from rollout_tui.rehearsal import past
from rollout_tui.rehearsal.clock import RehearsalClock
from rollout_tui.rehearsal.ready_config import write_config
from rollout_tui.rehearsal.scenarios import SCENARIOS
from rollout_tui.rehearsal.serve import SERVICES
from rollout_tui.rehearsal.stage import set_stage

SAMPLES = 100_000
_CLOSED = "http://127.0.0.1:9"
METRICS: tuple[tuple[str, Population, float, bool], ...] = (
    ("crash_rate", Population.SESSIONS, 0.003, True),
    ("connect_failure_rate", Population.CONNECTS, 0.006, True),
    ("avg_connection_time", Population.CONNECTS, 4.1, False),
    ("session_duration", Population.SESSIONS, 444.0, False),
)


def make_stage(folder: Path, samples: int = SAMPLES) -> Path:
    """Write configuration and a history of so many samples into the folder; returns the configuration's path."""
    now = time.time()
    clock = RehearsalClock(1.0, now, now)
    stage = set_stage(SCENARIOS["ios-phased"], clock, seed=1)
    config = write_config(folder, stage, 1.0, dict.fromkeys(SERVICES, _CLOSED))
    make_real(config)
    history = History.open(folder / "history.db")
    for platform, state in past.states(stage):
        history.states.add(platform, state, watched=True)
    for readings in polls(now, samples):
        history.samples.add(readings)
    history.close()
    return config


def make_real(config: Path) -> None:
    """As a real configuration: no rehearsal, no clock of its own, so that a start may rest on the last reading."""
    text = re.sub(r'rehearsal = ".*"\n', "", config.read_text(encoding="utf-8"))
    config.write_text(re.sub(r"\[clock\]\n(\w+ = .*\n)+", "", text), encoding="utf-8")


def polls(now: float, samples: int = SAMPLES) -> Iterator[list[tuple[Platform, Reading]]]:
    """Polls of 8 metrics a minute, oldest first, until so many samples are made."""
    draw = random.Random(1)  # noqa: S311  benchmark data
    count = samples // 8
    for number in range(count, 0, -1):
        at = now - number * 60.0
        yield [
            (platform, reading(metric, population, mean, is_share, build, at, draw))
            for platform, build in ((Platform.ANDROID, "4201"), (Platform.IOS, "87"))
            for metric, population, mean, is_share in METRICS
        ]


def reading(
    metric: str, population: Population, mean: float, is_share: bool, build: str, at: float, draw: random.Random
) -> Reading:
    """One made-up reading of the last hour."""
    n = draw.randint(7000, 9000)
    quantity: Quantity = (
        Proportion(round(n * mean * draw.uniform(0.8, 1.2)), n)
        if is_share
        else Mean(n * mean * draw.uniform(0.95, 1.05), n)
    )
    return Reading(metric, Scope.RECENT, build, population, quantity, Window(at - 3600, at), at, at, "prometheus")
