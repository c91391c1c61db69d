"""The source against the rehearsed app: what it reads is what happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import httpx
import pytest

from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.quantities import Mean, Proportion, Quantity
from rollout_tui.domain.readings import NoReading, Reading, Scope, Window
from rollout_tui.engine.rounds import OBSERVED
from rollout_tui.ports import Query, Source
from rollout_tui.rehearsal.clock import RehearsalClock
from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.prometheus.api import make_app
from rollout_tui.rehearsal.scenarios import HOUR, SCENARIOS
from rollout_tui.rehearsal.stage import Stage, set_stage
from rollout_tui.rehearsal.world import SCRAPE, Counters
from tests.providers.prometheus.desk import NOW, QUERIES, SELECT, ClientOf, source
from tests.unit.domain.builders import ANDROID, CONNECT, CRASH, IOS, METRICS

PHASE = NOW - 6 * HOUR
SLOW = replace(CONNECT, id="slow_connects", label="Slow connects")
BUCKET = 'app_connect_seconds_bucket{platform="$platform",build="$build",le="20"}'
METRICS_ASKED = QUERIES | {SLOW.id: {"good": BUCKET, "total": f"app_connect_seconds_count{SELECT}"}}


@dataclass
class Wall:
    """The wall's clock, which a test moves; the rehearsal's own time is `NOW` later."""

    time: float = 0.0

    def now(self) -> float:
        return NOW + self.time

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("a source has no reason to sleep")


@dataclass
class World:
    """A rehearsed world on a clock that a test moves, and a source that watches it."""

    wall: Wall
    stage: Stage
    source: Source

    async def read(self, rollout: RolloutPlan = ANDROID) -> dict[str, Reading | NoReading]:
        """All metrics of the phase so far, and the share that was observed."""
        now = self.wall.now()
        queries = [Query(metric, Scope.PHASE, rollout, Window(PHASE, now), 180.0) for metric in METRICS]
        queries.append(Query(SLOW, Scope.PHASE, rollout, Window(PHASE, now), 180.0))
        queries.append(Query(OBSERVED, Scope.RECENT, rollout, Window(now - HOUR, now), 180.0))
        return {answer.metric: answer for answer in await self.source.read(queries)}

    def happened(self, build: str = "4201") -> Counters:
        """What the crowd really did since the phase began."""
        crowd = self.stage.android if build == "4201" else self.stage.ios
        before, now = crowd.counters(build, PHASE), crowd.counters(build, self.wall.now())
        assert now is not None
        names = Counters.__slots__
        return Counters(**{name: getattr(now, name) - getattr(before or Counters(), name) for name in names})


@pytest.fixture
def world_of(client_of: ClientOf) -> Callable[[str], World]:
    """Sets a scenario on a stage."""

    def make(scenario: str) -> World:
        wall = Wall()
        clock = RehearsalClock(1.0, NOW, 0.0, lambda: wall.time)
        stage = set_stage(SCENARIOS[scenario], clock, seed=7)
        app = make_app(stage.telemetry, clock, Faults())
        return World(
            wall, stage, source(client_of(httpx.ASGITransport(app)), wall, METRICS_ASKED, url="http://prom.example")
        )

    return make


def quantity(answer: Reading | NoReading) -> Quantity:
    assert isinstance(answer, Reading), answer
    return answer.quantity


@pytest.mark.parametrize(("rollout", "build"), [(ANDROID, "4201"), (IOS, "87")])
async def test_what_is_read_is_what_happened(
    world_of: Callable[[str], World], rollout: RolloutPlan, build: str
) -> None:
    world = world_of("ios-phased")
    for _ in range(3):
        answers, truth = await world.read(rollout), world.happened(build)
        assert quantity(answers["crash_rate"]) == Proportion(truth.crashed, truth.sessions)
        assert quantity(answers["connect_failure_rate"]) == Proportion(truth.connect_failures, truth.connects)
        connecting = quantity(answers["avg_connection_time"])
        assert isinstance(connecting, Mean)
        assert connecting.count == truth.connect_count
        assert float(connecting.sum) == pytest.approx(truth.connect_seconds, rel=1e-9)
        assert float(quantity(answers["session_duration"]).value()) == pytest.approx(
            truth.session_seconds / truth.sessions
        )
        assert all(0 <= world.wall.now() - answer.as_of <= SCRAPE for answer in answers.values())  # type: ignore[union-attr]  # all are readings
        world.wall.time += 70


async def test_the_slow_connects_are_those_beyond_a_buckets_edge(world_of: Callable[[str], World]) -> None:
    world = world_of("connect-outage")
    world.wall.time = 3600
    answers, truth = await world.read(), world.happened()
    assert quantity(answers["slow_connects"]) == Proportion(
        truth.connect_count - truth.connects_in_20s, truth.connect_count
    )


async def test_the_observed_share_counts_this_build_among_all(world_of: Callable[[str], World]) -> None:
    shown = quantity((await world_of("ios-phased").read())["observed_share"])
    assert 0.3 < float(shown.value()) < 0.6


async def test_silence_about_a_build_is_no_data(world_of: Callable[[str], World]) -> None:
    answers = await world_of("no-data").read()
    for metric in METRICS:
        answer = answers[metric.id]
        assert isinstance(answer, NoReading)
        assert "has no series for build 4201" in answer.reason


async def test_an_exporter_that_dies_is_no_data_from_the_next_scrape_on(world_of: Callable[[str], World]) -> None:
    world = world_of("ios-phased")
    await world.read()
    world.stage.telemetry.scrapes.down_from(world.wall.now())
    world.wall.time += SCRAPE
    reasons = {answer.reason for answer in (await world.read()).values() if isinstance(answer, NoReading)}
    assert reasons == {"Prometheus: target telemetry:9100 is down (up = 0)"}
    assert len(await world.read()) == 6


async def test_after_an_outage_nothing_is_lost(world_of: Callable[[str], World]) -> None:
    world = world_of("ios-phased")
    world.stage.telemetry.scrapes.down_from(world.wall.now())
    world.wall.time += 600
    await world.read()
    world.stage.telemetry.scrapes.back_at(world.wall.now())
    world.wall.time += 60
    truth = world.happened()
    assert quantity((await world.read())["crash_rate"]) == Proportion(truth.crashed, truth.sessions)


async def test_the_past_is_read_as_it_was(world_of: Callable[[str], World]) -> None:
    world = world_of("ios-phased")
    query = Query(CRASH, Scope.RECENT, ANDROID, Window(NOW - 6 * HOUR, NOW), 180.0)
    readings = await world.source.back_fill(query, 900.0)
    assert len(readings) == 24
    for reading in readings:
        crowd, at = world.stage.android, reading.taken_at
        before, after = crowd.counters("4201", at - HOUR), crowd.counters("4201", at)
        assert before is not None
        assert after is not None
        truth = (after.crashed - before.crashed) / (after.sessions - before.sessions)
        assert float(reading.quantity.value()) == pytest.approx(truth, abs=2e-4)
